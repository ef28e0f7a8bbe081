"""What a database holds, read from its tables as arrays, and vectors planted on it as its active model."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db import pairs
from db.connection import Database
from db.importing.records import LinkKind
from db.models import activation, registry, vectors
from tests.support.planted import article, load, unit_rows
from tests.support.sources import Record

Float = NDArray[np.float64]
Int = NDArray[np.int64]

DIMENSIONS = 50
TEMPERATURE, POPULARITY, SHARPNESS = 0.12, 0.8, 1.25
SETTINGS = {"temperature": TEMPERATURE, "popularity": POPULARITY, "sharpness": SHARPNESS}
LEAST_COUNT = 2  # A link of fewer articles gets no vector, as in a training.

# One article makes a link that has no vector, and one makes no link at all: nothing can explain what they are like.
EXTRA = (article("Loner of the planted shelf", ["Nobody else"]), article("Hermit of the planted shelf"))


def link_weights(counts: Int, articles: int) -> Float:
    """The weight of a link by its rarity: log(1 + articles / articles that make it)."""
    return np.log1p(articles / counts)


@dataclass(frozen=True)
class Known:
    """What is stored. An id is a position + 1.

    Attributes
    ----------
    facets : list of dicts of sets
        The values of each name, for each article.
    made : list of int arrays
        The positions of each article's links.
    counts, weights : arrays of shape (n_links,)
        How many articles make a link, and how much it weighs in an article's vector.
    aliases : dict
        Each alias and its target.
    prominence : float64 array of shape (n_articles,)
        As the import computed it.
    articles, links : float64 arrays of shape (n, DIMENSIONS)
        The stored vectors; NaN where there is none. Some neighbours in id have the same one.
    """

    titles: list[str]
    topics: NDArray[np.str_]
    facets: list[dict[str, set[str]]]
    made: list[Int]
    link_titles: list[str]
    kinds: NDArray[np.str_]
    counts: Int
    weights: Float
    aliases: dict[str, str]
    prominence: Float
    articles: Float
    links: Float

    @property
    def has_vector(self) -> NDArray[np.bool_]:
        """Of each article."""
        return np.isfinite(self.articles[:, 0])

    @property
    def link_has_vector(self) -> NDArray[np.bool_]:
        """Of each link."""
        return np.isfinite(self.links[:, 0])


def plant(database: Database, records: Iterable[Record]) -> Known:
    """Import the records, and store vectors for most of what they hold as the active model."""
    load(database, *records, *EXTRA)
    with database.transaction() as connection:
        known = _read(connection)
    with registry.training(database, "softmax", DIMENSIONS, SETTINGS) as model_id, database.transaction() as connection:
        _store(connection, model_id, "articles", known.articles)
        _store(connection, model_id, "links", known.links, known.weights)
        registry.finish(connection, model_id, {}, "fingerprint")
        activation.activate(connection, model_id)
    return known


def _store(
    connection: Connection, model_id: int, kind: vectors.VectorKind, rows: Float, weights: Float | None = None
) -> None:
    stored = np.isfinite(rows[:, 0])
    ids = np.flatnonzero(stored).astype(np.int32) + np.int32(1)
    link_weights = None if weights is None else weights[stored].astype(np.float32)
    vectors.store(connection, model_id, kind, ids, rows[stored].astype(np.float32), link_weights=link_weights)


def _read(connection: Connection) -> Known:
    query = "select article_id, title, topic, prominence from articles order by article_id"
    articles = connection.execute(text(query)).all()
    links = connection.execute(text("select link_id, title, kind from links order by link_id")).all()
    for rows in (articles, links):
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    made = _made(connection, len(articles))
    counts = np.bincount(np.concatenate(made), minlength=len(links))
    weights = link_weights(counts, len(articles))
    kinds = np.array([row.kind for row in links])
    link_vectors = _link_vectors(counts, kinds)
    return Known(
        titles=[row.title for row in articles],
        topics=np.array([row.topic for row in articles]),
        facets=_facets(connection, len(articles)),
        made=made,
        link_titles=[row.title for row in links],
        kinds=kinds,
        counts=counts,
        weights=weights,
        aliases={row.title: row.target for row in connection.execute(text("select title, target from aliases"))},
        prominence=np.array([row.prominence for row in articles]),
        articles=_article_vectors(made, weights, link_vectors),
        links=link_vectors,
    )


def _made(connection: Connection, articles: int) -> list[Int]:
    read = pairs.read(connection, get_args(LinkKind))
    made: list[list[int]] = [[] for _ in range(articles)]
    for article_id, link_id in zip(read.article_ids[read.article_index], read.link_ids[read.link_index], strict=True):
        made[article_id - 1].append(link_id - 1)
    return [np.array(sorted(positions), dtype=np.int64) for positions in made]


def _facets(connection: Connection, articles: int) -> list[dict[str, set[str]]]:
    facets: list[dict[str, set[str]]] = [{} for _ in range(articles)]
    for article_id, name, value in connection.execute(text("select article_id, name, value from facets")):
        facets[article_id - 1].setdefault(name, set()).add(value)
    return facets


def _link_vectors(counts: Int, kinds: NDArray[np.str_]) -> Float:
    """Around 50 directions; here and there, two links that as many articles make have one vector, and so two sites."""
    rows = unit_rows(len(counts), DIMENSIONS, seed=1).astype(np.float64)
    order = np.argsort(counts, kind="stable")
    twins = np.arange(25, len(rows), 25)
    rows[order[twins]] = rows[order[twins - 1]]
    sites = np.flatnonzero(kinds == "site")
    rows[sites[1]] = rows[sites[0]]
    rows[counts < LEAST_COUNT] = np.nan
    return rows


def _article_vectors(made: list[Int], weights: Float, links: Float) -> Float:
    """Near the mean of their links, as trained ones are; every 40th has none, as if it came after the training."""
    means = np.stack([np.nansum(weights[rows, None] * links[rows], axis=0) for rows in made])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    noisy = means + 0.5 * np.random.default_rng(2).normal(size=means.shape) / np.sqrt(DIMENSIONS)
    rows: Float = (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32).astype(np.float64)
    twins = np.arange(9, len(rows), 25)
    rows[twins] = rows[twins - 1]
    rows[19:-2:40] = np.nan
    return rows
