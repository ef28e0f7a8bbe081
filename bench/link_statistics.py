"""Real articles beside made-up ones of the same number: links, neighbours by links, vectors, and what indexes cost.

    python -m bench.link_statistics RECORDS [RECORDS ...]

The records (.ndjson) are such as `python -m ingest` takes. Each file's articles have a second column beside them, of as
many articles of bench/structured.py with as many links each. Both are trained with the default settings, and stored in
an embedded PostgreSQL of their own. docs/scale.md has the table.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.common import empty_database, parser, server_seconds, store_model, temporary_home
from bench.quality_data import pairs_of, read_articles, wanted_links
from bench.scale_quality import hold_out, recall
from bench.structured import Structured
from db.pairs import Pairs
from train.config import Settings, decide
from train.evaluation.neighbours import Similarities
from train.fit import Fitted, fit
from train.trimming import article_counts, by_link, link_counts

ASKED = 500
PLACES = np.array([1, 10, 100]) - 1
Column = dict[str, str]


def main() -> None:
    """Print one table, as Markdown."""
    command = parser(__doc__)
    command.add_argument("records", type=Path, nargs="+", metavar="RECORDS")
    columns: dict[str, Column] = {}
    for path in command.parse_args().records:
        real = pairs_of([wanted_links(one) for one in read_articles(path).values()])
        n_articles = len(real.article_ids)
        columns[path.stem] = column(real)
        columns[f"made like {path.stem}"] = column(Structured(n_articles, len(real.article_index) / n_articles).pairs())
    print(f"| | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|")
    for row in next(iter(columns.values())):
        print(f"| {row} | {' | '.join(one[row] for one in columns.values())} |")


def column(pairs: Pairs) -> Column:
    """All figures of these pairs."""
    trimmed, settings = decide(Settings(), pairs)
    split = hold_out(trimmed)
    fitted = fit(split.train, settings)
    rows = fitted.articles
    return {
        **dict(of_links(pairs, trimmed)),
        "Jaccard of links with the 1st / 10th / 100th neighbour by it": neighbours(jaccard(trimmed), trimmed),
        "cosine to the 1st / 10th / 100th neighbour by it": neighbours(lambda some: rows[some] @ rows.T, trimmed),
        "directions of the articles' vectors": f"{directions(rows):.1f} of {rows.shape[1]}",
        "held-out links among the first 20": f"{recall(fitted, split, settings):.3f}",
        "storing the vectors with their indexes, CPU s": f"{storing(fitted):.1f}",
    }


def of_links(pairs: Pairs, trimmed: Pairs) -> Iterator[tuple[str, str]]:
    """How many links there are, and how they are spread."""
    counts, each = link_counts(pairs), article_counts(pairs)
    rare = counts < 4
    yield "articles / links / pairs", f"{len(each):,} / {len(counts):,} / {counts.sum():,}"
    yield (
        "links of an article, 10 / 50 / 90 / 99 %",
        " / ".join(f"{x:.0f}" for x in np.percentile(each, [10, 50, 90, 99])),
    )
    yield (
        "links of fewer than 4 articles: of all links / pairs",
        f"{rare.mean():.1%} / {counts[rare].sum() / counts.sum():.1%}",
    )
    least = (4, 16, 64, 256, 1024)
    shares = " / ".join(f"{(counts >= n).sum() / len(each):.2g}" for n in least)
    yield f"links of at least {' / '.join(map(str, least))} articles, for each article", shares
    kept = len(trimmed.link_ids), len(trimmed.article_index) / len(trimmed.article_ids)
    yield "a training keeps: links / pairs of an article", f"{kept[0]:,} / {kept[1]:.1f}"


def jaccard(pairs: Pairs) -> Similarities:
    """The share of the links of two articles that both have."""
    articles_of = np.split(by_link(pairs).link_index, np.cumsum(link_counts(pairs))[:-1])
    each = article_counts(pairs)
    links_of = np.split(pairs.link_index, np.cumsum(each)[:-1])

    def row(article: int) -> NDArray[np.float64]:
        shared = np.bincount(np.concatenate([articles_of[link] for link in links_of[article]]), minlength=len(each))
        return np.asarray(shared / (each + each[article] - shared))

    return lambda some: np.array([row(article) for article in some], np.float32)


def neighbours(similarities: Similarities, pairs: Pairs) -> str:
    """The medians over some articles, and in brackets their 10th and 90th percentiles."""
    n_articles = len(pairs.article_ids)
    asked = np.random.default_rng(0).choice(n_articles, min(ASKED, n_articles), replace=False)
    found = similarities(asked)
    found[np.arange(len(asked)), asked] = -np.inf
    at = -np.sort(-found, axis=1)[:, PLACES]
    low, middle, high = np.percentile(at, [10, 50, 90], axis=0)
    return " / ".join(
        f"{median:.2f} ({least:.2f}-{most:.2f})" for least, median, most in zip(low, middle, high, strict=True)
    )


def directions(rows: NDArray[np.float32]) -> float:
    """How many directions the vectors use: the participation ratio of their covariance's eigenvalues."""
    values = np.linalg.eigvalsh(np.cov(rows.T))
    return float(values.sum() ** 2 / (values**2).sum())


def storing(fitted: Fitted) -> float:
    """CPU seconds of the server."""
    with temporary_home() as home, empty_database(home) as database:
        before = server_seconds(home)
        store_model(database, fitted.articles, fitted.links)
        return server_seconds(home) - before


if __name__ == "__main__":
    main()
