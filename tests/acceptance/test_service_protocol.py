"""Methods, conditions and parameters, for every route."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.serving import Service, serving

PROBLEM = "application/problem+json"
# Each route for programs, with what it needs; then those for people, and files.
PROGRAMS = (
    "/articles/{title}/similar", "/articles/{title}/links", "/articles/{title}/series", "/links/{link}/similar",
    "/links/{link}/articles", "/recommend?like={title}", "/explain?a={title}&b={other}", "/search?words={title}",
    "/models", "/suggest?q={title}", "/map/points", "/map/titles", "/map/colour/topic", "/map/article/{id}", "/map.png",
)  # fmt: skip
OPERATIONS = ("/healthz", "/readyz", "/metrics")
PEOPLE = (
    "/", "/find?q={title}", "/article/{title}", "/link/{link}", "/compare?a={title}&b={other}", "/taste?like={title}",
    "/about", "/docs",
)  # fmt: skip
FILES = ("/static/style.css", "/static/main.js", "/static/icon.svg")
POSTED = {"/match": {"titles": ["Book 1"]}, "/map/selection": {"ids": [1]}}
ALL = (*PROGRAMS, *OPERATIONS, *PEOPLE, *FILES, "/openapi.json")


@pytest.fixture(scope="module")
def service(shop_url: str) -> Iterator[Service]:
    with serving(shop_url) as service:
        yield service


@pytest.fixture(scope="module")
def known(service: Service) -> dict[str, Any]:
    """Titles of this shelf by the names that the routes above have for them."""
    titles = service.get("/map/titles").text.split("\n")
    link = service.get(f"/articles/{titles[0]}/links".replace(" ", "%20")).json[0]["title"]
    number = service.get("/search", words=titles[0]).json[0]["article_id"]
    return {"title": titles[0], "other": titles[1], "link": link, "id": number}


def filled(path: str, known: dict[str, Any]) -> str:
    return path.format(**known).replace(" ", "%20")


@pytest.mark.parametrize("path", ALL)
def test_a_head_is_a_get_without_its_body(service: Service, known: dict[str, Any], path: str) -> None:
    got, head = (service.get(filled(path, known), method=method) for method in ("GET", "HEAD"))
    assert (head.status, head.text) == (got.status, "") == (200, "")
    for name in ("Content-Type", "ETag", "Cache-Control", "X-Content-Type-Options"):
        assert head.headers[name] == got.headers[name]
    if path != "/metrics":  # whose text grows
        assert head.headers["Content-Length"] == got.headers["Content-Length"]


@pytest.mark.parametrize("path", ["/nothing", "/articles/nobody/similar", "/articles/x/similar?count=0", "/recommend"])
def test_a_head_of_an_error_has_no_body_either(service: Service, path: str) -> None:
    got, head = (service.get(path, method=method) for method in ("GET", "HEAD"))
    assert (head.status, head.text, head.headers["Content-Type"]) == (got.status, "", PROBLEM)
    assert got.status >= 400


@pytest.mark.parametrize("path", [*ALL, *POSTED])
def test_options_and_other_methods_say_what_is_allowed(service: Service, known: dict[str, Any], path: str) -> None:
    allowed = "POST, OPTIONS" if path in POSTED else "GET, HEAD, OPTIONS"
    options = service.get(filled(path, known), method="OPTIONS")
    assert (options.status, options.headers["Allow"], options.text) == (204, allowed, "")
    for method in ("DELETE", "PUT", "PATCH", "PROPFIND", "GET" if path in POSTED else "POST"):
        reply = service.get(filled(path, known), method=method)
        assert (reply.status, reply.headers["Allow"], reply.headers["Content-Type"]) == (405, allowed, PROBLEM)
    assert service.get("/nothing", method="OPTIONS").status == 404


@pytest.mark.parametrize("path", [*PROGRAMS, *PEOPLE, *FILES, "/openapi.json"])
def test_conditions_are_those_of_rfc_9110(service: Service, known: dict[str, Any], path: str) -> None:
    path = filled(path, known)
    tag = service.get(path).headers["ETag"]
    opaque = tag.removeprefix("W/")
    for value in ("*", tag, opaque, f'"a", {tag}', f'{tag},"b"', f'"a,b" , {opaque}', f'W/"x",{tag}', " * "):
        reply = service.get(path, {"If-None-Match": value})
        assert (reply.status, reply.text, reply.headers["ETag"]) == (304, "", tag), value
        assert service.get(path, {"If-None-Match": value}, method="HEAD").status == 304
    for value in ('"x"', 'W/"x"', opaque.strip('"'), f'"{opaque}', "", f"x{tag[2:]}y", '"*"'):
        assert service.get(path, {"If-None-Match": value}).status == 200, value
    for value in (tag, opaque, '"x"', "x"):  # a weak tag is never strongly equal to another
        assert service.get(path, {"If-Match": value}).status == 412, value
    assert service.get(path, {"If-Match": "*"}).status == 200
    assert service.get(path, {"If-Match": '"x"', "If-None-Match": tag}).status == 412
    for name in ("If-Modified-Since", "If-Unmodified-Since"):  # there are no dates
        assert service.get(path, {name: "Sat, 29 Oct 1994 19:43:31 GMT"}).status == 200
    assert service.get(path, {"Range": "bytes=0-3"}).status == 200


@pytest.mark.parametrize("path", ["/articles/nobody/similar", "/nothing", "/article/nobody"])
def test_an_error_is_never_what_the_client_has(service: Service, path: str) -> None:
    assert service.get(path, {"If-None-Match": "*"}).status == service.get(path, {"If-Match": '"x"'}).status == 404


@pytest.mark.parametrize("path", [*PROGRAMS, *OPERATIONS])
def test_an_unknown_parameter_is_named(service: Service, known: dict[str, Any], path: str) -> None:
    for name in ("cuont", "x", "title", "COUNT", "%00", "count[]"):
        reply = service.get(filled(path, known) + ("&" if "?" in path else "?") + f"{name}=1")
        assert (reply.status, reply.headers["Content-Type"]) == (400, PROBLEM), name
        assert reply.json["detail"].startswith(f"{name if name != '%00' else chr(0)}: "), reply.text


@pytest.mark.parametrize(
    ("path", "wrong", "nearest"),
    [
        ("/articles/x/similar", "cuont", "count"), ("/articles/x/similar", "tpoic", "topic"),
        ("/articles/x/similar", "facets", "facet"), ("/articles/x/similar", "sameauthor", "same_author"),
        ("/articles/x/similar", "same-series", "same_series"), ("/articles/x/similar", "min_sim", "min_similarity"),
        ("/articles/x/similar", "exclude_ids", "exclude_id"), ("/articles/x/similar", "prominent", "prominence"),
        ("/recommend", "likes", "like"), ("/recommend", "dislikes", "dislike"), ("/recommend", "weights", "weight"),
        ("/recommend", "diverse", "diversity"), ("/search", "word", "words"), ("/links/x/similar", "kinds", "kind"),
        ("/search", "limit", "words, count, topic"), ("/explain", "c", "a, b, count"),
    ],
)  # fmt: skip
def test_the_nearest_parameter_is_named(service: Service, path: str, wrong: str, nearest: str) -> None:
    assert nearest in service.get(f"{path}?{wrong}=1").json["detail"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *(("/articles/x/similar", name) for name in ("by", "count", "topic", "same_author", "same_series", "least")),
        *(("/articles/x/similar", name) for name in ("exact", "prominence", "min_similarity")),
        *(("/recommend", name) for name in ("count", "topic", "diversity", "prominence", "min_similarity")),
        *(("/links/x/articles", name) for name in ("count", "topic", "prominence", "min_similarity")),
        *(("/links/x/similar", name) for name in ("count", "kind")), ("/articles/x/links", "count"),
        *(("/explain", name) for name in ("a", "b", "count")), *(("/search", name) for name in ("words", "count")),
        ("/search", "topic"), ("/suggest", "q"), ("/", "q"), ("/find", "q"), ("/find", "topic"), ("/compare", "a"),
        ("/article/x", "prominence"), ("/article/x", "diversity"), ("/link/x", "prominence"), ("/taste", "year"),
    ],
)  # fmt: skip
def test_what_stands_once_may_not_stand_twice(service: Service, path: str, name: str) -> None:
    for again in ("1", "2", ""):
        reply = service.get(f"{path}?{name}=1&{name}={again}")
        assert (reply.status, name in reply.text.lower(), "only once" in reply.text) == (400, True, True)


@pytest.mark.parametrize("path", PEOPLE)
def test_what_others_add_to_a_page_counts_for_nothing(service: Service, known: dict[str, Any], path: str) -> None:
    path = filled(path, known)
    assert service.get(path + ("&" if "?" in path else "?") + "utm_source=x&fbclid=y").status == 200
