"""Legends: what counts as one value, and that every article counts once."""

import numpy as np
import pytest

from db.maps.legends import by_scale, by_values


def test_spellings_of_a_genre_are_one_row_named_as_most_are() -> None:
    values = [["Fantasy novel"], ["Fantasy"], ["fantasy fiction"], ["Fantasy"], ["Science fiction"], ["Novel"], []]
    legend = by_values("genre", values)
    assert legend.about == {
        "field": "genre",
        "kind": "values",
        "values": [
            {"value": "Fantasy", "count": 4},
            {"value": "Novel", "count": 1},
            {"value": "Science fiction", "count": 1},
        ],
        "other": 0,
        "none": 1,
    }
    assert legend.codes.tolist() == [1, 1, 1, 1, 3, 2, 0]


@pytest.mark.parametrize(
    ("field", "one", "other", "same"),
    [
        ("genre", "Science fiction", "Science-fiction novels", True),
        ("genre", "Crime novel", "Crime fiction", True),
        ("genre", "Novel", "Novella", False),
        ("genre", "Fiction", "Nonfiction", False),
        ("genre", "Nonfiction", "Non-fiction book", True),
        ("language", "English", "English language", True),
        ("author", "Jane  Austen", "jane austen", True),
        ("author", "A Novel", "A", False),
    ],
)
def test_what_is_the_same(field: str, one: str, other: str, same: bool) -> None:
    assert (len(by_values(field, [[one], [other]]).about["values"]) == 1) is same


def test_an_article_with_several_values_counts_once_by_the_commonest() -> None:
    legend = by_values("genre", [["Satire", "War"], ["War"], ["War"], ["Satire"]])
    assert [(row["value"], row["count"]) for row in legend.about["values"]] == [("War", 3), ("Satire", 1)]
    assert legend.codes.tolist() == [1, 1, 1, 2]


def test_a_hundred_values_are_listed_and_the_others_counted() -> None:
    values = [[f"Author {n:03}"] for n in range(150) for _ in range(1 + (n < 100))] + [[]] * 7
    legend = by_values("author", values)
    assert len(legend.about["values"]) == 100
    assert (legend.about["other"], legend.about["none"]) == (50, 7)
    assert np.bincount(legend.codes, minlength=256)[[0, 1, 100, 101, 255]].tolist() == [7, 2, 2, 0, 50]
    assert sum(row["count"] for row in legend.about["values"]) + 50 + 7 == len(values)


def test_a_scale_is_linear_and_tells_none_from_the_least() -> None:
    legend = by_scale("year", np.array([1800.0, np.nan, 2000, 1900]))
    assert legend.codes.tolist() == [1, 0, 254, 128]
    assert {name: legend.about[name] for name in ("min", "max", "none")} == {"min": 1800, "max": 2000, "none": 1}


@pytest.mark.parametrize(("numbers", "codes"), [([5.0, 5.0], [128, 128]), ([np.nan], [0]), ([], [])])
def test_a_scale_of_nothing(numbers: list[float], codes: list[int]) -> None:
    assert by_scale("year", np.array(numbers, np.float64)).codes.tolist() == codes
