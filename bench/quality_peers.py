"""Well-known ways without Keras, for quality.py: LSA by scikit-learn, ALS by implicit."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.evaluation.measure import estimates, measure
from train.evaluation.neighbours import NEIGHBOURS, nearest
from train.evaluation.rankers import Way
from train.evaluation.split import Split

DIMENSIONS = 50


class Tuning(NamedTuple):
    """The parameters of ALS, which are chosen on a split that is not reported."""

    alpha: float
    regularization: float


TUNINGS_TO_TRY = [Tuning(alpha, regularization) for alpha in (40, 80) for regularization in (1, 10, 100)]


def lsa(pairs: Pairs) -> Way:
    """The truncated singular value decomposition of the TF-IDF matrix, which ranks better than that of the pairs."""
    from sklearn.decomposition import TruncatedSVD  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from sklearn.feature_extraction.text import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        TfidfTransformer,
    )

    svd = TruncatedSVD(DIMENSIONS, random_state=0)
    return _by_factors(svd.fit_transform(TfidfTransformer().fit_transform(_matrix(pairs, 1))), svd.components_.T)


def als(pairs: Pairs, tuning: Tuning) -> Way:
    """Implicit's alternating least squares (Hu, Koren and Volinsky 2008)."""
    from implicit.cpu.als import AlternatingLeastSquares  # type: ignore[import-not-found,import-untyped,unused-ignore]

    model = AlternatingLeastSquares(DIMENSIONS, regularization=tuning.regularization, random_state=0)
    model.fit(_matrix(pairs, tuning.alpha), show_progress=False)
    return _by_factors(model.user_factors, model.item_factors)


def tuned(split: Split, grid: Iterable[Tuning] = TUNINGS_TO_TRY) -> Tuning:
    """The tuning with the best recall@20."""

    def recall(tuning: Tuning) -> float:
        return estimates([measure({"als": als(split.train, tuning)}, split, {})])["als", "recall@20"].mean

    return max(grid, key=recall)


def _matrix(pairs: Pairs, value: float) -> Any:
    import scipy.sparse  # type: ignore[import-not-found,import-untyped,unused-ignore]

    places = pairs.article_index, pairs.link_index
    shape = len(pairs.article_ids), len(pairs.link_ids)
    return scipy.sparse.csr_matrix((np.full(len(places[0]), value, np.float32), places), shape)


def _by_factors(articles: NDArray[np.float32], links: NDArray[np.float32]) -> Way:
    """Links are ranked by the dot product, which is what was fitted, and neighbours by the cosine."""
    units = articles / np.maximum(np.linalg.norm(articles, axis=1, keepdims=True), 1e-12)
    neighbours, _ = nearest(lambda some: (units[some] @ units.T).astype(np.float32), len(units), NEIGHBOURS)
    return Way(lambda some: (articles[some] @ links.T).astype(np.float32), neighbours)
