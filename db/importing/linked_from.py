"""How many pages link to each article, counted over all pages of a dump.

Each page's links wait in the staging area as hashes of titles, 8 bytes for each link, because redirects and articles
are known only when all is read. Then they pass once, in pieces, beside the sorted hashes of the titles and aliases of
articles. So a page that links to an article and to its redirect counts once, and memory does not grow with the links.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db import binary_copy
from db.importing.records import PageLinks
from db.importing.streams import stream
from db.importing.title_hashes import UInt64, title_hashes
from db.pairs import Int32

# A dump grows from month to month. One with fewer pages than this share of those behind the stored counts is a part.
WHOLE = 0.9
ROWS_OF_TITLES, ROWS_OF_PIECES = 65_536, 16  # so many come at a time


def stage(connection: Connection, part: int, number: int, links: PageLinks) -> None:
    """Stage a piece of a part; pieces are numbered in the order of the dump."""
    row = {"part": part, "number": number, **{name: column.tobytes() for name, column in links._asdict().items()}}
    connection.execute(text("insert into _staging_page_links values (:part, :number, :pages, :sizes, :targets)"), row)


def count(connection: Connection) -> None:
    """Count what is staged into `counted`, from which finish.sql takes `articles.linked_from`.

    An import that read no pages changes nothing. Neither does one that read a part of the wiki, as far as the number of
    its pages tells: the counts that are stored tell more. An import that prunes says that it is whole.
    """
    counted = _last_of_each(_pages(connection))
    pages = int(np.count_nonzero(counted))
    stored = connection.execute(text("select pages, prune from _counted_pages, _staging_import")).one()
    if not pages or (pages < WHOLE * stored.pages and not stored.prune):
        return
    binary_copy.copy_in(connection, "counted", binary_copy.rows(*_counts(connection, counted)))
    connection.execute(text("update _counted_pages set pages = :pages"), {"pages": pages})


def _pages(connection: Connection) -> UInt64:
    """Return the hashes of the titles of all pages that were read, in order; 56 MB for 7 million."""
    rows = stream(connection, "select pages from _staging_page_links order by part, number", ROWS_OF_PIECES)
    return np.concatenate([np.empty(0, dtype=np.uint64), *(np.frombuffer(row.pages, np.uint64) for row in rows)])


def _last_of_each(pages: UInt64) -> NDArray[np.bool_]:
    """Say which pages count: where a page was read more than once, as from two files that overlap, the last one."""
    in_order = np.sort(pages)
    if not np.any(in_order[1:] == in_order[:-1]):
        return np.ones(len(pages), dtype=np.bool_)
    _, from_the_end = np.unique(pages[::-1], return_index=True)
    counted = np.zeros(len(pages), dtype=np.bool_)
    counted[len(pages) - 1 - from_the_end] = True
    return counted


def _counts(connection: Connection, counted: NDArray[np.bool_]) -> tuple[Int32, Int32]:
    """Return the ids of all articles, and how many of the counted pages link to each."""
    known = _Titles.read(connection)
    counts = np.zeros(len(known.article_ids), dtype=np.int32)
    query = "select pages, sizes, targets from _staging_page_links order by part, number"
    rows = stream(connection, query, ROWS_OF_PIECES)
    done = 0
    for row in rows:
        links = PageLinks(
            np.frombuffer(row.pages, np.uint64),
            np.frombuffer(row.sizes, np.int32),
            np.frombuffer(row.targets, np.uint64),
        )
        np.add.at(counts, known.linked(links, counted[done : done + len(links.pages)]), 1)
        done += len(links.pages)
    return known.article_ids, counts


@dataclass(frozen=True, slots=True)
class _Titles:
    """The titles and aliases of all articles by their hashes, ascending; `place` is that in `article_ids`.

    `begins` says which first bits any hash has. Most links lead to no article, and 7 in 8 of them are known by this.
    """

    hashes: UInt64
    begins: NDArray[np.bool_]
    place: Int32
    article_ids: Int32

    @classmethod
    def read(cls, connection: Connection) -> Self:
        """Read them; this takes some 70 bytes of memory for each, and 12 are kept."""
        query = """
            select article_id, title from standing
            union all
            select s.article_id, r.title from resolved_aliases r join standing s on s.title = r.target"""
        ids, hashes = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.uint64)]
        for rows in stream(connection, query, ROWS_OF_PIECES).partitions(ROWS_OF_TITLES):
            ids.append(np.array([row.article_id for row in rows], dtype=np.int32))
            hashes.append(title_hashes([row.title for row in rows]))
        article_ids, place = np.unique(np.concatenate(ids), return_inverse=True)
        every = np.concatenate(hashes)
        order = np.argsort(every)
        bits = (8 * len(every)).bit_length()
        begins = np.zeros(1 << bits, dtype=np.bool_)
        begins[every >> np.uint64(64 - bits)] = True
        return cls(every[order], begins, place.astype(np.int32)[order], article_ids)

    def linked(self, links: PageLinks, counted: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the places of the articles that the counted pages link to, once for each page, without itself."""
        page = np.repeat(np.arange(len(links.pages)), links.sizes)
        article, own = self._find(links.targets), self._find(links.pages)
        wanted = (article >= 0) & (article != own[page]) & counted[page]
        return np.unique(page[wanted] << 32 | article[wanted]) & 0xFFFFFFFF

    def _find(self, hashes: UInt64) -> Int32:
        """Return the place of the article of each title, and -1 for a title of no article."""
        found = np.full(len(hashes), -1, dtype=np.int32)
        first_bits = np.uint64(65 - len(self.begins).bit_length())
        likely = np.flatnonzero(self.begins[hashes >> first_bits])
        at = np.minimum(np.searchsorted(self.hashes, hashes[likely]), len(self.hashes) - 1)
        is_known = self.hashes[at] == hashes[likely]
        found[likely[is_known]] = self.place[at[is_known]]
        return found
