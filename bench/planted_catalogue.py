"""As many articles and links as wanted, with clustered vectors, so that searches can be measured."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from bench.common import store_model, unit_rows
from db.connection import Database
from db.importing import topic_views
from db.models import activation, indexes

DIMENSIONS = 50
# Each value of the facet "genre", and how many articles in 100 have it. They are spread evenly over all articles.
SELECTIVITIES = {"half": 50.0, "tenth": 10.0, "hundredth": 1.0, "thousandth": 0.1, "rare": 0.02}

ARTICLES = """
    insert into articles (article_id, topic, title, infobox, text_length, prominence)
    select n, case when n % 8 = 0 then 'film' else 'book' end, 'Book ' || n, '{}', 1,
           (n * 7919 % 1000 + n * 104729 % 1000 + n * 1299709 % 1000 - 1498.5) / 500
    from generate_series(1, cast(:n as bigint)) n"""
LINKS = """
    insert into links (link_id, kind, title, article_count)
    select n, 'page', 'Link ' || n, 4 + n % 50 from generate_series(1, :n) n"""
FACETS = """
    insert into facets (article_id, name, value)
    select n, 'genre', :value from generate_series(1, :n) n where hashint4(n) & 1048575 < 1048576 * :percent / 100"""


def plant(database: Database, n_articles: int, n_links: int) -> None:
    """Fill an empty database, and activate a model of clustered random vectors."""
    with database.transaction() as connection:
        connection.execute(text(ARTICLES), {"n": n_articles})
        connection.execute(text(LINKS), {"n": n_links})
        for value, percent in SELECTIVITIES.items():
            connection.execute(text(FACETS), {"n": n_articles, "value": value, "percent": percent})
        topic_views.create_topic_views(connection, [topic_views.TopicView("books", "book", ("genre",))])
    model_id = store_model(database, article_rows(n_articles), unit_rows(n_links, DIMENSIONS, seed=5), first_id=1)
    with database.transaction() as connection:
        activation.activate(connection, model_id)
        indexes.complete(connection)
        connection.execute(text("analyze articles, links, facets"))


def prominences(n_articles: int) -> NDArray[np.float32]:
    """The same as in the table: from -3 to 3, with a standard deviation of 1."""
    n = np.arange(1, n_articles + 1)
    return np.asarray((n * 7919 % 1000 + n * 104729 % 1000 + n * 1299709 % 1000 - 1498.5) / 500, np.float32)


def article_rows(n_articles: int) -> NDArray[np.float32]:
    """The vectors of the articles: row i is that of the article i + 1."""
    return unit_rows(n_articles, DIMENSIONS, seed=8)
