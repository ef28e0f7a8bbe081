"""Wikis in other languages: their infoboxes decide the topic, and their parameters hold the facets."""

import bz2
import gzip
import lzma
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from db.importing.records import Article
from ingest.article import article_of_page
from ingest.dumps.page import Page
from ingest.topics.catalogue import Topic, by_infobox, candidate_pattern, in_language, languages, load_topics
from ingest.wikitext.titles import ENGLISH_NAMESPACES, make_site

FOLDER = Path(__file__).parents[3] / "ingest" / "topics"
ALL = list(tomllib.loads((FOLDER / "topics.toml").read_text(encoding="utf-8"))["topics"])
TOPICS = load_topics(ALL)
PAGES = tomllib.loads(Path(__file__).with_name("language_pages.toml").read_text(encoding="utf-8"))["pages"]
TEMPLATE = {"de": "Vorlage", "fr": "Modèle", "hy": "Կաղապար", "it": "Template", "ru": "Шаблон"}
UNPACK: dict[str, Callable[[bytes], bytes]] = {".bz2": bz2.decompress, ".gz": gzip.decompress, ".xz": lzma.decompress}


@cache
def infoboxes_of(language: str) -> dict[str, Topic]:
    return by_infobox(in_language(TOPICS, language))


def article_of(language: str, wikitext: str) -> Article | None:
    site = make_site(
        f"{language}wiki", {**ENGLISH_NAMESPACES, 10: TEMPLATE.get(language, "Template")}, language=language
    )
    return article_of_page(Page(1, 2, None, wikitext), "T", infoboxes_of(language), site)


def topic_of(language: str, wikitext: str) -> str | None:
    article = article_of(language, wikitext)
    return article.topic if article else None


def facets(article: Article) -> dict[str, list[str]]:
    return {name: [text for key, text in article.facets if key == name] for name, _ in article.facets}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page['wiki']} {page['topic']}")
def test_a_page_of_each_language(page: dict[str, Any]) -> None:
    article = article_of(page["wiki"], page["text"])
    assert article is not None
    assert article.topic == page["topic"]
    assert facets(article) == page["facets"]


def test_the_pages_are_of_every_language_and_of_books_and_films_in_most() -> None:
    assert {page["wiki"] for page in PAGES} == {"en", *languages()}
    for topic in ["book", "film"]:
        assert len({page["wiki"] for page in PAGES if page["topic"] == topic}) >= 11


def own_names(language: str) -> list[Topic]:
    """The topics with the infoboxes and the parameters that this language adds; all of them for English."""
    topics = in_language(TOPICS, language)
    return topics if language == "en" else [_without(*pair) for pair in zip(topics, TOPICS, strict=True)]


def _without(local: Topic, english: Topic) -> Topic:
    facets = [
        facet._replace(parameters=tuple(name for name in facet.parameters if name not in known.parameters))
        for facet, known in zip(local.facets, english.facets, strict=True)
    ]
    infoboxes = tuple(name for name in local.infoboxes if name not in english.infoboxes)
    return local._replace(infoboxes=infoboxes, facets=tuple(facets))


@pytest.mark.parametrize("language", ["en", *languages()])
def test_every_infobox_decides_its_topic(language: str) -> None:
    for topic in own_names(language):
        assert {topic_of(language, f"{{{{{name}}}}}") for name in topic.infoboxes} <= {topic.name}


@pytest.mark.parametrize("language", ["en", *languages()])
def test_every_parameter_is_read(language: str) -> None:
    values = {"year": "1901", "people": "Jane Aleph"}
    for topic, english in zip(own_names(language), TOPICS, strict=True):
        infobox = [*english.infoboxes, *topic.infoboxes][-1]
        for facet in topic.facets:
            value = values.get(facet.reading, "Aleph")
            for parameter in facet.parameters:
                article = article_of(language, f"{{{{{infobox}\n| {parameter} = {value}\n}}}}")
                assert article is not None
                assert (facet.name, value) in article.facets, (topic.name, parameter)


@pytest.mark.parametrize("language", languages())
def test_a_language_file_holds_together(language: str) -> None:
    settings = tomllib.loads((FOLDER / "languages" / f"{language}.toml").read_text(encoding="utf-8"))
    assert settings.keys() == {"infoboxes", "parameters"}
    assert settings["infoboxes"].keys() <= set(ALL)
    assert settings["parameters"].keys() <= {facet.name for topic in TOPICS for facet in topic.facets}
    english = by_infobox(TOPICS)
    own = [name.casefold() for names in settings["infoboxes"].values() for name in names]
    assert not [name for name in own if name in english], "an English name counts everywhere"
    assert len(own) == len(set(own)), "an infobox has one topic"
    assert len(by_infobox(in_language(TOPICS, language))) == len(english) + len(own)
    assert all(len(set(names)) == len(names) for names in settings["parameters"].values())


