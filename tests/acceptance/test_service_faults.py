"""Clients that hang up, a database that is silent, and logins with too many rights."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from tests.support.commands import refusal
from tests.support.serving import Service, serving

CHEAP, DEAR = "/articles/A/similar", "/recommend?like=A"
HELD = """
    select pid from pg_stat_activity
    where application_name = 'wikishelf' and state = 'active' and datname = current_database()"""


def seconds_of(service: Service, *paths: str) -> float:
    """How long these take, one after another, of which none may take long even on a busy machine."""
    start = time.monotonic()
    assert [service.get(path).status for path in paths] == [200] * len(paths)
    seconds = time.monotonic() - start
    assert seconds < 10
    return seconds


@contextmanager
def held_up(url: str) -> Iterator[psycopg.Connection]:
    """Hold every question up that reads vectors, and give a way to look at them."""
    with psycopg.connect(url) as lock, psycopg.connect(url, autocommit=True) as look:
        lock.execute("lock table _article_vectors_1 in access exclusive mode")
        yield look


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until this holds."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() < start + seconds
        time.sleep(0.02)


def refused_after(service: Service, path: str) -> float:
    """After how many seconds this was refused."""
    start = time.monotonic()
    reply = service.get(path)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    return time.monotonic() - start


def asked(service: Service, path: str, method: str = "GET") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", service.port), timeout=30)
    client.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return client


def active(look: psycopg.Connection) -> list[int]:
    return [pid for (pid,) in look.execute(HELD)]


@pytest.mark.parametrize(
    "path", [CHEAP, DEAR, "/article/A", "/taste?like=A", "/links/Shared/articles", "/articles/A/similar?exact=true"]
)
def test_what_nobody_waits_for_is_not_asked_on(small_url: str, path: str) -> None:
    with serving(small_url, "--seconds", "30") as service:
        assert service.get(path).status == 200
        with held_up(small_url) as look:
            client = asked(service, path)
            until(lambda: bool(active(look)))
            client.close()
            until(lambda: not active(look), 20)
        assert service.get(path).status == 200


def test_those_that_wait_in_the_queue_leave_it(small_url: str) -> None:
    """A busy machine may delay a round; where they stayed for the second that they may wait, all rounds would fail."""
    with serving(small_url, "--seconds", "30") as service, held_up(small_url) as look, ExitStack() as stack:
        stack.enter_context(asked(service, DEAR))  # all connections for the dear
        until(lambda: len(active(look)) == 1)

        def leave_at_once() -> bool:
            for _ in range(100):
                asked(service, DEAR).close()
            time.sleep(0.3)
            return refused_after(service, DEAR) > 0.9  # it may wait a second, as the queue is empty

        assert any(leave_at_once() for _ in range(8))


def test_the_dear_do_not_hold_the_cheap_up(small_url: str) -> None:
    with serving(small_url, "--seconds", "60") as service, ExitStack() as stack:
        with psycopg.connect(small_url) as lock:
            lock.execute(
                "lock table _link_weights_1 in access exclusive mode"
            )  # explanations need it, likeness does not
            for _ in range(16):
                stack.enter_context(asked(service, "/explain?a=A&b=B"))
            assert sorted(seconds_of(service, CHEAP, "/readyz", "/metrics") for _ in range(20))[15] < 1


def test_who_asks_for_what_is_not_there_does_not_hold_others_up(small_url: str) -> None:
    with serving(small_url, "--seconds", "60") as service, ExitStack() as stack:
        with psycopg.connect(small_url) as lock:
            lock.execute("lock table aliases in access exclusive mode")  # what looks for titles needs it
            for path in ("/search?words=x", "/articles/nobody/similar", "/suggest?q=x", "/find?q=x") * 4:
                stack.enter_context(asked(service, path))
            time.sleep(0.3)
            assert min(seconds_of(service, "/models", "/readyz") for _ in range(5)) < 1


def test_too_many_questions_are_refused_at_once(small_url: str) -> None:
    """A busy machine may delay a round; without the limit, each would wait a second for a connection."""
    with serving(small_url, "--connections", "1") as service, held_up(small_url), ExitStack() as stack:

        def at_once() -> bool:
            for _ in range(9):  # one is asked and eight wait
                stack.enter_context(asked(service, CHEAP))
            time.sleep(0.2)
            return refused_after(service, CHEAP) < 0.3

        assert any(at_once() for _ in range(8))


@pytest.fixture
def frozen(small_url: str) -> Iterator[tuple[Service, str]]:
    """A service all of whose backends are stopped, as if their host had vanished."""
    with serving(small_url, "--seconds", "2") as service, psycopg.connect(small_url, autocommit=True) as look:
        with ThreadPoolExecutor(8) as clients:
            assert [reply.status for reply in clients.map(service.get, [CHEAP, DEAR] * 8)] == [200] * 16
        assert service.get("/readyz").status == 200
        backends = look.execute(HELD.replace("state = 'active'", "state = 'idle'")).fetchall()
        for (pid,) in backends:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield service, small_url
        finally:
            for (pid,) in backends:
                os.kill(pid, signal.SIGCONT)


def test_a_silent_database_is_not_waited_for(frozen: tuple[Service, str]) -> None:
    service, _ = frozen
    found = []
    for path in (CHEAP, DEAR, "/article/A", "/readyz", "/models"):
        start = time.monotonic()
        found.append(service.get(path).status)
        assert time.monotonic() < start + 9
    assert found[0] == 503
    assert set(found) <= {200, 503}  # where a new connection was opened, it answers
    assert service.get("/healthz").status == service.get("/metrics").status == 200
    until(lambda: service.get(CHEAP).status == service.get("/readyz").status == 200)


def test_a_silent_database_does_not_keep_it_from_ending(frozen: tuple[Service, str]) -> None:
    service, _ = frozen
    with ExitStack() as stack:
        for path in (CHEAP, DEAR, "/readyz", "/article/A") * 4:
            stack.enter_context(asked(service, path))
        time.sleep(0.3)
        service.process.terminate()
        service.process.wait(15)  # as long as compose waits


def test_clients_that_do_not_read_do_not_keep_it_from_ending(small_url: str) -> None:
    with serving(small_url) as service, ExitStack() as stack:
        for _ in range(5):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", service.port))
            client.settimeout(5)
            client.sendall(b"GET /static/style.css HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        time.sleep(1)
        service.process.terminate()
        service.process.wait(15)  # as long as compose waits


@pytest.fixture
def stranger(small_url: str) -> Iterator[tuple[str, psycopg.Connection]]:
    """A login that may do much with the shelf but is not its reader: its address, and an administrator's hand."""
    with psycopg.connect(small_url, autocommit=True) as admin:
        admin.execute('create role "Odd one" login')
        admin.execute('grant usage on schema wikishelf to "Odd one"')
        admin.execute('grant select, update on all tables in schema wikishelf to "Odd one"')
        admin.execute('grant execute on all functions in schema wikishelf to "Odd one"')
        yield small_url.replace("postgres@", "Odd%20one@"), admin
        admin.execute('drop owned by "Odd one"')
        admin.execute('drop role "Odd one"')


