"""Find out why a search has no rows."""

from typing import Any

from db.errors import ArticleNotFound, ArticleWithoutVector, LinkNotFound, LinkWithoutVector, NoActiveModel
from db.link import Link

LIKE_ARTICLE = "select title from search_articles(%(words)s::text, 3)"
# The titles that follow the beginning of this one, in the order of the index that there is. Half a million may begin
# like it, so the first thousand must do.
LIKE_LINK = """
    select n.title
    from (select title, article_count from links where title >= %(start)s::text order by title limit 1000) n
    where article_count > 0 and starts_with(fold_title(n.title), fold_title(%(start)s::text))
    order by article_count desc limit 3"""


class Suggestions(tuple[str, ...]):
    """Titles that may be meant; as a text they are the end of a message."""

    def __str__(self) -> str:
        quoted = ", ".join(f'"{title}"' for title in self)
        return f"; did you mean {quoted}?" if self else ""


def check_article(connection: Link, title: str | int) -> None:
    """Raise the reason why an article has no neighbours; raise nothing if it has a vector.

    Raises
    ------
    ArticleNotFound
        Its message names the nearest titles.
    ArticleWithoutVector, NoActiveModel
    """
    check_model(connection)
    article_id = check_title(connection, title)
    if scalar(connection, "select article_embedding(%(id)s::integer) is null", id=article_id):
        raise ArticleWithoutVector(title=title)


def check_title(connection: Link, title: str | int) -> int:
    """The article_id of a title or alias, or the number itself if an article has it.

    Raises
    ------
    ArticleNotFound
        Its message names the nearest titles.
    """
    by_id = "select article_id from articles where article_id = %(title)s::bigint"
    query = "select find_article(%(title)s::text)" if isinstance(title, str) else by_id
    article_id: int | None = scalar(connection, query, title=title)
    if article_id is None:
        found = scalars(connection, LIKE_ARTICLE, words=title) if isinstance(title, str) else ()
        raise ArticleNotFound(title=title, suggestions=Suggestions(found))
    return article_id


def check_link(connection: Link, title: str) -> None:
    """Raise the reason why a link has no neighbours; raise nothing if it has a vector.

    Raises
    ------
    LinkNotFound
        Its message names the commonest links that begin like it.
    LinkWithoutVector, NoActiveModel
    """
    check_model(connection)
    link_id = find_link(connection, title)
    if scalar(connection, "select link_embedding(%(id)s::integer) is null", id=link_id):
        raise LinkWithoutVector(title=title)


def find_link(connection: Link, title: str) -> int:
    """The link_id of a title or alias.

    Raises
    ------
    LinkNotFound
        Its message names the commonest links that begin like it.
    """
    link_id: int | None = scalar(connection, "select find_link(%(title)s::text)", title=title)
    if link_id is None:
        words = str(scalar(connection, "select _read_title(%(title)s::text)", title=title))
        found = scalars(connection, LIKE_LINK, start=words[: max(4, len(words) // 2)] or None)
        raise LinkNotFound(title=title, suggestions=Suggestions(found))
    return link_id


def check_model(connection: Link) -> int:
    """The model_id of the active model.

    Raises
    ------
    NoActiveModel
    """
    model_id: int | None = scalar(connection, "select max(model_id) from models where state = 'active'")
    if model_id is None:
        raise NoActiveModel
    return model_id


def scalars(connection: Link, query: str, **asked: Any) -> list[Any]:
    """The first value of each row."""
    return [value for value, *_ in connection.execute(query.encode(), asked)]


def scalar(connection: Link, query: str, **asked: Any) -> Any:
    """The first value of the only row, or None if there is no row."""
    return next(iter(scalars(connection, query, **asked)), None)
