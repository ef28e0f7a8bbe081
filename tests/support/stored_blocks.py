"""The planted blocks in a database, and what a model of them is worth."""

import numpy as np
from sqlalchemy import text

from db.connection import Database
from db.models import registry, vectors
from db.models.model import Model
from tests.support.planted import article, load
from tests.support.planted_blocks import blocks, share_of_own_block


def stored_blocks(database: Database) -> np.ndarray:
    """Store the planted blocks as articles, and give the block of each article by its number."""
    pairs, block_of = blocks()
    links = np.split(pairs.link_index, np.flatnonzero(np.diff(pairs.article_index)) + 1)
    load(database, *(article(f"Article {i}", [f"Link {link}" for link in row]) for i, row in enumerate(links)))
    return block_of


def judged(database: Database, block_of: np.ndarray) -> tuple[Model, float]:
    """The only model, and for its vectors the share of neighbours that are of the same block."""
    with database.session() as connection:
        (model,) = registry.listed(connection)
        ids, stored = vectors.read(connection, model.model_id, "articles", 50)
        query = text("select article_id, title from articles")
        titles = {row.article_id: row.title for row in connection.execute(query)}
    own = block_of[[int(titles[int(one)].removeprefix("Article ")) for one in ids]]
    return model, share_of_own_block(stored, own)
