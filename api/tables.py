"""Print answers as tables for people."""

import sys
from typing import Any

from api.answer import Answer
from db import console

LONGEST_BAR = 12  # characters


def show(answer: Answer[Any]) -> None:
    """Print every field but the ids; a bar follows the last field if it is a number, which ranks the rows.

    A score that is the similarity is not repeated.
    """
    if not answer:
        print("nothing found", file=sys.stderr)
        return
    from rich.console import Console
    from rich.table import Table

    columns = {name: values for name, values in answer.columns().items() if not name.endswith("_id")}
    if columns.get("score") == columns.get("similarity"):
        columns.pop("score", None)
    last = list(columns)[-1]
    ranking = last if isinstance(columns[last][0], float) else None
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, values in columns.items():
        numeric = isinstance(values[-1], int | float) or isinstance(values[0], int | float)
        table.add_column(
            name,
            justify="left" if name == ranking or not numeric else "right",
            overflow="fold",
            no_wrap=name == ranking,
        )
    longest = max(columns[ranking]) if ranking else 0.0
    for index in range(len(answer)):
        cells = {name: _cell(values[index]) for name, values in columns.items()}
        if ranking:
            drawn = bar(columns[ranking][index], longest)
            cells[ranking] += f"  {drawn if console.is_unicode() else '#' * len(drawn)}"
        table.add_row(*cells.values())
    Console().print(table)


def bar(value: float, longest: float) -> str:
    """Draw the bar of a value: `LONGEST_BAR` characters for the longest value, none for a negative one."""
    eighths = round(8 * LONGEST_BAR * max(value, 0.0) / longest) if longest > 0 else 0
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else str(value)
