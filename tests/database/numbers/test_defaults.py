"""What is not given in SQL is what is not given in Python."""

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from tests.support.known import Known

VERBS: dict[str, Callable[[Database, Known, int], list[Any]]] = {
    "similar_articles(:title)": lambda shelf, known, n: search.similar_articles(shelf, known.titles[n]),
    "similar_articles(:id)": lambda shelf, known, n: search.similar_articles(shelf, n + 1),
    "links_near_article(:title)": lambda shelf, known, n: search.links_near_article(shelf, known.titles[n]),
    "recommend_articles(array[:title])": lambda shelf, known, n: search.recommend_articles(shelf, [known.titles[n]]),
    "explain_similarity(:title, :other)": lambda shelf, known, n: search.explain_similarity(
        shelf, known.titles[n], known.titles[0]
    ),
    "similar_links(:link)": lambda shelf, known, n: search.similar_links(shelf, _link(known, n)),
    "articles_near_link(:link)": lambda shelf, known, n: search.articles_near_link(shelf, _link(known, n)),
    "search_articles('a')": lambda shelf, known, n: search.search_articles(shelf, "a"),
}


def _link(known: Known, article: int) -> str:
    links = known.made[article]
    return known.link_titles[int(links[known.link_has_vector[links]][0])]


@pytest.mark.parametrize("call", VERBS)
def test_the_same_answers_in_sql_and_python(shelf: Database, known: Known, asked: list[int], call: str) -> None:
    n = next(article for article in asked if known.link_has_vector[known.made[article]].any())
    values = {"title": known.titles[n], "id": n + 1, "other": known.titles[0], "link": _link(known, n)}
    with shelf.session() as connection:
        found = [tuple(row) for row in connection.execute(text(f"select * from {call}"), values)]
    assert found == [astuple(record) for record in VERBS[call](shelf, known, n)]
    assert len(found) in {10, 11}
