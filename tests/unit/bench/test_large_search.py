"""The parts of bench.large_search that its figures rest on: the true neighbours, and the order of a scaffold."""

import numpy as np

from bench.large_search import ROWS_COMPARED, K, made_rows, nearest, scaffold


def test_the_true_neighbours_are_those_of_all_products_sorted() -> None:
    rows = made_rows(2 * ROWS_COMPARED + 17)
    asked = np.array([0, ROWS_COMPARED - 1, ROWS_COMPARED, len(rows) - 1])
    products = rows[asked].astype(np.float64) @ rows.T.astype(np.float64)
    products[np.arange(len(asked)), asked] = -2
    assert np.array_equal(np.sort(nearest(rows, asked)), np.sort(np.argsort(-products)[:, :K]))


def test_a_scaffold_has_one_row_of_each_32_first_and_all_rows_once() -> None:
    order = np.random.default_rng(0).permutation(100)
    found = scaffold(order)
    blocks = [order[first : first + 32].tolist() for first in (0, 32, 64, 96)]
    assert sorted(sum(one in block for one in found[:4].tolist()) for block in blocks) == [1] * 4
    assert sorted(found.tolist()) == list(range(100))
