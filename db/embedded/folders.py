"""The home as a folder that nobody else can change: it is checked as OpenSSH checks the files that it trusts."""

import grp
import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path

from db.embedded.errors import HomeUnusable


def opened(home: Path) -> Path:
    """Return the real path of the home, which is made if it is missing.

    The home must be ours, and nobody else may write there. Each folder above it must be root's or ours; others may
    write there only if it has the sticky bit, as /tmp has, or if its group has no other member than us.

    Raises
    ------
    HomeUnusable
    """
    try:
        for folder in reversed((home, *home.parents)):
            _make(folder)
        for folder in {*home.parents, *home.resolve().parents}:
            _check_above(home, folder)
        _check(home)
    except OSError as error:
        raise HomeUnusable(home=home, reason=error.strerror) from error
    return home.resolve()


def write(path: Path, text: str) -> None:
    """Write a file of the home, in one step and without following a link; do nothing if it has this text already."""
    with suppress(OSError):
        if read(path).decode() == text:
            return
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)  # a killed run left it
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o644)  # the server's user reads it, whatever the umask is
    draft.replace(path)


def read(path: Path) -> bytes:
    """Read a file, but no link."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read()


def _make(folder: Path) -> None:
    """Make a folder whose mode does not depend on the umask; another user runs root's server and must enter."""
    if not folder.exists():
        with suppress(FileExistsError):  # another process was faster
            folder.mkdir(mode=0o700)
            folder.chmod(0o755 if os.geteuid() == 0 else 0o700)


def _check(home: Path) -> None:
    found = home.stat()
    if found.st_uid != os.geteuid():
        raise HomeUnusable(home=home, reason="the folder belongs to another user")
    if found.st_mode & 0o022:
        who = "everybody" if found.st_mode & 0o002 else "its group"
        raise HomeUnusable(home=home, reason=f"{who} may write there; run chmod go-w on it")


def _check_above(home: Path, folder: Path) -> None:
    """Refuse a folder whose owner or writers could put something else in the home's place."""
    found = folder.stat()
    if {found.st_uid, folder.lstat().st_uid} - {0, os.geteuid()}:
        raise HomeUnusable(home=home, reason=f"{folder} belongs to another user, who could put another home there")
    writers = found.st_mode & (0o002 if _is_private(found.st_gid) else 0o022)
    if writers and not found.st_mode & stat.S_ISVTX:
        reason = f"others may write to {folder} and could put another home there; run chmod go-w on it"
        raise HomeUnusable(home=home, reason=reason)


def _is_private(group_id: int) -> bool:
    """Whether the group is that of this user alone, as many systems make one for each user but root."""
    with suppress(KeyError):
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(group_id)
        return user.pw_uid != 0 and group.gr_name == user.pw_name and not {*group.gr_mem} - {user.pw_name}
    return False
