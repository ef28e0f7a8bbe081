"""python -m train: read the pairs, fit a model, store its vectors, and let every search answer from it."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from db.console import next_step, print_json, run
from db.opening import connect
from train.arguments import asked_settings, parser

# A command imports what it needs when it runs: NumPy, SQLAlchemy and TensorFlow take up to four seconds.


def main() -> None:
    """Train, or do what the subcommand says."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # It ends a training as Ctrl-C does.
    arguments = parser().parse_args()
    COMMANDS[arguments.command](arguments)


def train_one(arguments: argparse.Namespace) -> None:
    """Train a model on what the database holds."""
    from db.models import indexes
    from train import printing
    from train.config import checked
    from train.distributed.tf_config import workers_of
    from train.pipeline import assist, train
    from train.progress import progress

    asked = checked(asked_settings(arguments))
    workers = workers_of(os.environ.get("TF_CONFIG"))
    with connect(tables="require") as database:
        if workers and workers.index > 0:
            assist(database, asked, progress(), workers)
            return
        model = train(database, asked, arguments.activate, progress(), workers, partial(print, file=sys.stderr))
        print_json(asdict(model)) if arguments.json else print(printing.summary(model), flush=True)
        with database.transaction() as connection:
            indexes.complete(connection, model.model_id)
    if not arguments.json:
        which = "" if model.state == "active" else f" --model {model.model_id}"
        next_step("put its articles on a map", f"python -m train map{which}")


def list_models(arguments: argparse.Namespace) -> None:
    """List all models, the newest last."""
    from db.models import registry
    from train import printing

    with connect(tables="require") as database, database.session() as connection:
        registry.mark_killed(connection)
        found, sizes = registry.listed(connection), registry.sizes(connection)
    if arguments.json:
        print_json([asdict(model) | {"bytes": sizes[model.model_id]} for model in found])
    else:
        printing.show(found, sizes)


def activate(arguments: argparse.Namespace) -> None:
    """Let every search answer from this model, from now on."""
    from db.models import activation, registry
    from train import printing

    with connect(tables="require") as database, database.transaction() as connection:
        activation.activate(connection, arguments.model_id)
        model = registry.find(connection, arguments.model_id)
    print_json(asdict(model)) if arguments.json else print(printing.summary(model))


def drop(arguments: argparse.Namespace) -> None:
    """Delete a model and free its space."""
    from db.models import activation

    with connect(tables="require") as database, database.transaction() as connection:
        activation.drop(connection, arguments.model_id)
    print_json({"dropped": arguments.model_id}) if arguments.json else print(f"model {arguments.model_id} is dropped")


def evaluate_model(arguments: argparse.Namespace) -> None:
    """Measure how good a model is, and store it with the model."""
    from train.evaluation import judge_report, report
    from train.evaluation.by_likes import evaluate_by_likes
    from train.evaluation.by_see_also import evaluate_by_see_also
    from train.evaluation.evaluate import evaluate
    from train.evaluation.likes_file import read_likes
    from train.progress import progress

    likes = None if arguments.likes is None else read_likes(arguments.likes)
    with connect(tables="require") as database:
        if likes is not None:
            model, evaluation = evaluate_by_likes(database, arguments.model_id, likes)
        elif arguments.see_also:
            model, evaluation = evaluate_by_see_also(database, arguments.model_id, progress)
        else:
            model, evaluation = evaluate(database, arguments.model_id, arguments.splits, progress)
    if arguments.json:
        print_json({"model_id": model.model_id, **evaluation})
    else:
        (report if "ways" in evaluation else judge_report).show(model, evaluation)


def export_model(arguments: argparse.Namespace) -> None:
    """Write a model's vectors into files that other tools read."""
    from train import printing
    from train.exporting.export import export

    with connect(tables="require") as database:
        done = export(database, arguments.folder, arguments.formats, arguments.model_id, arguments.topics or ())
    print_json(done._asdict()) if arguments.json else print(printing.exported(done), flush=True)
    if not arguments.json and "projector" in done.formats:
        next_step("load articles/vectors.tsv and articles/metadata.tsv there", "https://projector.tensorflow.org")


def fold_in_new(arguments: argparse.Namespace) -> None:
    """Give vectors to the articles that came after the training."""
    from db.models.fold_in import fold_in
    from train import printing

    with connect(tables="require") as database, database.transaction() as connection:
        done = fold_in(connection, arguments.model_id)
    print_json(asdict(done)) if arguments.json else print(printing.folded_in(done))


def index(arguments: argparse.Namespace) -> None:
    """Build the indexes that a model lacks."""
    from db.models import indexes
    from train import printing

    with connect(tables="require") as database, database.transaction() as connection:
        done = indexes.complete(connection, arguments.model_id, arguments.links)
    print_json(done._asdict()) if arguments.json else print(printing.indexed(done))


def make_map(arguments: argparse.Namespace) -> None:
    """Put a model's articles on a map."""
    from train import printing
    from train.map import progress as map_progress
    from train.map.make import make

    with connect(tables="require") as database, map_progress.shown() as on_work:
        done = make(database, arguments.model_id, arguments.fresh, arguments.map_seed, on_work)
    print_json(done._asdict()) if arguments.json else print(printing.mapped(done), flush=True)
    if not arguments.json:
        next_step("look at it in a browser", "python -m api serve")


COMMANDS: dict[str | None, Callable[[argparse.Namespace], None]] = {
    None: train_one,
    "models": list_models,
    "activate": activate,
    "drop": drop,
    "evaluate": evaluate_model,
    "export": export_model,
    "fold-in": fold_in_new,
    "index": index,
    "map": make_map,
}

if __name__ == "__main__":
    run("python -m train", main)
