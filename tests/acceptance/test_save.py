"""`python -m db save`: what it says, and what Ctrl-C does in the middle of a COPY."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tests.support.commands import command, started

# Of numbers that hardly can be packed, so that most of the time of a COPY goes by between two of its rows.
LARGE = """
    insert into wikishelf.articles (article_id, topic, title, infobox, text_length)
    select n, 'book', 'Book ' || n, jsonb_build_object('x', (select string_agg(md5(n::text || m::text), '')
                                                             from generate_series(1, 30) m)), 1
    from generate_series(1, 60000) n"""
COPIED = "select bytes_processed from pg_stat_progress_copy where datname = current_database()"
SECONDS_TO_END = 20


def test_the_next_step_after_a_save_of_the_demo(shop_url: str, tmp_path: Path) -> None:
    """Its own shelf is full, so the file goes elsewhere."""
    path = tmp_path / "a shop.zip"
    code = (
        "import sys; from db import console; console.form.start = sys.argv.pop(1); from db.__main__ import main; main()"
    )
    line = [sys.executable, "-c", code, "wikishelf demo", "save", str(path)]
    ours = {**os.environ, "DATABASE_URL": shop_url}
    saved = subprocess.run(line, cwd=ROOT, env=ours, capture_output=True, text=True, check=True)
    assert saved.stderr == f"next: wikishelf db restore '{path}'  # on any server, into an empty shelf\n"


def test_a_model_that_is_no_number(shop_url: str, tmp_path: Path) -> None:
    failed = command("db", "save", str(tmp_path / "x.zip"), "--model", "newest", DATABASE_URL=shop_url)
    assert failed.returncode == 2
    assert "'newest' is not the number of a model, active or all" in failed.stderr


@pytest.mark.parametrize("megabytes", [1, 15, 30])
def test_ctrl_c_in_the_middle_of_a_copy(database_url: str, url: str, tmp_path: Path, megabytes: int) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(LARGE)
        with started("db", "save", str(tmp_path / "x.zip"), DATABASE_URL=url) as process:
            try:
                while process.poll() is None:
                    row = connection.execute(COPIED).fetchone()
                    if row and row[0] > megabytes * 1e6:
                        break
                    time.sleep(0.005)
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=SECONDS_TO_END)
            finally:
                process.kill()
        assert (process.returncode, errors) == (130, "python -m db: interrupted\n")
        assert list(tmp_path.iterdir()) == []
        assert connection.execute(COPIED).fetchall() == []
