"""The public names of Wikishelf as the code has them: of SQL, Python, HTTP and the command line."""

import argparse
import contextlib
import inspect
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, NamedTuple
from unittest.mock import patch

import api
import wikishelf
from api.service import app
from db import sql_files
from db.connection import Database

PACKAGES = ("api", "db", "ingest", "train", "sample")
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


class Parsed(BaseException):
    """The arguments came to this parser."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.parser = parser


def parser_of(words: Sequence[str], refuses: bool = True) -> argparse.ArgumentParser:
    """Hand the words of `python -m X ...` or `wikishelf X ...` to their own program, up to its parser and no further.

    The program exits with 2 if its parser refuses them, also for an option that it does not know.

    Parameters
    ----------
    words : sequence of str
        As a shell divides them.
    refuses : bool
        False stops at the first parser, whatever the words are.
    """
    parse = argparse.ArgumentParser.parse_known_args

    def stop(parser: argparse.ArgumentParser, *given: Any, **named: Any) -> None:
        unknown = parse(parser, *given, **named)[1] if refuses else []
        if unknown:
            parser.error(f"unknown: {unknown}")
        raise Parsed(parser)

    name, arguments = (words[2], words[3:]) if words[0] == "python" else ("wikishelf", words[1:])
    streams: dict[str, Any] = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}  # db.console wraps them.
    with (
        patch.object(argparse.ArgumentParser, "parse_known_args", stop),
        patch.multiple(sys, argv=[name, *arguments], **streams),
        warnings.catch_warnings(action="ignore", category=RuntimeWarning),  # runpy's, of what is imported already
    ):
        try:
            wikishelf.main() if name == "wikishelf" else import_module(f"{name}.__main__").main()
        except Parsed as parsed:
            return parsed.parser
    raise AssertionError(f"{words} reached no parser")


def commands() -> list[argparse.ArgumentParser]:
    """The parser of every command and subcommand, in the order of --help."""
    tops = [["python", "-m", package] for package in PACKAGES] + [["python", "-m", "ingest", "download"]]
    own = [["wikishelf", name] for name in wikishelf.COMMANDS if name not in PACKAGES]
    parsers = [parser_of(top, refuses=False) for top in tops]
    parsers += [parser for top in own if (parser := parser_of(top, refuses=False)).prog == " ".join(top)]  # no other's
    return [each for parser in parsers for each in _below(parser)]


def _below(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _below(child)


def help_of(parser: argparse.ArgumentParser, columns: int = 100) -> str:
    """What --help prints on a terminal of so many columns."""
    with patch.dict("os.environ", COLUMNS=str(columns)), contextlib.suppress(ValueError):
        return parser.format_help()
    return parser.format_usage()
