"""From a model in the database to a folder of files."""

import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from db.connection import Database
from db.errors import MapMissing
from db.models import labelled
from db.models.labelled import Described
from db.models.model import Model
from db.models.vectors import VectorKind
from train.errors import ArrowMissing, TopicNotInModel
from train.exporting import FORMATS, arrays, positions, projector, word2vec
from train.exporting.folder import appearing, free

Writer = Callable[[Path, Sequence[Described], Mapping[str, Any]], None]
OF_EACH: tuple[Writer, ...] = (
    projector.write,
    word2vec.write,
    arrays.write_npz,
    arrays.write_parquet,
    positions.write,
)
WRITERS = dict(zip(FORMATS, OF_EACH, strict=True))
KINDS: tuple[VectorKind, ...] = ("articles", "links")
NOT_ABOUT_VECTORS = ("state", "reason")  # These tell nothing about the vectors of a model.


class Exported(NamedTuple):
    """What an export wrote."""

    folder: Path
    model_id: int
    formats: tuple[str, ...]
    articles: int
    links: int


def export(
    database: Database,
    folder: Path,
    formats: Sequence[str] | None = None,
    model_id: int | None = None,
    topics: Sequence[str] = (),
) -> Exported:
    """Write a model's vectors, titles and settings into a new folder, which appears when all of it is there.

    Parameters
    ----------
    folder : Path
        It does not exist yet, or is empty.
    formats : sequence of str, optional
        Keys of `WRITERS`. By default all, but parquet only where pyarrow is installed, and map only where there is one.
    model_id : int, optional
        By default the active model.
    topics : sequence of str
        Only articles of these topics, and the links that they make. Empty stands for all.

    Raises
    ------
    FolderTaken, FolderUnwritable, TopicNotInModel, ArrowMissing, MapMissing
    db.errors.ModelNotFound, db.errors.ModelUnusable, db.errors.NoActiveModel
    """
    wanted = chosen_formats(formats)
    folder = free(folder)
    model, tables = read_vectors(database, model_id, topics)
    if "x" not in tables[0].facts:
        if formats and "map" in formats:
            raise MapMissing(model_id=model.model_id)
        wanted = tuple(name for name in wanted if name != "map")
    with appearing(folder) as draft:
        about = about_model(model, topics)
        (draft / "model.json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        for name in wanted:
            WRITERS[name](draft, tables, about)
    articles, links = (len(table.ids) for table in tables)
    return Exported(folder, model.model_id, wanted, articles, links)


def chosen_formats(asked: Sequence[str] | None) -> tuple[str, ...]:
    """The formats that were asked for, or all that can be written here."""
    has_arrow = importlib.util.find_spec("pyarrow") is not None
    if asked and "parquet" in asked and not has_arrow:
        raise ArrowMissing
    return tuple(name for name in WRITERS if (name in asked if asked else name != "parquet" or has_arrow))


def read_vectors(database: Database, model_id: int | None, topics: Sequence[str]) -> tuple[Model, list[Described]]:
    """The model and its vectors of both kinds."""
    with database.transaction() as connection:
        model = labelled.whole_model(connection, model_id)
        known = labelled.topics_of(connection, model)
        for topic in topics:
            if topic not in known:
                raise TopicNotInModel(model_id=model.model_id, topic=topic, known=", ".join(known))
        return model, [labelled.read(connection, model, kind, topics) for kind in KINDS]


def about_model(model: Model, topics: Sequence[str]) -> dict[str, Any]:
    """What a reader of the files wants to know about the model, as JSON values."""
    about = {name: value for name, value in asdict(model).items() if name not in NOT_ABOUT_VECTORS}
    return {**about, "created_at": model.created_at.isoformat(), "exported_topics": list(topics)}
