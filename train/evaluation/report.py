"""The figures as one document, and as a table for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from db.models.model import Model
from db.pairs import Pairs
from train.evaluation.measure import Estimate
from train.evaluation.split import Split
from train.trimming import fingerprint


def document(estimates: Mapping[tuple[str, str], Estimate], pairs: Pairs, splits: Sequence[Split]) -> dict[str, Any]:
    """What is stored with the model.

    Returns
    -------
    dict
        `ways` holds the mean of each way and measure, and the ends of its 95 % confidence interval. `fingerprint` is
        that of the pairs before any was held out; it is the model's own if the data is what it was trained on.
    """
    ways: dict[str, dict[str, dict[str, float]]] = {}
    for (way, measure), estimate in estimates.items():
        ways.setdefault(way, {})[measure] = estimate._asdict()
    return {
        "splits": len(splits),
        "held_out": sum(len(split.article) for split in splits) // len(splits),
        "articles": len(pairs.article_ids),
        "links": len(pairs.link_ids),
        "pairs": len(pairs.article_index),
        "fingerprint": fingerprint(pairs),
        "ways": ways,
    }


def show(model: Model, evaluation: Mapping[str, Any]) -> None:
    """Print the evaluation of a model: one line per measure, one column per way."""
    ways = evaluation["ways"]
    table = Table(title=_title(model, evaluation), title_justify="left", header_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for way in ways:
        table.add_column(f"model {model.model_id}" if way == "model" else way, justify="right")
    for measure in dict.fromkeys(measure for measures in ways.values() for measure in measures):
        table.add_row(measure, *(_cell(measures.get(measure)) for measures in ways.values()))
    Console().print(table)


def _title(model: Model, evaluation: Mapping[str, Any]) -> str:
    splits = f", {evaluation['splits']} times" if evaluation["splits"] > 1 else ""
    title = (
        f"{evaluation['held_out']:,} of {evaluation['pairs']:,} pairs held out{splits}; {evaluation['links']:,} links"
        f" ranked for {evaluation['articles']:,} articles.\n"
        "author, genre, series: share of the ten neighbours that agree.\n"
        "Below each figure: its 95 % confidence interval."
    )
    changed = evaluation["fingerprint"] != model.fingerprint
    return f"{title}\nThe data has changed since the model was trained." if changed else title


def _cell(estimate: Mapping[str, float] | None) -> str:
    if estimate is None:
        return ""
    return f"{_short(estimate['mean'])}\n[dim]{_short(estimate['low'])}-{_short(estimate['high'])}[/dim]"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
