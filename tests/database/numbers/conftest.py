"""The same questions to two shelves: the bundled sample, and real books where their data lie beside the checkout."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest

from db.connection import Database
from tests.conftest import SHARED, new_database
from tests.support import sources
from tests.support.known import Known, plant

TOOL = SHARED.parent / "tools" / "librarything_to_ndjson.py"


class Planted(NamedTuple):
    """A database that no test changes, and what it holds."""

    database: Database
    known: Known


@pytest.fixture(scope="session")
def sample(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with new_database(server_url, template) as url, Database(url) as database:
        yield Planted(database, plant(database, sources.sample(tmp_path_factory.mktemp("records"))))


@pytest.fixture(scope="session")
def books(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    if not TOOL.exists():
        pytest.skip("no real data beside this checkout")
    records = sources.librarything(TOOL, tmp_path_factory.mktemp("records"))
    with new_database(server_url, template) as url, Database(url) as database:
        yield Planted(database, plant(database, records))


@pytest.fixture(scope="module", params=["sample", "books"])
def planted(request: pytest.FixtureRequest) -> Planted:
    """Real titles, links and facets, with planted vectors; each shelf stays for the other files of the session."""
    one: Planted = request.getfixturevalue(request.param)
    return one


@pytest.fixture
def shelf(planted: Planted) -> Database:
    return planted.database


@pytest.fixture
def known(planted: Planted) -> Known:
    return planted.known


@pytest.fixture
def asked(known: Known, request: pytest.FixtureRequest) -> list[int]:
    """Positions of 100 articles that have a vector, others for each test."""
    random = np.random.default_rng(len(request.node.name))
    return [int(i) for i in random.choice(np.flatnonzero(known.has_vector), 100, replace=False)]
