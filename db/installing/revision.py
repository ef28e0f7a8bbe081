"""Which migrations a shelf has had; psycopg alone asks, because everybody who opens a shelf does."""

from pathlib import Path

import migrations
from db.connection import Database, without_password
from db.errors import SchemaMissing, SchemaNewer, SchemaOld, SchemaTaken
from db.settings import DEFAULT_SCHEMA

SCRIPTS = Path(migrations.__path__[0])
# An application may have tables of these names as well; its Alembic has other revisions.
HAS_OLD_LAYOUT = """
    select to_regclass('public.alembic_version') is not null
       and to_regclass('public.article_links') is not null
       and to_regclass('staging.pairs') is not null"""


def head() -> str:
    """Return the newest revision; migrations are numbered files, from `0001_...py` on."""
    return max(path.stem[:4] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))


def is_current(database: Database) -> bool:
    """Whether the shelf is at the newest revision.

    Raises
    ------
    SchemaTaken, SchemaNewer
    """
    return revision(database) == head()


def check_current(database: Database) -> None:
    """Refuse a shelf that is missing or at an older revision.

    Raises
    ------
    SchemaMissing, SchemaOld, SchemaTaken, SchemaNewer
    """
    found = revision(database)
    if found == head():
        return
    if found is None and database.schema == DEFAULT_SCHEMA and database.fetch(HAS_OLD_LAYOUT, {}) == [(True,)]:
        found = "from before 0006"
    if found is None:
        raise SchemaMissing(schema=database.schema, url=database.place)
    raise SchemaOld(schema=database.schema, url=database.place, stored=found, known=head())


def revision(database: Database) -> str | None:
    """Return the revision of the shelf, or None if there is no shelf.

    Raises
    ------
    SchemaTaken
        The revision belongs to another program.
    SchemaNewer
        This program does not know the revision.
    """
    table = f"{database.schema}.alembic_version"
    if database.fetch("select to_regclass(%(table)s)", {"table": table}) == [(None,)]:
        return None
    ((found,),) = database.fetch(f"select max(version_num) from {table}", {})
    if found is not None and not found.isdigit():
        raise taken(database, "alembic_version")
    if found is not None and found > head():
        url = without_password(database.url)
        raise SchemaNewer(schema=database.schema, url=url, stored=found, known=head())
    return str(found) if found else None


def taken(database: Database, example: str) -> SchemaTaken:
    """Return the error for a schema that holds what is not a shelf's."""
    return SchemaTaken(schema=database.schema, url=without_password(database.url), example=example)
