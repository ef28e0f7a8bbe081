"""The HTTP service under pressure: slow queries, too many at once, told to stop, a database that goes and comes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench import soak
from tests.conftest import as_url
from tests.support.commands import command, refusal
from tests.support.servers import wait_for
from tests.support.serving import Service, serving

ASKED = "/articles/A/similar"


@contextmanager
def nobody_may_read(url: str) -> Iterator[None]:
    """Hold every question up."""
    with psycopg.connect(url) as connection:
        connection.execute("lock table _article_vectors_1 in access exclusive mode")
        yield


def in_use(service: Service) -> str:
    return service.get("/metrics").text.split("\nwikishelf_connections_in_use ")[1].split("\n")[0]


def listens(service: Service) -> bool:
    try:
        return service.get("/healthz").status == 200
    except ConnectionError:
        return False


def test_a_slow_query_ends_and_too_many_do_not_pile_up(small_url: str) -> None:
    with serving(small_url, "--connections", "2", "--seconds", "6") as service, ThreadPoolExecutor(8) as clients:
        assert service.get(ASKED).status == 200
        with nobody_may_read(small_url):
            answers = as_completed([clients.submit(service.get, ASKED) for _ in range(8)])
            replies = [next(answers).result() for _ in range(6)]
            assert in_use(service) == "2.0"  # those that got no connection are told so while two queries go on
            replies += [answer.result() for answer in answers]
        assert [reply.status for reply in replies] == [503] * 8
        assert {reply.headers["Retry-After"] for reply in replies} == {"1"}
        assert {reply.json["error"] for reply in replies} == {"DatabaseBusy"}
        assert service.get(ASKED).status == 200
        wait_for(lambda: in_use(service) == "0.0")  # a thread ends soon after its question was given up


def test_told_to_stop_it_answers_first(small_url: str) -> None:
    with serving(small_url) as service, ThreadPoolExecutor(1) as client:
        with nobody_may_read(small_url):
            reply = client.submit(service.get, ASKED)
            wait_for(lambda: in_use(service) == "1.0")
            service.process.terminate()
            wait_for(lambda: not listens(service))
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
    report = soak.run(home, soak.Plan(minutes=0.5, clients=8, kills=1, freezes=1, abusers=4, slow=4, switch_seconds=2))
    assert report.faults == []
