"""The HTTP service: answers, titles of every kind, errors, and what attackers try."""

import itertools
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import psycopg
import pytest

import api
from db.connection import Database
from db.importing.records import Redirect
from tests.conftest import as_url, new_database
from tests.support.commands import contents
from tests.support.planted import article, load, store_model
from tests.support.serving import Reply, Service, segment, serving

TITLES = (
    *("AC/DC", "Face/Off", "1984", "%", "100% (album)", "What's Up, Doc?", "C#", "A/similar", "Ça & là", "a=b+c"),
    *('"', "\\", "Æon 🎬", "//", "?count=1", "links", "..", "."),
)


@pytest.fixture(scope="module")
def planted_url(server_url: str, template: str) -> Iterator[str]:
    """A database with titles of every kind, which all tests of this file read."""
    with new_database(server_url, template) as url:
        with Database(url) as database:
            for n, title in enumerate(TITLES):
                facets = (("genre", f"G{n % 2}"), ("author", "Me"))
                load(database, article(title, ["Shared", f"Link {n % 3}", f"Page {title}"], facets=facets))
            load(database, article("A film", ["Shared"], topic="film"), Redirect("Alias/of 1984", "1984"))
            store_model(database)
        yield as_url(url)


@pytest.fixture(scope="module")
def service(planted_url: str) -> Iterator[Service]:
    with serving(planted_url) as service:
        yield service


@pytest.fixture(scope="module")
def shelf(planted_url: str) -> Iterator[api.Shelf]:
    with api.Shelf(Database(planted_url)) as shelf:
        yield shelf


def documents(answer: api.Answer[Any]) -> list[dict[str, Any]]:
    return [asdict(record) for record in answer]


@pytest.mark.parametrize("title", [*TITLES, "Alias/of 1984"])
def test_every_title_can_be_asked_for(service: Service, shelf: api.Shelf, title: str) -> None:
    reply = service.get(f"/articles/{segment(title)}/similar", count=30)
    assert (reply.status, reply.json) == (200, documents(shelf.similar_articles(title, 30)))
    reply = service.get(f"/articles/{segment(title)}/links")
    assert (reply.status, reply.json) == (200, documents(shelf.links_near_article(title)))
    reply = service.get(f"/articles/{segment(title)}/series")
    assert (reply.status, reply.json) == (200, documents(shelf.series_articles(title)))
    asked = segment(f"Page {title}") if not title.startswith("Alias") else "Shared"
    assert service.get(f"/links/{asked}/articles").status == 200


def test_slashes_may_stand_as_they_are(service: Service) -> None:
    assert service.get("/articles/AC/DC/similar").text == service.get("/articles/AC%2FDC/similar").text
    assert service.get("/articles/A/similar/similar").status == 200


def test_a_number_is_a_title_unless_it_is_called_an_id(service: Service, shelf: api.Shelf) -> None:
    by_title = service.get("/articles/1984/similar", count=30).json
    asked = shelf.search_articles("1984")[0].article_id
    assert by_title == service.get(f"/articles/{asked}/similar", by="id", count=30).json
    assert service.get(f"/articles/{asked}/similar").status == 404
    for wrong in ("1984", "-1", "1.0", "x", "99999999999999999999", "٣"):
        assert service.get(f"/articles/{segment(wrong)}/similar", by="id").status in {400, 404}


def test_the_other_routes_answer_as_python_does(service: Service, shelf: api.Shelf) -> None:
    asked: list[tuple[Reply, api.Answer[Any]]] = [
        (service.get("/links/Shared/similar", kind="page", count=3), shelf.similar_links("Shared", 3, "page")),
        (
            service.get("/links/Shared/articles", facet=["genre=G0", "genre=G1"], topic="book"),
            shelf.articles_near_link("Shared", topic="book", facets={"genre": ["G0", "G1"]}),
        ),
        (
            service.get("/recommend?like=AC/DC&like=1984&weight=2&weight=1&dislike=%25&diversity=0.5&facet=genre=G1"),
            shelf.recommend_articles(["AC/DC", "1984"], ["%"], [2, 1], facets={"genre": "G1"}, diversity=0.5),
        ),
        (service.get("/explain", a="AC/DC", b="1984", count=2), shelf.explain_similarity("AC/DC", "1984", 2)),
        (service.get("/search", words="face off", topic="book"), shelf.search_articles("face off", topic="book")),
        (
            service.get("/articles/C%23/similar", same_author="false", least="true", exact="true", count=2),
            shelf.similar_articles("C#", 2, same_author=False, least=True, exact=True),
        ),
    ]  # fmt: skip
    for reply, answer in asked:
        assert (reply.status, reply.json) == (200, documents(answer))
    assert [len(answer) > 0 for _, answer in asked] == [True] * 6
    (model,) = service.get("/models").json
    assert (model["model_id"], model["state"]) == (1, "active")


