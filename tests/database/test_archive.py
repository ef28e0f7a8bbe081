"""A shelf goes into a file and comes out of it as it was, whatever stands there and whoever asks."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import text

from db.archive import restore
from db.archive.errors import FileUnusable, ShelfNotEmpty
from db.archive.save import save
from db.connection import Database
from db.errors import ModelNotFound, ModelUnusable, NoActiveModel
from db.installing import migrate
from db.models import activation
from tests.conftest import new_database
from tests.support import planted
from tests.support.archives import answers, content, fill, nothing, restored, saved

ACTIVE_VIEWS = [*activation.VIEWS, "books", "films", "models_model_id_seq"]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def full_url(server_url: str, template: str) -> Iterator[str]:
    """A shelf with everything; tests only read it."""
    with new_database(server_url, template) as url:
        with Database(url) as database:
            fill(database)
        yield url


@pytest.fixture(scope="module")
def archive(full_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "shelf.zip"
    with Database(full_url) as database:
        saved(database, path)
    return path


@pytest.fixture
def bare(server_url: str) -> Iterator[Database]:
    """A database without a shelf."""
    name = f"bare_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
    with Database(make_conninfo(server_url, dbname=name)) as database:
        yield database
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)")


def test_a_restored_shelf_is_the_saved_one(full_url: str, archive: Path, bare: Database) -> None:
    assert restored(bare, archive)
    assert content(bare.url) == content(full_url)
    assert len(answers(full_url)) == 1000
    assert answers(bare.url) == answers(full_url)
    with bare.session() as connection:
        pages = text("select relpages, relallvisible from pg_class where oid = 'article_links'::regclass")
        every, visible = connection.execute(pages).one()
        assert visible > every / 2  # as a vacuum would leave it


def test_it_may_stand_in_for_an_empty_shelf(full_url: str, archive: Path, database: Database) -> None:
    assert restored(database, archive)
    assert content(database.url) == content(full_url)


def test_the_numbers_go_on(archive: Path, database: Database) -> None:
    restored(database, archive)
    assert planted.store_model(database, activate=False) == 3
    planted.load(database, planted.article("Later still", ["World of Satire"]))
    with database.session() as connection:
        assert connection.scalar(text("select article_id from articles where title = 'Later still'")) == 602


def test_a_rerun_after_the_end_finishes_what_is_missing(full_url: str, archive: Path, database: Database) -> None:
    restored(database, archive)
    with database.transaction() as connection:
        connection.execute(text("drop index _article_vectors_1_embedding_idx, _article_vectors_2_placed_idx"))
    assert not restored(database, archive)
    assert content(database.url) == content(full_url)


def test_a_shelf_with_articles_is_refused(archive: Path, database: Database) -> None:
    planted.load(database, planted.article("Mine", ["Own"]))
    before = content(database.url)
    with pytest.raises(ShelfNotEmpty, match=r"has 1 articles and 0 models already.*db uninstall"):
        restored(database, archive)
    assert content(database.url) == before


def test_what_was_imported_in_the_last_moment_stays(
    archive: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shelf is looked at again when nobody else can write any more."""
    fill, looks = restore._fill, []

    def late(*given: Any) -> None:
        planted.load(database, planted.article("Mine", ["Own"]))
        looks.append(content(database.url))
        fill(*given)

    monkeypatch.setattr(restore, "_fill", late)
    with pytest.raises(ShelfNotEmpty, match="has 1 articles and 0 models already"):
        restored(database, archive)
    assert looks == [content(database.url)]


def test_a_shelf_that_went_on_since_keeps_what_is_new(archive: Path, database: Database) -> None:
    restored(database, archive)
    with database.transaction() as connection:
        activation.activate(connection, 2)
    before = content(database.url)
    assert not restored(database, archive)
    assert content(database.url) == before
    planted.load(database, planted.article("Later still", ["World of Satire"]))
    with pytest.raises(ShelfNotEmpty, match="has 602 articles and 2 models already"):
        restored(database, archive)


@pytest.mark.parametrize(("wanted", "answers_then"), [(2, 2), ("active", 1)])
def test_one_model_goes_alone_and_answers(
    full_url: str, tmp_path: Path, database: Database, wanted: int | str, answers_then: int
) -> None:
    with Database(full_url) as full:
        assert list(saved(full, tmp_path / "one.zip", wanted).models) == [answers_then]
    restored(database, tmp_path / "one.zip")
    with database.session() as connection:
        assert connection.execute(text("select model_id, state from models")).all() == [(answers_then, "active")]
    kept, whole = content(database.url), content(full_url)
    other = re.compile(rf"_.*_{3 - answers_then}(_.*)?")
    assert whole.keys() - kept.keys() == {name for name in whole if other.fullmatch(name)}
    assert {name for name in kept if kept[name] != whole[name]} <= {"models", *ACTIVE_VIEWS}


def test_an_archive_without_models(tmp_path: Path, database: Database, bare: Database) -> None:
    planted.load(database, planted.article("A", ["Shared"]))
    with pytest.raises(NoActiveModel):
        saved(database, tmp_path / "no.zip", "active")
    with pytest.raises(ModelNotFound):
        saved(database, tmp_path / "no.zip", 9)
    assert list(tmp_path.iterdir()) == []
    saved(database, tmp_path / "no.zip")
    restored(bare, tmp_path / "no.zip")
    assert content(bare.url) == content(database.url)


