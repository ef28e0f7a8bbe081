"""One training on three hosts: as good as that of one, and ended by one line where a host loses its network."""

import json

import pytest

from db.models import registry
from db.opening import connect
from tests.support.hosts import Host
from tests.support.machines import ends, start
from tests.support.stored_blocks import judged, stored_blocks

PORT = 29_500


@pytest.fixture
def addresses(three_hosts: list[Host]) -> list[str]:
    return [f"{host.address}:{PORT}" for host in three_hosts]


def test_three_hosts_train_one_model_as_good_as_of_one(
    three_hosts: list[Host], addresses: list[str], network_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", network_url)
    with connect() as database:
        block_of = stored_blocks(database)
        workers = [start(addresses, index, "--json", on=host.command()) for index, host in enumerate(three_hosts)]
        (code, printed, errors), *assistants = ends(workers)
        assert code == 0, errors
        assert [one[:2] for one in assistants] == [(0, ""), (0, "")], assistants
        model, share = judged(database, block_of)
    assert json.loads(printed)["model_id"] == model.model_id
    assert (model.state, model.metrics["articles"], model.metrics["workers"]) == ("active", 72, 3)
    assert share > 0.95


def test_a_host_that_is_cut_off_ends_the_training(
    three_hosts: list[Host], addresses: list[str], network_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", network_url)
    with connect() as database:
        stored_blocks(database)
        workers = [
            start(addresses, index, "--epochs", "10000", on=host.command()) for index, host in enumerate(three_hosts)
        ]
        assert workers[2].stderr is not None
        assert "epoch 1/10000" in workers[2].stderr.readline()
        three_hosts[2].cut_off()
        try:
            (code, printed, errors), *_ = ends(workers, 250)
        finally:
            three_hosts[2].plug_in()
        assert (code, printed) == (1, "")
        last = errors.splitlines()[-1]
        assert last.startswith("python -m train: the training lost worker 2 (198.18."), errors
        assert "Traceback" not in errors
        with database.session() as connection:
            (model,) = registry.listed(connection)
    assert (model.state, model.reason) == ("failed", last.removeprefix("python -m train: "))
