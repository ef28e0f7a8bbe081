"""The links that an article shares with each of several others: the reason why they are near."""

from collections.abc import Sequence

from db.connection import Database


def shared_links(database: Database, article_id: int, others: Sequence[int], count: int = 3) -> dict[int, list[str]]:
    """Return the titles of at most `count` links for each of the others, those that make the two alike most first."""
    query = f"""
        select other_id, title
        from {database.schema}._shared_links(%(article_id)s::integer, %(others)s::integer[], %(count)s::integer)"""
    found: dict[int, list[str]] = {other: [] for other in others}
    for other, title in database.fetch(query, {"article_id": article_id, "others": list(others), "count": count}):
        found[other].append(title)
    return found


def nearest_of(database: Database, article_ids: Sequence[int], others: Sequence[int]) -> dict[int, int]:
    """Return which of these articles is most like each of the others."""
    vectors = f"{database.schema}.article_vectors"
    query = f"""
        select distinct on (o.article_id) o.article_id, v.article_id
        from {vectors} o cross join {vectors} v
        where o.article_id = any(%(others)s::integer[]) and v.article_id = any(%(article_ids)s::integer[])
        order by o.article_id, {database.schema}._distance(o.embedding, v.embedding), v.article_id"""
    return dict(database.fetch(query, {"others": list(others), "article_ids": list(article_ids)}))
