"""The records that an import brings: articles, redirects, and what every page links to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LinkKind = Literal["page", "category", "site"]


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
        The wiki's page id; None for records without one.
    infobox : mapping of str to str
        Parameter names to cleaned values.
    text_length : int
        Characters of wikitext.
    links : mapping of Link to int
        How often each link occurs; at least 1.
    facets : tuple of (name, value)
        Normalised properties, without repeats.
    see_also : frozenset of Link
        Those of the links that stand in the section "See also".
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
    see_also: frozenset[Link] = frozenset()


class Redirect(NamedTuple):
    """A title that leads to another."""

    title: str
    target: str


class PageLinks(NamedTuple):
    """What some pages link to, articles or not; titles by their hashes (db.importing.title_hashes).

    Attributes
    ----------
    pages : uint64 array of shape (n,)
        The pages' own titles.
    sizes : int32 array of shape (n,)
        How many targets each page has.
    targets : uint64 array of shape (sum of sizes,)
        The titles in the namespace of the articles that they link to, page by page. Two of a page may lead to one.
    """

    pages: "NDArray[np.uint64]"
    sizes: "NDArray[np.int32]"
    targets: "NDArray[np.uint64]"


Record = Article | Redirect | PageLinks


class Counts(NamedTuple):
    """How many articles, links and so on an import brought.

    Attributes
    ----------
    articles : int
        The articles that the import stored.
    new : int
        Those of them that the shelf did not have before.
    changed : int
        Those of them that the shelf had in another revision.
    vanished : int
        Stored articles of the wanted topics that the sources do not have; the import deletes them if it prunes.
    links, pairs, facets : int
        The distinct links, pairs and facets of the articles that the import stored.
    aliases : int
        All aliases that the shelf has after the import.
    """

    articles: int
    new: int
    changed: int
    vanished: int
    links: int
    pairs: int
    aliases: int
    facets: int
