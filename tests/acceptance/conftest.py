"""The bundled sample, built, ingested trained and mapped once for the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.connection import Database
from tests.conftest import SAMPLE, as_url, new_database
from tests.support import bookshop
from tests.support.commands import done
from tests.support.downloading import BODY, INDEX, NAME
from tests.support.mirror import Mirror, running
from tests.support.planted import article, load, store_model


@pytest.fixture(scope="session")
def sample_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as a multistream dump."""
    path = tmp_path_factory.mktemp("sample") / "sample.xml.bz2"
    done("sample", str(path))
    return path


@pytest.fixture(scope="session")
def sample_url(server_url: str, template: str, sample_dump: Path) -> Iterator[str]:
    """The address of a database with the sample, a model and its map; tests only read it."""
    with new_database(server_url, template, SAMPLE) as conninfo:
        url = as_url(conninfo)
        done("ingest", str(sample_dump), "--topic", "book", "--topic", "film", DATABASE_URL=url)
        done("train", DATABASE_URL=url)
        done("train", "map", DATABASE_URL=url)
        yield url


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    """An empty database of the test's own."""
    yield as_url(database_url)


@pytest.fixture
def sample_copy(server_url: str, sample_url: str) -> Iterator[str]:
    """A copy of the sample's database that the test may change."""
    with new_database(server_url, SAMPLE) as url:
        yield as_url(url)


@pytest.fixture
def small_url(database_url: str) -> str:
    """Two articles and a model."""
    with Database(database_url) as database:
        load(database, article("A", ["Shared"]), article("B", ["Shared"]))
        store_model(database)
    return as_url(database_url)


@pytest.fixture(scope="module")
def shop_url(server_url: str, template: str) -> Iterator[str]:
    """The planted bookshop with a map; tests only read it."""
    with new_database(server_url, template) as url:
        with Database(url) as database:
            bookshop.plant(database)
        done("train", "map", DATABASE_URL=as_url(url))
        yield as_url(url)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A mirror that has one small dump."""
    monkeypatch.setenv("no_proxy", "*")
    with running() as mirror:
        mirror.publish({NAME: BODY, INDEX: b"index"})
        yield mirror
