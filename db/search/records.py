"""The records that searches answer with; they are the rows of the SQL functions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """An article near to what was asked for.

    Attributes
    ----------
    similarity : float
        The cosine of the two vectors, -1 to 1.
    score : float
        What the answers are ordered by: the similarity, and what prominence adds to it.
    """

    article_id: int
    topic: str
    title: str
    similarity: float
    score: float


@dataclass(frozen=True, slots=True)
class SeriesArticle:
    """An article and its place in the reading order of its series, from 1."""

    place: int
    article_id: int
    topic: str
    title: str


@dataclass(frozen=True, slots=True)
class SimilarLink:
    """A link and its cosine similarity, -1 to 1, to the asked one."""

    link_id: int
    kind: str
    title: str
    similarity: float


@dataclass(frozen=True, slots=True)
class NearLink:
    """A link that an article does not make.

    Attributes
    ----------
    similarity : float
        Cosine of the two vectors, -1 to 1.
    score : float
        What ranks the links: the similarity, weighted as in the training, together with how common the link is.
    """

    link_id: int
    kind: str
    title: str
    similarity: float
    score: float


@dataclass(frozen=True, slots=True)
class ExplainedLink:
    """A link of one article, beside the same link of the other article or else the nearest of its links.

    Attributes
    ----------
    link_id, kind, title : int, str, str or None
        The link of the first article. The last row stands for all that is not listed; there only `share` is not None.
    other_link_id, other_kind, other_title : int, str, str or None
        The link of the second article.
    similarity : float or None
        Cosine of the two links; 1 for one that both articles make.
    share : float
        The part of the articles' similarity that comes from here; all shares add up to it.
    """

    link_id: int | None
    kind: str | None
    title: str | None
    other_link_id: int | None
    other_kind: str | None
    other_title: str | None
    similarity: float | None
    share: float


@dataclass(frozen=True, slots=True)
class MatchedArticle:
    """The article that a title of a list names; position is the title's place in the list, counted from 1 as in SQL."""

    position: int
    article_id: int
    title: str


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article whose title, or the alias given here, is like the words; the score is 0 to 1."""

    article_id: int
    topic: str
    title: str
    alias: str | None
    score: float
