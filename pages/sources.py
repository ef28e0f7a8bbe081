"""The public names of Wikishelf as the code has them: of SQL, Python, HTTP and the command line."""

import argparse
import contextlib
import inspect
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from unittest.mock import patch

import api
from api.service import app
from db import sql_files
from db.connection import Database
from wikishelf import completion

COMMENT = re.compile(r"^comment on (?:function|view) (\w+)(?:\([^)]*\))? is\s*'((?:[^']|'')*)'", re.MULTILINE)
CREATED = re.compile(r"^create or replace function (\w+)\((.*?)\)\s+returns (.*?)\n", re.MULTILINE | re.DOTALL)


class Function(NamedTuple):
    """A function of SQL: one of its forms."""

    name: str
    arguments: str
    returns: str
    comment: str


def functions() -> list[Function]:
    """All public functions that have a file; one of two forms stands twice."""
    names = sorted(name for name in sql_files.function_names() if not name.startswith("_"))
    texts = [(sql_files.FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8") for name in names]
    return [
        Function(name, " ".join(arguments.split()), returns.strip(), comment.replace("''", "'"))
        for text in texts
        for (name, arguments, returns), (_, comment) in zip(CREATED.findall(text), COMMENT.findall(text), strict=True)
    ]


def shown(thing: Any) -> dict[str, Any]:
    """The public methods of a class, its own and those that it inherits from classes of ours."""
    classes = (
        [one for one in inspect.getmro(thing) if one.__module__.startswith(("api.", "db."))]
        if inspect.isclass(thing)
        else []
    )
    members = {name: value for one in reversed(classes) for name, value in vars(one).items()}
    return {name: value for name, value in members.items() if name[0] != "_" and inspect.isfunction(value)}


def openapi() -> dict[str, Any]:
    """The OpenAPI document, as /openapi.json has it; no database is asked."""
    return app.create(api.Shelf(Database("postgresql://nobody@127.0.0.1:1/none")), api.Limits()).openapi()


def commands() -> list[argparse.ArgumentParser]:
    """The parser of every command and subcommand, in the order of --help."""
    return [each for top in completion.every_parser().values() for each in completion.all_parsers(top)]


def parser_of(words: Sequence[str]) -> tuple[argparse.ArgumentParser, list[str]]:
    """Return the parser of a line `python -m X ...` or `wikishelf X ...`, and the arguments that are for it.

    Parameters
    ----------
    words : sequence of str
        As a shell divides them.
    """
    names = list(words[2:] if words[0] == "python" else words[1:])
    parsers = completion.every_parser()
    if names[0] in completion.commands_of(parsers["api"]) and names[0] not in parsers:  # wikishelf topics
        return parsers["api"], names
    n_names = 2 if " ".join(names[:2]) in parsers else 1  # ingest download
    return parsers[" ".join(names[:n_names])], names[n_names:]


def help_of(parser: argparse.ArgumentParser, columns: int = 100) -> str:
    """What --help prints on a terminal of so many columns."""
    with patch.dict("os.environ", COLUMNS=str(columns)), contextlib.suppress(ValueError):
        return parser.format_help()
    return parser.format_usage()
