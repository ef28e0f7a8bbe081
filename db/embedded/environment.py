"""libpq's environment variables, which must not lead a client of the embedded server elsewhere."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

# libpq reads these variables beside those of its options, and no option overrides them.
WITHOUT_OPTION = ("PGSERVICEFILE", "PGSYSCONFDIR", "PGREQUIRESSL", "PGDATESTYLE", "PGTZ", "PGGEQO")
_one_at_a_time = threading.Lock()
if hasattr(os, "register_at_fork"):  # a child finds neither the lock taken nor its variables hidden
    os.register_at_fork(
        before=_one_at_a_time.acquire,
        after_in_parent=_one_at_a_time.release,
        after_in_child=_one_at_a_time.release,
    )


def without_libpq(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the variables that libpq reads."""
    return {name: value for name, value in environment.items() if name not in _variables()}


@contextmanager
def ignored(address: str) -> Iterator[None]:
    """Hide libpq's variables while the block connects to the embedded server; do nothing for another server.

    The address of the embedded server is known by its empty `hostaddr`. Variables that an address overrides stay, so
    the common ones, such as PGHOST, never vanish under another thread that connects at the same moment.
    """
    given = conninfo_to_dict(address)
    if given.get("hostaddr") != "":
        yield
        return
    with _one_at_a_time:
        found = {name for name, option in _variables().items() if name in os.environ and option not in given}
        hidden = {name: os.environ.pop(name) for name in found}
        try:
            yield
        finally:
            os.environ.update(hidden)


def _variables() -> dict[str, str]:
    """The variables that this libpq reads, with the options that override them."""
    options = pq.Conninfo.get_defaults()
    return {
        **{option.envvar.decode(): option.keyword.decode() for option in options if option.envvar},
        **dict.fromkeys(WITHOUT_OPTION, ""),
    }
