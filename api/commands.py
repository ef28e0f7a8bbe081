"""The command line, and the question that it asks: a verb with its arguments."""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from api import picture_command
from db.command_line import Parser

AS_JSON = Parser(add_help=False)
AS_JSON.add_argument("--json", action="store_true", help="print one JSON document")

SHOWN = Parser(add_help=False, parents=[AS_JSON])
SHOWN.add_argument("--sql", action="store_true", help="print the query for psql, and do not ask it")

COMMON = Parser(add_help=False, parents=[SHOWN])
COMMON.add_argument("--count", type=int, metavar="N", help="give at most N answers (default 10)")

FILTERED = Parser(add_help=False)
FILTERED.add_argument("--topic", metavar="TOPIC", help="only articles of this topic, such as film")
FILTERED.add_argument(
    "--facet", dest="facets", action="append", type=lambda text: facet(text), metavar="NAME=VALUE",
    help="only articles with this facet, such as genre=Satire or year=1950..1980; repeat it for one value or another",
)  # fmt: skip
RANKING = ("prominence", "exclude", "exclude_ids", "min_similarity")
RANKED = Parser(add_help=False)
RANKED.add_argument(
    "--prominence", type=float, metavar="P", help="P from -1, hidden gems, to 1, well known (default 0; recommend: 0.3)"
)
RANKED.add_argument("--exclude", action="append", metavar="TITLE", help="leave out this title; repeat it for several")
RANKED.add_argument(
    "--exclude-id",
    dest="exclude_ids",
    action="append",
    type=int,
    metavar="ID",
    help="leave out the article with this article_id; repeat it for several",
)
RANKED.add_argument(
    "--min-similarity", type=float, metavar="S", help="only articles of a similarity of S or more, -1 to 1"
)
OF_ARTICLES = [COMMON, FILTERED, RANKED]


