"""The keys and indexes of tables, taken away for a load and made again after it, because that is faster.

Their definitions are the server's own words, of the tables that the migrations have made.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from db import sql_files

# What refers to a key goes before it and comes after it.
FOUND = text("""
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as taken,
           format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as made
    from pg_constraint
    where conrelid = any(cast(:tables as regclass[])) and contype in ('p', 'u', 'f')
    union all
    select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    from pg_index i
    where indrelid = any(cast(:tables as regclass[]))
      and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.conrelid = i.indrelid)
    order by 1""")
MEMORY = "set local maintenance_work_mem = '256MB'"


def taken(connection: Connection, tables: Iterable[str]) -> list[str]:
    """Take them away; return the statements that make them again."""
    found = connection.execute(FOUND, {"tables": list(tables)}).all()
    for row in sorted(found, key=lambda row: "foreign key" not in row.made.lower()):
        sql_files.run(connection, row.taken)
    return [row.made for row in sorted(found, key=lambda row: "foreign key" in row.made.lower())]


def make(connection: Connection, statements: Iterable[str]) -> None:
    """Make them again."""
    for statement in (MEMORY, *statements):
        sql_files.run(connection, statement)
