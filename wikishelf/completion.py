"""`wikishelf completion SHELL`: a script that completes every command, written once from the parsers."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from db.command_line import Parser
from wikishelf import COMMANDS

SHELLS = ("bash", "zsh", "fish")
HEADER = re.compile(r"^# Usage:\n(?:#.*\n)+", re.MULTILINE)  # of shtab, with other folders than our help
WHERE = "# `wikishelf completion --help` says where to store this.\n"


def main() -> None:
    """Print the script for a shell."""
    import shtab

    shell = parser().parse_args().shell
    tree = everything()
    for action in (action for one in all_parsers(tree) for action in one._actions):
        if action.type is Path or action.metavar in {"FILE", "FOLDER", "DIR"}:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    print(HEADER.sub(WHERE, shtab.complete(tree, shell), count=1))


def parser() -> Parser:
    """Make the parser of this command."""
    given = Parser(
        prog="wikishelf completion",
        description="Print what completes the commands of wikishelf. Store it in "
        "~/.local/share/bash-completion/completions/wikishelf for bash, in a file _wikishelf in a folder of $fpath for "
        "zsh, in ~/.config/fish/completions/wikishelf.fish for fish.",
    )
    given.add_argument("shell", choices=SHELLS, help="the shell that shall complete them")
    return given


def everything() -> argparse.ArgumentParser:
    """Make one parser that has every command of `wikishelf` below it."""
    parsers = every_parser()
    _put_below(parsers["ingest"], {"download": parsers.pop("ingest download")}, "fetch a dump")
    parsers |= {name: commands_of(parsers["api"])[name] for name in ("topics", "facets")}
    _put_below(parsers["demo"], {name: made for name, made in parsers.items() if name != "demo"})
    top = argparse.ArgumentParser(prog="wikishelf")
    top.add_argument("--version", action="store_true", help="print the version")
    _put_below(top, parsers)
    return top


def every_parser() -> dict[str, argparse.ArgumentParser]:
    """Make all parsers, by the commands that they read."""
    import api.commands
    import db.__main__
    import ingest.__main__
    import ingest.download.command
    import sample.__main__
    import train.arguments
    from wikishelf import demo

    return {
        "demo": demo.parser(),
        "ingest": ingest.__main__.parser(),
        "ingest download": ingest.download.command.parser(),
        "train": train.arguments.parser(),
        "api": api.commands.parser(),
        "db": db.__main__.parser(),
        "sample": sample.__main__.parser(),
        "completion": parser(),
    }


def _put_below(top: argparse.ArgumentParser, parsers: dict[str, argparse.ArgumentParser], purpose: str = "") -> None:
    commands = top.add_subparsers()
    for name, made in parsers.items():  # shtab leaves out what has no help
        commands.add_parser(name, parents=[made], add_help=False, help=COMMANDS.get(name, purpose))


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of its commands, by their names."""
    found = [one.choices for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(found[0]) if found else {}


def all_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parser and those of all its commands."""
    yield parser
    for below in commands_of(parser).values():
        yield from all_parsers(below)
