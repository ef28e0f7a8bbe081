"""Which pairs are kept, and how they are identified."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import NothingToTrain
from db.pairs import Pairs
from train.trimming import article_counts, fingerprint, link_counts, trim


def pairs_of(rows: list[set[int]]) -> Pairs:
    """Row i holds the links of article i. Article ids are 100, 101, ...; link ids are the numbers given, times 10."""
    given = [(article, link) for article, row in enumerate(rows) for link in sorted(row)]
    articles, links = (np.array(side, np.int32) for side in zip(*given, strict=True))
    article_ids, article_index = np.unique(articles + 100, return_inverse=True)
    link_ids, link_index = np.unique(links * 10, return_inverse=True)
    occurrences = np.arange(1, len(given) + 1)
    return Pairs(*(array.astype(np.int32) for array in (article_ids, link_ids, article_index, link_index, occurrences)))


def as_ids(pairs: Pairs) -> list[tuple[int, int, int]]:
    sides = pairs.article_ids[pairs.article_index], pairs.link_ids[pairs.link_index], pairs.occurrences
    return list(zip(*(side.tolist() for side in sides), strict=True))


ROWS = [{1, 2, 9}, {1, 2}, {1}, {1, 5}]  # Link 1 stands in all four, 2 in two, 5 and 9 in one.


def test_rare_links_go() -> None:
    assert as_ids(trim(pairs_of(ROWS), 2, 1.0)) == [
        (100, 10, 1),
        (100, 20, 2),
        (101, 10, 4),
        (101, 20, 5),
        (102, 10, 6),
        (103, 10, 7),
    ]


def test_common_links_go_and_articles_that_had_nothing_else() -> None:
    trimmed = trim(pairs_of(ROWS), 1, 0.5)
    assert as_ids(trimmed) == [(100, 20, 2), (100, 90, 3), (101, 20, 5), (103, 50, 8)]
    assert trimmed.article_ids.tolist() == [100, 101, 103]
    assert link_counts(trimmed).tolist() == [2, 1, 1]
    assert article_counts(trimmed).tolist() == [2, 1, 1]


def test_a_link_at_the_very_limit_stays() -> None:
    assert 10 in trim(pairs_of(ROWS), 4, 1.0).link_ids
    assert 20 in trim(pairs_of(ROWS), 2, 0.5).link_ids


@pytest.mark.parametrize(("least", "most"), [(5, 1.0), (3, 0.5)])
def test_nothing_left_is_an_error(least: int, most: float) -> None:
    with pytest.raises(NothingToTrain, match=f"{least} or more articles and in at most {most:.0%}"):
        trim(pairs_of(ROWS), least, most)


@given(
    st.lists(st.sets(st.integers(0, 8), min_size=1), min_size=1, max_size=12),
    st.integers(1, 4),
    st.floats(0.1, 1.0),
)
def test_trimming_keeps_just_the_pairs_of_the_right_links(rows: list[set[int]], least: int, most: float) -> None:
    pairs = pairs_of(rows)
    counts = {link: sum(link in row for row in rows) for row in rows for link in row}
    kept = {link * 10 for link, count in counts.items() if least <= count <= most * len(rows)}
    expected = [pair for pair in as_ids(pairs) if pair[1] in kept]
    if expected:
        trimmed = trim(pairs, least, most)
        assert as_ids(trimmed) == expected
        assert set(trimmed.link_ids.tolist()) == kept
        assert {array.dtype for array in (trimmed.article_index, trimmed.link_index)} == {np.dtype(np.int32)}
    else:
        with pytest.raises(NothingToTrain):
            trim(pairs, least, most)


def test_the_fingerprint_is_of_every_array() -> None:
    pairs = pairs_of(ROWS)
    assert fingerprint(pairs) == fingerprint(pairs_of(ROWS))
    assert len(fingerprint(pairs)) == 64
    others = {
        name: fingerprint(replace(pairs, **{name: getattr(pairs, name) + 1}))
        for name in ("article_ids", "link_ids", "article_index", "link_index", "occurrences")
    }
    assert len({fingerprint(pairs), *others.values()}) == 6
