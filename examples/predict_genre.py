"""Predict a book's genre from its vector: python examples/predict_genre.py [GENRES].

The script takes the books that have exactly one of the commonest genres (8, or as many as you say) and cuts them into
five parts. It predicts the genres of each part by a linear classifier that is fitted to the other four parts. The
classifier is fitted by least squares, towards 1 for the genre of a book and towards 0 for the other genres.

                                            the bundled sample   1,413 real books
    books with one of the 8 genres                         211                363
    accuracy on books held out                       .81 to .86         .73 to .77
    always the commonest genre                            .280               .209
    accuracy without the genres' links               .46 to .53         .64 to .66

The ranges are those of models of five seeds. A genre in the infobox is a link too, so the vectors were told of it. The
models of the last line were not told: they were trained with `--drop-title "Historical fiction"` and so on, for each of
the 8 genres.
"""

import sys

import numpy as np
import psycopg
from pgvector.psycopg import register_vector

from db.opening import connect

QUERY = """
    with commonest as (
        select value from books, unnest(genre) value group by value order by count(*) desc, value limit %s
    )
    select min(value), embedding
    from books, unnest(genre) value
    where value in (select value from commonest)
    group by article_id, embedding having count(*) = 1
    order by article_id
"""
# This holds the weights down. With 0.1 / 1 / 10 a model of the bundled sample had accuracies of .872 / .858 / .668, and
# a model of the real books .749 / .758 / .760.
RIDGE = 1.0


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights of shape (dimensions + 1, genres) from vectors with a 1 at the end and one-hot genres."""
    return np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y)


n_genres = int(sys.argv[1]) if len(sys.argv) > 1 else 8
with connect(tables="require") as database, psycopg.connect(database.url) as connection:
    register_vector(connection)
    connection.execute(f"set search_path = {database.schema}, public")
    rows = connection.execute(QUERY, [n_genres]).fetchall()
genres, truth = np.unique([genre for genre, _ in rows], return_inverse=True)
vectors = np.array([np.append(embedding.to_numpy(), 1) for _, embedding in rows])

part = np.random.default_rng(0).permutation(len(rows)) % 5
predicted = np.empty_like(truth)
for held_out in range(5):
    known = part != held_out
    weights = fit(vectors[known], np.eye(len(genres))[truth[known]])
    predicted[~known] = (vectors[~known] @ weights).argmax(axis=1)

print(f"{len(rows):,} books of one of {len(genres)} genres")
for number, genre in enumerate(genres):
    print(f"{(predicted == truth)[truth == number].mean():6.0%} of {(truth == number).sum():4} right  {genre}")
print(f"accuracy on books held out: {(predicted == truth).mean():.3f}")
print(f"always the commonest genre: {np.bincount(truth).max() / len(truth):.3f}")
