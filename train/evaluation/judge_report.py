"""The figures of a judge as a table for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from db.models.model import Model
from train.evaluation.judge import MODEL

ASKED_BY_LIKES = """\
{likes:,} likes of {readers:,} readers asked about {articles:,} articles.
Right is what else the reader likes."""
ASKED_BY_SEE_ALSO = """\
{questions:,} articles asked about {articles:,}.
Right are the articles that their sections "See also" name, {see_also:,} in all."""
DIGITS = {"NDCG@20": 4, "recall@20": 4, "percentile": 3}


def show(model: Model, evaluation: Mapping[str, Any]) -> None:
    """Print one line for each way and prominence."""
    title = _title(model, evaluation)
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for heading in ("dial", *DIGITS):
        table.add_column(heading, justify="right", no_wrap=True)
    way = None
    for row in evaluation["answers"]:
        name = f"model {model.model_id}" if row["way"] == MODEL else row["way"]
        table.add_row("" if row["way"] == way else name, _dial(row), *_cells(row))
        way = row["way"]
    Console().print(table)


def _title(model: Model, evaluation: Mapping[str, Any]) -> str:
    changed = evaluation["fingerprint"] != model.fingerprint
    return (
        f"{(ASKED_BY_LIKES if 'likes' in evaluation else ASKED_BY_SEE_ALSO).format(**evaluation)}\n"
        f"The dial adds prominence x {evaluation['scale']} x z to the cosine; * is the best of its way.\n"
        "percentile: how prominent the answers are among all articles of their topic.\n"
        "Beside each figure: its 95 % confidence interval.\n"
        f"{_lead(evaluation['lead'])}"
        f"{chr(10) + 'The data has changed since the model was trained.' if changed else ''}"
    )


def _lead(lead: Mapping[str, float]) -> str:
    mean, low, high = (f"{lead[name]:+.4f}" for name in ("mean", "low", "high"))
    return f"NDCG@20, the model's best less that of TF-IDF: {mean} ({low} to {high})."


def _dial(row: Mapping[str, Any]) -> str:
    return "" if row["prominence"] is None else f"{row['prominence']:g}{'*' if row['best'] else ' '}"


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    for measure, digits in DIGITS.items():
        if measure not in row:  # No article that is asked for has a vector.
            yield ""
            continue
        mean, low, high = (
            f"{row[measure][name]:.{digits}f}".removeprefix("0")[: digits + 1] for name in ("mean", "low", "high")
        )
        yield f"{mean} [dim]{low}-{high}[/dim]"
