"""Shelves that have little or nothing, and a database that is away: a clear sentence each."""

from collections.abc import Iterator

import psycopg
import pytest

from db.connection import Database
from tests.conftest import as_url
from tests.support.commands import done
from tests.support.markup import Element, read
from tests.support.planted import article, load, store_model
from tests.support.serving import Service, serving

EVERYWHERE = ("/", "/find?q=book", "/taste", "/compare", "/about", "/docs")


@pytest.fixture
def own(database_url: str) -> Iterator[str]:
    yield as_url(database_url)


def main(service: Service, path: str, status: int = 200) -> Element:
    reply = service.get(path)
    assert reply.status == status, reply.text
    return read(reply.text).one("main")


def test_an_empty_shelf(own: str) -> None:
    with serving(own) as service:
        assert 'The shelf is empty: run "python -m ingest SOURCE"' in main(service, "/").text
        for path in EVERYWHERE:
            main(service, path)
        assert "Nothing is called “book”" in main(service, "/find?q=book").text
        assert 'No article is called "Book 1"' in main(service, "/article/Book%201", 404).text
        for path in ("/map/points", "/map/titles", "/map/colour/topic", "/map.png"):
            reply = service.get(path)
            assert (reply.status, "python -m train map" in reply.json["detail"]) == (404, True)
        assert service.get("/suggest?q=b").json == []


def test_no_model_then_no_map(own: str, database: Database) -> None:
    load(database, *(article(f"Book {n}", ["Shared", f"Link {n}"]) for n in range(3)))
    with serving(own) as service:
        assert "There is no model yet" in main(service, "/").text
        found = main(service, "/article/Book%201")
        assert (found.one("h1").text, "There is no model yet" in found.text) == ("Book 1", True)
        assert "There is no model yet" in main(service, "/link/Shared").text
        assert "No model is active" in main(service, "/taste?like=Book+1", 503).text
        assert "No model is active" in main(service, "/compare?a=Book+1&b=Book+2", 503).text
        assert service.get("/explain?a=Book+1&b=Book+2").json["error"] == "NoActiveModel"
        assert main(service, "/find?q=book+1").all("a", class_="title")[0].text == "Book 1"
        assert service.get("/map/article/1").json["neighbours"] == []
        store_model(database)
        assert "There is no map yet" in main(service, "/").text
        assert service.get("/map/article/1").json["x"] is None
        done("train", "map", DATABASE_URL=own)
        assert main(service, "/").all("p", class_="notice") == []
        assert service.raw("/map.png").startswith(b"\x89PNG")


@pytest.mark.parametrize("count", [1, 3])
def test_few_articles(own: str, database: Database, count: int) -> None:
    load(database, *(article(f"Book {n}", ["Shared", f"Link {n}"]) for n in range(count)))
    store_model(database)
    done("train", "map", DATABASE_URL=own)
    with serving(own) as service:
        heading = main(service, "/").one("h1").text
        assert heading.startswith("1 article, " if count == 1 else "3 articles, ")
        found = main(service, "/article/Book%200")
        (near,) = [one for one in found.all("section") if one.has("aria-labelledby", "near")]
        assert len(near.all("li")) == count - 1
        assert ("the only article" in found.text) == (count == 1)
        main(service, "/taste?like=Book+0")
        main(service, "/compare?a=Book+0&b=Book+0")
        assert service.get("/map/titles").text == "\n".join(f"Book {n}" for n in range(count))
        assert service.raw("/map.png").startswith(b"\x89PNG")


def test_an_article_that_came_later(own: str, database: Database) -> None:
    load(database, article("Old", ["Shared"]), article("Older", ["Shared"]))
    store_model(database)
    load(database, article("New", ["Shared"]))
    with serving(own) as service:
        assert '"New" came after the active model was trained' in main(service, "/article/New").text
        assert '"New" came after' in main(service, "/taste?like=New", 404).text


def test_the_database_is_away_and_comes_back(own: str, database: Database, server_url: str) -> None:
    load(database, article("A", ["Shared"]), article("B", ["Shared"]))
    store_model(database)
    name = own.split("@/")[1].split("?")[0]
    database.close()
    with serving(own) as service, psycopg.connect(server_url, autocommit=True) as admin:
        main(service, "/article/A")
        admin.execute(f"alter database {name} allow_connections false")
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        for path in ("/", "/article/A", "/taste?like=A", "/find?q=a"):
            reply = service.get(path)
            assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
            found = read(reply.text).one("main")
            assert found.one("h1").text == "Not now"
            assert "The database cannot answer now." in found.text
            assert name not in reply.text
        main(service, "/docs")
        admin.execute(f"alter database {name} allow_connections true")
        main(service, "/article/A")
