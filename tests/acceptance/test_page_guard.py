"""What guards readers: headers, titles that are text everywhere, and addresses under the path of a proxy."""

import gzip
import http.client
from collections.abc import Iterator

import pytest

from db.connection import Database
from db.importing.records import Link, Redirect
from tests.conftest import as_url, new_database
from tests.support.commands import command, done
from tests.support.markup import Element, read
from tests.support.planted import article, load, store_model
from tests.support.serving import Reply, Service, segment, serving

HOSTILE = '<img src=x onerror="window.hacked=1">'
WORSE = "\"'><script>alert(1)</script>{{ 7 * 7 }}&lt;"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def hostile_url(server_url: str, template: str) -> Iterator[str]:
    """A shelf whose titles, facets, links and aliases are hostile."""
    with new_database(server_url, template) as url:
        with Database(url) as database:
            facets = ((HOSTILE, WORSE), ("genre", HOSTILE), ("author", WORSE))
            for title in (HOSTILE, WORSE, "Tame", "Another"):
                links: dict[str | Link, int] = {
                    Link("page", HOSTILE): 1,
                    Link("category", WORSE): 1,
                    Link("page", f"Own {title}"): 1,
                }
                load(database, article(title, links, facets=facets))
            load(database, Redirect(f"{HOSTILE} again", HOSTILE), Redirect(f"{WORSE} again", WORSE))
            store_model(database)
        done("train", "map", DATABASE_URL=as_url(url))
        yield as_url(url)


@pytest.fixture(scope="module")
def service(hostile_url: str) -> Iterator[Service]:
    with serving(hostile_url) as service:
        yield service


PAGES = [
    *(f"/article/{segment(title)}" for title in (HOSTILE, WORSE, f"{HOSTILE} again", "Tame")),
    *(f"/link/{segment(title)}" for title in (HOSTILE, WORSE)),
    f"/compare?a={segment(HOSTILE)}&b={segment(WORSE)}",
    f"/taste?like={segment(HOSTILE)}&dislike={segment(WORSE)}&genre={segment(HOSTILE)}&topic=",
    f"/taste?like={segment(HOSTILE + 'x')}&genre={segment(WORSE)}&topic={segment(HOSTILE)}",
    *(f"/find?q={segment(words)}&topic=" for words in (HOSTILE, WORSE, HOSTILE + "x" * 30)),
    f"/article/{segment(WORSE + 'x')}",
    f"/link/{segment(HOSTILE + 'x')}",
    f"/article/Tame?prominence={segment(HOSTILE)}",
    f"/?q={segment(WORSE)}&article={segment(HOSTILE)}",
    "/about",
    "/docs",
]


@pytest.mark.parametrize("path", PAGES)
def test_titles_are_text_everywhere(service: Service, path: str) -> None:
    reply = service.get(path)
    assert reply.status in {200, 400, 404}
    found = read(reply.text)
    allowed = {"type": "module", "src": "/static/main.js"}
    assert [one.attributes for one in found.all("script")] == [allowed]
    assert [one.text for one in found.all("script")] == [""]
    assert found.all("style") == found.all("iframe") == found.all("base") == []
    assert all(one.attributes["src"] == "/map.png" for one in found.all("img"))
    for one in found.within:
        assert not [name for name in one.attributes if name.startswith("on") or name == "style"], one
        for name in ("href", "src", "action"):
            assert one.attributes.get(name, "/").startswith(("/", "#", "https://creativecommons.org/")), one
    assert "49" not in found.one("main").text.replace("0.49", "")


def test_hostile_titles_are_shown_as_they_are(service: Service) -> None:
    found = read(service.get(PAGES[0]).text)
    assert found.one("h1").text == HOSTILE
    assert found.one("title").text == f"{HOSTILE} · Wikishelf"
    assert found.one("main").attributes["data-title"] == HOSTILE
    assert {HOSTILE, WORSE} <= {one.text for one in found.all("dd")}
    assert {HOSTILE, WORSE} <= {one.text for one in found.all("a")}
    assert HOSTILE in {one.text for one in found.all("dt")}
    taste = read(service.get(PAGES[7]).text)
    assert [one.attributes["value"] for one in taste.all("input", type="checkbox")] == [HOSTILE, WORSE]
    assert {one.text for one in taste.all("a", class_="title")} == {"Tame", "Another"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/article/Tame", 200), ("/article/nobody", 404), ("/taste?prominence=x", 400), ("/docs", 200),
        ("/static/style.css", 200), ("/static/main.js", 200), ("/static/nothing.js", 404), ("/map/titles", 200),
        ("/articles/Tame/similar", 200), ("/nothing", 404), ("/healthz", 200), ("/suggest?q=t", 200),
    ],
)  # fmt: skip
def test_every_answer_has_the_headers(service: Service, path: str, status: int) -> None:
    reply = service.get(path)
    assert reply.status == status
    assert guards(reply) == [POLICY, "nosniff", "same-origin"]


