"""The embedded server is reached whatever libpq's environment holds; a server of one's own is not shielded from it."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import pq

from db.connection import Database
from db.embedded import environment, sharing
from tests.support.servers import python_db

# Each value leads libpq elsewhere, or lets it refuse the server, unless the variable is ignored.
MISLEADING = {
    "PGHOST": "nowhere.invalid",
    "PGHOSTADDR": "127.0.0.1",
    "PGPORT": "1",
    "PGUSER": "nobody_of_this_name",
    "PGDATABASE": "no_database",
    "PGPASSWORD": "wrong",
    "PGPASSFILE": "/etc/passwd",
    "PGSERVICE": "no_service",
    "PGSERVICEFILE": "/nowhere",
    "PGSYSCONFDIR": "/nowhere",
    "PGOPTIONS": "-c search_path=nowhere -c no_such_setting=1",
    "PGCLIENTENCODING": "NO_ENCODING",
    "PGCONNECT_TIMEOUT": "soon",
    "PGDATESTYLE": "no style",
    "PGTZ": "No/Zone",
    "PGGEQO": "perhaps",
    "PGSSLMODE": "never",
    "PGSSLNEGOTIATION": "direct",
    "PGSSLCERTMODE": "nonsense",
    "PGSSLROOTCERT": "system",
    "PGSSLMINPROTOCOLVERSION": "SSLv9",
    "PGSSLMAXPROTOCOLVERSION": "SSLv9",
    "PGREQUIRESSL": "1",
    "PGREQUIREAUTH": "scram-sha-256",
    "PGREQUIREPEER": "nobody_of_this_name",
    "PGCHANNELBINDING": "require",
    "PGGSSENCMODE": "nonsense",
    "PGGSSLIB": "nonsense",
    "PGTARGETSESSIONATTRS": "standby",
    "PGLOADBALANCEHOSTS": "nonsense",
    "PGMINPROTOCOLVERSION": "9.9",
    "PGMAXPROTOCOLVERSION": "0.1",
    "PGAPPNAME": "x" * 100,
}


@pytest.fixture(scope="module")
def running(shared_home: Path) -> Iterator[Path]:
    with sharing.attach(shared_home):
        yield shared_home


@pytest.mark.parametrize("variable", MISLEADING)
def test_each_variable_is_ignored(running: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, MISLEADING[variable])
    status = sharing.status(running)
    assert status is not None
    assert status.postgresql.startswith("18.")
    with Database(sharing.url(running)) as database:
        assert database.fetch("select current_database()", {}) == [("wikishelf",)]
        with database.session() as connection:
            assert connection.exec_driver_sql("select extract(year from date '2001-02-03')").scalar_one() == 2001
    assert os.environ[variable] == MISLEADING[variable]


def test_every_variable_of_this_libpq_is_in_the_table_or_harmless() -> None:
    harmless = {"PGSSLCOMPRESSION", "PGSSLCERT", "PGSSLKEY", "PGSSLCRL", "PGSSLCRLDIR", "PGSSLSNI", "PGKRBSRVNAME"}
    known = {option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar}
    assert known - set(MISLEADING) - harmless == {"PGGSSDELEGATION"}


def test_commands_ignore_all_of_them_together(running: Path) -> None:
    status = python_db(running, "status", **MISLEADING)
    assert (status.stdout[:7], status.stderr) == ("running", "")
    shown = python_db(running, "psql", "--no-psqlrc", "-Atc", "show search_path; show datestyle", **MISLEADING)
    assert (shown.stdout.splitlines()[0].split(",")[0], shown.stderr) == ("wikishelf", "")


def test_a_variable_is_back_while_another_thread_connects(running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGTZ", "No/Zone")
    url, failures = sharing.url(running), []

    def connect() -> None:
        for _ in range(20):
            try:
                with environment.ignored(url):
                    psycopg.connect(url).close()
            except psycopg.Error as error:
                failures.append(error)

    threads = [threading.Thread(target=connect) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert os.environ["PGTZ"] == "No/Zone"


def test_a_server_of_ones_own_is_asked_as_libpq_asks_it(running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = sharing.url(running).replace("&hostaddr=", "")
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    with Database(own) as database:
        assert database.fetch("show timezone", {}) == [("Asia/Tokyo",)]
    with Database(sharing.url(running)) as database:
        assert database.fetch("show timezone", {}) == [("UTC",)]
