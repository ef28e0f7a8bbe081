"""Several machines on one: processes that TF_CONFIG tells of each other."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack

from tests.conftest import ROOT


def here(count: int) -> list[str]:
    """Addresses of workers on this machine."""
    return [f"127.0.0.1:{port}" for port in free_ports(count)]


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on."""
    with ExitStack() as stack:
        return [stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


def start(
    addresses: list[str], index: int, *arguments: str, on: tuple[str, ...] = (), **environment: str
) -> subprocess.Popen[str]:
    """`python -m train` as the worker of this index; `on` is a command line that runs another one elsewhere."""
    config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
    return subprocess.Popen(
        [*on, sys.executable, "-m", "train", *arguments],
        cwd=ROOT,
        env={**os.environ, "TF_CONFIG": json.dumps(config), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ends(workers: list[subprocess.Popen[str]], patience: float = 100) -> list[tuple[int, str, str]]:
    """The exit code, stdout and stderr of each. A worker that hangs is killed."""
    try:
        texts = [worker.communicate(timeout=patience) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return [(worker.returncode, *text) for worker, text in zip(workers, texts, strict=True)]
