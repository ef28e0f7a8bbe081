"""The 9,926 real books of LibraryThing with planted vectors, in a database and in numpy."""

import collections
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from db import binary_copy
from db.connection import Database
from db.models import activation, registry, vectors
from tests.support.planted import unit_rows

DIMENSIONS = 50
TEMPERATURE, POPULARITY = 0.12, 0.8
SHARPNESS = 1.25
FACETS = ("author", "genre", "country", "language", "series")
KINDS = ("page", "category", "site")

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Books:
    """What is stored; ids are positions + 1.

    Attributes
    ----------
    made : list of int arrays
        The positions of each article's links.
    facets : list of dicts of sets
        Name to values of each article; every article has a year.
    articles, links : float64 arrays of shape (n, DIMENSIONS)
        The stored vectors.
    """

    titles: list[str]
    made: list[NDArray[np.int64]]
    facets: list[dict[str, set[str]]]
    counts: NDArray[np.int64]
    kinds: NDArray[np.str_]
    articles: Float
    links: Float


def read(tool: Path, folder: Path) -> Books:
    """Links in at least 8 books; of a kind by chance, for the data has one kind only."""
    records = folder / "books.ndjson"
    subprocess.run([sys.executable, tool, records], check=True, stdout=subprocess.DEVNULL)
    rows = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
    seen = collections.Counter(link for row in rows for link in set(row[2]))
    number = {link: position for position, link in enumerate(sorted(link for link in seen if seen[link] >= 8))}
    made = [np.array(sorted({number[link] for link in row[2] if link in number}), dtype=np.int64) for row in rows]
    counts = np.bincount(np.concatenate(made), minlength=len(number))
    random = np.random.default_rng(0)
    links = unit_rows(len(number), DIMENSIONS, seed=1).astype(np.float64)
    return Books(
        [row[0] for row in rows],
        made,
        [{**_facets(row[1]), "year": {str(random.integers(1850, 2020))}} for row in rows],
        counts,
        random.choice(KINDS, size=len(number), p=[0.9, 0.09, 0.01]),
        _article_vectors(made, counts, links),
        links,
    )


def _facets(infobox: dict[str, str]) -> dict[str, set[str]]:
    values = {name: set(re.findall(r"\[\[([^]]+)\]\]", infobox.get(name, ""))) for name in FACETS}
    return {name: found for name, found in values.items() if found}


def _article_vectors(made: list[NDArray[np.int64]], counts: NDArray[np.int64], links: Float) -> Float:
    """As trained ones are: near the mean of their links, float32 as stored."""
    means = np.stack([mean_of_links(rows, counts, links, len(made)) for rows in made])
    noise = np.random.default_rng(2).normal(size=means.shape) / np.sqrt(DIMENSIONS)
    return unit(means + 0.5 * noise).astype(np.float32).astype(np.float64)


def mean_of_links(rows: NDArray[np.int64], counts: NDArray[np.int64], links: Float, articles: int) -> Float:
    """The direction of the mean of some links, weighted by rarity; zero where there are none."""
    total: Float = (np.log1p(articles / counts[rows])[:, None] * links[rows]).sum(0)
    return unit(total) if total.any() else total


def unit(rows: Float) -> Float:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def store(database: Database, books: Books) -> None:
    """Write all of it, and activate the vectors as a model."""
    with database.transaction() as connection:
        columns = "article_id, topic, title, infobox, text_length"
        articles = ((n, "book", title, "{}", 1) for n, title in enumerate(books.titles, 1))
        binary_copy.copy_records(connection, f"articles ({columns})", articles)
        binary_copy.copy_records(connection, "facets", _facet_rows(books))
        links = (
            (n, kind, f"feature {n}", count)
            for n, (kind, count) in enumerate(zip(books.kinds, books.counts, strict=True), 1)
        )
        binary_copy.copy_records(connection, "links (link_id, kind, title, article_count)", links)
        article = np.repeat(np.arange(len(books.made)), [len(rows) for rows in books.made])
        pairs = [np.asarray(ids + 1, np.int32) for ids in (article, np.concatenate(books.made))]
        binary_copy.copy_in(
            connection, "article_links", binary_copy.integer_rows(*pairs, np.ones(len(article), np.int32))
        )
        connection.execute(text("analyze"))
    settings = {"temperature": TEMPERATURE, "popularity": POPULARITY, "sharpness": SHARPNESS}
    with registry.training(database, "softmax", DIMENSIONS, settings) as model_id, database.transaction() as connection:
        rarity = np.log1p(len(books.titles) / np.asarray(books.counts)).astype(np.float32)
        for kind, rows in (("articles", books.articles), ("links", books.links)):
            ids = np.arange(1, len(rows) + 1, dtype=np.int32)
            weights = rarity if kind == "links" else None
            vectors.store(connection, model_id, kind, ids, rows.astype(np.float32), weights)  # type: ignore[arg-type]
        registry.finish(connection, model_id, {}, "fingerprint")
        activation.activate(connection, model_id)


def _facet_rows(books: Books) -> Any:
    for n, facets in enumerate(books.facets, 1):
        for name, values in facets.items():
            for value in values:
                yield n, name, value
