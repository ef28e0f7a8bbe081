"""Read a model's vectors with the titles and facts of what they stand for, for an export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db.errors import ModelUnusable
from db.models import registry, vectors
from db.models.model import Model
from db.models.vectors import VectorKind


@dataclass(frozen=True, slots=True)
class Described:
    """One kind of a model's vectors, ordered by id.

    Attributes
    ----------
    kind : {"articles", "links"}
    ids : int32 array of shape (n,)
    titles : list of n str
    facts : mapping of str to list of n values
        For articles "topic" and "genre": of its genres the one that most articles have, or "" if it has none. If the
        model has a map, also "x" and "y": where it stands, NaN if nowhere. For links "kind" and "article_count".
    embedding : float32 array of shape (n, dimensions)
        Unit rows.
    """

    kind: VectorKind
    ids: NDArray[np.int32]
    titles: list[str]
    facts: Mapping[str, list[Any]]
    embedding: NDArray[np.float32]


QUERIES: Mapping[VectorKind, str] = {
    "articles": """
        with genres as (
            select distinct on (f.article_id) f.article_id, f.value as genre
            from facets f
            join (select value, count(*) as articles from facets where name = 'genre' group by value) g using (value)
            where f.name = 'genre'
            order by f.article_id, g.articles desc, f.value
        )
        select a.article_id, a.title, a.topic, coalesce(g.genre, '') as genre,
               coalesce(p.x, 'NaN') as x, coalesce(p.y, 'NaN') as y, vector_send(v.embedding) as embedding
        from _article_vectors_{model_id} v
        left join _map_positions_{model_id} p using (article_id)
        join articles a using (article_id)
        left join genres g using (article_id)
        where cardinality(cast(:topics as text[])) = 0 or a.topic = any(:topics)
        order by a.article_id""",
    "links": """
        select l.link_id, l.title, l.kind, l.article_count, vector_send(v.embedding) as embedding
        from _link_vectors_{model_id} v
        join links l using (link_id)
        where cardinality(cast(:topics as text[])) = 0
           or exists (select from article_links p join articles a using (article_id)
                      where p.link_id = l.link_id and a.topic = any(:topics))
        order by l.link_id""",
}


TOPICS = """
    select topic from _article_vectors_{model_id} join articles using (article_id)
    group by topic order by count(*) desc, topic"""


def whole_model(connection: Connection, model_id: int | None, verb: str = "exported") -> Model:
    """Return the model of this number, or the active one, if its vectors are all there and sound.

    Parameters
    ----------
    verb : str
        What it is wanted for, for the message.

    Raises
    ------
    ModelNotFound, ModelUnusable, NoActiveModel
    """
    model = registry.usable(connection, model_id, verb)
    for kind in QUERIES:
        fault = vectors.fault(connection, model.model_id, kind, model.dimensions, n_rows=None)
        if fault is not None:
            raise ModelUnusable(model_id=model.model_id, verb=verb, reason=fault)
    return model


def topics_of(connection: Connection, model: Model) -> list[str]:
    """Return the topics of the articles that have a vector in this model; those with the most articles come first."""
    return list(connection.scalars(text(TOPICS.format(model_id=model.model_id))))


def read(connection: Connection, model: Model, kind: VectorKind, topics: Sequence[str] = ()) -> Described:
    """Read one kind of a model's vectors, without those whose article or link was deleted since the training.

    Parameters
    ----------
    topics : sequence of str
        Only articles of these topics and the links that they make; all if empty.
    """
    result = connection.execute(text(QUERIES[kind].format(model_id=model.model_id)), {"topics": list(topics)})
    names, rows = list(result.keys()), result.all()
    columns = {name: [row[position] for row in rows] for position, name in enumerate(names)}
    if np.isnan(columns.get("x", [])).all():
        columns = {name: values for name, values in columns.items() if name not in {"x", "y"}}
    return Described(
        kind=kind,
        ids=np.array(columns.pop(names[0]), np.int32),
        titles=columns.pop("title"),
        embedding=_received(columns.pop("embedding"), model.dimensions),
        facts=columns,
    )


def _received(sent: list[bytes], dimensions: int) -> NDArray[np.float32]:
    """Unpack what `vector_send` packs: two int16, of which the first is the number of dimensions, then the floats."""
    row = np.dtype([("head", ">i2", 2), ("embedding", ">f4", (dimensions,))])
    return np.frombuffer(b"".join(sent), row)["embedding"].astype(np.float32)
