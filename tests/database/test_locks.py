"""Who holds the lock of an import or a training, and what becomes of it when that process is killed."""

import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from db import locks
from db.connection import Database
from db.errors import ImportInProgress, TrainingInProgress, WikishelfError
from db.models import registry
from tests.conftest import ROOT
from tests.support.servers import wait_for

KINDS = [("import", ImportInProgress), (registry.LOCK, TrainingInProgress)]
HOLDING = """
import sys, time
from db import locks
from db.connection import Database
from db.errors import WikishelfError
with Database(sys.argv[1]) as database, locks.held(database, sys.argv[2], WikishelfError):
    print("held", flush=True)
    if sys.argv[3:]:
        database.fetch(sys.argv[3], {})
    time.sleep(60)
"""


def holder(url: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDING, url, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize(("work", "refusal"), KINDS)
def test_the_message_names_the_holder(database: Database, work: str, refusal: type[WikishelfError]) -> None:
    with Database(make_conninfo(database.url, application_name="nightly job")) as other:
        with locks.held(other, work, refusal), pytest.raises(refusal) as caught:
            with locks.held(database, work, refusal):
                pytest.fail("two hold it")
    pid, since, client = (caught.value.facts[name] for name in ("pid", "since", "client"))
    assert f"(process {pid} of the server, since {since}, for {client})" in str(caught.value)
    assert client.startswith("nightly job")
    assert "or for a minute if it was killed" in str(caught.value)


@pytest.mark.parametrize(("work", "refusal"), KINDS)
def test_a_lock_that_is_given_free_soon_is_waited_for(
    database: Database, work: str, refusal: type[WikishelfError]
) -> None:
    with ExitStack() as stack, Database(database.url) as other:
        stack.enter_context(locks.held(other, work, refusal))
        threading.Timer(0.5, stack.close).start()
        with locks.held(database, work, refusal):
            assert other.in_use == 0


@pytest.mark.parametrize("query", [(), ("select pg_sleep(60)",)], ids=["idle", "in a statement"])
def test_the_next_one_starts_at_once_after_a_kill(database: Database, query: tuple[str, ...]) -> None:
    process = holder(database.url, "import", *query)
    time.sleep(0.3)
    process.kill()
    process.communicate()
    with locks.held(database, "import", ImportInProgress):
        pass


def test_a_statement_whose_client_was_killed_ends(database: Database) -> None:
    process = holder(database.url, "import", "select pg_sleep(61)")
    query = "select pid from pg_stat_activity where query like '%pg_sleep(61)%' and pid <> pg_backend_pid()"
    with psycopg.connect(database.url, autocommit=True) as watching:
        wait_for(lambda: watching.execute(query).fetchone())
        process.send_signal(signal.SIGKILL)
        process.communicate()
        wait_for(lambda: watching.execute(query).fetchone() is None)


def test_a_lock_does_not_outlive_its_process_in_a_child(database: Database) -> None:
    """A child that has inherited the socket would keep the session, and with it the lock."""
    script = HOLDING.replace('print("held"', 'import os\n    os.fork() or time.sleep(5)\n    print("held"')
    command = [sys.executable, "-c", script, database.url, "import"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"  # the parent says so; the child sleeps
    process.kill()
    process.wait()
    with locks.held(database, "import", ImportInProgress):
        pass
    process.stdout.close()
