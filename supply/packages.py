"""Source and wheel of a release: built with the same bytes anywhere, and complete."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def settings() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def tracked() -> set[str]:
    """Return the paths that git tracks; only a checkout has them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


def copy(folder: Path, mask: int, time: int) -> None:
    """Copy what git tracks; the umask and the time, in seconds since 1970, are what may differ between machines."""
    for name in sorted(tracked(), reverse=mask != 0):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
        target.chmod((0o777 if os.access(ROOT / name, os.X_OK) else 0o666) & ~mask)
        os.utime(target, (time, time))


def build(source: Path, folder: Path) -> list[Path]:
    """Build the source archive, and the wheel from it, as an installation does; return both."""
    _hatch(source, "sdist", folder)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    _hatch(unpacked, "wheel", folder)
    return sorted(path for path in folder.iterdir() if path.is_file())


def _hatch(source: Path, target: str, folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"hatchling cannot build the {target}: {done.stdout}{done.stderr}")


def build_twice(folder: Path) -> list[Path]:
    """Build from two copies, which differ in folder, umask, time and the order in which files were made."""
    first, second = folder / "first", folder / "a" / "longer" / "way" / "to" / "the" / "second"
    copy(first, 0o000, 1_000_000_000)
    copy(second, 0o077, 1_700_000_000)
    ours, theirs = build(first, folder / "ours"), build(second, folder / "theirs")
    for one, other in zip(ours, theirs, strict=True):
        if digest(one) != digest(other):
            raise RuntimeError(f"{one.name} has other bytes when it is built a second time")
    return ours


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def shipped() -> set[str]:
    """Return what git tracks of the packages: of those that ship types, and of the console command."""
    command = settings()["project"]["scripts"]["wikishelf"].partition(":")[0]
    tops = {name.split("/")[0] for name in tracked() if name.count("/") == 1 and name.endswith("/py.typed")}
    return {name for name in tracked() if name.split("/")[0] in tops | {command, f"{command}.py"}}


def differences(archive: Path) -> Iterator[str]:
    """What a source archive or a wheel has that git does not track, and what it lacks."""
    version = f"wikishelf-{settings()['project']['version']}"
    if archive.suffix == ".whl":
        wanted = shipped()
        with zipfile.ZipFile(archive) as wheel:
            found = {name for name in wheel.namelist() if not name.startswith(f"{version}.dist-info/")}
    else:
        wanted = tracked() | {"PKG-INFO"}
        with tarfile.open(archive) as source:
            found = {name.removeprefix(f"{version}/") for name in source.getnames()}
    yield from (f"{archive.name} lacks {name}" for name in sorted(wanted - found))
    yield from (f"{archive.name} has {name}, which git does not track" for name in sorted(found - wanted))