def test_at_least_eight_languages_have_books_films_people_and_settlements_of_their_own() -> None:
    assert len(languages()) >= 8
    for topic in ["film", "album", "person", "settlement", "football player"]:
        known = load_topics([topic])
        own = [language for language in languages() if in_language(known, language)[0].infoboxes != known[0].infoboxes]
        assert len(own) >= 8, topic


def test_a_name_of_one_language_says_nothing_on_another_wiki() -> None:
    assert topic_of("it", "{{Film|regista=x}}") == "film"
    assert topic_of("en", "{{Film|regista=x}}") is None
    assert topic_of("cs", "{{Film|regista=x}}") is None, "a language without a file"
    assert topic_of("cs", "{{Infobox film|director=x}}") == "film", "English names count everywhere"


def test_a_template_that_cites_a_book_makes_no_book() -> None:
    assert topic_of("ru", "{{Книга|автор=x|заглавие=y}}") is None
    assert topic_of("hy", "{{Գիրք|հեղինակ=x|վերնագիր=y}}") is None


def test_a_language_twice_is_a_language_once() -> None:
    once = in_language(TOPICS, "de")
    assert in_language(once, "de") == once
    assert in_language(TOPICS, "de-AT") == once, "a variant"
    assert in_language(TOPICS, "../topics") == TOPICS, "no path"


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        (
            "hywiki-2023-truncated-100k.xml.xz",
            "hy",
            {"country": 126, "settlement": 19, "writer": 6, "person": 6, "musician": 5, "artist": 2, "building": 2,
             "mountain": 1, "species": 1},
        ),
        (
            "itwiki-small-dump.xml.gz",
            "it",
            {"settlement": 54, "person": 43, "species": 28, "film": 10, "company": 5, "politician": 5, "mountain": 3,
             "software": 3, "battle": 2, "building": 2, "musician": 2, "sportsperson": 2, "country": 1, "river": 1,
             "song": 1},
        ),
        (
            "jawiki-2022-wp2txt-testdata_ja.xml.bz2",
            "ja",
            {"writer": 49, "country": 8, "comic": 3, "musician": 3, "settlement": 3, "person": 2, "politician": 1,
             "software": 1, "song": 1, "species": 1, "television": 1},
        ),
        (
            "nlwiki-20140927-pages-articles-sample.xml",
            "nl",
            {"person": 4, "mountain": 1, "politician": 1, "river": 1, "scientist": 1, "settlement": 1,
             "sportsperson": 1, "writer": 1},
        ),
        ("minidumps/dbpedia-mini-de.xml.bz2", "de", {"person": 1}),
        ("minidumps/dbpedia-mini-pl.xml.bz2", "pl", {"settlement": 1}),
        ("minidumps/dbpedia-mini-ru.xml.bz2", "ru", {"settlement": 1}),
    ],
)  # fmt: skip
def test_real_pieces(name: str, language: str, expected: dict[str, int], shared_data: Path) -> None:
    topics = in_language(TOPICS, language)
    candidate, infoboxes = candidate_pattern(topics), by_infobox(topics)
    content = UNPACK.get(Path(name).suffix, bytes)((shared_data / "dumps" / name).read_bytes())
    namespace = re.search(rb'<namespace key="10"[^>]*>([^<]*)<', content)
    assert namespace
    site = make_site(f"{language}wiki", {**ENGLISH_NAMESPACES, 10: namespace[1].decode()})
    found = []
    for raw in re.findall(rb"<page>.*?</page>", content, re.S):  # the last page of one piece is cut off
        page = ElementTree.fromstring(raw)
        if page.findtext("ns", "0") == "0" and page.find("redirect") is None and candidate.search(raw):
            text = page.findtext("revision/text")
            found.append(article_of_page(Page(1, 2, None, text), page.findtext("title", ""), infoboxes, site))
    articles = [article for article in found if article]
    assert Counter(article.topic for article in articles) == expected
    assert len(articles) > len(found) / 2, "the search for candidates lets too many pages through"
    assert sum(len(article.facets) for article in articles) >= 2 * len(articles)