def test_an_answer_that_the_client_has_is_not_sent_again(service: Service, planted_url: str) -> None:
    first = service.get("/articles/1984/similar")
    again = service.get("/articles/1984/similar", {"If-None-Match": f'"x", {first.headers["ETag"]}'})
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])
    assert first.headers["Cache-Control"] == "no-cache"
    with Database(planted_url) as database:
        store_model(database, seed=5)
    other = service.get("/articles/1984/similar", {"If-None-Match": first.headers["ETag"]})
    assert other.status == 200
    assert other.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/articles/Face of/similar", 404, "Face/Off"),
        ("/articles/Face of/series", 404, "Face/Off"),
        ("/links/Shard/similar", 404, "Shared"),
        ("/articles/1984/similar?topic=opera", 404, "book, film"),
        ("/articles/1984/similar?facet=gender=x", 404, "genre"),
        ("/articles/1984/similar?facet=year=soon", 400, "1950..1980"),
        ("/articles/1984/similar?facet=genre", 400, "facet"),
        ("/articles/1984/similar?count=0", 400, "count"),
        ("/articles/1984/similar?count=1001", 400, "count"),
        ("/articles/1984/similar?count=" + "9" * 5000, 400, "count"),
        ("/articles/1984/similar?exact=perhaps", 400, "exact"),
        ("/articles/" + "x" * 501 + "/similar", 400, "title"),
        ("/articles/a%00b/similar", 400, "title"),
        ("/articles/1984/similar?by=name", 400, "by"),
        ("/links/Shared/similar?kind=dog", 400, "kind"),
        ("/recommend", 400, "like"),
        ("/recommend?like=1984&weight=nan", 400, "weight"),
        ("/recommend?like=1984&weight=1&weight=2", 400, "weights"),
        ("/recommend?like=1984&diversity=2", 400, "diversity"),
        ("/explain?a=1984", 400, "b"),
        ("/nothing", 404, "Not Found"),
    ],
)
def test_every_error_is_a_problem_that_names_the_culprit(service: Service, path: str, status: int, words: str) -> None:
    reply = service.get(path.replace(" ", "%20"))
    assert reply.status == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert (reply.json["status"], words in reply.json["detail"]) == (status, True), reply.text


def test_suggestions_are_a_list(service: Service) -> None:
    problem = service.get("/articles/Face%20of/similar").json
    assert problem["error"] == "ArticleNotFound"
    assert "Face/Off" in problem["suggestions"]


def test_only_get(service: Service) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        reply = service.get("/search?words=x", method=method)
        assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


ATTEMPTS = (
    "'; drop table articles; --",
    "1984') union select model_id, state, settings::text, 1 from models --",
    "\\'; delete from links; --",
    "%(title)s",
    "$1",
    "{}",
    "'||pg_sleep(9)||'",
    "x\n; insert into models default values;",
    "$$; truncate articles; $$",
    "\ufeff\u202e\uffff",
    "' or 1=1 --",
    "E'\\x27",
)
FIELDS = (
    ("/articles/1984/similar", ("topic", "facet", "count", "same_author", "by", "least")),
    ("/links/Shared/similar", ("kind", "count")),
    ("/links/Shared/articles", ("topic", "facet")),
    ("/recommend?like=1984", ("like", "dislike", "weight", "topic", "facet", "diversity", "count")),
    ("/explain?a=1984&b=AC/DC", ("count",)),
    ("/explain?b=1984", ("a",)),
    ("/explain?a=1984", ("b",)),
    ("/search?topic=book", ("words",)),
    ("/search?words=x", ("topic", "count")),
)


def test_what_attackers_try_is_data(service: Service, planted_url: str) -> None:
    before = contents(planted_url), functions(planted_url)
    asked: list[tuple[str, dict[str, Any]]] = []
    for attempt in ATTEMPTS:
        asked += [(f"/articles/{segment(attempt)}/{verb}", {}) for verb in ("similar", "links", "series")]
        asked += [(f"/links/{segment(attempt)}/{verb}", {}) for verb in ("similar", "articles")]
        for (path, fields), prefix in itertools.product(FIELDS, ("", "genre=", "year=")):
            asked += [(path, {field: prefix + attempt}) for field in fields if not prefix or field == "facet"]
    for path, query in asked:
        joined = path + ("&" if "?" in path and query else "")
        reply = service.get(joined, **query) if "?" not in path else service.get(_with(joined, query))
        assert reply.status in {200, 400, 404}, (path, query, reply)
        if reply.status == 200:  # dislikes of no article, words like no title: never a row of another table
            assert all({"title", "article_id"} <= record.keys() for record in reply.json), (path, query)
            assert all(record["title"] in {*TITLES, "A film"} for record in reply.json), (path, query)
    assert (contents(planted_url), functions(planted_url)) == before


def _with(path: str, query: dict[str, str]) -> str:
    return path + "&".join(f"{name}={segment(value)}" for name, value in query.items())


def functions(url: str) -> Any:
    with psycopg.connect(url) as connection:
        query = "select md5(string_agg(oid::text || prosrc, '' order by oid)), count(*) from pg_proc"
        return connection.execute(query).fetchone()


def test_it_asks_by_the_rights_of_the_reader(service: Service, planted_url: str) -> None:
    with psycopg.connect(planted_url, autocommit=True) as connection:
        connection.execute("revoke select on models from wikishelf_reader")
        refused = service.get("/models")
        connection.execute("grant select on models to wikishelf_reader")
    assert (refused.status, refused.json["error"]) == (503, "DatabaseRefused")
    assert "models" not in refused.json["detail"]
    assert service.get("/models").status == 200


def test_the_metrics_count(service: Service) -> None:
    def count(text: str, series: str) -> float:
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(series))

    answered = 'wikishelf_requests_total{method="GET",route="/search",status="200"}'
    before = service.get("/metrics").text
    for _ in range(3):
        service.get("/search", words="x")
    after = service.get("/metrics").text
    assert count(after, answered) - count(before, answered) == 3
    timed = 'wikishelf_request_seconds_count{method="GET",route="/search"}'
    assert count(after, timed) - count(before, timed) == 3
    assert "wikishelf_connections_in_use 0.0" in after
    assert service.get("/healthz").json == {"status": "alive"}
    assert service.get("/readyz").json["status"] == "ready"
