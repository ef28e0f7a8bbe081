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