class Question(NamedTuple):
    """A verb of SQL and Python, and its arguments by name, without those left at their defaults."""

    verb: str
    arguments: dict[str, Any]


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the options, by default those of this run; wrong usage ends the program with exit code 2."""
    top = parser()
    options = top.parse_args(arguments)
    articles_only = ("topic", "facets", "same_author", "same_series", "least", "exact", *RANKING)
    if getattr(options, "link", False) and any(getattr(options, name) is not None for name in articles_only):
        top.error("of the options that choose answers, only --kind and --count can be combined with --link")
    if getattr(options, "kind", None) and options.command == "similar" and not options.link:
        top.error("--kind needs --link")
    if options.command == "recommend":
        _check_recommend(top, options)
    return options


def _check_recommend(top: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if not options.likes and options.history is None:
        top.error("recommend needs --like or --history")
    if options.history is None and options.unmatched is not None:
        top.error("--unmatched goes with --history")
    if options.history is not None and options.sql:
        top.error("--sql goes without --history, whose books are looked up first")
    if options.unmatched is not None and Path(options.unmatched).resolve() == Path(options.history).resolve():
        top.error("--unmatched must be another file than --history")


def question(options: argparse.Namespace) -> Question:
    """Return the question that the options ask."""
    verb = "similar_links" if getattr(options, "link", False) else options.verb
    given = vars(options)
    names = [*options.positional, "kind", "likes", "dislikes", "weights", "count", "topic", "facets"]
    names += ["same_author", "same_series", "least", "exact", "diversity", *RANKING]
    arguments = {name: given[name] for name in names if given.get(name) is not None}
    if "facets" in arguments:
        arguments["facets"] = together(arguments["facets"])
    return Question(verb, arguments)


def together(facets: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Collect the values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in facets:
        found.setdefault(name, []).append(value)
    return found


def facet(text: str) -> tuple[str, str]:
    """Cut NAME=VALUE in two."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"a facet must be written as NAME=VALUE, such as genre=Satire, not {text!r}")
    return name, value


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    top = Parser(prog="python -m api", description="Ask the shelf, which answers from its active model.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    similar = commands.add_parser(
        "similar", parents=OF_ARTICLES, help="the articles most like one, or links most like a link"
    )
    similar.set_defaults(verb="similar_articles", positional=["title"])
    similar.add_argument("title", metavar="TITLE", help="title or alias of an article; with --link, of a link")
    similar.add_argument("--link", action="store_true", help="ask for the links most like this link")
    similar.add_argument("--kind", choices=["page", "category", "site"], help="with --link: only links of this kind")
    similar.add_argument(
        "--same-author", type=yes, metavar="yes|no", help="yes: only articles with an author in common; no: only others"
    )
    similar.add_argument(
        "--same-series", type=yes, metavar="yes|no", help="yes: only articles with a series in common; no: only others"
    )
    similar.add_argument("--least", action="store_true", default=None, help="the articles least like it instead")
    similar.add_argument("--exact", action="store_true", default=None, help="compare all articles, so none is missed")

    near = commands.add_parser("near", parents=OF_ARTICLES, help="articles near a link, even if they lack it")
    near.set_defaults(verb="articles_near_link", positional=["title"])
    near.add_argument("title", metavar="TITLE", help="title or alias of a link")

    lacking = commands.add_parser("lacking", parents=[COMMON], help="the links that an article most likely lacks")
    lacking.set_defaults(verb="links_near_article", positional=["title"])
    lacking.add_argument("title", metavar="TITLE", help="title or alias of an article")

    recommend = commands.add_parser("recommend", parents=OF_ARTICLES, help="articles for people who like these")
    recommend.set_defaults(verb="recommend_articles", positional=[])
    recommend.add_argument(
        "--like", dest="likes", action="append", metavar="TITLE", help="a title that is liked; repeat it"
    )
    recommend.add_argument(
        "--dislike", dest="dislikes", action="append", metavar="TITLE", help="a disliked title; repeat it"
    )
    recommend.add_argument(
        "--weight",
        dest="weights",
        action="append",
        type=float,
        metavar="W",
        help="W above 0 is how much a like counts; one for each --like (default 1)",
    )
    recommend.add_argument(
        "--history", metavar="FILE", help="what you have read, as Goodreads, StoryGraph or LibraryThing exports it"
    )
    recommend.add_argument("--unmatched", metavar="FILE", help="with --history: write those without an article here")
    recommend.add_argument(
        "--diversity", type=float, metavar="D", help="D from 0, the nearest (default), to 1, each unlike the others"
    )

    explain = commands.add_parser("explain", parents=[COMMON], help="why two articles are alike")
    explain.set_defaults(verb="explain_similarity", positional=["a", "b"])
    explain.add_argument("a", metavar="TITLE", help="title or alias of an article (a)")
    explain.add_argument("b", metavar="TITLE", help="title or alias of another article (b)")

    search = commands.add_parser("search", parents=[COMMON], help="articles by title or alias, even misspelt ones")
    search.set_defaults(verb="search_articles", positional=["words"])
    search.add_argument("words", metavar="WORDS", help="a title, or something like it")
    search.add_argument("--topic", metavar="TOPIC", help="only articles of this topic")

    series = commands.add_parser("series", parents=[SHOWN], help="the series of an article, in reading order")
    series.set_defaults(verb="series_articles", positional=["title"])
    series.add_argument("title", metavar="TITLE", help="title or alias of an article")

    commands.add_parser("topics", parents=[AS_JSON], help="the topics that the shelf has, with their articles")
    facets = commands.add_parser("facets", parents=[AS_JSON], help="the facets that articles have, with common values")
    facets.add_argument("--topic", metavar="TOPIC", help="only those of this topic's articles")
    facets.add_argument(
        "--count", type=int, default=3, metavar="N", help="name the N commonest values of each (default 3)"
    )

    picture_command.add(commands)

    serve = commands.add_parser("serve", help="run the HTTP service and its page")
    serve.add_argument("--host", default="127.0.0.1", metavar="HOST", help="address to listen on (default 127.0.0.1)")
    serve.add_argument(
        "--port", type=whole(0, 65535), default=8000, metavar="PORT", help="port to listen on (default 8000)"
    )
    serve.add_argument(
        "--connections",
        type=whole(1, 1000),
        default=8,
        metavar="N",
        help="N connections to the database for light questions (default 8)",
    )
    serve.add_argument(
        "--seconds", type=whole(1, 3600), default=5, metavar="S", help="S seconds for a whole question (default 5)"
    )
    serve.add_argument(
        "--root-path",
        type=root_path,
        default="",
        metavar="PATH",
        help="the path under which a proxy offers it, such as /shelf",
    )
    serve.add_argument(
        "--clients",
        type=whole(1, 100_000),
        default=256,
        metavar="N",
        help="at most N clients are connected at once (default 256)",
    )
    serve.add_argument(
        "--admin-port",
        type=whole(0, 65535),
        metavar="PORT",
        help="the port where /healthz, /readyz and /metrics answer instead",
    )
    serve.add_argument(
        "--admin-host", default="127.0.0.1", metavar="HOST", help="address of the admin port (default 127.0.0.1)"
    )
    serve.add_argument(
        "--keep-login-rights", action="store_true", help="run even if the login may not become the shelf's reader"
    )
    return top


def whole(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of whole numbers in this range."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text[:9]) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return read


def root_path(text: str) -> str:
    """Read the path under which a proxy offers the service."""
    path = text.rstrip("/")
    if path and not re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", path):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path such as /shelf, of letters, digits and hyphens")
    return path


def yes(text: str) -> bool:
    """Read yes or no."""
    if text not in {"yes", "no"}:
        raise argparse.ArgumentTypeError(f"give yes or no, not {text!r}")
    return text == "yes"
