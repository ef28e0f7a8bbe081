"""What is installed is what was locked, by hash, and its licences let an image be passed on."""

import re
import tomllib
from pathlib import Path

import pytest

from supply import licences

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "supply/image.lock", "supply/tools.lock")


def pins(lock: str) -> dict[str, str]:
    """Return each `name==version ; marker` of a lock with the lines of its hashes."""
    entries = re.split(r"^(?=\S)", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]
    return {head.rstrip(" \\"): rest for head, _, rest in (entry.partition("\n") for entry in entries)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes_and_from_no_named_index(lock: str) -> None:
    found = pins(lock)
    assert len(found) > 40
    for pin, hashes in found.items():
        assert re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.!+]+( ; .+)?", pin), pin
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes.splitlines()), pin
        assert hashes, pin
    assert "://" not in (ROOT / lock).read_text()


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_an_image_and_the_tests_run_with_the_same_versions(lock: str) -> None:
    tested = {pin.partition(" ;")[0] for pin in pins(LOCKS[0])}
    names = {one.partition("==")[0] for one in tested}
    for pin in pins(lock):
        assert pin.partition("==")[0] not in names or pin.partition(" ;")[0] in tested


def test_every_licence_of_an_image_is_allowed() -> None:
    packages = licences.carried(licences.LOCK.read_text())
    assert len(packages) > 40
    assert {one.name: licences.licence(one) for one in packages if licences.refused(licences.licence(one))} == {}


@pytest.mark.parametrize(
    ("expression", "refused"),
    [
        ("MIT", set()),
        ("Apache-2.0 AND PostgreSQL", set()),
        ("GPL-3.0-only OR MIT", set()),
        ("GPL-3.0-only", {"GPL-3.0-only"}),
        ("MIT AND AGPL-3.0-only", {"AGPL-3.0-only"}),
        ("not stated", {"not stated"}),
    ],
)
def test_an_expression_is_refused_for_what_is_not_allowed(expression: str, refused: set[str]) -> None:
    assert licences.refused(expression) == refused


def test_an_image_installs_from_the_lock_and_holds_every_package() -> None:
    steps = (ROOT / "docker-compose.yml").read_text()
    installs = re.findall(r"RUN pip install (.+)", steps)
    assert installs == [
        "--no-cache-dir --require-hashes -r image.lock",
        "--no-cache-dir --no-deps --no-build-isolation .",
    ]
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    copied = " ".join(re.findall(r"COPY (.+) \S+\n", steps)).split()
    assert {*targets["wheel"]["only-include"], "pyproject.toml", "README.md", "LICENSE"} <= set(copied)
    assert all((ROOT / one).exists() for one in copied)
