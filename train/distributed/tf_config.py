"""The machines of one training, as TF_CONFIG names them."""

import json
from dataclasses import dataclass
from typing import Any

from train.errors import TfConfigInvalid


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers of one training, and which of them this process is.

    Attributes
    ----------
    addresses : tuple of "host:port"
        Worker 0 is the chief and stores the model. The others write nothing.
    """

    addresses: tuple[str, ...]
    index: int

    def name(self, index: int) -> str:
        """`worker 1 (host:port)`."""
        return f"worker {index} ({self.addresses[index]})"


def workers_of(tf_config: str | None) -> Workers | None:
    """The workers that the environment variable TF_CONFIG describes; None if it is not set or lists only one.

    Raises
    ------
    TfConfigInvalid
    """
    if not tf_config:
        return None
    try:
        config = json.loads(tf_config)
        jobs, task = config["cluster"], config["task"]
        addresses, job, index = jobs["worker"], task["type"], task["index"]
    except json.JSONDecodeError:
        raise TfConfigInvalid(reason="it is not JSON") from None
    except (KeyError, TypeError):
        raise TfConfigInvalid(reason="it lacks cluster.worker, task.type or task.index") from None
    _require(len(jobs) == 1 and job == "worker", "all tasks of a training must be workers")
    _require(isinstance(addresses, list) and len(addresses) > 0, "it lists no worker")
    for address in addresses:
        _require(_is_address(address), f"its worker {json.dumps(address)} is not written as host:port")
    _require(len(set(addresses)) == len(addresses), "it lists a worker twice")
    last = len(addresses) - 1
    in_range = type(index) is int and 0 <= index <= last
    _require(in_range, f"its task.index must be one of 0 to {last}, not {json.dumps(index)}")
    return Workers(tuple(addresses), index) if last > 0 else None


def split(address: str) -> tuple[str, int]:
    """The host and the port of an address."""
    host, _, port = address.rpartition(":")
    return host, int(port)


def _is_address(address: Any) -> bool:
    if not isinstance(address, str):
        return False
    host, _, port = address.rpartition(":")
    return host != "" and port.isascii() and port.isdigit() and 0 < int(port) < 65_536


def _require(allowed: bool, reason: str) -> None:
    if not allowed:
        raise TfConfigInvalid(reason=reason)
