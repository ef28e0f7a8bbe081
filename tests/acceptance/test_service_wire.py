"""What is refused by its bytes: not HTTP, not UTF-8, too long, or a body that is not what it should be."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.support.serving import Service, rest_of, serving

PROBLEM = "application/problem+json"
POSTED = {"/match": {"titles": ["Dracula"]}, "/map/selection": {"ids": [1]}}


@pytest.fixture(scope="module")
def service(sample_url: str) -> Iterator[Service]:
    with serving(sample_url) as service:
        yield service


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "[::1]:8000", ""])
@pytest.mark.parametrize("path", ["/search/", "/articles/", "//evil.example/", "/map/", "/static", "/docs/"])
def test_nobody_is_sent_elsewhere(service: Service, host: str, path: str) -> None:
    reply = service.get(path, {"Host": host})
    assert (reply.status, reply.headers["Location"]) == (404, None)
    assert "evil" not in reply.text


@pytest.mark.parametrize(
    "path",
    [
        "/articles/%ff/similar", "/articles/a%C3/similar", "/articles/%ED%A0%80/similar", "/search?words=%C0%AF",
        "/search?words=%F5%80%80%80", "/%80", "/static/%FE", "/search?%ff=1", "/article/%e2%82", "/find?q=%E2%28%A1",
    ],
)  # fmt: skip
def test_what_is_not_utf8_is_refused(service: Service, path: str) -> None:
    reply = service.get(path)
    assert (reply.status, "UTF-8" in reply.json["detail"]) == (400, True)


REQUEST = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /\r\n\r\n",
        b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n: c\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /match HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /match HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n",
        b"POST /match HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /match HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /match HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_not_http_is_told_so_and_left(service: Service, sent: bytes) -> None:
    received = service.talk(sent, 5)
    assert received.startswith(b"HTTP/1.1 400 "), received
    head, _, content = received.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    assert b"connection: close" in head
    assert json.loads(content)["status"] == 400
    assert received.count(b"HTTP/1.1 ") == 1


def test_two_requests_in_one_piece_are_answered_in_turn(service: Service) -> None:
    received = service.talk(REQUEST + b"\r\n" + REQUEST + b"Connection: close\r\n\r\n")
    assert received.count(b"HTTP/1.1 200 OK") == received.count(b'{"status":"alive"}') == 2


@pytest.mark.parametrize("path", [b"/healthz", b"/articles/Dracula/similar", b"/nothing"])
def test_some_may_be_sent_ahead_and_not_thousands(service: Service, path: bytes) -> None:
    one = b"GET %s HTTP/1.1\r\nHost: x\r\n" % path
    received = service.talk((one + b"\r\n") * 19 + one + b"Connection: close\r\n\r\n")
    assert received.count(b"HTTP/1.1 ") == 20
    before = resident(service)
    with ExitStack() as stack:
        for _ in range(100):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=20))
            with suppress(ConnectionError):
                client.sendall((one + b"\r\n") * 5000)
        time.sleep(1)
        assert resident(service) - before < 30
        assert service.get("/healthz").status == 200


def test_an_offer_to_change_the_protocol_is_not_taken(service: Service) -> None:
    offer = b"Upgrade: %s\r\nConnection: Upgrade, close\r\n\r\n"
    for protocol in (b"websocket", b"h2c", b"TLS/1.0"):
        assert service.talk(REQUEST + offer % protocol, 3).startswith(b"HTTP/1.1 200 OK")


def padded(to: int, content: bytes) -> bytes:
    return content + b"x" * (to - len(content))


@pytest.mark.parametrize(
    ("size", "status"), [(16 * 1024, 404), (16 * 1024 - 1, 404), (16 * 1024 + 1, 414), (250_000, 414)]
)
def test_an_address_has_its_limit(service: Service, size: int, status: int) -> None:
    sent = b"GET " + padded(size, b"/") + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert service.talk(sent).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize(
    ("size", "status"),
    [(32 * 1024, 200), (32 * 1024 - 1, 200), (32 * 1024 + 1, 431), (300_000, 431), (64 * 1024**2, 431)],
)
@pytest.mark.parametrize("fields", [1, 500])
def test_a_head_has_its_limit(service: Service, size: int, fields: int, status: int) -> None:
    before = resident(service)
    given = [b"/healthz", b"Host: x\r\n", b"Connection: close\r\n"]
    left = size - sum(map(len, given))
    each = [left // fields] * (fields - 1)
    lines = [padded(length - 2, b"A: ") + b"\r\n" for length in [*each, left - sum(each)]]
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        try:
            client.sendall(b"GET /healthz HTTP/1.1\r\n" + b"".join([*given[1:], *lines]) + b"\r\n")
        except ConnectionError:  # it closed amid the rest
            assert status == 431
        received = rest_of(client)
    assert received.startswith(b"HTTP/1.1 %d " % status) or (size > 10**6 and received == b"")
    assert resident(service) - before < 20


BODY = b'{"titles": ["Book 1"%s]}'


@pytest.mark.parametrize(("size", "status"), [(262_143, 200), (262_144, 200), (262_145, 413), (2_000_000, 413)])
@pytest.mark.parametrize("chunk", [None, 65_536, 1000])
def test_a_body_has_its_limit(service: Service, size: int, status: int, chunk: int | None) -> None:
    content = BODY % (b" " * (size - len(BODY) + 2))
    head = b"POST /match HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
    if chunk is None:
        sent = head + b"Content-Length: %d\r\n\r\n" % size + content
    else:
        pieces = (content[place : place + chunk] for place in range(0, size, chunk))
        sent = (
            head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces)
        )
        sent += b"0\r\n\r\n"
    assert service.talk(sent).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("path", [*POSTED, "/healthz", "/nothing"])
def test_a_body_that_is_too_long_is_refused_before_it_comes(service: Service, path: str) -> None:
    for method in (b"GET", b"POST", b"DELETE"):
        sent = b"%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: 262145\r\n\r\n" % (method, path.encode())
        assert service.talk(sent, 5).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "piece", [b"1;" + b"x" * 60_000 + b"\r\na\r\n", b"1\r\na\r\n" * 10_000, b"10000\r\n" + b"a" * 65_536 + b"\r\n"]
)
@pytest.mark.parametrize("path", [b"/match", b"/healthz", b"/articles/x/links"])
def test_a_body_without_end_is_cut(service: Service, path: bytes, piece: bytes) -> None:
    method = b"POST" if path == b"/match" else b"GET"
    head = b"%s %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        client.sendall(head % (method, path))
        sent = 0
        try:
            while sent < 50_000_000:
                sent += client.send(piece)
                client.settimeout(3)
        except (ConnectionError, TimeoutError):
            pass
    assert sent < 10_000_000


FAULTY = (
    (b"", "EOF"), (b"{", "EOF"), (b"[]", "object"), (b"null", "object"), (b"{}", "Field required"), (b"\xff", "body"),
    (b"\xef\xbb\xbf{}", "body"), (b'{"titles": null}', "titles"), (b'{"titles": 1}', "titles"),
    (b'{"titles": [1]}', "titles.0"), (b'{"titles": [["a"]]}', "titles.0"), (b'{"titles": {"a": 1}}', "titles"),
    (b'{"titles": [], "titles": []}', "twice"), (b'{"titles": [], "author": []}', "author"),
    (b"[" * 100_000, "body"), (b'{"titles": ' + b"[" * 100_000, "body"), (b'{"a":' * 50_000, "body"),
    (b'{"titles": [], "x": ' + b"9" * 200_000 + b"}", "body"), (b'{"titles": ["\\ud800"]}', "body"),
    (b'{"titles": [NaN]}', "titles"), (b'{"titles": ["a"], }', "body"), (b'{"titles": ["a\x00"]}', "body"),
    (b'{"titles": ["a\\u0000"]}', "titles"), (b'{"titles": ["a"]} x', "body"), (b'{"titles": [1e999]}', "titles.0"),
)  # fmt: skip


@pytest.mark.parametrize(("content", "words"), FAULTY)
def test_a_faulty_body_is_told_so(service: Service, content: bytes, words: str) -> None:
    reply = service.post("/match", content)
    assert (reply.status, reply.headers["Content-Type"]) == (400, PROBLEM), reply.text[:500]
    assert words in reply.json["detail"]
    assert len(reply.text) < 2000


@pytest.mark.parametrize("number", ["1.5", "true", '"1"', "null", "1e3", "[1]", "9" * 5000, "-" + "9" * 20, "NaN"])
def test_ids_are_whole_numbers(service: Service, number: str) -> None:
    reply = service.post("/map/selection", f'{{"ids": [{number}]}}'.encode())
    assert (reply.status, len(reply.text) < 2000) == (400 if number != "-" + "9" * 20 else 200, True), reply.text[:500]


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 200), ("Application/JSON; charset=UTF-8", 200), ('application/json;charset="utf-8"', 200),
        ("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("application/json; charset=latin-1", 415),
        ("", 415), ("application/jsonx", 415), ("multipart/form-data; boundary=x", 415), ("application/xml", 415),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", POSTED)
def test_a_body_is_json_by_its_name(service: Service, path: str, media_type: str, status: int) -> None:
    content = json.dumps(POSTED[path]).encode()
    assert service.post(path, content, Content_Type=media_type).status == status
    if status == 200:
        assert service.post(path, content, Content_Type=media_type, Content_Encoding="gzip").status == 415


def resident(service: Service) -> float:
    """Megabytes of memory of the service."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
