"""The command line of `python -m train`. An option that is left out is None, and `config.Settings` has its default."""

import argparse
from dataclasses import fields
from pathlib import Path
from typing import Any

from db.command_line import Parser
from train.config import KINDS, OBJECTIVES, Settings
from train.exporting import FORMATS


def parser() -> argparse.ArgumentParser:
    """All options and subcommands; `command` is None for a training."""
    top = Parser(
        prog="python -m train",
        usage="%(prog)s [OPTION ...]\n       %(prog)s COMMAND ...",
        description="Read the pairs, fit a model, store its vectors, and let every search answer from it.",
    )
    top.add_argument(
        "--no-activate", dest="activate", action="store_false", help="only store the model; searches stay as they are"
    )
    top.add_argument("--json", action="store_true", help="print one JSON document")
    _add_settings(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", prog=top.prog)
    _add_command(commands, "models", "list all models, the newest last")
    _add_command(commands, "activate", "let every search answer from this model, which may be an older one", 1)
    _add_command(commands, "drop", "delete a model that is not active, and free its space", 1)
    _add_evaluate(_add_command(commands, "evaluate", "hold out links, rank them again, and store how good a model is"))
    _add_export(_add_command(commands, "export", "write a model's vectors into files that other tools read"))
    _add_fold_in(_add_command(commands, "fold-in", "give vectors to the articles that came after the training"))
    _add_index(_add_command(commands, "index", "build the indexes that a model lacks; searches go on meanwhile"))
    _add_map(_add_command(commands, "map", "put a model's articles on a map, with named regions"))
    return top


def asked_settings(arguments: argparse.Namespace) -> Settings:
    """The settings that the command line names; what it leaves out keeps its default."""
    given: dict[str, Any] = {field.name: getattr(arguments, field.name) for field in fields(Settings)}
    return Settings(**{name: _as_tuple(value) for name, value in given.items() if value is not None})


def _add_settings(top: argparse.ArgumentParser) -> None:
    """An option for every field of Settings."""
    _add_general(top.add_argument_group("how to train").add_argument)
    _add_choice_of_pairs(top.add_argument_group("which pairs").add_argument)
    _add_softmax(top.add_argument_group("softmax").add_argument)
    add = top.add_argument_group("sigmoid, mse").add_argument
    add("--positives", type=int, metavar="N", help="N true pairs per step (default 1024)")
    add("--negatives", type=int, metavar="N", help="N other pairs per step (default 2048)")


def _add_general(add: Any) -> None:
    by_size = "default 15 to 40 by the number of articles; sigmoid, mse 15"
    add("--objective", metavar="|".join(OBJECTIVES), help="what the training makes small (default softmax)")
    add("--dimensions", type=int, metavar="N", help="N numbers per vector (default 50)")
    add("--epochs", type=int, metavar="N", help=f"N passes over all pairs ({by_size})")
    add("--seed", type=int, metavar="N", help="start from N; another N gives other vectors (default 0)")
    add("--threads", type=int, metavar="N", help="N threads compute; another N may change last bits (default 4)")


def _add_choice_of_pairs(add: Any) -> None:
    by_size = "default 0.2, and 1 below 2,000 articles"
    formats = ", ".join(Settings().drop_titles)
    kinds = f"kinds of links, of {','.join(KINDS)} (default page,category)"
    titles = f"leave out this link, and not the default {formats}; repeat it for several"
    add("--min-articles", type=int, metavar="N", help="drop links that stand in fewer than N articles (default 4)")
    add(
        "--max-share", type=float, metavar="X", help=f"drop links of more than this share X of the articles ({by_size})"
    )
    add("--kinds", type=_comma_separated, metavar="KIND,KIND", help=kinds)
    add(
        "--topic",
        dest="topics",
        action="append",
        metavar="TOPIC",
        help="only articles of this topic; repeat it for several",
    )
    add("--drop-title", dest="drop_titles", action="append", metavar="TITLE", help=titles)


def _add_softmax(add: Any) -> None:
    by_size = "default 0.17, falling to 0.1 at 9,300 articles"
    steps = "default a 32nd of all, 128 to 1,024, but at most an 11th"
    add("--learning-rate", type=float, metavar="X", help="a step moves rows by X at the start (default 0.02)")
    add("--articles-per-step", type=int, metavar="N", help=f"N articles share a pool ({steps})")
    add("--pool", type=int, metavar="N", help="the articles of a step are compared with N links (default 4096)")
    add("--pool-power", type=float, metavar="X", help="the pool is drawn by articles of the link ** X (default 0.75)")
    add("--temperature", type=float, metavar="X", help=f"the cosine is divided by X ({by_size})")
    add("--popularity", type=float, metavar="X", help="a score has X times log(articles of the link) (default 0.8)")
    add(
        "--trained-weight",
        type=float,
        metavar="X",
        help="weight X of the trained vector beside the links' mean (default 0)",
    )


def _add_evaluate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "model_id", type=int, nargs="?", metavar="MODEL", help="the number of a model (default: the active one)"
    )
    judge = command.add_mutually_exclusive_group()
    judge.add_argument("--splits", type=int, default=3, metavar="N", help="hold out N times (default 3)")
    likes = "ask what your readers like instead: lines of reader, title, maybe a rating of 0 to 5, as TSV or CSV"
    judge.add_argument("--likes", type=Path, metavar="FILE", help=likes)
    see_also = 'hold out the links of the sections "See also" instead, and ask for the articles that they name'
    judge.add_argument("--see-also", action="store_true", help=see_also)


def _add_export(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("folder", type=Path, metavar="FOLDER", help="the folder to make; an empty one may exist already")
    add("--model", dest="model_id", type=int, metavar="MODEL", help="the number of a model (default: the active one)")
    choices = "|".join(FORMATS)
    add(
        "--format",
        dest="formats",
        action="append",
        choices=FORMATS,
        metavar=choices,
        help="a format; repeat it for several (default all; parquet only with pyarrow, map only where there is one)",
    )
    add(
        "--topic",
        dest="topics",
        action="append",
        metavar="TOPIC",
        help="only its articles and their links; repeat it for several",
    )


def _add_fold_in(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", dest="model_id", type=int, metavar="MODEL", help="the number of a model (default: the active one)"
    )


def _add_index(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "model_id", type=int, nargs="?", metavar="MODEL", help="the number of a model (default: the active one)"
    )
    command.add_argument(
        "--links", action="store_true", help="build that of the links as well, which similar_links uses"
    )


def _add_map(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--model", dest="model_id", type=int, metavar="MODEL", help="the number of a model (default: the active one)")
    add("--fresh", action="store_true", help="lay out anew, and do not go on from the map that there is")
    add(
        "--seed",
        dest="map_seed",
        type=int,
        default=0,
        metavar="N",
        help="start from N; another N gives another map (default 0)",
    )


def _add_command(commands: Any, name: str, help: str, n_models: int = 0) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    if n_models:
        command.add_argument("model_id", type=int, metavar="MODEL", help="its number, as `models` lists it")
    command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")
    return command


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value  # argparse appends to lists.


def _comma_separated(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))
