"""Move the tables of a database from before shelves into a schema, and keep its old names answering."""

from sqlalchemy import Connection, text

from db import locks, sql_files
from db.installing.errors import AdoptionRefused
from db.installing.revision import HAS_OLD_LAYOUT
from db.settings import DEFAULT_SCHEMA

OLD_REVISIONS = ("0001", "0002", "0003", "0004", "0005")

# Views come first, because a reader locks a view before the tables of the view.
RELATIONS = text("""
    select format('%I.%I', n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'v'
          and (c.relname in ('article_vectors', 'link_vectors', 'article_labels')
               or obj_description(c.oid, 'pg_class') like 'Articles of the topic %')
       or n.nspname = 'public' and c.relkind = 'r'
          and c.relname in ('articles', 'links', 'article_links', 'aliases', 'facets', 'models', 'imports',
                            'last_article', 'alembic_version')
       or n.nspname in ('staging', 'vectors') and c.relkind = 'r'
    order by c.relkind desc""")


def is_due(connection: Connection, schema: str) -> bool:
    """Whether the tables of this database lie in `public`, `staging` and `vectors`, and must move to this schema."""
    there = connection.scalar(text("select to_regclass(:table)"), {"table": f"{schema}.alembic_version"})
    if schema != DEFAULT_SCHEMA or there is not None or not connection.scalar(text(HAS_OLD_LAYOUT)):
        return False
    return connection.scalar(text("select version_num from public.alembic_version")) in OLD_REVISIONS


def adopt(connection: Connection, schema: str) -> list[str]:
    """Move the tables to the schema, under their present names, and leave views with the old names in `public`.

    The old functions and types stay in `public` as well, and read these views. So clients of an older program, and
    queries that an application has stored, answer as before. `python -m db uninstall --old-names` drops all of them.

    Returns
    -------
    list of str
        The old names, as `drop` takes them; each stands after those that it depends on.

    Raises
    ------
    AdoptionRefused
        Others read the tables all the time.
    """
    relations = list(connection.scalars(RELATIONS))

    def lock() -> None:
        connection.execute(text(f"lock table {', '.join(relations)} in access exclusive mode"))

    # All locks are taken first and at once, because a process that holds one and waits for another risks a deadlock.
    locks.between_readers(connection, relations, lock, AdoptionRefused)
    sql_files.load_pgvector(connection)
    sql_files.run_file(connection, "adopt")
    return list(connection.scalars(text("select object from adopted order by number")))
