"""`recommend --history FILE`: the taste of a file, and what is said of it on stderr."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from api.answer import Answer
from api.errors import UnmatchedNotWritten
from api.history import History, HistoryBook
from api.shelf import Shelf
from db.search import SimilarArticle

MOST_ROWS_NAMED = 20


def recommend(shelf: Shelf, history: History, options: Namespace, arguments: dict[str, Any]) -> Answer[SimilarArticle]:
    """The answer for the reader of a history, who may have named other titles besides."""
    taste = shelf.match_history(history)
    _report(history, options.history, len(taste.unmatched))
    if options.unmatched is not None:
        _write(taste.unmatched, options.unmatched)
    likes, dislikes = (arguments.pop(name, ()) for name in ("likes", "dislikes"))
    return shelf.recommend_for(taste.joined(likes, dislikes, arguments.pop("weights", None)), **arguments)


def _report(history: History, path: str, unmatched: int) -> None:
    for row in history.malformed[:MOST_ROWS_NAMED]:
        print(f"{path}, line {row.line}: skipped: {row.reason}", file=sys.stderr)
    if history.malformed:
        print(f"{path}: rows skipped: {len(history.malformed)}", file=sys.stderr)
    read = sum(book.status != "to-read" for book in history)
    found = f"{read - unmatched} have an article here, {unmatched} have none"
    print(f"{path} ({history.site}): {read} books were read; {found}", file=sys.stderr)


def _write(books: tuple[HistoryBook, ...], path: str) -> None:
    """A line for each: the title, a tab, the author."""
    lines = "".join(f"{_cell(book.title)}\t{_cell(book.author)}\n" for book in books)
    try:
        Path(path).write_text(lines, encoding="utf-8")
    except OSError as error:
        raise UnmatchedNotWritten(path=path, reason=error.strerror) from error


def _cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line[:1] in {"=", "+", "-", "@"} else line
