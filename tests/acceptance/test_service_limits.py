"""The HTTP service under pressure: slow queries, too many at once, told to stop, a database that goes and comes."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bench import soak
from db.connection import Database
from tests.conftest import as_url
from tests.support.commands import command, refusal
from tests.support.planted import article, load, store_model
from tests.support.serving import Service, serving

ASKED = "/articles/A/similar"


@pytest.fixture
def small_url(database_url: str) -> str:
    """Two articles and a model."""
    with Database(database_url) as database:
        load(database, article("A", ["Shared"]), article("B", ["Shared"]))
        store_model(database)
    return as_url(database_url)


@contextmanager
def nobody_may_read(url: str) -> Iterator[None]:
    """Hold every question up."""
    with psycopg.connect(url) as connection:
        connection.execute("lock table _article_vectors_1 in access exclusive mode")
        yield


def seconds(action: Callable[[], object]) -> float:
    start = time.monotonic()
    action()
    return time.monotonic() - start


def in_use(service: Service) -> str:
    return service.get("/metrics").text.split("\nwikishelf_connections_in_use ")[1].split("\n")[0]


def test_a_slow_query_ends_and_too_many_do_not_pile_up(small_url: str) -> None:
    with serving(small_url, "--connections", "2", "--seconds", "3") as service, ThreadPoolExecutor(8) as clients:
        assert service.get(ASKED).status == 200
        with nobody_may_read(small_url):
            start = time.monotonic()
            waiting = [clients.submit(lambda: (service.get(ASKED), time.monotonic() - start)) for _ in range(8)]
            time.sleep(0.5)
            assert in_use(service) == "2.0"
            replies = sorted((future.result() for future in waiting), key=lambda reply: reply[1])
        assert [reply.status for reply, _ in replies] == [503] * 8
        assert {reply.headers["Retry-After"] for reply, _ in replies} == {"1"}
        assert {reply.json["error"] for reply, _ in replies} == {"DatabaseBusy"}
        assert replies[5][1] < 2.9  # the six that got no connection are told so before the two queries end
        assert replies[7][1] >= 3
        assert service.get(ASKED).status == 200
        assert in_use(service) == "0.0"


def test_told_to_stop_it_answers_first(small_url: str) -> None:
    with serving(small_url) as service, ThreadPoolExecutor(1) as client:
        with nobody_may_read(small_url):
            reply = client.submit(service.get, ASKED)
            time.sleep(0.5)
            service.process.terminate()
            time.sleep(0.5)
            with pytest.raises(ConnectionRefusedError):
                service.get("/healthz")
        assert reply.result().status == 200
        assert service.process.wait(10) in {0, -15}


def test_a_taken_port_and_an_empty_database(small_url: str, server_url: str) -> None:
    with serving(small_url) as service:
        line = refusal("api", "serve", "--port", str(service.port), DATABASE_URL=small_url)
        assert f"port {service.port}: Address already in use" in line
    assert "python -m ingest" in refusal("api", "serve", "--port", "0", DATABASE_URL=as_url(server_url))
    assert command("api", "serve", "--port", "99999", DATABASE_URL=small_url).returncode == 2


def test_without_a_model_it_is_alive_and_not_ready(database_url: str) -> None:
    with serving(as_url(database_url)) as service:
        assert service.get("/healthz").status == 200
        for path in ("/readyz", ASKED):
            reply = service.get(path)
            assert (reply.status, reply.json["error"]) == (503, "NoActiveModel")


def test_models_are_switched_and_the_server_killed(home: Path) -> None:
    report = soak.run(home, soak.Plan(minutes=0.3, clients=8, kills=1, switch_seconds=2))
    assert report.faults == []
