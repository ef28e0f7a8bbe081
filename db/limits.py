"""What a client may take of the server, and the settings that its sessions have."""

import math
from dataclasses import dataclass

from psycopg import IsolationLevel

from db.embedded import environment
from db.link import Link

# Seconds after which the client knows that the server, which should have cancelled the statement, is silent.
MARGIN = 1.0

# What answers and migrations depend on, whatever is set for the database or the role, or by libpq's environment.
FIXED = {
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "default_transaction_isolation": "read committed",
    "default_transaction_deferrable": "off",
    "gin_fuzzy_search_limit": "0",
    "quote_all_identifiers": "off",
    "pg_trgm.similarity_threshold": "0.3",
    "pg_trgm.word_similarity_threshold": "0.6",
    # The server notices within a minute that a client's host has vanished, and gives its locks free.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
# Work that may take hours, such as an import, ends by none of these.
TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout")
TRANSACTION_TIMEOUT = "transaction_timeout", 170_000  # since PostgreSQL 17
# A statement whose client was killed ends soon. Only Linux and a few others can see that.
CHECK_CLIENT = "case when version() ~ 'linux' then set_config('client_connection_check_interval', '5s', {local}) end"
# The role is taken if it exists and this login is a member of it, as a superuser always is.
READER = """(
    select set_config('role', rolname, {local}) from pg_roles
    where rolname = '{schema}_reader' and pg_has_role(oid, 'member'))"""

STRICT = "set_config('role', '{schema}_reader', {local})"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may take of the server.

    Attributes
    ----------
    connections : int
        How many may be open at once in each pool: the one for single reads, and the one for everything else.
    wait : float
        Seconds to wait for a connection.
    query : float or None
        Seconds that a statement may take; a second later the client gives up a server that is silent. None means what
        is set for the database and the role, and infinity means any time.
    reader : bool
        Whether to give up the right to write: transactions are read-only, and the connection takes the shelf's role,
        such as wikishelf_reader, if the login may take it.
    strict : bool
        Whether a login that may not take that role is refused, also when it loses the right later.
    answers : int
        How many rows an answer may have.
    titles : int
        How many titles a question may name.
    """

    connections: int = 15
    wait: float = 30.0
    query: float | None = None
    reader: bool = False
    strict: bool = False
    answers: int = 10_000
    titles: int = 10_000

    @property
    def seconds_to_connect(self) -> int:
        """How long a new connection may take."""
        return 10 if self.query is None else min(10, math.ceil(min(10.0, self.query) + MARGIN))

    def opened(self, conninfo: str, schema: str, autocommit: bool = False) -> Link:
        """Open a new connection that keeps to these limits.

        The process that the server named when it greeted us is another than the one that answers where a pooler stands
        between. There the settings last for one transaction only: they would reach the pooler's other clients.
        """
        with environment.ignored(conninfo):
            link = Link.connect(conninfo, autocommit=True)
        try:
            self._set(link, schema)
            link.autocommit = autocommit
        except BaseException:
            link.close()
            raise
        return link

    def _set(self, link: Link, schema: str) -> None:
        if self.query is not None:
            link.patience = self.query + MARGIN
        greeted_by, version = link.info.backend_pid, link.info.server_version
        query = self._settings(schema, version, f"pg_backend_pid() <> {greeted_by}")
        (answered_by, *_), *_ = link.execute(query.encode()).fetchall()
        link.is_pooled = answered_by != greeted_by
        if link.is_pooled:
            link.own_settings, link.prepare_threshold = self._settings(schema, version, "true"), None
        link.isolation_level = IsolationLevel.READ_COMMITTED
        link.read_only = self.reader or None

    def _settings(self, schema: str, version: int, local: str) -> str:
        """Return one statement for all settings; `local` is a condition for settings of the transaction alone."""
        settings = dict(FIXED)
        if self.query is not None:
            settings["statement_timeout"] = "0" if math.isinf(self.query) else f"{round(1000 * self.query)}"
        if self.query == math.inf:
            settings |= dict.fromkeys(TIMEOUTS, "0")
            if version >= TRANSACTION_TIMEOUT[1]:
                settings[TRANSACTION_TIMEOUT[0]] = "0"
        if self.reader:
            settings["default_transaction_read_only"] = "on"
        made = [f"set_config('{name}', '{value}', {local})" for name, value in settings.items()]
        made.append(CHECK_CLIENT.format(local=local))
        if self.reader:
            made.append((STRICT if self.strict else READER).format(schema=schema, local=local))
        return f"select pg_backend_pid(), {', '.join(made)}"


WORK = Limits(query=math.inf)
