"""The command line, and which verb it asks with which arguments."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import shtab

ONE = argparse.ArgumentParser(add_help=False)
ONE.add_argument("--count", type=int, metavar="N", help="at most N answers (default 10)")
ONE.add_argument("--json", action="store_true", help="print one JSON document")
ONE.add_argument("--sql", action="store_true", help="print the query, for psql, and ask nothing")

FILTERED = argparse.ArgumentParser(add_help=False)
FILTERED.add_argument("--topic", metavar="T", help="only articles of this topic, such as film")
FILTERED.add_argument(
    "--facet", dest="facets", action="append", type=lambda text: facet(text), metavar="NAME=VALUE",
    help="only articles with this facet, such as genre=Satire, year=1950..1980; of several of one name, any",
)  # fmt: skip


class Question(NamedTuple):
    """A verb of SQL and Python, and its arguments by name, without those left at their defaults."""

    verb: str
    arguments: dict[str, Any]


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options, by default those of this run; wrong usage ends it with exit code 2."""
    top = parser()
    options = top.parse_args(arguments)
    articles_only = ("topic", "facets", "same_author", "same_series", "least", "exact")
    if getattr(options, "link", False) and any(getattr(options, name) is not None for name in articles_only):
        top.error("with --link only --kind and --count choose")
    if getattr(options, "kind", None) and not options.link:
        top.error("--kind goes with --link")
    return options


def question(options: argparse.Namespace) -> Question:
    """What the options ask."""
    verb = "similar_links" if getattr(options, "link", False) else options.verb
    given = vars(options)
    names = [*options.positional, "kind", "likes", "dislikes", "weights", "count", "topic", "facets"]
    names += ["same_author", "same_series", "least", "exact", "diversity"]
    arguments = {name: given[name] for name in names if given.get(name) is not None}
    if "facets" in arguments:
        arguments["facets"] = together(arguments["facets"])
    return Question(verb, arguments)


def together(facets: list[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in facets:
        found.setdefault(name, []).append(value)
    return found


def facet(text: str) -> tuple[str, str]:
    """Cut NAME=VALUE in two."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE, such as genre=Satire")
    return name, value


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m api", description="Ask the active model.")
    top.add_argument(
        "--print-completion", choices=shtab.SUPPORTED_SHELLS, action=PrintCompletion,
        help="print completions for the command wikishelf, to be stored where the shell looks for them",
    )  # fmt: skip
    commands = top.add_subparsers(
        dest="command", required=True, metavar="similar | near | lacking | recommend | explain | search | serve"
    )
    similar = commands.add_parser("similar", parents=[ONE, FILTERED], help="articles, or links, most like one")
    similar.set_defaults(verb="similar_articles", positional=["title"])
    similar.add_argument("title", help="title or alias of an article; with --link, of a link")
    similar.add_argument("--link", action="store_true", help="links like this link")
    similar.add_argument("--kind", choices=["page", "category", "site"], help="with --link: only links of this kind")
    similar.add_argument("--same-author", type=yes, metavar="yes|no", help="only articles that share an author, or not")
    similar.add_argument("--same-series", type=yes, metavar="yes|no", help="only articles that share a series, or not")
    similar.add_argument("--least", action="store_true", default=None, help="the least like it instead")
    similar.add_argument("--exact", action="store_true", default=None, help="compare all: no answer is missed")

    near = commands.add_parser("near", parents=[ONE, FILTERED], help="articles near a link, made by them or not")
    near.set_defaults(verb="articles_near_link", positional=["title"])
    near.add_argument("title", help="title or alias of a link")

    lacking = commands.add_parser("lacking", parents=[ONE], help="links that an article does not make and likely would")
    lacking.set_defaults(verb="links_near_article", positional=["title"])
    lacking.add_argument("title", help="title or alias of an article")

    recommend = commands.add_parser("recommend", parents=[ONE, FILTERED], help="articles by what one likes")
    recommend.set_defaults(verb="recommend_articles", positional=[])
    recommend.add_argument("--like", dest="likes", action="append", required=True, metavar="T", help="a liked title")
    recommend.add_argument("--dislike", dest="dislikes", action="append", metavar="T", help="a disliked title")
    recommend.add_argument(
        "--weight", dest="weights", action="append", type=float, metavar="W", help="one for each --like, above 0"
    )
    recommend.add_argument("--diversity", type=float, metavar="D", help="0, the nearest (default), to 1")

    explain = commands.add_parser("explain", parents=[ONE], help="why two articles are alike")
    explain.set_defaults(verb="explain_similarity", positional=["a", "b"])
    explain.add_argument("a", metavar="TITLE", help="title or alias of an article (a)")
    explain.add_argument("b", metavar="TITLE", help="of another (b)")

    search = commands.add_parser("search", parents=[ONE], help="articles by title or alias, errors forgiven")
    search.set_defaults(verb="search_articles", positional=["words"])
    search.add_argument("words", help="a title, or something like it")
    search.add_argument("--topic", metavar="T", help="only articles of this topic")

    serve = commands.add_parser("serve", help="the HTTP service; docs/service.md")
    serve.add_argument("--host", default="127.0.0.1", metavar="H", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=whole(0, 65535), default=8000, metavar="P", help="port (default 8000)")
    serve.add_argument("--connections", type=whole(1, 1000), default=8, metavar="N", help="to the database (8)")
    serve.add_argument("--seconds", type=whole(1, 3600), default=5, metavar="S", help="for a query (default 5)")
    return top


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers of this range."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text[:9]) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return read


def yes(text: str) -> bool:
    """Read yes or no."""
    if text not in {"yes", "no"}:
        raise argparse.ArgumentTypeError("say yes or no")
    return text == "yes"


class PrintCompletion(argparse.Action):
    """Print a script that completes `wikishelf api ...`."""

    def __call__(self, _: Any, __: Any, shell: Any, ___: Any = None) -> None:
        """Print it, and end."""
        top = argparse.ArgumentParser(prog="wikishelf")
        commands = top.add_subparsers()
        for name in ("ingest", "train", "db"):
            commands.add_parser(name, help=f"python -m {name}")  # shtab leaves out what has no help
        commands.add_parser("api", parents=[parser()], add_help=False, help="python -m api")
        print(shtab.complete(top, shell))
        raise SystemExit(0)
