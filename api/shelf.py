"""The verbs as methods: each is one call of the SQL function of the same name and arguments."""

from collections.abc import Iterable, Sequence

import db.opening
from api.answer import Answer
from api.history import HistoryBook
from api.pictures import Pictures
from api.taste import Taste, taste_of
from db import search
from db.limits import Limits
from db.search import (
    RECOMMENDED_PROMINENCE,
    ExplainedLink,
    Facets,
    FoundArticle,
    MatchedArticle,
    NearLink,
    SeriesArticle,
    SimilarArticle,
    SimilarLink,
)


def connect(limits: Limits | None = None) -> "Shelf":
    """Open the shelf that the environment names, in DATABASE_URL or else in the embedded PostgreSQL.

    Parameters
    ----------
    limits : Limits or None
        How many connections to use at once, how long a query may take, and whether to give up the right to write.

    Raises
    ------
    db.errors.WikishelfError
        The database cannot be reached, or its shelf is missing or older than this program.
    """
    return Shelf(db.opening.connect("require", limits or Limits()))


class Shelf(Pictures):
    """Questions to one shelf, which threads may share; close it, or use it in a `with`."""

    def similar_articles(
        self,
        title: str | int,
        count: int = 10,
        topic: str | None = None,
        facets: Facets | None = None,
        same_author: bool | None = None,
        same_series: bool | None = None,
        least: bool = False,
        exact: bool = False,
        prominence: float = 0.0,
        exclude: Sequence[str] = (),
        exclude_ids: Sequence[int] = (),
        min_similarity: float | None = None,
    ) -> Answer[SimilarArticle]:
        """The articles most like one article, the most similar first.

        Parameters
        ----------
        title : str or int
            The title or alias of an article, or its article_id; the article itself is not in the answer.
        count : int
            How many articles to give at most, 1 to 10,000.
        topic : str or None
            Only articles of this topic.
        facets : mapping or None
            Only articles with one of the values of every name: {"genre": ["Satire", "Novel"], "year": "1950..1980"}.
        same_author, same_series : bool or None
            True for articles that share an author (a series) with it only; False for those that share none.
        least : bool
            Give the articles least like it, the least similar first.
        exact : bool
            Compare all articles; without this the index may miss one in a hundred.
        prominence : float
            From -1, hidden gems, over 0, the similarity alone, to 1, well-known articles.
        exclude, exclude_ids : sequences of str and of int
            Titles or aliases, and article_ids, that shall not come back; unknown ones count for nothing.
        min_similarity : float or None
            Only articles at least so similar, -1 to 1.

        Raises
        ------
        db.errors.ArticleNotFound
            Its message names the nearest titles.
        db.errors.ArticleWithoutVector, db.errors.NoActiveModel, db.errors.TopicNotStored, db.errors.FacetNotStored
        db.errors.FacetInvalid, db.errors.YearInvalid, db.errors.TextInvalid, db.errors.CountInvalid
        """
        found = search.similar_articles(
            self.database, title, count, topic, facets, same_author, same_series, least, exact,
            prominence, exclude, exclude_ids, min_similarity,
        )  # fmt: skip
        return self._answer(SimilarArticle, found)

    def similar_links(self, title: str, count: int = 10, kind: str | None = None) -> Answer[SimilarLink]:
        """The links most like one link, the most similar first; all links, or those of one kind (page, category, site).

        Raises
        ------
        db.errors.LinkNotFound, db.errors.LinkWithoutVector, db.errors.NoActiveModel, db.errors.KindInvalid
        db.errors.TextInvalid, db.errors.CountInvalid
        """
        return self._answer(SimilarLink, search.similar_links(self.database, title, count, kind))

    def articles_near_link(
        self,
        title: str,
        count: int = 10,
        topic: str | None = None,
        facets: Facets | None = None,
        prominence: float = 0.0,
        exclude: Sequence[str] = (),
        exclude_ids: Sequence[int] = (),
        min_similarity: float | None = None,
    ) -> Answer[SimilarArticle]:
        """The articles nearest to a link, whether they make it or not; filters are as in `similar_articles`.

        Raises
        ------
        db.errors.LinkNotFound, db.errors.LinkWithoutVector, db.errors.NoActiveModel, db.errors.TopicNotStored
        db.errors.FacetNotStored, db.errors.FacetInvalid, db.errors.YearInvalid, db.errors.TextInvalid
        db.errors.CountInvalid
        """
        found = search.articles_near_link(
            self.database, title, count, topic, facets, prominence, exclude, exclude_ids, min_similarity
        )
        return self._answer(SimilarArticle, found)

    def links_near_article(self, title: str, count: int = 10) -> Answer[NearLink]:
        """The links that an article does not make and most likely would, the likeliest first.

        Raises
        ------
        db.errors.ArticleNotFound, db.errors.ArticleWithoutVector, db.errors.NoActiveModel, db.errors.TextInvalid
        db.errors.CountInvalid
        """
        return self._answer(NearLink, search.links_near_article(self.database, title, count))

    def recommend_articles(
        self,
        likes: Sequence[str | int],
        dislikes: Sequence[str | int] = (),
        weights: Sequence[float] | None = None,
        count: int = 10,
        topic: str | None = None,
        facets: Facets | None = None,
        diversity: float = 0.0,
        prominence: float = RECOMMENDED_PROMINENCE,
        exclude: Sequence[str] = (),
        exclude_ids: Sequence[int] = (),
        min_similarity: float | None = None,
    ) -> Answer[SimilarArticle]:
        """Articles for somebody who likes these and dislikes those, best first, without these and those.

        Parameters
        ----------
        likes, dislikes : sequence of str or int
            Titles or aliases, or article_ids.
        weights : sequence of float or None
            One number above 0 for each of `likes`, of which only the ratios count; None means 1 for each.
        diversity : float
            From 0 (the nearest) to 1 (each is as unlike those before it as it can be).
        prominence : float
            From -1 (hidden gems) over 0 (the cosine alone) to 1 (well known); 0.3 is what readers like best.

        Raises
        ------
        db.errors.NothingLiked, db.errors.WeightsInvalid, db.errors.DiversityInvalid
        db.errors.WikishelfError
            As in `similar_articles`.
        """
        found = search.recommend_articles(
            self.database, likes, dislikes, weights, count, topic, facets, diversity,
            prominence, exclude, exclude_ids, min_similarity,
        )  # fmt: skip
        return self._answer(SimilarArticle, found)

    def explain_similarity(self, a: str, b: str, count: int = 10) -> Answer[ExplainedLink]:
        """The links that two articles share or that mean nearly the same, and their shares of the similarity.

        The last row comes on top of `count`. It holds what is not listed, so that all shares add up to the similarity.

        Raises
        ------
        db.errors.ArticleNotFound, db.errors.ArticleWithoutVector, db.errors.NoActiveModel, db.errors.TextInvalid
        db.errors.CountInvalid
        """
        return self._answer(ExplainedLink, search.explain_similarity(self.database, a, b, count))

    def search_articles(self, words: str, count: int = 10, topic: str | None = None) -> Answer[FoundArticle]:
        """The articles whose title or alias begins with the words or is like them, best first.

        Raises
        ------
        db.errors.TopicNotStored, db.errors.TextInvalid, db.errors.CountInvalid
        """
        return self._answer(FoundArticle, search.search_articles(self.database, words, count, topic))

    def series_articles(self, title: str) -> Answer[SeriesArticle]:
        """The series of an article in reading order, with the article itself; it needs no model.

        Members are what the facets `preceded_by` and `followed_by` reach, step by step and through aliases, and
        those that share a `series`: at most 500, the nearest in its chain first. A chain ends where a title is unknown.
        Members that no chain reaches come last, by year and title. Without a series: the article alone.

        Raises
        ------
        db.errors.ArticleNotFound, db.errors.TextInvalid
        """
        return self._answer(SeriesArticle, search.series_articles(self.database, title))

    def match_articles(self, titles: Sequence[str], authors: Sequence[str] = ()) -> Answer[MatchedArticle]:
        """The articles that the titles of a list name, in its order; a title without an article has no row.

        Parameters
        ----------
        titles : sequence of str
            As they stand on a list of books: with a series or a subtitle, without the bracket of a Wikipedia title.
        authors : sequence of str
            One for each title, in any order of names; "" where it is not known.

        Raises
        ------
        db.errors.TitlesInvalid, db.errors.TooMany, db.errors.TextInvalid
        """
        return self._answer(MatchedArticle, search.match_articles(self.database, titles, authors))

    def match_history(self, history: Iterable[HistoryBook]) -> Taste:
        """What a history, as `api.read_history` gives it, says of its reader; nothing of it is stored."""
        return taste_of(self.database, history)

    def recommend_for(
        self,
        taste: Taste,
        count: int = 10,
        topic: str | None = None,
        facets: Facets | None = None,
        diversity: float = 0.0,
        prominence: float = RECOMMENDED_PROMINENCE,
        exclude: Sequence[str] = (),
        exclude_ids: Sequence[int] = (),
        min_similarity: float | None = None,
    ) -> Answer[SimilarArticle]:
        """Articles for somebody of this taste, as in `recommend_articles`; nothing that they have read."""
        found = search.recommend_articles(
            self.database, taste.likes, taste.dislikes, taste.weights, count, topic, facets, diversity,
            prominence, exclude, [*exclude_ids, *taste.exclude], min_similarity)  # fmt: skip
        return self._answer(SimilarArticle, found)