def test_a_login_that_is_not_the_reader_is_refused(stranger: tuple[str, psycopg.Connection]) -> None:
    url, admin = stranger
    line = refusal("api", "serve", "--port", "0", DATABASE_URL=url)
    assert 'the login "Odd one" may not become wikishelf_reader' in line
    statement = line.split('run "', 1)[1].rsplit('" as one', 1)[0]
    assert statement == 'grant wikishelf_reader to "Odd one"'
    with serving(url, "--keep-login-rights") as service:
        assert service.get(CHEAP).status == 200
    admin.execute(statement.encode())
    with serving(url) as service:
        assert service.get(CHEAP).status == 200
        assert admin.execute("select count(*) from pg_stat_activity where usename = 'Odd one'").fetchone() != (0,)


def test_a_login_that_loses_the_role_gets_nothing(stranger: tuple[str, psycopg.Connection]) -> None:
    url, admin = stranger
    admin.execute('grant wikishelf_reader to "Odd one"')
    with serving(url) as service:
        assert service.get(CHEAP).status == 200
        admin.execute('revoke wikishelf_reader from "Odd one"')
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'Odd one'")
        reply = service.get(CHEAP)
        assert (reply.status, reply.json["error"]) == (503, "DatabaseRefused")
        assert "Odd" not in reply.text


def test_without_the_role_it_is_refused(small_url: str) -> None:
    with psycopg.connect(small_url, autocommit=True) as admin:
        admin.execute("alter role wikishelf_reader rename to elsewhere")
        try:
            line = refusal("api", "serve", "--port", "0", DATABASE_URL=small_url)
        finally:
            admin.execute("alter role elsewhere rename to wikishelf_reader")
    assert '"python -m db upgrade"' in line


@pytest.mark.parametrize(
    "reason",
    [
        'connection to server at "db7.internal" (10.2.3.4), port 5432 failed: FATAL: password for user "kate"',
        "FileNotFoundError: /home/kate/.cache/x.npz", "C:\\Users\\kate\\x", "postgresql://kate:pw@db7/x", "\x1b[31mx",
    ],
)  # fmt: skip
def test_why_a_training_failed_is_for_those_who_run_it(small_url: str, reason: str) -> None:
    with psycopg.connect(small_url, autocommit=True) as admin:
        insert = (
            "insert into models (state, objective, dimensions, settings, reason) values ('failed', 'x', 2, '{}', %s)"
        )
        admin.execute(insert, [reason])
    with serving(small_url) as service:
        found = service.get("/models").json
        for words in ("kate", "db7", "10.2.3.4", "\x1b"):
            assert words not in service.get("/models").text
    assert [model["state"] for model in found] == ["active", "failed"]
    assert found[0]["reason"] is None
    assert "python -m train models" in found[1]["reason"]
