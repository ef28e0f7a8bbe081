"""Print answers as tables for people."""

import sys
from typing import Any

from api.answer import Answer
from db import console
from db.search.records import ExplainedLink, FoundArticle, NearLink, SimilarArticle

LONGEST_BAR = 12  # characters
SCORES = {
    FoundArticle: "how like the words the title or alias is, 0 to 1",
    NearLink: "the similarity as the training weights it, with how common the link is",
    SimilarArticle: "the similarity, and what prominence adds to it",
}


def show(answer: Answer[Any]) -> None:
    """Print every field but the ids; a bar follows the last field if it is a number, which ranks the rows.

    A score that is the similarity is not repeated, and any other is explained below the table. The two links of an
    explanation share a column.
    """
    if not answer:
        print("nothing found", file=sys.stderr)
        return
    from rich.console import Console
    from rich.table import Table

    columns = {name: values for name, values in answer.columns().items() if not name.endswith("_id")}
    n_bars = len(answer)
    if answer.record is ExplainedLink:
        n_bars -= 1  # The last row is the rest, which may be larger than all links.
        columns = {"links": list(map(_both, answer)), "similarity": columns["similarity"], "share": columns["share"]}
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
    longest = max(columns[ranking][:n_bars], default=0.0) if ranking else 0.0
    for index in range(len(answer)):
        cells = {name: _cell(values[index]) for name, values in columns.items()}
        if ranking and index < n_bars:
            drawn = bar(columns[ranking][index], longest)
            cells[ranking] += f"  {drawn if console.is_unicode() else '#' * len(drawn)}"
        table.add_row(*cells.values())
    Console().print(table)
    if "score" in columns:
        print(f"score: {SCORES[answer.record]}")


def bar(value: float, longest: float) -> str:
    """Draw the bar of a value: `LONGEST_BAR` characters for the longest value, none for a negative one."""
    eighths = round(8 * LONGEST_BAR * max(value, 0.0) / longest) if longest > 0 else 0
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]


def _both(row: ExplainedLink) -> str:
    """Write one link where both articles make it, and otherwise two that mean nearly the same."""
    if row.title is None:
        return "all other links"
    one, other = (
        f"Category:{title}" if kind == "category" else str(title)
        for kind, title in ((row.kind, row.title), (row.other_kind, row.other_title))
    )
    return one if one == other else f"{one} ~ {other}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, dict):
        return ", ".join(f"{key} ({count:,})" for key, count in value.items())
    return "" if value is None else str(value)
