"""A disk of its own size in memory, which a test fills and makes read-only; mounting needs root."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """Where it is mounted."""

    path: Path

    @property
    def home(self) -> Path:
        """The home of an embedded server on it."""
        return self.path / "home"

    def fill(self, left: int) -> None:
        """Leave so many kilobytes free, and begin anew if the server writes something meanwhile."""
        while True:
            self.empty()
            with suppress(OSError), (self.path / "filler").open("wb") as file:
                file.write(bytes(shutil.disk_usage(self.path).free - 1024 * left))
                return

    def empty(self) -> None:
        (self.path / "filler").unlink(missing_ok=True)

    @contextmanager
    def filled(self, left: int) -> Iterator[None]:
        self.fill(left)
        try:
            yield
        finally:
            self.empty()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        self._mount("-o", "remount,ro")
        try:
            yield
        finally:
            self._mount("-o", "remount,rw")

    def _mount(self, *options: str) -> None:
        subprocess.run(["mount", *options, self.path], check=True)


@contextmanager
def mounted(megabytes: int) -> Iterator[Disk]:
    """Mount one; skip the test where this may not be done."""
    path = Path(tempfile.mkdtemp(prefix="wikishelf-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(path)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        path.rmdir()
        pytest.skip("a small disk needs root and the right to mount")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
        path.rmdir()
