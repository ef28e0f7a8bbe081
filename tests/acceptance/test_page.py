"""The pages for people, without scripts: each says what SQL answers, and leads on to the next."""

from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pytest

import api
from db.connection import Database
from db.search.shared import shared_links
from tests.conftest import SAMPLE, as_url, new_database
from tests.support.commands import done
from tests.support.markup import Element, read
from tests.support.serving import Service, segment, serving


@pytest.fixture(scope="module")
def mapped_url(server_url: str, sample_url: str) -> Iterator[str]:
    """A copy of the sample's database that has a map."""
    with new_database(server_url, SAMPLE) as url:
        done("train", "map", DATABASE_URL=as_url(url))
        yield as_url(url)


@pytest.fixture(scope="module")
def service(mapped_url: str) -> Iterator[Service]:
    with serving(mapped_url) as service:
        yield service


@pytest.fixture(scope="module")
def shelf(mapped_url: str) -> Iterator[api.Shelf]:
    with api.Shelf(Database(mapped_url)) as shelf:
        yield shelf


def page(service: Service, path: str, status: int = 200) -> Element:
    """Read the page; what every page must have is checked here."""
    reply = service.get(path)
    assert (reply.status, reply.headers["Content-Type"]) == (status, "text/html; charset=utf-8"), reply.text
    found = read(reply.text)
    assert [one.text for one in found.all("h1")] == [found.one("h1").text]
    assert found.one("html").attributes["lang"] == "en"
    assert found.one("main").attributes["id"] == found.one("a", class_="skip").attributes["href"].removeprefix("#")
    ids = [one.attributes["id"] for one in found.within if "id" in one.attributes]
    assert len(set(ids)) == len(ids)
    labelled = {one.attributes["for"] for one in found.all("label") if "for" in one.attributes}
    for one in [*found.all("input"), *found.all("select")]:
        assert one.attributes.get("type") == "checkbox" or one.attributes["id"] in labelled, one
    return found


def titles(found: Element, section: str) -> list[str]:
    """The titles that a section lists."""
    (listed,) = [one for one in found.all("section") if one.has("aria-labelledby", section)]
    return [one.text for one in listed.all("a", class_="title")]


def numbers(found: Element, section: str) -> list[float]:
    (listed,) = [one for one in found.all("section") if one.has("aria-labelledby", section)]
    texts = [one.text.removeprefix("similarity ") for one in listed.all("span", class_="number")]
    return [float(text.replace("\N{MINUS SIGN}", "-")) for text in texts]


def test_home_says_what_the_shelf_is(service: Service, mapped_url: str) -> None:
    found = page(service, "/")
    assert found.one("h1").text == "628 articles, laid out by what they link to"
    with psycopg.connect(mapped_url) as connection:
        (links,) = connection.execute("select count(distinct link_id) from article_links").fetchone() or (0,)
    facts = dict(zip([one.text for one in found.all("dt")], [one.text for one in found.all("dd")], strict=True))
    assert (facts["book"], facts["film"], facts["links"], facts["wiki"]) == ("549", "79", f"{links:,}", "samplewiki")
    assert facts["model"].startswith("1, of ")
    assert found.one("body").attributes["data-model"] == "1"


def test_an_article_with_its_neighbours_and_reasons(service: Service, shelf: api.Shelf, mapped_url: str) -> None:
    found = page(service, "/article/War%20and%20Peace")
    assert found.one("h1").text == "War and Peace"
    near = shelf.similar_articles("War and Peace", 12)
    assert titles(found, "near") == [one.title for one in near]
    assert numbers(found, "near") == pytest.approx([one.similarity for one in near], abs=0.006)
    least = shelf.similar_articles("War and Peace", 5, least=True)
    assert titles(found, "least") == [one.title for one in least]
    assert numbers(found, "least") == pytest.approx([one.similarity for one in least], abs=0.006)
    (lacking,) = [one for one in found.all("section") if one.has("aria-labelledby", "lacking")]
    assert [one.text for one in lacking.all("a")] == [one.title for one in shelf.links_near_article("War and Peace")]
    facts = dict(zip([one.text for one in found.all("dt")], [one.text for one in found.all("dd")], strict=True))
    assert (facts["author"], facts["year"]) == ("Leo Tolstoy", "1869")
    made = links_of(mapped_url, "War and Peace")
    reasons = found.all("p", class_="reason")
    assert len(reasons) == 12
    for one, reason in zip(near, reasons, strict=True):
        shared = [link.text for link in reason.all("a") if not link.has("class_", "why")]
        assert 1 <= len(shared) <= 3
        assert set(shared) <= made & links_of(mapped_url, one.title), one.title


