"""python -m train: read the pairs, fit a model, store its vectors, let every search answer from it."""

import argparse
from dataclasses import asdict, fields
from typing import Any

from db import models
from db.connection import connect
from db.console import print_json, run
from db.models import Model
from train.config import KINDS, OBJECTIVES, Settings, checked
from train.pipeline import train
from train.progress import progress


def main() -> None:
    """Train, or do what the subcommand says."""
    arguments = parser().parse_args()
    arguments.command(arguments)


def train_one(arguments: argparse.Namespace) -> None:
    """Train a model on what the database holds"""
    settings = checked(settings_of(arguments))
    with connect() as database:
        model = train(database, settings, arguments.activate, progress())
    print_json(asdict(model)) if arguments.json else print(summary(model))


def list_models(arguments: argparse.Namespace) -> None:
    """List all models, the newest last"""
    with connect(schema="require") as database, database.query() as connection:
        found = models.listed(connection)
    if arguments.json:
        print_json([asdict(model) for model in found])
    else:
        print("\n".join(map(summary, found)) or "no models yet")


def activate(arguments: argparse.Namespace) -> None:
    """Let every search answer from this model, from now on"""
    with connect(schema="require") as database, database.begin() as connection:
        models.activate(connection, arguments.model_id)


def drop(arguments: argparse.Namespace) -> None:
    """Delete a model and free its space"""
    with connect(schema="require") as database, database.begin() as connection:
        models.drop(connection, arguments.model_id)


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings that the command line names; what it leaves out keeps its default."""
    given: dict[str, Any] = {field.name: getattr(arguments, field.name, None) for field in fields(Settings)}
    return Settings(**{name: _as_tuple(value) for name, value in given.items() if value is not None})


def summary(model: Model) -> str:
    """One line: `model 2 is active: softmax, 50 dimensions; 369 articles, 583 links, loss 3.12, 4 s`."""
    line = f"model {model.model_id} is {model.state}: {model.objective}, {model.dimensions} dimensions"
    if model.reason:
        return f"{line}; {model.reason}"
    if not model.metrics:
        return line
    known = model.metrics
    line += f"; {known['articles']:,} articles, {known['links']:,} links"
    line += f", loss {known['loss']:.4f}, {known['seconds']:.0f} s"
    left_out = known["articles_left_out"]
    return f"{line}; {left_out:,} articles left out, for want of a link that enough others share" if left_out else line


def parser() -> argparse.ArgumentParser:
    """The command line. Options that are left out are None: config.Settings holds the defaults."""
    top = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    top.set_defaults(command=train_one)
    top.add_argument("--objective", metavar="|".join(OBJECTIVES), help="what to make small (default softmax)")
    top.add_argument("--dimensions", type=int, help="floats a vector (default 50)")
    top.add_argument("--epochs", type=int, help="passes over all pairs (default 40; sigmoid, mse 15)")
    top.add_argument("--seed", type=int, help="another seed, other vectors (default 0)")
    top.add_argument("--min-articles", type=int, help="drop links of fewer articles (default 4)")
    top.add_argument(
        "--max-share", type=float, help="drop links of a greater share of the articles (default 0.2, or 1 below 2,000)"
    )
    top.add_argument("--kinds", type=_comma_separated, help=f"of {','.join(KINDS)} (default page,category)")
    top.add_argument(
        "--topic", dest="topics", action="append", metavar="TOPIC", help="only these; repeat it for several"
    )
    top.add_argument(
        "--drop-title",
        dest="drop_titles",
        action="append",
        metavar="TITLE",
        help="links to leave out, instead of the book formats",
    )
    top.add_argument(
        "--no-activate", dest="activate", action="store_false", help="store it, and let searches stay as they are"
    )
    top.add_argument("--json", action="store_true", help="print the model as one JSON document")
    commands = top.add_subparsers(metavar="COMMAND")
    listing = commands.add_parser("models", help=list_models.__doc__)
    listing.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    listing.set_defaults(command=list_models)
    for command in (activate, drop):
        one = commands.add_parser(command.__name__, help=command.__doc__)
        one.add_argument("model_id", type=int, metavar="N")
        one.set_defaults(command=command)
    return top


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value  # argparse appends to lists


def _comma_separated(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


if __name__ == "__main__":
    run("python -m train", main)
