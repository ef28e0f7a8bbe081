"""The ways to train that train.py compares; `python -m bench.trainers WAY` measures one of them once.

Each way takes pairs, a number of epochs and a function to call at the end of each epoch, and returns a function that
scores links. The tutorial's loop is written here for the comparison. gensim and implicit are optional.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.config import Settings, decide

ARTICLES, LINKS, PAIRS, DIMENSIONS = 37_020, 41_758, 772_798, 50
Tick = Callable[[], None]
Scores = Callable[[NDArray[np.int64]], NDArray[np.float32]]  # From positions of articles to a score for each link.


def tutorial(pairs: Pairs, epochs: int, tick: Tick, share: float) -> Scores:
    """Will Koehrsen's model: a Python generator of true and other pairs, `model.fit` and Keras's own Adam."""
    from train.backend import keras

    article, link = (keras.Input((1,), name=name) for name in ("article", "link"))
    rows = [
        keras.layers.Embedding(size, DIMENSIONS)(one)
        for size, one in ((len(pairs.article_ids), article), (len(pairs.link_ids), link))
    ]
    score = keras.layers.Reshape([1])(keras.layers.Dot(normalize=True, axes=2)(rows))
    model = keras.Model([article, link], score)
    model.compile(optimizer="Adam", loss="mse")
    model.fit(
        batches(pairs, 1024, 2),
        epochs=epochs,
        steps_per_epoch=max(int(len(pairs.article_index) // 1024 * share), 1),
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: tick())],
    )
    articles, links = (unit(one) for one in model.get_weights())
    return lambda some: articles[some] @ links.T


def batches(pairs: Pairs, positives: int, ratio: int) -> Iterator[tuple[dict[str, Any], NDArray[np.float64]]]:
    """Batches without end. Other pairs are drawn one by one, and true ones among them are drawn again."""
    true = list(zip(pairs.article_index.tolist(), pairs.link_index.tolist(), strict=True))
    known, n_articles, n_links = set(true), len(pairs.article_ids), len(pairs.link_ids)
    batch = np.zeros((positives * (1 + ratio), 3))
    while True:
        for place, pair in enumerate(random.sample(true, positives)):
            batch[place] = (*pair, 1)
        place = positives
        while place < len(batch):
            pair = random.randrange(n_articles), random.randrange(n_links)
            if pair not in known:
                batch[place] = (*pair, -1)
                place += 1
        np.random.default_rng().shuffle(batch)
        yield {"article": batch[:, 0:1], "link": batch[:, 1:2]}, batch[:, 2]


def ours(objective: str) -> Callable[..., Scores]:
    """Wikishelf's fit."""

    def way(pairs: Pairs, epochs: int, tick: Tick, share: float) -> Scores:
        from train.evaluation.scores import link_scores
        from train.fit import fit

        asked = Settings(objective=objective, epochs=epochs, min_articles=1, max_share=1.0)  # All pairs are kept.
        pairs, settings = decide(asked, pairs)
        fitted = fit(pairs, settings, lambda epoch: tick())
        counts = np.bincount(pairs.link_index)
        return lambda some: link_scores(fitted.trained[some], fitted.links, counts, settings)

    return way


def word2vec(pairs: Pairs, epochs: int, tick: Tick, share: float) -> Scores:
    """Gensim's skip-gram with 5 negatives, to which each pair is a sentence of two words."""
    from gensim.models import Word2Vec  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from gensim.models.callbacks import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        CallbackAny2Vec,
    )

    class Ticking(CallbackAny2Vec):  # type: ignore[misc,unused-ignore]
        def on_epoch_end(self, model: Any) -> None:
            tick()

    index = zip(pairs.article_index.tolist(), pairs.link_index.tolist(), strict=True)
    model = Word2Vec(
        [(f"a{article}", f"l{link}") for article, link in index],
        vector_size=DIMENSIONS,
        sg=1,
        window=1,
        min_count=1,
        epochs=epochs,
        workers=2,
        callbacks=[Ticking()],
    )
    places = model.wv.key_to_index
    articles = model.wv.vectors[[places[f"a{n}"] for n in range(len(pairs.article_ids))]]
    links = model.syn1neg[[places[f"l{n}"] for n in range(len(pairs.link_ids))]]
    return lambda some: articles[some] @ links.T


