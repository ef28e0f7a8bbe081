"""`map` and `plot`: pictures of the shelf as files."""

import argparse
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from api.pictures import matplotlib_needed
from api.shelf import Shelf
from db.command_line import Parser

SAVED = Parser(add_help=False)
SAVED.add_argument(
    "--save", type=lambda text: picture(text), required=True, metavar="FILE", help="the .png or .svg file to write"
)
COUNTED = Parser(add_help=False)
COUNTED.add_argument("--count", type=int, metavar="N", help="draw at most N bars; of each colour, if there are two")


def add(commands: Any) -> None:
    """Add the commands to the parser of `python -m api`."""
    world = commands.add_parser("map", parents=[SAVED], help="draw the map of all articles; needs wikishelf[plots]")
    world.set_defaults(drawn="map", positional=[])
    world.add_argument(
        "--colour", metavar="FIELD", help="colour by topic, genre, country, author, language, year or prominence"
    )
    world.add_argument("--like", action="append", metavar="TITLE", help="mark this title; repeat it for several")

    plot = commands.add_parser("plot", help="draw bars: similar, linked or vector; needs wikishelf[plots]")
    figures = plot.add_subparsers(dest="figure", required=True, metavar="FIGURE")
    similar = figures.add_parser("similar", parents=[SAVED, COUNTED], help="the most and the least similar articles")
    similar.set_defaults(drawn="plot_similar", positional=["title"])
    similar.add_argument("title", metavar="TITLE", help="title or alias of an article")
    similar.add_argument("--topic", metavar="TOPIC", help="only articles of this topic, such as film")
    linked = figures.add_parser("linked", parents=[SAVED, COUNTED], help="what most articles link to")
    linked.set_defaults(drawn="plot_linked", positional=["kind"])
    linked.add_argument("kind", metavar="KIND", help="page, category, site, or a topic such as book")
    vector = figures.add_parser("vector", parents=[SAVED], help="the numbers of an article's vector")
    vector.set_defaults(drawn="plot_vector", positional=["title"])
    vector.add_argument("title", metavar="TITLE", help="title or alias of an article")


def draw(shelf: Shelf, options: Namespace) -> None:
    """Draw what the options ask for, and write the file; matplotlib needs no screen for it."""
    with matplotlib_needed():
        import matplotlib

        from api.plots import axes
    matplotlib.use("agg")
    names = (*options.positional, "colour", "like", "count", "topic")
    asked = {name: getattr(options, name) for name in names if getattr(options, name, None) is not None}
    axes.save(getattr(shelf, options.drawn)(**asked), options.save)
    print(f"saved {options.save}", file=sys.stderr)


def picture(text: str) -> Path:
    """Read the name of a picture."""
    path = Path(text)
    if path.suffix.lower() not in {".png", ".svg"}:
        raise argparse.ArgumentTypeError(f"the name of the picture must end with .png or .svg, not {text!r}")
    return path
