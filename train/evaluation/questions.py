"""What is asked of a way to find similar articles, and which answers are right."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.judging import SeeAlso

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

FEWEST_LIKES, MOST_LIKES = 5, 100


class Questions(NamedTuple):
    """Each question is an article. Right answers are the articles of its group, without itself.

    Attributes
    ----------
    group : int64 array of shape (n_questions,)
        The group of each question, from 0: a reader, or an article with a section "See also".
    asked : int64 array of shape (n_questions,)
        Article ids.
    n_right : int64 array of shape (n_questions,)
        How many answers are right, at least 1.
    right : int64 array of shape (n_right_of_all,)
        Ascending: group x 2^32 + article id, for each article that is right in a group.
    """

    group: Int64
    asked: Int64
    n_right: Int64
    right: Int64

    def are_right(self, answers: Int64) -> Bool:
        """Whether each answer is right, of the same shape: (n_questions, count) article ids, -1 for no answer."""
        keys = (self.group[:, None] << 32) + answers
        places = np.minimum(np.searchsorted(self.right, keys), len(self.right) - 1)
        return np.asarray((self.right[places] == keys) & (answers >= 0))


def of_see_also(see_also: SeeAlso) -> Questions:
    """Each article with a section "See also" is a question and a group, and right are the articles that it names."""
    pairs = np.unique(see_also.article_ids.astype(np.int64) << 32 | see_also.target_ids)
    asked, group, n_right = np.unique(pairs >> 32, return_inverse=True, return_counts=True)
    return Questions(np.arange(len(asked)), asked, n_right, (group << 32) + (pairs & 0xFFFFFFFF))


def of_readers(liked: Mapping[str, Sequence[int]]) -> Questions:
    """Each liked article of a reader is a question, and the reader's other liked articles are right.

    Parameters
    ----------
    liked : mapping of str to sequence of int
        The ids of the articles that each reader likes, ascending. Readers with fewer than 5 or more than 100 are left
        out: their likes say too little, or come from a list of everything.
    """
    usable = [ids for ids in liked.values() if FEWEST_LIKES <= len(ids) <= MOST_LIKES]
    sizes = np.array([len(ids) for ids in usable], np.int64)
    group = np.repeat(np.arange(len(usable)), sizes)
    asked = np.array([article_id for ids in usable for article_id in ids], np.int64)
    return Questions(group, asked, (sizes - 1)[group], (group << 32) + asked)
