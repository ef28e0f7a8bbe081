"""python -m api similar TITLE | search WORDS: answers from the active model."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

import api
from db import console

Record = api.FoundArticle | api.SimilarArticle | api.SimilarLink


def main() -> None:
    """Parse, ask, print."""
    options = parser().parse_args()
    with api.connect() as shelf:
        if options.command == "search":
            answer: Sequence[Record] = shelf.search_articles(options.words, options.count)
        elif options.link:
            answer = shelf.similar_links(options.title, options.count)
        else:
            answer = shelf.similar_articles(options.title, options.count, options.topic)
    rows = [asdict(record) for record in answer]
    if options.json:
        console.print_json(rows)
    else:
        print_table(rows)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--count", type=int, default=10, metavar="N", help="at most N answers (default 10)")
    common.add_argument("--json", action="store_true", help="print one JSON document")
    top = argparse.ArgumentParser(prog="python -m api", description="Ask the active model.")
    commands = top.add_subparsers(dest="command", required=True, metavar="similar | search")
    similar = commands.add_parser("similar", parents=[common], help="articles, or links, most like one")
    similar.add_argument("title", help="title or alias of an article; with --link, of a link")
    similar.add_argument("--link", action="store_true", help="links like this link")
    similar.add_argument("--topic", metavar="T", help="only articles of this topic, such as film")
    search = commands.add_parser("search", parents=[common], help="articles by title or alias, errors forgiven")
    search.add_argument("words", help="a title, or something like it")
    return top


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print records for people: every field but the ids."""
    if not rows:
        print("nothing found", file=sys.stderr)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    fields = [field for field in rows[0] if not field.endswith("_id")]
    for field in fields:
        table.add_column(field, justify="right" if isinstance(rows[0][field], float) else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"{row[f]:.3f}" if isinstance(row[f], float) else str(row[f] or "") for f in fields))
    Console().print(table)


if __name__ == "__main__":
    console.run("python -m api", main)
