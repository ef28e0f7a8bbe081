"""Find out why a search has no rows."""

from sqlalchemy import Connection, text

from db.errors import ArticleNotFound, ArticleWithoutVector, LinkNotFound, LinkWithoutVector
from db.models import registry

LIKE_ARTICLE = text("select title from search_articles(:words, 3)")
# The titles that follow the beginning of this one, in the order of the index that there is. Half a million may begin
# like it, so the first thousand must do.
LIKE_LINK = text("""
    select n.title
    from (select title, article_count from links where title >= :start order by title limit 1000) n
    where article_count > 0 and starts_with(fold_title(n.title), fold_title(:start))
    order by article_count desc limit 3""")


class Suggestions(tuple[str, ...]):
    """Titles that may be meant; as a text they are the end of a message."""

    def __str__(self) -> str:
        quoted = ", ".join(f'"{title}"' for title in self)
        return f"; did you mean {quoted}?" if self else ""


def check_article(connection: Connection, title: str | int) -> None:
    """Raise the reason why an article has no neighbours; raise nothing if it has a vector.

    Raises
    ------
    ArticleNotFound
        Its message names the nearest titles.
    ArticleWithoutVector, NoActiveModel
    """
    registry.active(connection)
    article_id = check_title(connection, title)
    if connection.scalar(text("select article_embedding(:id) is null"), {"id": article_id}):
        raise ArticleWithoutVector(title=title)


def check_title(connection: Connection, title: str | int) -> int:
    """The article_id of a title or alias, or the number itself if an article has it.

    Raises
    ------
    ArticleNotFound
        Its message names the nearest titles.
    """
    by_title, by_id = "select find_article(:title)", "select article_id from articles where article_id = :title"
    article_id: int | None = connection.scalar(text(by_title if isinstance(title, str) else by_id), {"title": title})
    if article_id is None:
        found = connection.scalars(LIKE_ARTICLE, {"words": title}) if isinstance(title, str) else ()
        raise ArticleNotFound(title=title, suggestions=Suggestions(found))
    return article_id


def check_link(connection: Connection, title: str) -> None:
    """Raise the reason why a link has no neighbours; raise nothing if it has a vector.

    Raises
    ------
    LinkNotFound
        Its message names the commonest links that begin like it.
    LinkWithoutVector, NoActiveModel
    """
    registry.active(connection)
    link_id = find_link(connection, title)
    if connection.scalar(text("select link_embedding(:id) is null"), {"id": link_id}):
        raise LinkWithoutVector(title=title)


def find_link(connection: Connection, title: str) -> int:
    """The link_id of a title or alias.

    Raises
    ------
    LinkNotFound
        Its message names the commonest links that begin like it.
    """
    link_id: int | None = connection.scalar(text("select find_link(:title)"), {"title": title})
    if link_id is None:
        words = str(connection.scalar(text("select _read_title(:title)"), {"title": title}))
        found = connection.scalars(LIKE_LINK, {"start": words[: max(4, len(words) // 2)]})
        raise LinkNotFound(title=title, suggestions=Suggestions(found))
    return link_id
