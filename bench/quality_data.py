"""Real articles as pairs and facets, without a database, for quality.py."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np

from db.facet_values import Facet
from db.importing.records import Article, Link
from db.pairs import Pairs
from ingest.article import article_of_row
from ingest.dumps.ndjson import read_rows
from ingest.dumps.unpack import Chunk
from ingest.topics.catalogue import load_topics
from train.config import Settings, decide

FACETS = ("author", "genre", "series")


class Dataset(NamedTuple):
    """Trimmed pairs and the facets of their articles."""

    name: str
    pairs: Pairs
    facets: Mapping[str, Facet]


def read_books(name: str, path: Path, min_articles: int) -> Dataset:
    """Records as `python -m ingest` takes them, and the pairs that `python -m train` would train on."""
    articles = read_articles(path)
    links = {title: wanted_links(one) for title, one in articles.items()}
    return _dataset(name, links, articles, min_articles)


def read_articles(path: Path) -> dict[str, Article]:
    """The books among the records, by title."""
    (topic,) = load_topics(("book",))
    rows = read_rows(iter([Chunk(path.read_bytes(), 0)]), path)
    return {one.title: one for row in rows if (one := article_of_row(row, topic))}


def read_wikispeedia(name: str, path: Path) -> Dataset:
    """All links between the articles, however common. The articles have no facets."""
    links: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            article, link = map(unquote, line.split("\t"))
            links.setdefault(article, set()).add(link)
    return _dataset(name, links, {}, 1, max_share=1.0)


def wanted_links(article: Article) -> set[Link]:
    """The links that a training reads if nothing else is asked."""
    defaults = Settings()
    return {link for link in article.links if link.kind in defaults.kinds and link.title not in defaults.drop_titles}


def _dataset(
    name: str,
    links: Mapping[str, set[Any]],
    articles: Mapping[str, Article],
    min_articles: int,
    max_share: float | None = None,
) -> Dataset:
    pairs = pairs_of([links[title] for title in sorted(links)])
    trimmed, _ = decide(Settings(min_articles=min_articles, max_share=max_share), pairs)
    kept = [sorted(links)[position] for position in trimmed.article_ids]
    facets = {facet: _facet([articles[title] for title in kept], facet) for facet in FACETS if articles}
    return Dataset(name, trimmed, facets)


def pairs_of(rows: Sequence[set[Any]]) -> Pairs:
    """Row i holds the links of article i. Positions serve as ids."""
    numbers = {link: number for number, link in enumerate(sorted(set().union(*rows)))}
    article = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    link = np.array([number for row in rows for number in sorted(numbers[link] for link in row)])
    arrays = np.arange(len(rows)), np.arange(len(numbers)), article, link, np.ones(len(link))
    return Pairs(*(array.astype(np.int32) for array in arrays))


def _facet(articles: Sequence[Article], name: str) -> Facet:
    found = [(n, value) for n, one in enumerate(articles) for facet, value in one.facets if facet == name]
    numbers = {value: number for number, value in enumerate(sorted({value for _, value in found}))}
    return Facet(np.array([n for n, _ in found], np.int32), np.array([numbers[value] for _, value in found], np.int32))
