"""Read from the environment where the shelf is."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from db.errors import DatabaseUrlInvalid, SchemaNameInvalid

DEFAULT_SCHEMA = "wikishelf"
# Such a name needs no quotes in SQL, and leaves room for names that are made from it, such as enwiki_reader.
SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the shelf is.

    Attributes
    ----------
    database_url : str or None
        DATABASE_URL: a server of your own, as libpq takes it; None for the embedded one.
    home : Path
        WIKISHELF_HOME: the folder of the embedded server, whether it is used or not.
    schema : str
        WIKISHELF_SCHEMA: the schema of the database that holds all of this shelf.
    """

    database_url: str | None
    home: Path
    schema: str


def load() -> Settings:
    """Read the environment; an empty variable counts as unset.

    Raises
    ------
    DatabaseUrlInvalid
        If DATABASE_URL is not a postgresql:// address.
    SchemaNameInvalid
    """
    # SQLAlchemy's form of the address is accepted as well.
    url = os.environ.get("DATABASE_URL", "").replace("postgresql+psycopg://", "postgresql://", 1)
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise DatabaseUrlInvalid(reason="it does not begin with postgresql://")
    home = os.environ.get("WIKISHELF_HOME") or _default_home()
    schema = os.environ.get("WIKISHELF_SCHEMA") or DEFAULT_SCHEMA
    if not SCHEMA.fullmatch(schema) or schema in {"public", "information_schema"}:
        raise SchemaNameInvalid(name=schema)
    return Settings(url or None, Path(home).expanduser().absolute(), schema)


def _default_home() -> Path:
    # The user who runs root's server cannot enter root's own folders. Windows has no root.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/wikishelf")
    return platformdirs.user_data_path("wikishelf", appauthor=False)
