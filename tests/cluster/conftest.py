"""Three hosts, and a server that they reach over the network."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.matrix.servers import postgresql_18
from tests.support.hosts import HERE, Host, hosts, missing


@pytest.fixture(scope="module")
def three_hosts() -> Iterator[list[Host]]:
    if reason := missing():
        pytest.skip(reason)
    with hosts(3) as made:
        yield made


@pytest.fixture(scope="module")
def server(three_hosts: list[Host]) -> Iterator[str]:
    """A PostgreSQL of somebody's own on this host."""
    with postgresql_18(HERE) as url:
        yield url


@pytest.fixture
def network_url(server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database there."""
    name = f"d{abs(hash(request.node.name))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(f"drop database {name} with (force)")