def test_a_person_who_mistypes_an_address_gets_a_page(service: Service) -> None:
    reply = service.get("/nothing", {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})
    assert (reply.status, reply.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert read(reply.text).one("h1").text == "Not found"
    assert guards(reply) == [POLICY, "nosniff", "same-origin"]
    assert service.get("/nothing", {"Accept": "*/*"}).headers["Content-Type"] == "application/problem+json"


def guards(reply: Reply) -> list[str | None]:
    names = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy")
    return [reply.headers[name] for name in names]


@pytest.mark.parametrize(
    "name", ["..%2f..%2fpages.py", "../app.py", "%2e%2e/pages.py", "style.css/", "", "templates", "%00", "style.css%00"]
)
def test_static_files_are_those_of_the_page_and_no_others(service: Service, name: str) -> None:
    assert service.get(f"/static/{name}").status == 404


def ask(service: Service, path: str, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    try:
        connection.request("GET", path, None, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/article/Tame", "/static/style.css", "/map/points", "/map.png"])
def test_what_the_browser_has_is_not_sent_again(service: Service, path: str) -> None:
    status, headers, content = ask(service, path, {})
    assert (status, headers["Cache-Control"], headers["Content-Encoding"]) == (200, "no-cache", None)
    for etag in (headers["ETag"], f'"x", {headers["ETag"]}'):
        status, again, nothing = ask(service, path, {"If-None-Match": etag, "Accept-Encoding": "gzip"})
        assert (status, again["ETag"], nothing) == (304, headers["ETag"], b"")
    assert ask(service, path, {"If-None-Match": '"x"'})[2] == content


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True), ("br, GZIP;q=0.5", True), ("*", True),
        ("gzip;q=0", False), ("gzip; q=0.000", False), ("br", False), ("", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/article/Tame", "/static/style.css"])
def test_it_is_packed_for_those_who_unpack(service: Service, path: str, accepted: str, is_packed: bool) -> None:
    plain = ask(service, path, {})[2]
    status, headers, content = ask(service, path, {"Accept-Encoding": accepted})
    assert (status, headers["Vary"]) == (200, "Accept-Encoding")
    assert headers["Content-Encoding"] == ("gzip" if is_packed else None)
    assert (gzip.decompress(content) if is_packed else content) == plain


def test_a_new_model_changes_the_etag_of_the_map(hostile_url: str, service: Service) -> None:
    before = ask(service, "/map/points", {})[1]["ETag"]
    done("train", "map", "--fresh", DATABASE_URL=hostile_url)
    status, headers, _ = ask(service, "/map/points", {"If-None-Match": before})
    assert (status, headers["ETag"] == before) == (200, False)


@pytest.mark.parametrize("prefix", ["/shelf", "/a/b", ""])
def test_behind_a_proxy_every_address_is_under_its_path(hostile_url: str, prefix: str) -> None:
    with serving(hostile_url, "--root-path", f"{prefix}/") as service:
        # A proxy may strip the path or hand it on.
        for path in ("/", "/article/Tame", "/compare?a=Tame&b=Another", "/taste?like=Tame", "/find?q=tame", "/docs"):
            stripped, kept = service.get(path), service.get(prefix + path)
            assert (stripped.status, kept.status, stripped.text) == (200, 200, kept.text)
            found = read(kept.text)
            assert found.one("body").attributes["data-root"] == prefix
            own = [address for address in addresses(found) if address.startswith("/")]
            assert len(own) > 8
            assert all(address.startswith(f"{prefix}/") for address in own)
            assert service.get(own[-1]).status == 200
        assert service.get(f"{prefix}/articles/Tame/similar").json == service.get("/articles/Tame/similar").json


def addresses(found: Element) -> list[str]:
    given = (one.attributes.get(name) for one in found.within for name in ("href", "src", "action"))
    return [address for address in given if address]


@pytest.mark.parametrize("path", ["shelf", "/a b", "/a//b", '/"><script>', "/../x", "http://x/y", "/a?b"])
def test_a_root_path_is_a_path(hostile_url: str, path: str) -> None:
    refused = command("api", "serve", "--port", "0", "--root-path", path, DATABASE_URL=hostile_url)
    assert refused.returncode == 2
    assert "--root-path" in refused.stderr
