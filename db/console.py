"""What the command lines share: an error is one line, an answer is JSON or a table, and any streams will do."""

import codecs
import io
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

from db import shortage
from db.errors import OutputLost, WikishelfError

LONGEST_LINE = 4_000  # characters; an error may list what there is
_COMMAND = re.compile(r"python -m (?=(?:api|db|ingest|sample|train)\b)")


@dataclass
class Form:
    """How this process speaks of commands.

    Attributes
    ----------
    start : str
        What stands before the name of a command: `python -m`, unless the console command was typed.
    shortcut : str
        The command of `api` that was typed without `api`, as `wikishelf topics` is.
    has_hints : bool
        Whether a command says what to run next.
    """

    start: str = "python -m"
    shortcut: str = ""
    has_hints: bool = True


form = Form()


def run(program: str, main: Callable[[], None]) -> NoReturn:
    """Run a command line and exit: 0 done, 1 a clear error in one line on stderr, 130 interrupted."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  Python has None for a closed one.
    sys.stderr = _stream(sys.stderr or _null(2), _Messages)
    try:
        if sys.stdout is None:
            raise OutputLost(reason="standard output is closed; let it go to a file, a pipe or a terminal")
        sys.stdout = _stream(sys.stdout, _Output)
        try:
            with shortage.explained():
                main()
        finally:
            sys.stdout.flush()
    except WikishelfError as error:
        _end(1, typed(f"{program}: {error}"))
    except KeyboardInterrupt as interrupt:
        # Python ends itself by the signal, whatever the exit code, if it fell into the `exec` of a text, as a dataclass
        # is made by one. Another `exec` of a text makes it forget that.
        exec("")
        _end(130, typed(f"{program}: {'; '.join(['interrupted', *getattr(interrupt, '__notes__', [])])}"))
    except _ReaderGone:
        _end(0)
    sys.exit(0)


def typed(text: str) -> str:
    """Return the text with its commands in the form that was typed: `wikishelf api`, unless it was `python -m api`."""
    text = _COMMAND.sub(f"{form.start} ", text)
    return text.replace(f"{form.start} api {form.shortcut}", f"{form.start} {form.shortcut}") if form.shortcut else text


def next_step(purpose: str, command: str) -> None:
    """Say on stderr what to run next and why; `command` is written as `python -m train map`, and shown as it was typed.

    A command with --json says nothing of it.
    """
    if form.has_hints:
        print(f"next: {typed(command)}  # {purpose}", file=sys.stderr)


def plain(text: str) -> str:
    """Words of others as one line of a terminal: without what moves its cursor, and cut where nobody reads on."""
    line = "".join(one if one.isprintable() else "\ufffd" for one in text[:LONGEST_LINE])
    return line + "..." if len(text) > LONGEST_LINE else line


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=not is_unicode(), indent=2, default=str)
    print()


def print_exactly(text: str) -> None:
    """Print what must not change: where the encoding of stdout lacks a character, that is an error.

    Raises
    ------
    OutputLost
    """
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError as error:
        lacking = f'{error.encoding} has no "{text[error.start]}"; set PYTHONIOENCODING=utf-8'
        raise OutputLost(reason=f"the encoding {lacking}") from None
    print(text)


def is_unicode() -> bool:
    """Whether stdout takes every character."""
    return codecs.lookup(sys.stdout.encoding or "utf-8").name.startswith("utf")


class _ReaderGone(Exception):
    """The reader of stdout (head, less) has seen enough."""


class _Output(io.FileIO):
    """Bytes to stdout, whose errors are told from those of other files."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise _ReaderGone from None
        except OSError as error:
            raise OutputLost(reason=f"{error.strerror}; make room, or send it elsewhere") from None


class _Messages(io.FileIO):
    """Bytes to stderr. Nobody can be told that they do not arrive, and no work ends for it."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def _stream(stream: TextIO, raw: type[io.FileIO]) -> TextIO:
    """Put another layer below a stream, which writes a character that its encoding lacks by its number."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=bool(stream.line_buffering),
        write_through=stream.write_through,  # type: ignore[attr-defined]
    )


def _null(number: int) -> TextIO:
    """Open the null device in the place of a closed stream, before anything else gets its number."""
    file = os.open(os.devnull, os.O_WRONLY)
    if file != number:
        os.dup2(file, number)
    os.set_inheritable(number, True)
    return open(number, "w", encoding="utf-8", closefd=False)


def _end(code: int, message: str = "") -> NoReturn:
    """End with what was not written yet thrown away, since Python would try again."""
    if message:
        print(plain(message), file=sys.stderr)
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)
