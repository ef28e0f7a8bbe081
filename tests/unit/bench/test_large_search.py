"""The parts of bench.large_search that its figures rest on: the true neighbours."""

import numpy as np

from bench.large_search import ROWS_COMPARED, K, made_rows, nearest


def test_the_true_neighbours_are_those_of_all_products_sorted() -> None:
    rows = made_rows(2 * ROWS_COMPARED + 17)
    asked = np.array([0, ROWS_COMPARED - 1, ROWS_COMPARED, len(rows) - 1])
    products = rows[asked].astype(np.float64) @ rows.T.astype(np.float64)
    products[np.arange(len(asked)), asked] = -2
    assert np.array_equal(np.sort(nearest(rows, asked)), np.sort(np.argsort(-products)[:, :K]))
