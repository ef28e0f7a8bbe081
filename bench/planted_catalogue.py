"""Articles and links of any number with clustered vectors, for measuring searches."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from db.connection import Database
from db.importing import topic_views
from db.models import activation, registry, vectors

DIMENSIONS, DIRECTIONS = 50, 300
# A facet value of so many articles in 100, spread evenly among them.
SELECTIVITIES = {"half": 50.0, "tenth": 10.0, "hundredth": 1.0, "thousandth": 0.1, "rare": 0.02}

ARTICLES = """
    insert into articles (article_id, topic, title, infobox, text_length)
    select n, case when n % 8 = 0 then 'film' else 'book' end, 'Book ' || n, '{}', 1 from generate_series(1, :n) n"""
LINKS = """
    insert into links (link_id, kind, title, article_count)
    select n, 'page', 'Link ' || n, 4 + n % 50 from generate_series(1, :n) n"""
FACETS = """
    insert into facets (article_id, name, value)
    select n, 'genre', :value from generate_series(1, :n) n where hashint4(n) & 1048575 < 1048576 * :percent / 100"""


def plant(database: Database, n_articles: int, n_links: int) -> None:
    """Fill an empty database, and activate a model of random unit vectors around `DIRECTIONS` directions."""
    with database.transaction() as connection:
        connection.execute(text(ARTICLES), {"n": n_articles})
        connection.execute(text(LINKS), {"n": n_links})
        for value, percent in SELECTIVITIES.items():
            connection.execute(text(FACETS), {"n": n_articles, "value": value, "percent": percent})
        topic_views.create_topic_views(connection, [topic_views.TopicView("books", "book", ("genre",))])
    with registry.training(database, "softmax", DIMENSIONS, {}) as model_id, database.transaction() as connection:
        for kind, n in (("articles", n_articles), ("links", n_links)):
            vectors.store(connection, model_id, kind, np.arange(1, n + 1, dtype=np.int32), unit_rows(n, len(kind)))
        registry.finish(connection, model_id, {"articles": n_articles, "links": n_links}, "bench")
        activation.activate(connection, model_id)
        connection.execute(text("analyze articles, links, facets"))


def unit_rows(n: int, seed: int) -> NDArray[np.float32]:
    """Unit rows around common directions, as trained vectors are: not uniform."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(DIRECTIONS, DIMENSIONS)).astype(np.float32)[random.integers(DIRECTIONS, size=n)]
    rows += 0.5 * random.standard_normal(size=rows.shape, dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
