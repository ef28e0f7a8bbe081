"""What the map asks for: the parts as they are stored, an article, a selection, suggestions, matches, the picture."""

import gzip
import json
import math
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

import api
from db.connection import Database
from tests.support import bookshop
from tests.support.serving import Service, serving


@pytest.fixture(scope="module")
def service(shop_url: str) -> Iterator[Service]:
    with serving(shop_url) as service:
        yield service


def stored(url: str, query: str, *asked: Any) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, asked).fetchall()


def test_the_parts_are_those_of_the_active_model(service: Service, shop_url: str) -> None:
    parts = stored(shop_url, "select part, content from _map_points")
    assert {"points", "titles", "colour/topic", "colour/genre", "colour/year"} <= {part for part, _ in parts}
    for part, content in parts:
        assert service.raw(f"/map/{part}") == content, part
        if len(content) >= 1000:
            assert gzip.decompress(service.raw(f"/map/{part}", {"Accept-Encoding": "gzip"})) == content, part
    for path in ("/map/colour/nothing", "/map/colour/", "/map/colour/..%2Fpoints"):
        assert service.get(path).status == 404


def test_an_article_of_the_map(service: Service, shop_url: str) -> None:
    ((article_id, x, y),) = stored(
        shop_url,
        "select article_id, x, y from article_positions join articles using (article_id) where title = 'Candide'",
    )
    answer = service.get(f"/map/article/{article_id}").json
    assert (answer["title"], answer["topic"], answer["model_id"]) == ("Candide", "book", 1)
    (candide,) = [book for book in bookshop.books() if book.title == "Candide"]
    assert answer["facets"] == {name: [value] for name, value in candide.facets.items()}
    assert answer["facets"]["country"] == ["France"]
    assert (answer["x"], answer["y"]) == pytest.approx((x, y))
    assert answer["wikipedia"] is None
    with api.Shelf(Database(shop_url)) as shelf:
        near = shelf.similar_articles("Candide", 10)
    assert [(one["title"], one["article_id"]) for one in answer["neighbours"]] == [
        (one.title, one.article_id) for one in near
    ]
    assert [one["similarity"] for one in answer["neighbours"]] == pytest.approx([one.similarity for one in near])
    places = {one: place for one, *place in stored(shop_url, "select article_id, x, y from article_positions")}
    for one in answer["neighbours"]:
        assert [one["x"], one["y"]] == pytest.approx(places[one["article_id"]])
        assert one["shared"] == ["World of Satire"]  # the only link of theirs that has a vector
    for wrong, status in (("99999", 404), ("0", 404), ("-1", 404), ("2147483648", 404), ("x", 400), ("1.5", 400)):
        assert service.get(f"/map/article/{wrong}").status == status


def test_what_a_selection_has_in_common(service: Service, shop_url: str) -> None:
    rows = stored(shop_url, "select article_id, title from articles order by article_id")
    books = {book.title: book for book in bookshop.books()}
    chosen = [article_id for article_id, title in rows if books[title].genre == "Satire" and books[title].place < 30]
    chosen += [article_id for article_id, title in rows if title in {"Don Quixote", "War and Peace"}]
    answer = service.post("/map/selection", json.dumps({"ids": [*chosen, 123456, 2**40, -5]}).encode()).json
    assert answer["model_id"] == 1
    for facet in answer["facets"]:
        having = {title for title, book in books.items() if book.facets.get(facet["name"]) == facet["value"]}
        count = sum(title in having for article_id, title in rows if article_id in chosen)
        lift = count / len(chosen) / (len(having) / len(rows))
        assert (facet["count"], facet["lift"]) == (count, pytest.approx(lift))
    weights = [one["count"] * math.log(one["lift"]) for one in answer["facets"]]
    assert weights == sorted(weights, reverse=True)
    assert {
        "name": "genre",
        "value": "Satire",
        "count": 30,
        "lift": pytest.approx(30 / 32 * len(rows) / bookshop.PER_GENRE),
    } in answer["facets"]
    query = "select l.title from article_links p join links l using (link_id) where p.article_id = any(%s)"
    makers = Counter(title for (title,) in stored(shop_url, query, chosen))
    assert answer["links"][0]["title"] == "World of Satire"
    for link in answer["links"]:
        ((of_all,),) = stored(shop_url, "select article_count from links where title = %s", link["title"])
        lift = makers[link["title"]] / len(chosen) / (of_all / len(rows))
        assert (link["count"], link["lift"]) == (makers[link["title"]], pytest.approx(lift))
    assert bookshop.HOSTILE not in {link["title"] for link in answer["links"]}  # every book makes it
    assert service.post("/map/selection", b'{"ids": []}').json == {"model_id": 1, "links": [], "facets": []}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/map/selection", b"", 400), ("/map/selection", b"[]", 400), ("/map/selection", b'{"ids": ["x"]}', 400),
        ("/map/selection", json.dumps({"ids": [1] * 10_001}).encode(), 400), ("/map/selection", b"\xff\xfe", 400),
        ("/match", b"{}", 400), ("/match", b'{"titles": "Candide"}', 400), ("/match", b'{"titles": [null]}', 400),
        ("/match", json.dumps({"titles": ["x"] * 101}).encode(), 400),
        ("/match", json.dumps({"titles": ["x" * 501]}).encode(), 400),
        ("/match", b'{"titles": ["a\\u0000b"]}', 400), ("/match", b'{"titles": ["\\ud800"]}', 400),
        ("/match", b" " * (256 * 1024) + b"{}", 413), ("/map/selection", b"[" * 300_000, 413),
    ],
)  # fmt: skip
def test_bodies_that_are_refused(service: Service, path: str, body: bytes, status: int) -> None:
    reply = service.post(path, body)
    assert (reply.status, reply.headers["Content-Type"]) == (status, "application/problem+json"), reply.text


