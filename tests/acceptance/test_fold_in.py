"""An article that comes after the training gets its answers without another."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.test_kills import kill_after, moments, seconds_of
from tests.conftest import ROOT
from tests.support.commands import answer, done, refusal

LINKS = ["Leo Tolstoy", "Russian literature", "Napoleon", "Zzyzx"]


@pytest.fixture
def newcomer(sample_copy: str, tmp_path: Path) -> str:
    """The sample with a model, and a book that came later and has no vector yet."""
    record = ["A New Novel", {"name": "A New Novel"}, LINKS, [], "2026-11-01T00:00:00Z", 100]
    (tmp_path / "new.ndjson").write_text(json.dumps(record) + "\n", encoding="utf-8")
    done("ingest", str(tmp_path / "new.ndjson"), "--no-fold-in", DATABASE_URL=sample_copy)
    return sample_copy


def test_an_import_folds_its_new_articles_in(newcomer: str, tmp_path: Path) -> None:
    document = answer("ingest", str(tmp_path / "new.ndjson"), DATABASE_URL=newcomer)
    assert {name: document["folded_in"][name] for name in ("model_id", "new", "changed", "removed")} == {
        "model_id": 1,
        "new": 1,
        "changed": 0,
        "removed": 0,
    }
    assert len(answer("api", "similar", "A New Novel", DATABASE_URL=newcomer)) == 10
    record = json.loads((tmp_path / "new.ndjson").read_text(encoding="utf-8"))
    record[2] = ["Dracula", "Horror fiction"]
    (tmp_path / "new.ndjson").write_text(json.dumps(record) + "\n", encoding="utf-8")
    printed = done("ingest", str(tmp_path / "new.ndjson"), DATABASE_URL=newcomer)
    assert "folded in   0 new, 1 changed, 0 removed" in printed


def test_a_new_article_is_refused_then_folded_in_then_answered(newcomer: str) -> None:
    asked = ("api", "similar", "A New Novel")
    assert 'run "python -m train fold-in"' in refusal(*asked, DATABASE_URL=newcomer)
    assert "1 articles got a vector, 0 another one, 0 lost theirs" in done("train", "fold-in", DATABASE_URL=newcomer)
    found = [one["title"] for one in answer(*asked, DATABASE_URL=newcomer)]
    assert len(found) == 10
    assert {"War and Peace", "Anna Karenina"} & set(found)
    assert "nothing has changed" in done("train", "fold-in", "--model", "1", DATABASE_URL=newcomer)
    again = answer("train", "fold-in", DATABASE_URL=newcomer)
    assert {key: again[key] for key in ("model_id", "new", "changed", "removed")} == {
        "model_id": 1,
        "new": 0,
        "changed": 0,
        "removed": 0,
    }
    done("train", "--no-activate", "--epochs", "1", DATABASE_URL=newcomer)
    done("train", "activate", "2", DATABASE_URL=newcomer)
    done("train", "activate", "1", DATABASE_URL=newcomer)
    assert [one["title"] for one in answer(*asked, DATABASE_URL=newcomer)] == found


def test_it_starts_without_tensorflow(newcomer: str) -> None:
    code = """
import runpy, sys
sys.argv = ["train", "fold-in"]
try:
    runpy.run_module("train", run_name="__main__")
except SystemExit as end:
    assert end.code == 0
assert not {"tensorflow", "keras"} & sys.modules.keys()
"""
    environment = {**os.environ, "DATABASE_URL": newcomer}
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_a_killed_one_leaves_all_or_nothing(sample_copy: str) -> None:
    with psycopg.connect(sample_copy, autocommit=True) as connection:

        def forget() -> None:
            connection.execute("delete from _article_vectors_1 where article_id % 2 = 0 or folded_from is not null")

        def folded() -> int:
            row = connection.execute("select count(folded_from) from _article_vectors_1").fetchone()
            assert row is not None
            return int(row[0])

        forget()
        whole = seconds_of("train", "fold-in", DATABASE_URL=sample_copy)
        everything = folded()
        assert everything > 100
        for moment in moments(whole, seed=4):
            forget()
            kill_after(moment, "train", "fold-in", DATABASE_URL=sample_copy)
            assert folded() in (0, everything)
        done("train", "fold-in", DATABASE_URL=sample_copy)
        assert folded() == everything
