"""python -m db, as a subprocess."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from db.embedded import sharing
from tests.support.servers import PROJECT, ask, one_line, python_db, wait_for


def test_environment_does_not_reach_the_server(made_home: Path) -> None:
    query = "create temp table seen (line text)", "copy seen from program 'env'", "select line from seen"
    commands = [word for statement in query for word in ("-c", statement)]
    asked = python_db(made_home, "psql", "-Atq", *commands, SECRET="hush", PGPORT="1", PGDATA="/nowhere")
    assert "PGDATA=.\n" in asked.stdout
    assert "hush" not in asked.stdout
    assert "/nowhere" not in asked.stdout


def test_database_url_leaves_the_embedded_server_alone(made_home: Path) -> None:
    with sharing.attach(made_home) as attachment:
        url = attachment.url.replace("postgres@", "postgres:hush@").replace("postgresql:", "postgresql+psycopg:")
        nowhere = made_home.parent / "nowhere"
        asked = python_db(nowhere, "psql", "-Atc", r"\! ps -o args= -p $PPID", "-c", "select 7", DATABASE_URL=url)
        status = python_db(nowhere, "status", DATABASE_URL=url)
        refused = [one_line(python_db(nowhere, verb, DATABASE_URL=url)) for verb in ("start", "stop")]
        assert python_db(nowhere, "url", DATABASE_URL=url).stdout.startswith("postgresql://")
    assert asked.stdout.endswith("7\n")
    assert "hush" not in asked.stdout + status.stdout
    assert status.stdout.startswith("running at ")
    assert all("and Wikishelf does not " in line for line in refused)
    assert not nowhere.exists()


def test_other_addresses_are_refused(made_home: Path) -> None:
    line = one_line(python_db(made_home, "status", DATABASE_URL="mysql://me:hush@host/db"))
    assert "DATABASE_URL is not a PostgreSQL address" in line
    assert "hush" not in line


def test_psql_passes_arguments_and_exit_code_on(made_home: Path) -> None:
    assert python_db(made_home, "psql", "-Atc", "select 6 * 7").stdout == "42\n"
    assert python_db(made_home, "psql", "--version").stdout.startswith("psql (PostgreSQL) 18.")
    assert python_db(made_home, "psql", "-c", "select nonsense").returncode == 1
    assert sharing.status(made_home) is None


def test_ctrl_c_in_psql_cancels_the_query_only(made_home: Path) -> None:
    command = [sys.executable, "-m", "db", "psql", "-c", "select pg_sleep(60)"]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "WIKISHELF_HOME": str(made_home)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    sleeping = "select count(*) from pg_stat_activity where query = 'select pg_sleep(60)' and pid <> pg_backend_pid()"
    wait_for(lambda: sharing.status(made_home) and ask(sharing.url(made_home), sleeping) == "1")
    os.killpg(process.pid, signal.SIGINT)
    assert (
        process.communicate(timeout=50)[1] == "Cancel request sent\nERROR:  canceling statement due to user request\n"
    )
    assert process.returncode == 1
    assert sharing.status(made_home) is None