def implicit(name: str) -> Callable[..., Scores]:
    """Implicit's ALS (alpha 80, regularization 10), or its BPR with the defaults."""

    def way(pairs: Pairs, epochs: int, tick: Tick, share: float) -> Scores:
        import scipy.sparse  # type: ignore[import-not-found,import-untyped,unused-ignore]
        from implicit.cpu.als import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
            AlternatingLeastSquares,
        )
        from implicit.cpu.bpr import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
            BayesianPersonalizedRanking,
        )

        if name == "als":
            model = AlternatingLeastSquares(DIMENSIONS, regularization=10, iterations=epochs, random_state=0)
        else:
            model = BayesianPersonalizedRanking(DIMENSIONS, iterations=epochs, random_state=0)
        values = np.full(len(pairs.link_index), 80 if name == "als" else 1, np.float32)
        matrix = scipy.sparse.csr_matrix((values, (pairs.article_index, pairs.link_index)))
        model.fit(matrix, show_progress=False, callback=lambda *_: tick())
        return lambda some: np.asarray(model.user_factors[some] @ model.item_factors.T)

    return way


WAYS: dict[str, Callable[..., Scores]] = {
    "tutorial": tutorial,
    "softmax": ours("softmax"),
    "sigmoid": ours("sigmoid"),
    "mse": ours("mse"),
    "word2vec": word2vec,
    "als": implicit("als"),
    "bpr": implicit("bpr"),
}


def generated() -> Pairs:
    """As many pairs as the tutorial had: links follow a power law, the number of links of an article is log-normal."""
    random = np.random.default_rng(0)
    links = np.cumsum(1 / (np.arange(LINKS) + 20.0) ** 0.9)
    articles = np.cumsum(random.lognormal(0, 0.8, ARTICLES))
    # Each article and each link has at least one pair.
    keys = np.concatenate(
        [
            np.arange(ARTICLES) * LINKS + drawn(links, ARTICLES, random),
            drawn(articles, LINKS, random) * LINKS + np.arange(LINKS),
        ]
    )
    while len(keys) < PAIRS:
        more = PAIRS - len(keys)
        keys = np.unique(np.append(keys, drawn(articles, more, random) * LINKS + drawn(links, more, random)))
    articles_of, links_of = (side.astype(np.int32) for side in np.divmod(np.sort(keys), LINKS))
    article_ids, link_ids = np.arange(ARTICLES, dtype=np.int32), np.arange(LINKS, dtype=np.int32)
    return Pairs(article_ids, link_ids, articles_of, links_of, np.ones(len(keys), np.int32))


def drawn(edges: NDArray[np.float64], count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Positions, each as likely as its share of the line."""
    return np.asarray(np.searchsorted(edges, random.random(count) * edges[-1]), np.int64)


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row divided by its length."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def measured(way: str, epochs: int, records: Path | None, share: float) -> dict[str, float]:
    """CPU seconds without imports (first epoch with all before it, each later one, all), MB, and recall@20."""
    from bench.quality_data import read_books
    from train.evaluation.ranking import ranking_measures, ranks
    from train.evaluation.split import hold_out

    split = hold_out(read_books("", records, 4).pairs, 0) if records else None
    pairs = split.train if split else generated()
    if way in ("tutorial", "softmax", "sigmoid", "mse"):
        import train.backend  # noqa: F401
    times = [time.process_time()]
    scores = WAYS[way](pairs, epochs, lambda: times.append(time.process_time()), share)
    total = time.process_time() - times[0]
    later = (times[-1] - times[1]) / max(len(times) - 2, 1)
    if way == "tutorial":
        later /= share
    found = {"first": times[1] - times[0], "epoch": later, "total": total}
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    if split:
        found["recall"] = float(np.nanmean(ranking_measures(ranks(scores, split), split)["recall@20"]))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--records", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="of the steps of an epoch (the tutorial's way)")
    options = parser.parse_args()
    print(json.dumps(measured(options.way, options.epochs, options.records, options.share)))
