"""The steps of the image in docker-compose.yml, carried out without Docker in a folder with an environment."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from supply.packages import ROOT

LOCKED = "pip install --no-cache-dir --require-hashes -r image.lock"


class Step(NamedTuple):
    """A line of the Dockerfile."""

    word: str
    rest: str


def services() -> dict[str, Any]:
    """Return the services of docker-compose.yml."""
    found: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
    return found


def steps() -> list[Step]:
    """Return the lines of the service's Dockerfile."""
    lines = services()["service"]["build"]["dockerfile_inline"].splitlines()
    return [Step(*line.split(" ", 1)) for line in lines]


def python() -> str:
    """Return the version of Python that the image has, such as 3.13."""
    return steps()[0].rest.removeprefix("python:").removesuffix("-slim")


def carry_out(folder: Path, program: str, without: str = "") -> Path:
    """Carry out every step but the one `without`.

    Parameters
    ----------
    folder
        A new one; `app` in it stands for /app, and `environment` for the Python of the image.
    program
        The Python to make the environment with.
    without
        A command that is left out, such as one that needs a package index.

    Returns
    -------
    Path
        The working folder of the image.

    Raises
    ------
    RuntimeError
        A command failed, or a step is of a kind that is not known here.
    """
    app = folder / "app"
    subprocess.run([program, "-m", "venv", folder / "environment"], check=True)
    for word, rest in steps():
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                _copy(ROOT / source, app / target)
        elif word == "RUN" and rest != without:
            _run(rest, app, folder / "environment")
        elif word == "WORKDIR":
            app.mkdir()
        elif word not in {"FROM", "RUN", "USER"}:
            raise RuntimeError(f"the image has a step {word}, which is not known here")
    return app


def surroundings(environment: Path) -> dict[str, str]:
    """Return the environment variables under which commands find the Python of the image."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PYTHONPATH"}}
    return kept | {"PATH": f"{environment / 'bin'}:{os.environ['PATH']}"}


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)


def _run(command: str, app: Path, environment: Path) -> None:
    done = subprocess.run(
        shlex.split(command), cwd=app, env=surroundings(environment), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
