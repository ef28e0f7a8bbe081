"""Models told to people: one model in a line, all models in a table."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from db.models.fold_in import FoldedIn
from db.models.indexes import Built
from db.models.model import Model
from train.exporting.export import Exported
from train.map.make import Mapped


def summary(model: Model) -> str:
    """One line: `model 2 is active: softmax, 50 dimensions; 369 articles, 583 links, loss 3.1234, 4 s`."""
    head = f"model {model.model_id} is {model.state}: {model.objective}, {model.dimensions} dimensions"
    known = ", ".join(
        _known(model.metrics, "{articles:,} articles", "{links:,} links", "loss {loss:.4f}", "{seconds:.0f} s")
    )
    left_out = model.metrics.get("articles_left_out")
    why = f"{left_out:,} articles are left out, because too few others share their links" if left_out else ""
    return "; ".join(part for part in (head, model.reason, known, why) if part)


def exported(done: Exported) -> str:
    """One line: `model 2 is in shelf: 369 articles, 583 links as projector, word2vec, npz`."""
    formats = ", ".join(done.formats)
    return f"model {done.model_id} is in {done.folder}: {done.articles:,} articles, {done.links:,} links as {formats}"


def folded_in(done: FoldedIn) -> str:
    """One line: `model 2: 12 articles got a vector, 1 another one, 0 lost theirs; 3 have no link of the model`."""
    if done.new or done.changed or done.removed:
        line = f"{done.new:,} articles got a vector, {done.changed:,} another one, {done.removed:,} lost theirs"
    else:
        line = "nothing has changed"
    return f"model {done.model_id}: {line}; {done.left_out:,} have no link of the model"


def indexed(done: Built) -> str:
    """One line: `model 2: built _article_vectors_2_placed_idx`."""
    return f"model {done.model_id}: {'built ' + ' and '.join(done.built) if done.built else 'it has all its indexes'}"


def mapped(done: Mapped) -> str:
    """One line: `model 2 has a map: 369 articles, 18 regions, of which 15 have a name; 4 s`."""
    line = f"model {done.model_id} has a map: {done.articles:,} articles, {done.regions} regions"
    return f"{line}, of which {done.named} have a name; {done.seconds:.0f} s"


def show(models: Sequence[Model], sizes: Mapping[int, int]) -> None:
    """Print a table with one line per model. If there is no model, say so on stderr."""
    if not models:
        print("no models yet", file=sys.stderr)
        return
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=True)
    for heading in ("model", "state", "objective", "created"):
        table.add_column(heading, no_wrap=True)
    for heading in ("articles", "mapped", "links", "loss", "size"):
        table.add_column(heading, no_wrap=True, justify="right")
    table.add_column("why", overflow="fold")
    for model in models:
        table.add_row(*_row(model, sizes.get(model.model_id, 0)))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _row(model: Model, size: int) -> Iterator[str]:
    yield str(model.model_id)
    yield model.state
    yield f"{model.objective}, {model.dimensions}"
    yield f"{model.created_at.astimezone():%Y-%m-%d %H:%M}"
    metrics = {"mapped": model.metrics.get("map", {}).get("articles"), **model.metrics}
    for form in ("{articles:,}", "{mapped:,}", "{links:,}", "{loss:.4f}"):
        yield "".join(_known(metrics, form))
    yield f"{size / 1e6:,.1f} MB"
    yield model.reason or ""


def _known(metrics: Mapping[str, Any], *formats: str) -> list[str]:
    """The formats filled in, without those whose metric is missing: the row of an older version may lack some."""
    filled = []
    for form in formats:
        name = form.partition("{")[2].partition(":")[0]
        if metrics.get(name) is not None:
            filled.append(form.format(**metrics))
    return filled
