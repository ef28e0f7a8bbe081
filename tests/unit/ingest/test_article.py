"""Pages to articles: which infobox decides, and what the article holds."""

from datetime import UTC, datetime

import pytest

from db.importing.records import Article, Link
from ingest.article import article_of_page
from ingest.dumps.page import Page
from ingest.topics.catalogue import by_infobox, load_topics
from ingest.wikitext.titles import ENGLISH_SITE

TOPICS = by_infobox(load_topics(["book", "film"]))


def article_of(wikitext: str, refs: bool = True) -> Article | None:
    return article_of_page(Page(1, 2, datetime(2020, 1, 2, tzinfo=UTC), wikitext), "T", TOPICS, ENGLISH_SITE, refs)


@pytest.mark.parametrize(
    ("wikitext", "expected", "reason"),
    [
        ("{{Infobox book}}", "book", "as it is"),
        ("{{Infobox book|name=x}}", "book", "with arguments"),
        ("{{infobox Book\n|name=x}}", "book", "another case"),
        ("{{Infobox_book|}}", "book", "an underscore"),
        ("{{Template:Infobox book}}", "book", "with its namespace"),
        ("{{template: infobox book}}", "book", "in any case"),
        ("{{Infobox  book}}", "book", "two spaces"),
        ("{{ \n Infobox book\n}}", "book", "spaces around"),
        ("{{Infobox\u00a0book}}", "book", "a no-break space"),
        ("{{Infobox book<!-- x -->}}", "book", "a comment behind"),
        ("{{Infobox <!-- x -->book}}", "book", "a comment within"),
        ("{{Infobox novel}}", "book", "a redirect of the template"),
        ("{{short description|x}}\n{{Infobox film}}{{Infobox book}}", "film", "the first of two decides"),
        ("{{Infobox book|media={{Infobox film}}}}", "book", "the outer is the first"),
        ("{{Infobox person}}{{Infobox book}}", "book", "the first wanted one"),
        ("{{Infobox book series}}", None, "another template"),
        ("{{Infobox booklet}}", None, "another template"),
        ("{{Userbox Infobox book}}", None, "another template"),
        ("<!-- {{Infobox book}} -->", None, "in a comment"),
        ("<nowiki>{{Infobox book}}</nowiki>", None, "in a nowiki"),
        ("<pre>{{Infobox book}}</pre>", None, "in a pre"),
        ("{{Infobox book", None, "never closed"),
        ("Infobox book", None, "not a template"),
        ("{{tl|Infobox book}}", None, "an argument"),
    ],
)
def test_topic(wikitext: str, expected: str | None, reason: str) -> None:
    article = article_of(wikitext)
    assert (article.topic if article else None) == expected, reason


def test_everything_of_an_article() -> None:
    wikitext = (
        "{{Infobox book\n| Name = '''T'''\n| author = [[Jane Doe|Doe]]\n| genre = [[Satire]]<!-- x -->, [[novel]]\n"
        "| image = \n| followed by = [[U (novel)|U]]<ref>[[Who's Who]] http://www.who.org/</ref>\n}}\n"
        "'''T''' is a [[novel]] by [[Jane Doe]].\n[[Category:Satires|T]] [[T#Plot]] [[de:T]]"
    )
    article, without_footnotes = article_of(wikitext), article_of(wikitext, refs=False)
    assert article is not None
    assert without_footnotes is not None
    assert (article.page_id, article.title, article.topic, article.revision_id) == (1, "T", "book", 2)
    assert article.revised_at == datetime(2020, 1, 2, tzinfo=UTC)
    assert article.text_length == len(wikitext)
    assert article.infobox == {"name": "T", "author": "Doe", "genre": "Satire, novel", "followed_by": "U"}
    assert article.facets == (
        ("author", "Jane Doe"),
        ("genre", "Satire"),
        ("genre", "Novel"),
        ("followed_by", "U (novel)"),
    )
    assert dict(article.links) == {
        Link("page", "Jane Doe"): 2,
        Link("page", "Satire"): 1,
        Link("page", "Novel"): 2,
        Link("page", "U (novel)"): 1,
        Link("page", "Who's Who"): 1,
        Link("category", "Satires"): 1,
        Link("site", "who.org"): 1,
    }
    assert article.links.keys() - without_footnotes.links.keys() == {
        Link("page", "Who's Who"),
        Link("site", "who.org"),
    }
