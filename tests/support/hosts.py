"""Several hosts on one machine: network namespaces with addresses of their own, whose cables can be pulled."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

# RFC 2544 keeps 198.18.0.0/15 for tests of networks.
NETWORK = f"198.18.{os.getpid() % 256}"
SWITCH = f"ws{os.getpid()}"
HERE = f"{NETWORK}.1"


class Host(NamedTuple):
    """A host beside this one, which has the address HERE; `name` is that of its namespace and of its cable."""

    name: str
    address: str

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The command line that runs another one on this host."""
        return "ip", "netns", "exec", self.name, *arguments

    def cut_off(self) -> None:
        """Pull its cable: nothing arrives any more, and nobody is told."""
        _ip("link", "set", self.name, "down")

    def plug_in(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self.name, "up")


def missing() -> str:
    """Why this machine can make no hosts; empty if it can."""
    if os.geteuid() != 0:
        return "only root makes hosts of network namespaces"
    try:
        _ip("netns", "add", SWITCH)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        return f"this machine makes no network namespaces: {error}"
    _ip("netns", "delete", SWITCH)
    return ""


@contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """Make hosts on one switch with this machine, and remove all of it."""
    made = [Host(f"{SWITCH}-{n}", f"{NETWORK}.{10 + n}") for n in range(count)]
    try:
        _ip("link", "add", SWITCH, "type", "bridge")
        _ip("address", "add", f"{HERE}/24", "dev", SWITCH)
        _ip("link", "set", SWITCH, "up")
        for host in made:
            _ip("netns", "add", host.name)
            _ip("link", "add", host.name, "type", "veth", "peer", "name", "eth0", "netns", host.name)
            _ip("link", "set", host.name, "master", SWITCH, "up")
            _ip("-n", host.name, "address", "add", f"{host.address}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", host.name, "link", "set", device, "up")
        yield made
    finally:
        for host in made:  # the cable first: with the namespace it goes only when the last process there has ended
            subprocess.run(("ip", "link", "delete", host.name), check=False)
            subprocess.run(("ip", "netns", "delete", host.name), check=False)
        subprocess.run(("ip", "link", "delete", SWITCH), check=False)


def _ip(*arguments: str) -> None:
    subprocess.run(("ip", *arguments), check=True, stderr=subprocess.PIPE)
