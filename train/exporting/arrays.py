"""Binary formats, NumPy's .npz and Parquet. Columns have the names that they have in SQL."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from db.models.labelled import Described


def write_npz(folder: Path, tables: Sequence[Described], about: Mapping[str, Any]) -> None:
    """Write `articles.npz` and `links.npz`, which load without pickle; `model` in them is a JSON document."""
    for table in tables:
        arrays: dict[str, Any] = {name: np.array(values) for name, values in columns(table).items()}
        # They are compressed, because NumPy gives every title the room of the longest.
        np.savez_compressed(folder / f"{table.kind}.npz", **arrays, embedding=table.embedding, model=json.dumps(about))


def write_parquet(folder: Path, tables: Sequence[Described], about: Mapping[str, Any]) -> None:
    """Write `articles.parquet` and `links.parquet`; their metadata `wikishelf` is a JSON document."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for table in tables:
        floats = pa.array(table.embedding.ravel())
        embedding = pa.FixedSizeListArray.from_arrays(floats, table.embedding.shape[1])
        arrow = pa.table({**columns(table), "embedding": embedding})
        pq.write_table(
            arrow.replace_schema_metadata({"wikishelf": json.dumps(about)}), folder / f"{table.kind}.parquet"
        )


def columns(table: Described) -> dict[str, Any]:
    """All columns but the vectors: `article_id` or `link_id`, `title` and the facts."""
    return {f"{table.kind.removesuffix('s')}_id": table.ids, "title": table.titles, **table.facts}
