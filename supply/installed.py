"""The wheel in new environments, and the image without Docker: they ask the bundled sample a question."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from supply import image
from supply.packages import ROOT, settings

PYTHONS = ("3.11", "3.12", "3.13")
UV = str(ROOT / ".venv-tools" / "bin" / "uv")
# Each is a command, and what it must print.
QUESTIONS = (
    (["python", "-c", "from importlib.metadata import version; print(version('wikishelf'))"], "{version}"),
    (["wikishelf", "--help"], "api"),
    (["python", "-m", "sample", "sample.xml.bz2"], ""),
    (["wikishelf", "ingest", "sample.xml.bz2", "--topic", "book"], "549"),
    (["wikishelf", "api", "search", "brothers karamasov"], "The Brothers Karamazov"),
    (["wikishelf", "db", "psql", "--no-psqlrc", "--command", "select count(*) from books"], "0"),
)


def answers(archives: list[Path], folder: Path, asked: list[str] | None) -> Iterator[str]:
    """What goes wrong with the wheel among the archives in each Python; one that is missing is wrong if asked for."""
    (wheel,) = (archive for archive in archives if archive.suffix == ".whl")
    for python in asked or PYTHONS:
        if program := interpreter(python):
            yield from (f"Python {python}: {line}" for line in _installed(program, wheel, folder / f"python{python}"))
        elif asked:
            yield f"this machine has no python{python}"
        else:
            print(f"        this machine has no python{python}")


def answers_in_image(folder: Path) -> Iterator[str]:
    """What goes wrong with the image, its steps carried out as they are written; nothing without its Python."""
    if program := interpreter(image.python()):
        folder.mkdir()
        yield from _asked(folder / "environment", image.carry_out(folder, program))
    else:
        print(f"        this machine has no python{image.python()}")


def interpreter(python: str) -> str | None:
    """Return the program of that version, and not a shim that cannot start it."""
    command = [f"python{python}", "-c", "import sys; print(sys.executable)"]
    if not shutil.which(command[0]):
        return None
    environment = {**os.environ, "PYENV_VERSION": python}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _installed(program: str, wheel: Path, folder: Path) -> Iterator[str]:
    """Install the wheel beside what the image's lock has, and ask."""
    install = [UV, "pip", "install", "--quiet", "--python", str(folder)]
    for command in (
        [UV, "venv", "--quiet", "--python", program, str(folder)],
        [*install, "--require-hashes", "--requirement", str(ROOT / "supply" / "image.lock")],
        [*install, "--no-deps", str(wheel)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            yield f"{' '.join(command)}: {done.stderr.strip()}"
            return
    yield from _asked(folder, folder)


def _asked(environment: Path, folder: Path) -> Iterator[str]:
    """The first question that goes wrong."""
    variables = image.surroundings(environment) | {"WIKISHELF_HOME": str(folder / "home")}
    for command, expected in QUESTIONS:
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        if done.returncode != 0 or expected.format(version=settings()["project"]["version"]) not in done.stdout:
            yield f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}"
            return