def test_reasons_are_those_that_explain_most(shelf: api.Shelf) -> None:
    right, asked = 0, 0
    for title in ("War and Peace", "Dracula", "Dune (novel)", "Candide"):
        near = shelf.similar_articles(title, 12)
        ids = [one.article_id for one in near]
        (article_id,) = [one.article_id for one in shelf.search_articles(title, 1)]
        reasons = shared_links(shelf.database, article_id, ids)
        for one in near:
            rows = shelf.explain_similarity(title, one.title, 300)
            both = [row.title for row in rows if row.link_id is not None and row.link_id == row.other_link_id]
            right += len(set(both[:3]) & set(reasons[one.article_id]))
            asked += len(both[:3])
    assert right / asked >= 0.97  # 0.996 was seen


def links_of(url: str, title: str) -> set[str]:
    query = """
        select l.title from article_links p join links l using (link_id) join articles a on a.article_id = p.article_id
        where a.title = %s"""
    with psycopg.connect(url) as connection:
        return {link for (link,) in connection.execute(query, [title])}


def test_the_dials_of_an_article(service: Service, shelf: api.Shelf) -> None:
    found = page(service, "/article/Dracula?prominence=0.8&diversity=")
    assert titles(found, "near") == [one.title for one in shelf.similar_articles("Dracula", 12, prominence=0.8)]
    assert [one.attributes["value"] for one in found.all("input", type="range")] == ["0.8", "0.0"]
    found = page(service, "/article/Dracula?prominence=-0.5&diversity=0.6")
    asked = shelf.recommend_articles(["Dracula"], count=12, diversity=0.6, prominence=-0.5)
    assert titles(found, "near") == [one.title for one in asked]
    assert titles(found, "near") != titles(page(service, "/article/Dracula"), "near")


def test_a_series_in_reading_order(service: Service, shelf: api.Shelf) -> None:
    found = page(service, "/article/The%20Two%20Towers")
    (series,) = found.all("ol", class_="series")
    assert [one.text for one in series.all("li")] == [one.title for one in shelf.series_articles("The Two Towers")]
    assert series.one("b").text == "The Two Towers"


def test_a_redirect_says_so(service: Service, mapped_url: str) -> None:
    query = "select s.title, s.target from aliases s join articles a on a.title = s.target order by 1 limit 1"
    with psycopg.connect(mapped_url) as connection:
        alias, target = connection.execute(query).fetchone() or ("", "")
    found = page(service, f"/article/{segment(alias)}")
    assert found.one("h1").text == target
    assert found.one("p", class_="notice").text == f"“{alias}” is a redirect to “{target}”."


def test_unknown_titles_are_answered_by_a_sentence_and_the_nearest(service: Service) -> None:
    found = page(service, "/article/Draculla", 404)
    said = [one.text for one in found.one("main").all("p")]
    assert said == ['No article is called "Draculla".', "Did you mean one of these?"]
    nearest = [one.attributes["href"] for one in found.one("main").all("a")]
    assert nearest[0] == "/article/Dracula"
    found = page(service, "/link/Leo%20Tolst", 404)
    assert "/link/Leo%20Tolstoy" in [one.attributes["href"] for one in found.one("main").all("a")]
    for path in ("/compare?a=Draculla&b=Dracula", "/compare?a=Dracula&b=Draculla"):
        assert "Draculla" in page(service, path, 404).one("main").text


def test_a_link_and_the_articles_near_it(service: Service, shelf: api.Shelf, mapped_url: str) -> None:
    found = page(service, "/link/Leo%20Tolstoy?prominence=0.2")
    articles = shelf.articles_near_link("Leo Tolstoy", 12, prominence=0.2)
    assert titles(found, "articles") == [one.title for one in articles]
    assert titles(found, "links") == [one.title for one in shelf.similar_links("Leo Tolstoy", 12)]
    (near,) = [one for one in found.all("section") if one.has("aria-labelledby", "articles")]
    for one, row in zip(articles, near.all("li"), strict=True):
        assert ("does not make" in row.text) == ("Leo Tolstoy" not in links_of(mapped_url, one.title)), one.title
    found = page(service, "/link/Anna%20Karenina")
    assert "does not make" in found.one("main").text
    assert [one.attributes["href"] for one in found.one("p", class_="actions").all("a")] == [
        "https://en.wikipedia.org/wiki/Anna_Karenina", "/article/Anna%20Karenina",
    ]  # fmt: skip


def test_shares_add_up_to_the_similarity(service: Service, shelf: api.Shelf) -> None:
    found = page(service, "/compare?a=Dracula&b=Frankenstein")
    explained = shelf.explain_similarity("Dracula", "Frankenstein", 20)
    shown = [float(one.text) for one in found.all("span", class_="number")]
    assert shown[:-1] == pytest.approx([one.share for one in explained], abs=0.0006)
    assert shown[-1] == pytest.approx(sum(shown[:-1]), abs=0.0006 * len(shown))
    bars = [float(one.one("rect").attributes["width"]) for one in found.all("svg", class_="bar")]
    widest = max(one.share for one in explained)
    assert bars == pytest.approx([100 * one.share / widest for one in explained], abs=0.06)
    assert [one.attributes["value"] for one in found.one("main").all("input")] == ["Dracula", "Frankenstein"]


