"""The searches, as records: each is one call of the SQL function of its name and arguments."""

from db.search.articles import RECOMMENDED_PROMINENCE, articles_near_link, recommend_articles, similar_articles
from db.search.explanation import explain_similarity
from db.search.facets import Facets
from db.search.history import match_articles, with_vectors
from db.search.links import links_near_article, similar_links
from db.search.records import (
    ExplainedLink,
    FoundArticle,
    MatchedArticle,
    NearLink,
    SeriesArticle,
    SimilarArticle,
    SimilarLink,
)
from db.search.series import series_articles
from db.search.titles import search_articles

__all__ = [
    "RECOMMENDED_PROMINENCE",
    "ExplainedLink",
    "Facets",
    "FoundArticle",
    "MatchedArticle",
    "NearLink",
    "SeriesArticle",
    "SimilarArticle",
    "SimilarLink",
    "articles_near_link",
    "explain_similarity",
    "links_near_article",
    "match_articles",
    "recommend_articles",
    "search_articles",
    "series_articles",
    "similar_articles",
    "similar_links",
    "with_vectors",
]
