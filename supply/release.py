"""`make release-check`: whether this commit can be released. It publishes nothing.

It builds the source and the wheel twice and compares the bytes. It compares their files with git's, the changelog and
other pages with the version, the locks with pyproject.toml, and the manifest for Kubernetes with its schema.
It installs the wheel in a new environment of each Python of this machine, carries out the image's steps, and asks both.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply import installed
from supply.packages import ROOT, build_twice, differences, digest, settings

TOOLS = ROOT / ".venv-tools" / "bin"
MANIFEST = ROOT / "examples" / "kubernetes.yaml"


def main() -> int:
    """Check everything, and return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m supply.release", description=__doc__)
    pythons = parser.add_argument("--python", action="append", choices=installed.PYTHONS)
    pythons.help = "install in this one; may be repeated (default: all that there are)"
    asked = parser.parse_args().python
    with tempfile.TemporaryDirectory(prefix="wikishelf-release-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # root's PostgreSQL runs as another user
        archives: list[Path] = []
        checks: dict[str, Callable[[], Iterator[str]]] = {
            "the commit is the working tree": changes,
            "the version stands everywhere": versions,
            "the locks are in step with pyproject.toml": locks,
            "a second build has the same bytes": lambda: builds(folder, archives),
            "the archives have what git tracks": lambda: (line for one in archives for line in differences(one)),
            "a package index takes the metadata": lambda: tool("twine", "check", "--strict", *map(str, archives)),
            "the manifest has Kubernetes' schema": lambda: tool("kubernetes-validate", "--strict", str(MANIFEST)),
            "the wheel answers in a new environment": lambda: installed.answers(archives, folder, asked),
            "the image answers, its steps as written": lambda: installed.answers_in_image(folder / "image"),
        }
        verdicts = [report(what, check) for what, check in checks.items()]
        for archive in archives:
            print(f"{digest(archive)}  {archive.name}  {archive.stat().st_size / 1e6:.2f} MB")
    return int(not all(verdicts))


def report(what: str, check: Callable[[], Iterator[str]]) -> bool:
    """Print one line, and one more for each thing that is wrong."""
    try:
        problems = list(check())
    except (RuntimeError, OSError) as error:
        problems = [str(error)]
    print(f"{'FAILED' if problems else 'ok':8}{what}", *(f"        {line}" for line in problems), sep="\n", flush=True)
    return not problems


def changes() -> Iterator[str]:
    """What is not committed."""
    yield from subprocess.check_output(["git", "status", "--porcelain"], cwd=ROOT, text=True).splitlines()


def versions() -> Iterator[str]:
    """Pages whose version is not that of pyproject.toml, and a changelog that is not done."""
    version = settings()["project"]["version"]
    pages = {name: (ROOT / name).read_text("utf-8") for name in ("CHANGELOG.md", "CITATION.cff", "SECURITY.md")}
    newest = re.search(r"^## (\S+) \((.*)\)$", pages["CHANGELOG.md"], re.MULTILINE)
    if not newest or newest[1] != version or not re.fullmatch(r"\d{4}-\d\d-\d\d", newest[2]):
        yield f'the first heading of CHANGELOG.md is not "## {version} (YYYY-MM-DD)"'
    else:
        for line in (f"version: {version}", f'date-released: "{newest[2]}"'):
            if line not in pages["CITATION.cff"].splitlines():
                yield f"CITATION.cff does not say {line}"
    if "unreleased" in pages["CHANGELOG.md"].lower():
        yield "CHANGELOG.md has something unreleased"
    images = re.findall(r"image: wikishelf:(\S+)", MANIFEST.read_text("utf-8"))
    if set(images) != {version}:
        yield f"{MANIFEST.name} names the versions {', '.join(images)}"
    if f"| {version.rpartition('.')[0]} | yes |" not in pages["SECURITY.md"]:
        yield f"SECURITY.md does not say that {version} gets fixes"
    last = max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("0*.py"))
    if f"`{last}`" not in pages["CHANGELOG.md"]:
        yield f"CHANGELOG.md does not list the schema revision {last}"


def locks() -> Iterator[str]:
    """Requirements of pyproject.toml that a lock lacks, or has in a version that they do not take."""
    project, groups = settings()["project"], settings()["dependency-groups"]
    extras = project["optional-dependencies"]
    needed = {
        "requirements.lock": {*project["dependencies"], *extras["dev"], *groups["build"]},
        "supply/image.lock": {*project["dependencies"], *groups["build"]},
        "supply/tools.lock": {*groups["supply"], *groups["build"]},
        "supply/docs.lock": {*groups["docs"], *groups["build"]},
    }
    known = set().union(*needed.values(), *extras.values())
    for lock, needs in needed.items():
        pins = re.findall(r"^([\w.-]+)(?:\[\w+\])?==([^\s;]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
        for line in sorted(known):
            wanted = Requirement(line)
            if wanted.name == project["name"]:  # an extra that has others
                continue
            found = [version for name, version in pins if canonicalize_name(name) == canonicalize_name(wanted.name)]
            if not found and line in needs:
                yield f"{lock} lacks {line}; run make lock"
            for version in set(found) - set(wanted.specifier.filter(found)):
                yield f"{lock} has {wanted.name} {version}, and pyproject.toml says {line}; run make lock"


def builds(folder: Path, archives: list[Path]) -> Iterator[str]:
    """Build, and hand the archives on."""
    archives += build_twice(folder)
    yield from ()


def tool(name: str, *arguments: str) -> Iterator[str]:
    """What a tool of .venv-tools complains of."""
    done = subprocess.run([TOOLS / name, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield from (done.stdout + done.stderr).splitlines()


if __name__ == "__main__":
    sys.exit(main())
