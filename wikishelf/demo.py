"""`wikishelf demo`: the bundled sample, a model, its map and some answers, in a folder of its own."""

import hashlib
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import platformdirs

import api
from db import console
from db.command_line import Parser
from db.embedded import folders, sharing
from db.embedded.cluster import Cluster
from db.errors import NoActiveModel, WikishelfError
from db.opening import connect
from train import extra
from train.errors import ExtraMissing
from wikishelf import dispatch

DUMP = "sample.xml.bz2"
QUERY = "select title, similarity from similar_articles('Dracula', 3, 'film')"
QUESTIONS = (
    ("api", "similar", "War and Peace", "--topic", "book", "--count", "5"),
    ("api", "recommend", "--like", "Dracula", "--like", "Frankenstein", "--topic", "film", "--count", "5"),
    ("api", "explain", "War and Peace", "Anna Karenina", "--count", "5"),
    ("db", "psql", "-P", "pager=off", "-c", QUERY),
)
PACKAGES = Path(__file__).resolve().parent.parent
FAREWELL = """
made     549 books, 79 films, a model and a map, in {home}
look     {word} demo api serve    then open http://127.0.0.1:8000
ask on   {word} demo api similar "Don Quixote"
         {word} demo api recommend --like "Jane Eyre" --like "Dracula" --count 5
         {word} demo facets
         {word} demo db psql
Python   {variables}
remove   {word} demo --remove

For a Wikipedia of your own: {word} ingest download simplewiki --to dumps"""


class DemoMissing(WikishelfError):
    """there is no demo in {home} yet; run "wikishelf demo" first"""


class DemoHomeTaken(WikishelfError):
    """{home} holds other things than a demo; set WIKISHELF_DEMO_HOME to a new folder, or unset it"""


class DemoNeedsExtra(WikishelfError):
    """the demo trains a model, which needs {library}, and that is not installed: pip install "wikishelf[train]";
    without it, "python -m db restore FILE|URL" takes a shelf that somebody has trained and published
    """


def main() -> None:
    """Make what is missing of the demo and ask it, or remove it."""
    options = parser().parse_args()
    unset = "unset DATABASE_URL; " if "DATABASE_URL" in os.environ else ""
    home = enter()
    if options.remove:
        remove(home)
        return
    console.form.has_hints = False  # each would be followed by the step that it names
    try:
        begin(home)
        with sharing.attach(home):  # so that the server runs on between the steps
            make(home)
            for question in QUESTIONS:
                run(*question)
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"type {word()} demo again, and it goes on where it was")
        raise
    print(farewell(home, unset))


def use(arguments: list[str]) -> None:
    """Run a command on the demo's shelf.

    Raises
    ------
    DemoMissing
    """
    home = enter()
    if not (home / "data").exists():
        raise DemoMissing(home=home)
    dispatch(arguments)


def parser() -> Parser:
    """Make the parser of this command."""
    given = Parser(
        prog="wikishelf demo",
        usage="wikishelf demo [-h] [--remove]\n       wikishelf demo COMMAND ...",
        description="Make a shelf of 549 books and 79 films in a folder of its own, with a model and a map, and ask it "
        "some questions. What is there already stays. With a COMMAND of wikishelf behind it, run that on this shelf.",
    )
    given.add_argument("--remove", action="store_true", help="delete the demo's folder, unless somebody uses it")
    return given


def enter() -> Path:
    """Let all that follows in this process use the demo's shelf; return its folder."""
    home = default_home()
    if chosen := os.environ.get("WIKISHELF_DEMO_HOME"):
        home = Path(chosen).expanduser().absolute()
        if home.exists() and any(home.iterdir()) and not (home / DUMP).exists():
            raise DemoHomeTaken(home=home)
    for name in ("DATABASE_URL", "WIKISHELF_SCHEMA", "TF_CONFIG"):
        os.environ.pop(name, None)
    os.environ["WIKISHELF_HOME"] = str(home)
    return home


def default_home() -> Path:
    """Return the folder of this user's demo; every clone of the repository has one of its own."""
    is_clone = (PACKAGES / "pyproject.toml").exists()
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # another user runs root's server, and may not enter /root
        clone = f"-{hashlib.sha256(bytes(PACKAGES)).hexdigest()[:8]}" if is_clone else ""
        return Path(f"/var/lib/wikishelf-demo{clone}")
    return PACKAGES / ".wikishelf" if is_clone else platformdirs.user_data_path("wikishelf-demo", appauthor=False)


def begin(home: Path) -> None:
    """Check first what the training needs, and mark the folder as that of a demo by the file of its dump.

    Raises
    ------
    DemoNeedsExtra, HomeUnusable
    """
    if not (home / DUMP).exists():
        try:
            extra.check("tensorflow", "openTSNE")
        except ExtraMissing as error:
            raise DemoNeedsExtra(**error.facts) from None
        folders.opened(home)
        (home / DUMP).touch()


def make(home: Path) -> None:
    """Run the steps that are missing: a model stands on an import, and a map on a model."""
    connect().close()  # It makes the shelf, or upgrades that of an older program.
    metrics = model_metrics()
    if metrics is not None and "map" in metrics:
        return
    if metrics is None:
        run("sample", str(home / DUMP))
        run("ingest", str(home / DUMP), "--topic", "book", "--topic", "film")
        run("train")
    run("train", "map")


def model_metrics() -> Mapping[str, Any] | None:
    """Return what is known of the model that answers in the demo; None where there is none yet."""
    try:
        with api.connect() as shelf:
            return shelf.active_model().metrics
    except NoActiveModel:
        return None


def run(*words: str) -> None:
    """Run a command in this process, below the line that would run it again."""
    print(f"\n$ {word()} demo {' '.join(map(quoted, words))}", flush=True)
    sys.argv = list(words)
    try:
        import_module(f"{words[0]}.__main__").main()
    except SystemExit as end:  # psql's
        if end.code:
            raise
    sys.stdout.flush()


def farewell(home: Path, unset: str) -> str:
    """Say what there is now, what to type next, and how to remove it."""
    variables = f"{unset}export WIKISHELF_HOME={shlex.quote(str(home))}"
    return FAREWELL.format(home=home, word=word(), variables=variables)


def remove(home: Path) -> None:
    """Delete all that the demo made, unless somebody uses it.

    Raises
    ------
    db.embedded.errors.HomeInUse
    """
    if not home.exists():
        print(f"there is no demo in {home}")
        return
    with sharing.unused(home):
        shutil.rmtree(Cluster(home.resolve()).sockets, ignore_errors=True)  # below /tmp, where the path of home is long
        shutil.rmtree(home.resolve())
    print(f"removed {home}")


def quoted(argument: str) -> str:
    """Quote an argument for a shell, in the way that is read most easily."""
    plain = shlex.quote(argument)
    return f'"{argument}"' if plain != argument and not set(argument) & set('"$`\\!') else plain


def word() -> str:
    """Return what starts this program from where we are: wikishelf, if the shell finds it."""
    found, ours = shutil.which("wikishelf"), Path(sys.executable).with_name("wikishelf")
    if found and (not ours.exists() or ours.samefile(found)):
        return "wikishelf"
    if not ours.exists():
        return shlex.join([sys.executable, "-m", "wikishelf"])
    here = Path.cwd()
    return shlex.quote(str(ours.relative_to(here) if ours.is_relative_to(here) else ours))
