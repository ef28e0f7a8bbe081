"""Hashes of titles: as the formula says, the same on every machine, and of their own for each title."""

import numpy as np

from db.importing.title_hashes import LONGEST, title_hashes


def by_formula(title: str) -> int:
    """The sum of the bytes, each times the key of its place, in Python's own integers."""
    keys: list[int] = np.random.PCG64(2009).random_raw(LONGEST).tolist()
    return sum(key * byte for key, byte in zip(keys, title.encode(), strict=False)) % 2**64


def test_they_follow_the_formula() -> None:
    titles = ["War and Peace", "", "A", "Война и мир", "x" * 255]
    assert title_hashes(titles).tolist() == [by_formula(title) for title in titles]
    assert title_hashes([]).tolist() == []


def test_they_are_those_of_every_machine() -> None:
    """Workers of other machines and versions stage parts of one import; so these numbers stay."""
    assert title_hashes(["War and Peace"]).tolist() == [3143207972603934752]


def test_titles_that_differ_little_have_hashes_of_their_own() -> None:
    titles = [
        f"{word} {number}{end}" for word in ("Book", "Cook", "Bool") for number in range(50_000) for end in ("", "a")
    ]
    assert len(np.unique(title_hashes(titles))) == len(titles) == 300_000
