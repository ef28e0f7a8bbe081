"""What is stored of one article or link, and what the shelf holds, for pages that people read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from db.connection import Database
from db.errors import DatabaseRefused
from db.search import arguments, diagnose


@dataclass(frozen=True, slots=True)
class DescribedArticle:
    """An article as it is stored.

    Attributes
    ----------
    facets : mapping of str to sequence of str
        The values of every facet, by its name; a year is written as people do: 731, 44 BC.
    linked_from : int or None
        How many pages link to it; None where no dump was counted.
    aliases : sequence of str
        Its other titles, at most 20 of them.
    """

    article_id: int
    topic: str
    title: str
    linked_from: int | None
    revised_at: datetime | None
    facets: Mapping[str, Sequence[str]]
    aliases: Sequence[str]


@dataclass(frozen=True, slots=True)
class DescribedLink:
    """A link as it is stored; `article` is the title of the article that it leads to, if the shelf has it."""

    link_id: int
    kind: str
    title: str
    article_count: int
    article: str | None


@dataclass(frozen=True, slots=True)
class ShelfFacts:
    """What the shelf holds.

    Attributes
    ----------
    wiki : str or None
        The wiki that the last dump named, such as enwiki.
    imported_at : datetime or None
        When the last import ended.
    topics : mapping of str to int
        How many articles each topic has, the largest first.
    links : int
        How many links at least one article makes.
    """

    wiki: str | None
    imported_at: datetime | None
    topics: Mapping[str, int]
    links: int


def describe_article(database: Database, title: str | int) -> DescribedArticle:
    """What is stored of the article of this title, alias or article_id.

    Raises
    ------
    ArticleNotFound
        Its message names the nearest titles.
    TextInvalid
    """
    asked = arguments.read(database.limits, arguments.article(title))
    schema = database.schema
    found = f"{schema}.find_article(%(title)s)" if isinstance(title, str) else "%(article_id)s"
    query = f"""
        select a.article_id, a.topic, a.title, a.linked_from, a.revised_at,
               (select coalesce(jsonb_object_agg(n.name, n.items), '{{}}')
                from (select f.name, jsonb_agg(
                          case when f.name <> 'year' then f.value
                               when f.value like '-%%' then ltrim(f.value, '-0') || ' BC'
                               else ltrim(f.value, '0') end order by f.value) as items
                      from {schema}.facets f where f.article_id = a.article_id group by f.name) n),
               array(select s.title from {schema}.aliases s where s.target = a.title order by s.title limit 20)
        from {schema}.articles a where a.article_id = {found}"""
    rows = database.fetch(query, asked)
    if not rows:
        with database.reading() as connection:
            diagnose.check_title(connection, title)
    return DescribedArticle(*rows[0])


def describe_link(database: Database, title: str) -> DescribedLink:
    """What is stored of the link of this title or alias.

    Raises
    ------
    LinkNotFound, TextInvalid
    """
    asked = arguments.read(database.limits, {"title": title})
    schema = database.schema
    query = f"""
        select l.link_id, l.kind, l.title, l.article_count, a.title
        from {schema}.links l left join {schema}.articles a on a.article_id = l.article_id
        where l.link_id = {schema}.find_link(%(title)s)"""
    rows = database.fetch(query, asked)
    if not rows:
        with database.reading() as connection:
            diagnose.find_link(connection, title)
    return DescribedLink(*rows[0])


def stored_wiki(database: Database) -> str | None:
    """The name of the shelf's wiki; None where no dump names it, or where this login may not read it."""
    query = f"select wiki from {database.schema}.imports where wiki is not null limit 1"
    try:
        return next((wiki for (wiki,) in database.fetch(query, {})), None)
    except DatabaseRefused:
        return None


def shelf_facts(database: Database) -> ShelfFacts:
    """What the shelf holds; it is counted once after each import."""
    query = f"""
        select import_id, finished_at, (select wiki from {database.schema}.imports where wiki is not null limit 1)
        from {database.schema}.imports order by import_id desc limit 1"""
    import_id, imported_at, wiki = next(iter(database.fetch(query, {})), (None, None, None))
    counted = _counted(database, import_id) if import_id is not None else _counted.__wrapped__(database, None)
    return ShelfFacts(wiki, imported_at, *counted)


@lru_cache(maxsize=1)
def _counted(database: Database, import_id: int | None) -> tuple[Mapping[str, int], int]:
    topics = f"select topic, count(*) from {database.schema}.articles group by topic order by count(*) desc, topic"
    links = f"select count(*) from {database.schema}.links where article_count > 0"
    return dict(database.fetch(topics, {})), database.fetch(links, {})[0][0]


def makers(database: Database, link_id: int, article_ids: Sequence[int]) -> set[int]:
    """Return those of the articles that make the link."""
    query = f"""
        select article_id from {database.schema}.article_links
        where link_id = %(link_id)s and article_id = any(%(ids)s::integer[])"""
    return {one for (one,) in database.fetch(query, {"link_id": link_id, "ids": list(article_ids)})}
