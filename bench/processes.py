"""What a command and its server use: CPU seconds and memory of every process (Linux)."""

import os
from pathlib import Path
from typing import NamedTuple


class Usage(NamedTuple):
    """CPU seconds so far, and the memory of the largest process in MB (RssAnon), of a command and of its server."""

    client: float
    server: float
    client_memory: float
    server_memory: float

    @property
    def cpu(self) -> float:
        """Of both together."""
        return self.client + self.server


def usage(command: int, server: int) -> Usage:
    """What a process and its descendants have used, and a server and its own.

    Processes that have ended count, once their parents have seen it.
    """
    table = _processes()
    (client, client_memory), (of_server, server_memory) = (_sums(table, root) for root in (command, server))
    return Usage(client, of_server, client_memory, server_memory)


class _Process(NamedTuple):
    parent: int
    ticks: int  # of the process, and of its children that have ended
    memory: float


def _processes() -> dict[int, _Process]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            status = (folder / "status").read_text()
        except OSError:  # it ended meanwhile
            continue
        size = status.partition("RssAnon:")[2].split(maxsplit=1)
        memory = int(size[0]) / 1e3 if size else 0.0
        found[int(folder.name)] = _Process(int(fields[1]), sum(map(int, fields[11:15])), memory)
    return found


def _sums(table: dict[int, _Process], root: int) -> tuple[float, float]:
    tree = {root} & set(table)
    while more := {number for number, one in table.items() if one.parent in tree} - tree:
        tree |= more
    ticks = sum(table[number].ticks for number in tree)
    return ticks / os.sysconf("SC_CLK_TCK"), max((table[number].memory for number in tree), default=0.0)
