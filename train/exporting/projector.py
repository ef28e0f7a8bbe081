"""Files for the Embedding Projector, at https://projector.tensorflow.org and as a plugin of TensorBoard."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.models.labelled import Described
from train.exporting.lines import numbers, unbroken

SAMPLE_POINTS = 10_000  # The projector's t-SNE takes no more, and a browser turns them with ease.
MAX_COLORS = 50  # The projector offers no colours for a column with more different texts.


def write(folder: Path, tables: Sequence[Described], about: Mapping[str, Any]) -> None:
    """Write `projector/`: a folder for each cloud of points, and the configurations that name them."""
    home = folder / "projector"
    clouds = [cloud for table in tables for cloud in clouds_of(table)]
    for name, table in clouds:
        (home / name).mkdir(parents=True)
        _write_lines(home / name / "vectors.tsv", numbers(table.embedding, "\t"))
        _write_lines(home / name / "metadata.tsv", metadata(table))
    (home / "projector_config.json").write_text(json.dumps(as_json(clouds), indent=2) + "\n", encoding="utf-8")
    (home / "projector_config.pbtxt").write_text("".join(map(as_pbtxt, clouds)), encoding="utf-8")


def clouds_of(table: Described) -> Iterator[tuple[str, Described]]:
    """The map, if there is one, and all points; of too many also 10,000, the same ones at each export of a model."""
    if "x" in table.facts:
        yield f"{table.kind}_map", map_of(table)
    table = replace(table, facts=unplaced(table.facts))
    yield table.kind, table
    if len(table.ids) > SAMPLE_POINTS:
        rows = np.sort(np.random.default_rng(0).choice(len(table.ids), SAMPLE_POINTS, replace=False))
        yield f"{table.kind}_sample", chosen(table, rows, table.embedding[rows])


def map_of(table: Described) -> Described:
    """The articles that stand on the map, there; the projector wants three dimensions, so the third is 0."""
    x, y = np.array([table.facts["x"], table.facts["y"]], np.float32)
    rows = np.flatnonzero(~np.isnan(x))
    embedding = np.stack([x[rows], y[rows], np.zeros(len(rows), np.float32)], axis=1)
    return chosen(replace(table, facts=unplaced(table.facts)), rows, embedding)


def unplaced(facts: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The facts without the positions, which have a cloud of their own."""
    return {name: values for name, values in facts.items() if name not in {"x", "y"}}


def chosen(table: Described, rows: NDArray[np.int64], embedding: NDArray[np.float32]) -> Described:
    """Some of the rows, with these vectors."""
    facts = {name: [values[row] for row in rows] for name, values in table.facts.items()}
    return Described(table.kind, table.ids[rows], [table.titles[row] for row in rows], facts, embedding)


def metadata(table: Described) -> Iterator[str]:
    """A line of names, which the projector expects where there are several columns, then one line per point."""
    yield "\t".join(("title", *table.facts))
    for title, *facts in zip(table.titles, *map(colorable, table.facts.values()), strict=True):
        yield "\t".join(unbroken(str(value)) for value in (title, *facts))


def colorable(values: list[Any]) -> list[Any]:
    """Numbers as they are. Of texts only the 50 commonest, and "" for the others, so that colours are offered."""
    common = {value for value, _ in Counter(value for value in values if value != "").most_common(MAX_COLORS)}
    return [value if isinstance(value, int) or value in common else "" for value in values]


def as_json(clouds: Sequence[tuple[str, Described]]) -> dict[str, Any]:
    """The configuration that the projector's page takes as `?config=`."""
    return {
        "embeddings": [
            {
                "tensorName": name,
                "tensorShape": list(table.embedding.shape),
                "tensorPath": f"{name}/vectors.tsv",
                "metadataPath": f"{name}/metadata.tsv",
            }
            for name, table in clouds
        ]
    }


def as_pbtxt(cloud: tuple[str, Described]) -> str:
    """One entry of the configuration that TensorBoard reads."""
    name, _ = cloud
    return (
        f'embeddings {{\n  tensor_name: "{name}"\n  tensor_path: "{name}/vectors.tsv"\n'
        f'  metadata_path: "{name}/metadata.tsv"\n}}\n'
    )


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)
