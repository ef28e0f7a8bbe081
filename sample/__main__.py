"""python -m sample OUT.xml.bz2: write the bundled sample as a MediaWiki export."""

import argparse
import sys
from pathlib import Path

from db.console import run
from sample.build import make_pages, write_export
from sample.tables import read_records, read_redirects


def main() -> None:
    """Turn tables into records, records into pages, and pages into one multistream bz2 file."""
    parser = argparse.ArgumentParser(prog="python -m sample", description=__doc__)
    parser.add_argument("out", type=Path, help="the file to write; the name of a dump ends in .xml.bz2")
    out: Path = parser.parse_args().out
    pages = make_pages(read_records(), read_redirects())
    write_export(out, pages)
    print(f"{len(pages)} pages written to {out}", file=sys.stderr)


if __name__ == "__main__":
    run("sample", main)
