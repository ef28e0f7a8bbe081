"""Small records and vectors whose right answers are known."""

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db import pairs
from db.connection import Database
from db.importing import staging
from db.importing.records import Article, Counts, Link, Redirect
from db.maps import positions, storing
from db.models import activation, registry, vectors


def article(title: str, links: Mapping[str | Link, int] | Sequence[str] = (), **changes: object) -> Article:
    """An article; a link given by its title alone is a page link."""
    counts = links if isinstance(links, Mapping) else dict.fromkeys(links, 1)
    fields: dict[str, object] = {
        "page_id": None,
        "topic": "book",
        "title": title,
        "infobox": {"name": title},
        "revision_id": None,
        "revised_at": None,
        "text_length": 100,
        "links": {k if isinstance(k, Link) else Link("page", k): count for k, count in counts.items()},
        "facets": (),
    }
    return Article(**{**fields, **changes})  # type: ignore[arg-type]


def unit_rows(n: int, dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    """Random unit rows around 50 directions, as trained vectors are: not uniform."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(50, dimensions))[random.integers(50, size=n)] + 0.5 * random.normal(size=(n, dimensions))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def store_model(database: Database, dimensions: int = 8, seed: int = 0, activate: bool = True) -> int:
    """A model of random vectors for everything that is stored."""
    with (
        registry.training(database, "softmax", dimensions, {"seed": seed}) as model_id,
        database.transaction() as connection,
    ):
        read = pairs.read(connection, ("page", "category", "site"))
        vectors.store(
            connection, model_id, "articles", read.article_ids, unit_rows(len(read.article_ids), dimensions, seed)
        )
        rarity = np.log1p(len(read.article_ids) / np.bincount(read.link_index)).astype(np.float32)
        links = unit_rows(len(read.link_ids), dimensions, seed + 1)
        vectors.store(connection, model_id, "links", read.link_ids, links, link_weights=rarity)
        metrics = {"loss": 0.5, "articles": len(read.article_ids), "links": len(read.link_ids)}
        registry.finish(connection, model_id, metrics, "fingerprint")
        if activate:
            activation.activate(connection, model_id)
    return model_id


def store_map(database: Database, model_id: int) -> None:
    """A map of the model: its articles on a line in the order of their ids, and one region that holds all."""
    with database.transaction() as connection:
        dimensions = registry.find(connection, model_id).dimensions
        ids, _ = vectors.read(connection, model_id, "articles", dimensions)
        along = np.linspace(-1, 1, len(ids))
        made = positions.Positions(ids, np.stack([along, -along / 2], axis=1).astype(np.float32))
        storing.store(connection, model_id, made, [np.zeros(len(ids), np.int32)])


def store_vectors(
    database: Database,
    articles: Mapping[str, Sequence[float]],
    links: Mapping[str, Sequence[float]],
    objective: str = "softmax",
    settings: Mapping[str, object] | None = None,
) -> None:
    """An active model of these directions, by title; links are pages."""
    rows = {"articles": articles, "links": links}
    dimensions = len(next(iter(articles.values())))
    with (
        registry.training(database, objective, dimensions, settings or {}) as model_id,
        database.transaction() as connection,
    ):
        for kind in get_args(vectors.VectorKind):
            id_of = text(f"select {kind.removesuffix('s')}_id from {kind} where title = :title")
            ids = [connection.scalar(id_of, {"title": title}) for title in rows[kind]]
            directions = np.array(list(rows[kind].values()), np.float64)
            unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
            weights = _rarity(connection, ids) if kind == "links" else None
            vectors.store(
                connection, model_id, kind, np.array(ids, np.int32), unit.astype(np.float32), link_weights=weights
            )
        registry.finish(connection, model_id, {}, "fingerprint")
        activation.activate(connection, model_id)


def _rarity(connection: Connection, link_ids: Sequence[int]) -> NDArray[np.float32]:
    articles = connection.scalar(text("select max(article_id) from articles"))
    count = text("select greatest(article_count, 1) from links where link_id = :id")
    return np.array([np.log1p(articles / connection.scalar(count, {"id": one})) for one in link_ids], np.float32)


def load(database: Database, *records: Article | Redirect, prune: bool = False) -> Counts:
    """Import in a transaction of its own, as one part."""
    with database.transaction() as connection:
        staging.clear(connection, "test", ("book", "film"), prune)
        assert staging.stage(connection, "test", 0, records)
        return staging.merge(connection)


def load_small_shelf(database: Database) -> None:
    """62 articles, of which 15 are films, with a model; an article and a link have an alias."""
    load(
        database,
        *(article(f"Book {n}", ["Shared", f"Link {n % 9}"], topic="film" if n % 4 == 0 else "book") for n in range(60)),
        article("Les Misérables", ["Shared"]),
        article("War and Peace", ["Shared"]),
        Redirect("Voyna i mir", "War and Peace"),
        Redirect("Common", "Shared"),
    )
    store_model(database)
