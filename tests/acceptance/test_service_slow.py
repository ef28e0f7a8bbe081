"""Clients that are slow, silent, or many; /readyz and others' questions go on beside them."""

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.support.serving import Service, rest_of, serving

CLIENTS = 20
HEAD = b"GET /articles/Dracula/similar HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
# What a client sends at first, what it drips then, the seconds until it is left, and what it is told.
SLOW = {
    "silent": (b"", b"", 10, b""),
    "amid the first line": (b"GET /articles/Dr", b"", 10, b"408"),
    "amid the headers": (HEAD, b"", 10, b"408"),
    "one header a second": (HEAD, b"X: y\r\n", 10, b"408"),
    "empty lines": (b"\r\n", b"\r\n", 10, b"408"),
    "a body that does not come": (POST + b"Content-Length: 100\r\n\r\n", b"", 20, b"408"),
    "a body that drips": (POST + b"Content-Length: 100000\r\n\r\n", b" ", 20, b"408"),
    "a body of chunks that drips": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", 20, b"408"),
    "a body of GET that drips": (HEAD + b"Content-Length: 1000\r\n\r\n", b"a", 20, b"200"),
    "idle after an answer": (HEAD + b"\r\n", b"", 20, b"200"),
    "idle after a 404": (b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", b"", 20, b"404"),
    "half a second request": (HEAD + b"\r\n" + HEAD, b"", 10, b"200"),
    "lines after an answer": (HEAD + b"\r\n", b"\r\n", 10, b"200"),
}


@pytest.fixture(scope="module")
def service(sample_url: str) -> Iterator[Service]:
    with serving(sample_url, "--clients", str(CLIENTS), "--admin-port", "0") as service:
        yield service


def connected(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=60)


def test_who_is_slow_is_left(service: Service) -> None:
    start, ends, told = time.monotonic(), dict.fromkeys(SLOW, 0.0), dict.fromkeys(SLOW, b"")
    with ExitStack() as stack:
        clients = {name: stack.enter_context(connected(service)) for name in SLOW}
        for name, client in clients.items():
            client.sendall(SLOW[name][0])
            client.setblocking(False)
        while not all(ends.values()):
            assert time.monotonic() < start + 60, [name for name in SLOW if not ends[name]]
            time.sleep(1)
            for name in [name for name in SLOW if not ends[name]]:
                with suppress(BlockingIOError):
                    if not _goes_on(clients[name], SLOW[name][1], told, name):
                        ends[name] = time.monotonic() - start
    for name, (_, _, seconds, status) in SLOW.items():
        assert seconds - 2 < ends[name] < seconds + 9, (name, ends[name])
        assert told[name].split(b" ")[1:2] == ([status] if status else []), (name, told[name])


def _goes_on(client: socket.socket, drip: bytes, told: dict[str, bytes], name: str) -> bool:
    """Read what has come, and send a little more; False when the service has closed."""
    try:
        piece = client.recv(65536)
        told[name] += piece
        if piece:
            client.send(drip)
        return bool(piece)
    except BlockingIOError:
        client.send(drip)
        raise
    except ConnectionError:
        return False


def test_who_does_not_read_is_left(service: Service) -> None:
    ask = b"GET /articles/Dracula/similar?count=1000 HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", service.port))
        client.settimeout(60)
        client.sendall(ask * 20)  # their answers are more than the buffers of both sides hold
        start = time.monotonic()
        while established(service, client):
            assert time.monotonic() < start + 50
            time.sleep(0.5)
        assert time.monotonic() > start + 15


def established(service: Service, client: socket.socket) -> bool:
    """Whether the service still has its end of a connection, which the kernel lists by the ports of both ends."""
    ends = f":{service.port:04X}", f":{client.getsockname()[1]:04X}"
    with open("/proc/net/tcp") as listed:  # noqa: PTH123
        rows = [line.split()[1:4] for line in listed]
    return any(own.endswith(ends[0]) and other.endswith(ends[1]) and state == "01" for own, other, state in rows)


@pytest.mark.parametrize("sent", [b"", b"GET /hea", POST + b"Content-Length: 10\r\n\r\n", HEAD + b"\r\n"])
def test_however_many_wait_others_are_answered(service: Service, sent: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(5 * CLIENTS):
            client = stack.enter_context(connected(service))
            client.sendall(sent)
        for _ in range(10):
            start = time.monotonic()
            # Those who are being answered are not sent away for another.
            assert service.get("/articles/Dracula/similar").status in (
                {200, 503} if sent.endswith(b"x\r\n\r\n") else {200}
            )
            assert time.monotonic() < start + 8  # the slow are left after 10 s
            assert ready(service) == 200
    assert service.get("/articles/Dracula/similar").status == 200


def ready(service: Service) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", service.admin_port, timeout=10)
    connection.request("GET", "/readyz")
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_oldest_that_waits_makes_room(sample_url: str) -> None:
    """The service is the test's own: in another, connections whose end it has not seen yet would be older."""
    with serving(sample_url, "--clients", str(CLIENTS)) as service, ExitStack() as stack:
        clients = [stack.enter_context(connected(service)) for _ in range(CLIENTS)]
        for client in clients:
            client.sendall(HEAD + b"\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 200")
        stack.enter_context(connected(service))
        time.sleep(0.2)
        clients[0].settimeout(10)
        with suppress(ConnectionResetError):
            while clients[0].recv(65536):  # the rest of its answer
                pass
        clients[-1].sendall(HEAD + b"Connection: close\r\n\r\n")
        assert b"HTTP/1.1 200" in rest_of(clients[-1])


def test_the_admin_port_is_no_other_under_the_path_of_a_proxy(sample_url: str) -> None:
    with serving(sample_url, "--admin-port", "0", "--root-path", "/shelf") as service:
        for path in ("/readyz", "/shelf/readyz", "/%72eadyz", "/shelf/metrics", "/shelf/%6detrics", "/shelf/healthz"):
            assert service.get(path).status == 404, path
        assert service.get("/shelf/models").status == service.get("/models").status == ready(service) == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_the_admin_port_has_what_the_public_one_has_not(service: Service, path: str) -> None:
    assert service.get(path).status == 404
    assert service.get("/models").status == 200
    connection = http.client.HTTPConnection("127.0.0.1", service.admin_port, timeout=10)
    for asked, status in ((path, 200), ("/models", 404), ("/", 404), ("/openapi.json", 404)):
        connection.request("GET", asked)
        response = connection.getresponse()
        assert (response.status, len(response.read()) > 0) == (status, True)
    connection.close()
