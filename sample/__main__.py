"""python -m sample OUT.xml.bz2: write the bundled sample as a MediaWiki export."""

import argparse
import shlex
import sys
from pathlib import Path

from db.command_line import Parser
from db.console import next_step, run
from sample.build import make_pages, write_export
from sample.tables import read_records, read_redirects


def main() -> None:
    """Turn tables into records, records into pages, and pages into one multistream bz2 file."""
    out: Path = parser().parse_args().out
    pages = make_pages(read_records(), read_redirects())
    write_export(out, pages)
    print(f"{len(pages)} pages written to {out}", file=sys.stderr)
    next_step("read them into the shelf", f"python -m ingest {shlex.quote(str(out))} --topic book --topic film")


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    parser = Parser(prog="python -m sample", description="Write the bundled books and films as a MediaWiki dump.")
    parser.add_argument("out", type=Path, metavar="FILE", help="the file to write, such as sample.xml.bz2")
    return parser


if __name__ == "__main__":
    run("python -m sample", main)
