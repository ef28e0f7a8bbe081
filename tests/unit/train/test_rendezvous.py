"""Which workers a training has, and how they meet; without TensorFlow."""

import json
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from db.errors import WikishelfError
from tests.support.machines import free_ports
from train.distributed.rendezvous import meet
from train.distributed.tf_config import Workers, workers_of
from train.errors import TfConfigInvalid, WorkerMissing, WorkersDiffer


def tf_config(workers: Any = ("one:1", "two:2"), index: Any = 1, job: str = "worker") -> str:
    return json.dumps({"cluster": {"worker": workers}, "task": {"type": job, "index": index}})


def test_a_cluster_is_read() -> None:
    assert workers_of(tf_config()) == Workers(("one:1", "two:2"), 1)


@pytest.mark.parametrize("alone", [None, "", tf_config(["one:1"], 0)])
def test_one_machine_is_no_cluster(alone: str | None) -> None:
    assert workers_of(alone) is None


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "lacks cluster.worker"),
        ("{}", "lacks cluster.worker"),
        ('{"cluster": {"worker": ["one:1"]}}', "lacks cluster.worker, task.type or task.index"),
        (tf_config(job="ps"), "must be workers"),
        ('{"cluster": {"ps": ["x:1"], "worker": ["a:1"]}, "task": {"type": "worker", "index": 0}}', "must be workers"),
        (tf_config([]), "lists no worker"),
        (tf_config("one:1"), "lists no worker"),
        (tf_config(["one", "two:2"]), '"one" is not written as host:port'),
        (tf_config(["one:1", ":2"]), '":2" is not written'),
        (tf_config(["one:1", "two:70000"]), '"two:70000" is not written'),
        (tf_config(["one:1", 2]), "2 is not written"),
        (tf_config(["one:1", "one:1"]), "twice"),
        (tf_config(index=2), "task.index must be one of 0 to 1, not 2"),
        (tf_config(index=-1), "not -1"),
        (tf_config(index="1"), 'not "1"'),
        (tf_config(index=True), "not true"),
    ],
)
def test_a_wrong_cluster_is_refused(config: str, reason: str) -> None:
    with pytest.raises(TfConfigInvalid, match=reason):
        workers_of(config)


def meeting(facts: list[dict[str, Any]], indexes: list[int], patience: float = 10) -> list[WikishelfError | None]:
    """What each of these workers raises, or None, when they meet. Workers of other indexes never come."""
    addresses = tuple(f"127.0.0.1:{port}" for port in free_ports(max(len(facts), max(indexes) + 1)))

    def one(index: int, own: dict[str, Any]) -> WikishelfError | None:
        try:
            meet(Workers(addresses, index), own, patience)
        except WikishelfError as error:
            return error
        return None

    with ThreadPoolExecutor() as pool:
        futures: list[Future[WikishelfError | None]] = [
            pool.submit(one, index, own) for index, own in zip(indexes, facts, strict=True)
        ]
        return [future.result() for future in futures]


def test_workers_with_the_same_facts_meet() -> None:
    assert meeting([{"--epochs": 3, "--topic": ("book",)}] * 3, [0, 1, 2]) == [None] * 3


def test_all_workers_learn_what_differs() -> None:
    errors = meeting([{"--epochs": 3}, {"--epochs": 3}, {"--epochs": 4}], [0, 1, 2])
    assert {str(error).split(";")[0] for error in errors} == {"worker 2 has --epochs 4 and worker 0 has 3"}
    assert all(isinstance(error, WorkersDiffer) for error in errors)


def test_two_workers_of_one_index_are_refused() -> None:
    errors = meeting([{}, {}, {}], [0, 2, 2])
    assert all("two workers were started with task.index 2" in str(error) for error in errors)


def test_a_worker_that_does_not_come_is_named_on_all_sides() -> None:
    errors = meeting([{}, {}], [0, 2], patience=1)
    for error in errors:
        assert isinstance(error, WorkerMissing)
        assert "worker 1 (127.0.0.1:" in str(error)
        assert "within 1 s" in str(error)


def test_a_chief_that_does_not_come_is_named() -> None:
    (error,) = meeting([{}], [1], patience=1)
    assert isinstance(error, WorkerMissing)
    assert "worker 0 (127.0.0.1:" in str(error)


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TfConfigInvalid, match=f"cannot listen on port {port}"):
            meet(Workers((f"127.0.0.1:{port}", "127.0.0.1:1"), 0), {})


@pytest.mark.parametrize("noise", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff\xfe\n", b"[1, 2]\n", b'{"index": 7}\n'])
def test_a_stranger_does_not_disturb(noise: bytes) -> None:
    first, second = free_ports(2)
    addresses = f"127.0.0.1:{first}", f"127.0.0.1:{second}"
    with ThreadPoolExecutor() as pool:
        chief = pool.submit(meet, Workers(addresses, 0), {}, 10)
        while True:
            try:
                with socket.create_connection(("127.0.0.1", first)) as stranger:
                    stranger.sendall(noise)
                break
            except ConnectionRefusedError:
                continue
        worker = pool.submit(meet, Workers(addresses, 1), {}, 10)
        assert chief.result() is None
        assert worker.result() is None
