"""Articles and redirects in: staged by COPY in batches, merged into the tables in the caller's transaction."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import numpy as np
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from db import copy, scripts

LinkKind = Literal["page", "category", "site"]
BATCH = 1_000  # articles staged at a time: about 20,000 pairs, 20 MB


class Link(NamedTuple):
    """What an article points at: a page, a category (title without "Category:") or an external site's host."""

    kind: LinkKind
    title: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article with an infobox of a wanted topic.

    Attributes
    ----------
    page_id : int or None
        The wiki's page id; None for records that carry none.
    infobox : mapping of str to str
        Parameter names to cleaned values.
    text_length : int
        Characters of wikitext.
    links : mapping of Link to int
        How often each link occurs; at least 1.
    facets : tuple of (name, value)
        Normalised properties, without repeats.
    """

    page_id: int | None
    topic: str
    title: str
    infobox: Mapping[str, str]
    revision_id: int | None
    revised_at: datetime | None
    text_length: int
    links: Mapping[Link, int]
    facets: tuple[tuple[str, str], ...]


class Redirect(NamedTuple):
    """A title that leads to another."""

    title: str
    target: str


class Counts(NamedTuple):
    """What a load brought: `links` counts distinct ones, `pairs` distinct (article, link)."""

    articles: int
    links: int
    pairs: int
    aliases: int
    facets: int


def load(connection: Connection, records: Iterable[Article | Redirect]) -> Counts:
    """Load articles and redirects: all or nothing with the caller's transaction.

    An article that is stored already (by page id, else by title) is replaced and keeps its `article_id`; of two of one
    title in `records` the last counts. Links and facet values that are redirects are resolved to the end, whether the
    redirect comes before or after them.
    """
    connection.execute(text("select pg_advisory_xact_lock(hashtext('wikishelf.load'))"))
    scripts.run_file(connection, "stage")
    first_row = 0
    for batch in _batches(records, BATCH):
        articles = [record for record in batch if isinstance(record, Article)]
        redirects = [record for record in batch if isinstance(record, Redirect)]
        _stage_articles(connection, articles, first_row)
        copy.copy_records(connection, "staged_aliases", redirects)
        first_row += len(articles)
    scripts.run_file(connection, "merge")
    return Counts(*connection.execute(text("select * from merged")).one())


def _batches(records: Iterable[Article | Redirect], size: int) -> Iterator[list[Article | Redirect]]:
    iterator = iter(records)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _stage_articles(connection: Connection, articles: list[Article], first_row: int) -> None:
    rows = range(first_row, first_row + len(articles))
    copy.copy_records(connection, "staged_articles", map(_article_row, rows, articles))
    copy.copy_records(
        connection,
        "staged_facets",
        ((row, *facet) for row, a in zip(rows, articles, strict=True) for facet in a.facets),
    )
    # A link is written once a batch and its pairs as integers: 770,000 titles become about 40,000.
    numbers: dict[Link, int] = {}
    pairs = [
        (row, numbers.setdefault(link, len(numbers)), occurrences)
        for row, article in zip(rows, articles, strict=True)
        for link, occurrences in article.links.items()
    ]
    copy.copy_records(connection, "staged_links", ((first_row, n, *link) for link, n in numbers.items()))
    columns = np.array(pairs, dtype=np.int32).reshape(-1, 3).T
    batch = np.full(len(pairs), first_row, dtype=np.int32)
    copy.copy_in(connection, "staged_pairs", copy.integer_rows(batch, *columns))


def _article_row(row: int, article: Article) -> tuple[Any, ...]:
    return (
        row,
        article.page_id,
        article.topic,
        article.title,
        Jsonb(dict(article.infobox)),
        article.revision_id,
        article.revised_at,
        article.text_length,
    )