def test_a_taste_by_form(service: Service, shelf: api.Shelf) -> None:
    likes = "like=Dracula&like=&like=Frankenstein&dislike=&dislike=Emma+(novel)"
    found = page(service, f"/taste?{likes}&prominence=0.5&diversity=0.2&topic=&genre=&year=1800..1999")
    asked = shelf.recommend_articles(
        ["Dracula", "Frankenstein"],
        ["Emma (novel)"],
        count=20,
        facets={"year": "1800..1999"},
        diversity=0.2,
        prominence=0.5,
    )
    assert titles(found, "found") == [one.title for one in asked]
    checked = [(one.attributes["name"], one.attributes["value"]) for one in found.all("input", type="checkbox")]
    assert checked == [("like", "Dracula"), ("like", "Frankenstein"), ("dislike", "Emma (novel)")]
    more = found.all("p", class_="more")[0].all("a")[0].attributes["href"]
    assert parse_qs(urlsplit(more).query) == {
        "like": ["Dracula", "Frankenstein", asked[0].title], "dislike": ["Emma (novel)"],
        "prominence": ["0.5"], "diversity": ["0.2"], "year": ["1800..1999"],
    }  # fmt: skip
    assert asked[0].title not in titles(page(service, more), "found")


def test_a_taste_with_an_unknown_title_keeps_the_form(service: Service) -> None:
    found = page(service, "/taste?like=Draculla&like=Emma+(novel)&prominence=0.5", 404)
    notice = found.one("div", class_="notice")
    assert notice.all("p")[0].text == 'No article is called "Draculla".'
    (href, *_) = [one.attributes["href"] for one in notice.all("a")]
    assert parse_qs(urlsplit(href).query) == {"like": ["Dracula", "Emma (novel)"], "prominence": ["0.5"]}
    assert len(page(service, href).all("p", class_="more")) == 20
    assert (
        page(service, "/taste?like=Dracula&year=soon", 400)
        .one("div", class_="notice")
        .text.strip()
        .startswith("A year must")
    )
    assert "topic" in page(service, "/taste?like=Dracula&topic=opera", 404).one("div", class_="notice").text


def test_a_search(service: Service, shelf: api.Shelf) -> None:
    found = page(service, "/find?q=war+an")
    results = found.one("ol", class_="found")
    assert [one.text for one in results.all("a")] == [one.title for one in shelf.search_articles("war an", 40)]
    assert found.one("input", id="q").attributes["value"] == "war an"
    films = page(service, "/find?q=war&topic=film").one("ol", class_="found")
    assert [one.text for one in films.all("a")] == [one.title for one in shelf.search_articles("war", 40, "film")]
    assert page(service, "/find?q=zzzqqq").one("h1").text == "Nothing is called “zzzqqq”"
    assert page(service, "/find").one("h1").text == "Search"


def test_every_link_of_every_page_leads_to_a_page(service: Service) -> None:
    asked, seen = (
        ["/", "/article/Dracula", "/compare?a=Dracula&b=Emma%20(novel)", "/taste?like=Dracula", "/find?q=war"],
        set(),
    )
    for path in asked:
        for one in page(service, path).within:
            address = one.attributes.get("href") or one.attributes.get("src") or one.attributes.get("action") or ""
            if address.startswith("/"):
                seen.add(address)
    assert len(seen) > 100
    assert {service_status(service, address) for address in seen} == {200}
    assert {"/article/Frankenstein", "/static/style.css", "/taste", "/docs", "/map.png"} <= {
        unquote(one) for one in seen
    }


def service_status(service: Service, address: str) -> int:
    if address.endswith(".png"):
        return 200 if service.raw(address).startswith(b"\x89PNG") else 0
    return service.get(address).status


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/article/Dracula?prominence=2", "Prominence must be between -1 (hidden gems) and 1"),
        ("/article/Dracula?diversity=-1", "Diversity must be between 0 and 1"),
        ("/article/Dracula?prominence=much", "Prominence: Input should be a valid number"),
        ("/article/a%00b", "The argument title holds a character"),
        ("/find?q=" + "x" * 501, "The argument words has 501 characters"),
    ],
)
def test_what_cannot_be_asked_is_said(service: Service, path: str, words: str) -> None:
    assert words in page(service, path, 400).one("main").text


def test_the_reference_lists_every_route(service: Service) -> None:
    document = service.get("/openapi.json").json
    found = page(service, "/docs")
    routes = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert {one.one("code").text for one in found.all("h2") if one.all("code")} == routes
    (similar,) = [
        one
        for one in found.all("section", class_="operation")
        if "}/similar" in one.one("h2").text and "articles" in one.one("h2").text
    ]
    assert {"title", "facet", "min_similarity"} <= {one.text for one in similar.all("code")}
