"""Several machines on one: processes that TF_CONFIG tells of each other."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack

from tests.conftest import ROOT


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on."""
    with ExitStack() as stack:
        return [stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


def start(ports: list[int], index: int, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`python -m train` as the worker of this index."""
    config = {
        "cluster": {"worker": [f"127.0.0.1:{port}" for port in ports]},
        "task": {"type": "worker", "index": index},
    }
    return subprocess.Popen(
        [sys.executable, "-m", "train", *arguments],
        cwd=ROOT,
        env={**os.environ, "TF_CONFIG": json.dumps(config), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
