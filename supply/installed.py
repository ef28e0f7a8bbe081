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
Questions = tuple[tuple[list[str], str], ...]  # each is a command, and what it must print
QUESTIONS: Questions = (
    (["python", "-c", "from importlib.metadata import version; print(version('wikishelf'))"], "{version}"),
    (["wikishelf", "--help"], "api"),
    (["python", "-m", "sample", "sample.xml.bz2"], ""),
    (["wikishelf", "ingest", "sample.xml.bz2", "--topic", "book"], "549"),
    (["wikishelf", "api", "search", "brothers karamasov"], "The Brothers Karamazov"),
    (["wikishelf", "db", "psql", "--no-psqlrc", "--command", "select count(*) from books"], "0"),
)
WITH_TRAINING: Questions = (
    *QUESTIONS,
    (["wikishelf", "train"], "is active"),
    (["wikishelf", "train", "map"], "has a map"),
    (["wikishelf", "api", "similar", "Don Quixote"], "similarity"),
)


def answers(archives: list[Path], folder: Path, asked: list[str] | None) -> Iterator[str]:
    """What goes wrong with the wheel among the archives in each Python, and in the newest with the extra `train`."""
    (wheel,) = (archive for archive in archives if archive.suffix == ".whl")
    programs = {python: interpreter(python) for python in asked or PYTHONS}
    found = {python: program for python, program in programs.items() if program}
    for python in programs.keys() - found.keys():
        yield from _missing(python, bool(asked))
    for python, program in found.items():
        install = ["--require-hashes", "--requirement", str(ROOT / "supply" / "image.lock")]
        steps = [install, ["--no-deps", str(wheel)]]
        yield from _installed(program, steps, folder / f"python{python}", QUESTIONS)
    if found:
        steps = [["--constraint", str(ROOT / "requirements.lock"), f"{wheel}[train]"]]
        yield from _installed(list(found.values())[-1], steps, folder / "train", WITH_TRAINING)


def _missing(python: str, is_asked: bool) -> Iterator[str]:
    if is_asked:
        yield f"this machine has no python{python}"
    else:
        print(f"        this machine has no python{python}")


def answers_in_image(folder: Path) -> Iterator[str]:
    """What goes wrong with the image, its steps carried out as they are written; nothing without its Python."""
    if program := interpreter(image.python()):
        folder.mkdir()
        yield from _asked(folder / "environment", image.carry_out(folder, program), QUESTIONS)
    else:
        yield from _missing(image.python(), False)


def interpreter(python: str) -> str | None:
    """Return the program of that version, and not a shim that cannot start it."""
    command = [f"python{python}", "-c", "import sys; print(sys.executable)"]
    if not shutil.which(command[0]):
        return None
    environment = {**os.environ, "PYENV_VERSION": python}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _installed(program: str, steps: list[list[str]], folder: Path, questions: Questions) -> Iterator[str]:
    """Make an environment, install, and ask; the first thing that goes wrong."""
    install = [UV, "pip", "install", "--quiet", "--python", str(folder)]
    for command in [[UV, "venv", "--quiet", "--python", program, str(folder)], *(install + step for step in steps)]:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            yield f"{' '.join(command)}: {done.stderr.strip()}"
            return
    yield from _asked(folder, folder, questions)


def _asked(environment: Path, folder: Path, questions: Questions) -> Iterator[str]:
    """The first question that goes wrong, and its program."""
    variables = image.surroundings(environment) | {"WIKISHELF_HOME": str(folder / "home")}
    for command, expected in questions:
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        if done.returncode != 0 or expected.format(version=settings()["project"]["version"]) not in done.stdout:
            yield f"{folder.name}: {' '.join(command)}: {(done.stderr or done.stdout).strip()}"
            return
