"""Source and wheel have the same bytes each time and lack nothing, and what names a version names the same."""

import zipfile
from pathlib import Path

import pytest

from supply import packages, release

IN_CHECKOUT = pytest.mark.skipif(not (packages.ROOT / ".git").exists(), reason="only a checkout knows what git tracks")
PROJECT = """
[project]
name = "ours"
dependencies = ["one>=2"]
optional-dependencies = {dev = ["two>=1", "ours[rare]"], rare = ["three<2"]}
[dependency-groups]
build = ["four"]
docs = ["six"]
supply = ["five"]
"""


@IN_CHECKOUT
def test_archives_have_the_same_bytes_and_all_that_git_tracks(tmp_path: Path) -> None:
    archives = packages.build_twice(tmp_path)
    assert [path.suffix for path in archives] == [".whl", ".gz"]
    for archive in archives:
        assert list(packages.differences(archive)) == []
    names = zipfile.ZipFile(archives[0]).namelist()
    for part in ("db/sql/functions/similar_articles.sql", "api/service/static/main.js", "migrations/script.py.mako"):
        assert part in names


@IN_CHECKOUT
def test_what_an_archive_lacks_is_named(tmp_path: Path) -> None:
    wheel = tmp_path / "w.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for name in packages.shipped() - {"db/py.typed"}:
            file.writestr(name, "")
        file.writestr("db/extra.py", "")
    assert list(packages.differences(wheel)) == [
        "w.whl lacks db/py.typed",
        "w.whl has db/extra.py, which git does not track",
    ]


def test_every_page_names_the_version() -> None:
    assert list(release.versions()) == []


@pytest.mark.parametrize(
    ("page", "old", "new", "problem"),
    [
        ("CHANGELOG.md", "## 0.2.0 (20", "## 0.2.0 (unreleased 20", "the first heading of CHANGELOG.md"),
        ("CHANGELOG.md", "`0014`", "`14`", "does not list the schema revision"),
        ("CITATION.cff", "version: 0.2.0", "version: 0.1.0", "CITATION.cff does not say version: 0.2.0"),
        ("SECURITY.md", "| 0.2 | yes |", "| 0.2 | no |", "SECURITY.md does not say that 0.2.0 gets fixes"),
        ("examples/kubernetes.yaml", "wikishelf:0.2.0", "wikishelf:0.1.0", "kubernetes.yaml names the versions"),
    ],
)
def test_a_page_of_another_version_is_named(
    page: str, old: str, new: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHANGELOG.md", "CITATION.cff", "SECURITY.md", "examples/kubernetes.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((packages.ROOT / name).read_text("utf-8"), "utf-8")
    (tmp_path / "migrations").symlink_to(packages.ROOT / "migrations")
    text = (tmp_path / page).read_text("utf-8")
    assert old in text
    (tmp_path / page).write_text(text.replace(old, new), "utf-8")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(release, "MANIFEST", tmp_path / "examples" / "kubernetes.yaml")
    assert problem in "\n".join(release.versions())


def test_locks_that_are_out_of_step_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "supply").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements.lock").write_text("one==1.9 ; x\none==2.0 ; y\ntwo[a]==1.0\nthree==2.1\nfour==1\n")
    (tmp_path / "supply" / "image.lock").write_text("one==2.0\nfour==1\n")
    for name in ("tools.lock", "docs.lock"):
        (tmp_path / "supply" / name).write_text("four==1\n")
    for module in (packages, release):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    assert list(release.locks()) == [
        "requirements.lock has one 1.9, and pyproject.toml says one>=2; run make lock",
        "requirements.lock has three 2.1, and pyproject.toml says three<2; run make lock",
        "supply/tools.lock lacks five; run make lock",
        "supply/docs.lock lacks six; run make lock",
    ]


def test_a_check_that_fails_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> list[str]:
        raise RuntimeError("it has other bytes")

    assert release.report("all is well", lambda: iter(()))
    assert not release.report("bytes", lambda: iter(broken()))
    assert capsys.readouterr().out == "ok      all is well\nFAILED  bytes\n        it has other bytes\n"
