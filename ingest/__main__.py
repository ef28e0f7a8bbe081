"""python -m ingest SOURCE... reads dumps into the database; python -m ingest download WIKI fetches a dump."""

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path

from db import opening
from db.command_line import Parser
from db.console import next_step, print_json, run
from ingest.topics.catalogue import DEFAULT_TOPIC, load_topics


def main() -> None:
    """Check the sources, read them in parts, and store all of it at once."""
    if sys.argv[1:2] == ["download"]:
        from ingest.download import command

        command.main(sys.argv[2:])
        return
    options = parser().parse_args()
    _read(options)


def _read(options: argparse.Namespace) -> None:
    # NumPy and SQLAlchemy are loaded here, so that --help and wrong usage do without.
    from ingest.dumps.files import find_sources
    from ingest.plan import make_plan
    from ingest.report import print_table
    from ingest.run import fold_in, import_all

    topics = load_topics(options.topic or [DEFAULT_TOPIC], options.topics)
    plan = make_plan(find_sources(options.sources), topics, options.refs, options.part_size)

    with opening.connect() as database:
        reports, stored = import_all(database, plan, topics, options.prune, options.workers, options.scheduler)
        folded = fold_in(database) if options.fold_in else None

    if options.json:
        sources = [{"source": one.source, "wiki": one.wiki, "sha256": one.sha256, **one.counts()} for one in reports]
        print_json({"stored": stored._asdict(), "folded_in": folded and asdict(folded), "sources": sources})
    else:
        print_table(reports, stored._asdict(), folded)
        if folded is None:
            next_step("make a model of them", "python -m train")
        else:
            next_step("see what there is to ask for", "python -m api topics")


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line; `download` has its own."""
    parser = Parser(
        prog="python -m ingest",
        description="Read Wikipedia dumps or .ndjson files into the database.",
        epilog="To fetch a dump: python -m ingest download WIKI; see its --help.",
    )
    add = parser.add_argument
    add("sources", nargs="+", type=Path, metavar="SOURCE", help="a dump, a folder of its parts, or an .ndjson file")
    add(
        "--topic",
        action="append",
        metavar="TOPIC",
        help=f"a topic, such as film; repeat it for several (default {DEFAULT_TOPIC})",
    )
    add("--topics", type=Path, metavar="FILE", help="a TOML file with topics of your own")
    add("--prune", action="store_true", help="the dump is whole: forget stored articles that it does not have")
    add("--no-refs", dest="refs", action="store_false", help="leave out the links in footnotes")
    add("--no-fold-in", dest="fold_in", action="store_false", help="give new articles no vectors in the active model")
    add(
        "--workers",
        type=_positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="N processes read at once (default: one per core)",
    )
    add("--scheduler", metavar="ADDRESS", help="let the workers of this Dask cluster read, instead of processes here")
    add(
        "--part-size",
        type=_megabytes,
        metavar="MB",
        help="megabytes that a worker reads at once (default: a 32nd of all)",
    )
    add("--json", action="store_true", help="print one JSON document")
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _megabytes(text: str) -> int:
    try:
        size = float(text)
    except ValueError:
        size = 0
    if not 0.001 <= size <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of megabytes from 0.001 to 1,000,000")
    return int(size * 1e6)


if __name__ == "__main__":
    run("python -m ingest", main)
