"""A cluster that the tests of the embedded PostgreSQL start, stop and kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.embedded import sharing
from tests.conftest import server_folder


@pytest.fixture(scope="session")
def shared_home(embedded_only: None) -> Iterator[Path]:
    """A home with a cluster for all tests that leave it sound: making one takes 2 s."""
    with server_folder() as folder:
        sharing.attach(folder / "home").close()
        yield folder / "home"


@pytest.fixture
def made_home(shared_home: Path) -> Iterator[Path]:
    """A home with a cluster that does not run, neither before nor after the test."""
    yield shared_home
    assert not sharing.stop(shared_home)