def test_a_history_is_matched(service: Service) -> None:
    books = {"titles": ["candide", "nothing at all", "WAR AND PEACE"], "authors": ["", "", ""]}
    found = service.post("/match", json.dumps(books).encode()).json
    assert [(one["position"], one["title"]) for one in found] == [(1, "Candide"), (3, "War and Peace")]
    assert service.post("/match", b'{"titles": []}').json == []


def test_suggestions(service: Service, shop_url: str) -> None:
    with api.Shelf(Database(shop_url)) as shelf:
        asked = [(one.article_id, one.title, one.topic, one.alias) for one in shelf.search_articles("war an", 8)]
    found = service.get("/suggest?q=war%20an").json
    assert [(one["article_id"], one["title"], one["topic"], one["alias"]) for one in found] == asked
    assert {"War and Peace", "War and Society"} <= {one["title"] for one in found}
    assert service.get("/suggest?q=voyna").json[0]["alias"] == "Voyna i mir"
    for nothing in ("/suggest", "/suggest?q=", "/suggest?q=%20"):
        assert service.get(nothing).json == []
    assert service.get("/suggest?q=" + "x" * 501).status == 400


def read_png(content: bytes) -> tuple[NDArray[np.uint8], list[bytes], bytes]:
    """The pixels, the palette and the alphas of a picture without filters, whose checksums must hold."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", content, at + 8 + length) == (zlib.crc32(name + data),)
        chunks[name], at = data, at + 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert kind == [8, 3, 0, 0, 0]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not lines[:, 0].any()
    colours = [chunks[b"PLTE"][n : n + 3] for n in range(0, len(chunks[b"PLTE"]), 3)]
    return lines[:, 1:], colours, chunks[b"tRNS"]


def test_the_picture_shows_every_point_at_its_place(service: Service, shop_url: str) -> None:
    reply = service.raw("/map.png")
    pixels, colours, alphas = read_png(reply)
    assert (pixels.shape, alphas) == ((1200, 1200), b"\0")
    assert pixels.max() < len(colours)
    query = """
        select p.x, p.y, f.value from article_positions p join articles a using (article_id)
        join facets f on f.article_id = p.article_id and f.name = 'genre' order by a.prominence desc, p.article_id"""
    rows = stored(shop_url, query)
    assert len(rows) == len(bookshop.books())
    seen: dict[str, set[int]] = {}
    for x, y, genre in rows:
        column, row = 4 + (x + 1) / 2 * 1191, 4 + (1 - y) / 2 * 1191
        there = pixels[round(row) - 1 : round(row) + 2, round(column) - 1 : round(column) + 2]
        assert there.all(), (x, y)
        seen.setdefault(genre, set()).update(there.ravel().tolist())
    own = {genre: Counter(found) for genre, found in seen.items()}
    assert len(own) == 6  # five genres, and the hostile one
    most_prominent = {
        genre: pixels[round(4 + (1 - y) / 2 * 1191), round(4 + (x + 1) / 2 * 1191)] for x, y, genre in rows[::-1]
    }
    assert len(set(most_prominent.values())) == 6  # a colour of its own each
    assert 0.005 < (pixels > 0).mean() < 0.05