def test_a_save_is_of_one_moment(full_url: str, server_url: str, template: str, tmp_path: Path, bare: Database) -> None:
    with new_database(server_url, template) as url, Database(url) as database:
        fill(database)
        before = content(url)
        changed: list[str] = []

        def change(what: str, *_: object) -> None:
            if not changed:
                changed.append(what)
                planted.load(database, planted.article("Meanwhile", ["World of Satire"], page_id=7))
                with database.transaction() as connection:
                    connection.execute(text("delete from facets"))

        save(database, tmp_path / "one.zip", "all", change)
        assert changed == ["saving articles"]
        assert content(url) != before
    restored(bare, tmp_path / "one.zip")
    assert content(bare.url) == before


def test_an_archive_of_an_older_revision(server_url: str, template: str, tmp_path: Path, bare: Database) -> None:
    with new_database(server_url, template) as url, Database(url) as database:
        fill(database)
        newest = content(url)
        with database.transaction() as connection:
            migrate.migrate(connection, "0014", "0011")
        assert saved(database, tmp_path / "old.zip").revision == "0011"
    restored(bare, tmp_path / "old.zip")
    assert content(bare.url) == newest
    with new_database(server_url, template) as url, Database(url) as database:  # an empty shelf of the newest revision
        restored(database, tmp_path / "old.zip")
        assert content(url) == newest


def test_a_model_of_before_prominence(archive: Path, tmp_path: Path, database: Database, bare: Database) -> None:
    """Migration 0008 leaves its columns empty and without dimensions; searches take its prominence for 0."""
    restored(database, archive)
    with database.transaction() as connection:
        for statement in (
            "drop view _placed_vectors cascade",
            "alter table _article_vectors_2 drop column placed, alter trained type vector",
            "alter table _article_vectors_2 alter prominence drop not null",
            "alter table _article_vectors_2 add column placed vector",
            "update _article_vectors_2 set prominence = null, trained = null",
        ):
            connection.execute(text(statement))
    saved(database, tmp_path / "old.zip", 2)
    restored(bare, tmp_path / "old.zip")
    columns = "select article_id, embedding::text, coalesce(prominence, 0) from wikishelf._article_vectors_2 order by 1"
    with psycopg.connect(database.url) as old, psycopg.connect(bare.url) as new:
        assert new.execute(columns).fetchall() == old.execute(columns).fetchall()
        assert new.execute("select count(*) from wikishelf._article_vectors_2 where placed is null").fetchone() == (0,)


def test_what_cannot_be_saved(database: Database, tmp_path: Path) -> None:
    planted.load(database, planted.article("A", ["Shared"]))
    planted.store_model(database)
    with database.transaction() as connection:
        connection.execute(text("drop table _map_points_1 cascade"))
    with pytest.raises(ModelUnusable, match="model 1 cannot be saved: its table _map_points_1 is missing"):
        saved(database, tmp_path / "shelf.zip")
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "no" / "x.zip", "No such file")):
        with pytest.raises(FileUnusable, match=f"cannot write .*: {reason}"):
            saved(database, path)
    assert list(tmp_path.iterdir()) == []


def test_one_process_writes_a_file(full_url: str, tmp_path: Path) -> None:
    path = tmp_path / "shelf.zip"
    path.write_bytes(b"the former one")

    def second(*_: object) -> None:
        with Database(full_url) as other, pytest.raises(FileUnusable, match="another process is writing it"):
            save(other, path, "all", nothing)
        raise KeyboardInterrupt

    with Database(full_url) as database, pytest.raises(KeyboardInterrupt):
        save(database, path, "all", second)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("shelf.zip", b"the former one")]


def test_ctrl_c_while_a_piece_is_written(full_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The COPY is ended before the transaction is, and the next save goes on as usual."""

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("zipfile._ZipWriteFile.write", interrupted)
    with Database(full_url) as database:
        with pytest.raises(KeyboardInterrupt):
            saved(database, tmp_path / "shelf.zip")
        assert list(tmp_path.iterdir()) == []
        monkeypatch.undo()
        assert saved(database, tmp_path / "shelf.zip").rows("articles") == 601


def test_the_folders_of_a_dump_stay_at_home(tmp_path: Path, database: Database, bare: Database) -> None:
    planted.load(database, planted.article("A", ["Shared"]))
    with database.transaction() as connection:
        connection.execute(
            text("""
                insert into imports (source, sha256, started_at, counts)
                select source, '', now(), '{}' from unnest(array['/home/me/x.bz2', 'C:\\me\\y.bz2', 'z.bz2']) source""")
        )
    saved(database, tmp_path / "shelf.zip")
    restored(bare, tmp_path / "shelf.zip")
    with bare.session() as connection:
        assert connection.scalars(text("select source from imports")).all() == ["x.bz2", "y.bz2", "z.bz2"]
    assert not restored(bare, tmp_path / "shelf.zip")
