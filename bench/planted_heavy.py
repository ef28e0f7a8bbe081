"""A catalogue in which what can be dear is dear.

It has articles with 3,000 links, a link that a fifth makes, titles of common words, a series of 600, and a map.
"""

from collections.abc import Iterator
from itertools import accumulate
from random import Random

import numpy as np
from sqlalchemy import text

from bench import made_text, planted_catalogue
from db import binary_copy
from db.connection import Database
from db.maps import positions, storing

# The articles 1 and 2 make 3,000 links each, of which they share half. Those up to 12,000 make 50, as on a wiki,
# so a selection of 10,000 has half a million pairs. The others make 5, for the sake of the disk.
PAIRS = """
    insert into article_links (article_id, link_id, occurrences)
    select a, (a - 1) * 1500 + n, 1 from generate_series(1, 2) a cross join generate_series(1, 3000) n
    union all
    select a, l, 1 from generate_series(5, :n, 5) a cross join lateral (select 1) q(l)
    union all
    select distinct a, 5000 + (hashint8(a * 100::bigint + n) & 2147483647) % (cast(:links as integer) - 5000), 1
    from generate_series(3, :n) a
    cross join lateral generate_series(1, case when a <= 12000 then 50 else 5 end) n"""
COUNT = """
    update links l set article_count = c.articles
    from (select link_id, count(*) as articles from article_links group by link_id) c where c.link_id = l.link_id"""
FACETS = """
    insert into facets (article_id, name, value)
    select n, 'year', (1800 + n % 220)::text from generate_series(1, :n) n union all
    select n, 'author', 'Author ' || n / 20 from generate_series(1, :n) n union all
    select n, 'language', 'English' from generate_series(1, :n) n where n % 10 > 0 union all
    select n, 'series', 'The long one' from generate_series(101, 700) n union all
    select n, 'followed_by', 'Book ' || n + 1 from generate_series(101, 699) n"""
COMMON = ["the", "of", "and", "in", "a", "to", "la", "de", "for", "on", "with", "my", "i", "no", "one"]


def plant(database: Database, n_articles: int) -> None:
    """Fill an empty database with so many articles, a fifth as many links (at least 20,000), and a model with a map."""
    n_links = max(20_000, n_articles // 5)
    planted_catalogue.plant(database, n_articles, n_links)
    with database.transaction() as connection:
        connection.execute(text(PAIRS), {"n": n_articles, "links": n_links})
        connection.execute(text(COUNT))
        connection.execute(text(FACETS), {"n": n_articles})
        binary_copy.copy_records(connection, "aliases", _aliases(n_articles))
        connection.execute(text("analyze article_links, links, facets, aliases"))
    with database.transaction() as connection:
        random = np.random.default_rng(1)
        ids = np.arange(1, n_articles + 1, dtype=np.int32)
        places = positions.Positions(ids, random.uniform(-1, 1, (n_articles, 2)).astype(np.float32))
        storing.store(connection, 1, places, [(ids % 10).astype(np.int32), (ids % 100).astype(np.int32)])
    with database.session() as connection:
        connection.execute(text("vacuum analyze"))


def _aliases(count: int) -> Iterator[tuple[str, str]]:
    """An alias for each article, of 2 to 6 words; half of the words are common ones, as in real titles."""
    random = Random(5)
    weights = list(accumulate(1 / (place + 2) for place in range(len(COMMON))))
    for number in range(1, count + 1):
        words = [made_text.title_of(number), *random.choices(COMMON, cum_weights=weights, k=random.randrange(1, 5))]
        random.shuffle(words)
        yield " ".join(words).capitalize() + f" ({number})", f"Book {number}"
