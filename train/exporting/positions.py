"""The map as a CSV file, for a spreadsheet or a drawing program."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from db.models.labelled import Described


def write(folder: Path, tables: Sequence[Described], about: Mapping[str, Any]) -> None:
    """Write `map.csv`: a line of names, then one line for each article that stands on the map."""
    articles = tables[0]
    columns = (articles.ids.tolist(), articles.titles, *articles.facts.values())
    with (folder / "map.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("article_id", "title", *articles.facts))
        lines.writerows([as_cell(value) for value in row] for row in zip(*columns, strict=True) if row[-1] == row[-1])


def as_cell(value: Any) -> Any:
    """The value; a text that a spreadsheet would take for a formula has an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
