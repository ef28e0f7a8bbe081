"""A database of somebody's application: tables of our names, an index of vectors, and a way to see that all stays."""

import subprocess
from typing import NamedTuple

import psycopg

from db.embedded import binaries

# Tables of the names that ours have, with rows; and an HNSW index of its own, whose plans must stay.
APPLICATION = """
    create table articles (id serial primary key, body text);
    create table books (isbn text primary key, title text);
    create table links (source integer, target integer);
    create table article_links (article integer, link integer);
    alter table article_links add constraint article_links_pkey primary key (article, link);
    create table models (name text);
    create table facets (name text, value text);
    create table merged (n integer);
    create table vanished (n integer);
    create table alembic_version (version_num varchar(32) not null);
    create function find_article(title text) returns integer language sql return 42;
    insert into articles (body) select 'text ' || n from generate_series(1, 50) n;
    insert into books values ('978', 'Ulysses');
    insert into article_links values (1, 1);
    insert into alembic_version values ('3f2a91c0d4e5');
    create table pictures (id integer primary key, embedding {vector}(8));
    insert into pictures
    select n, (select array_agg(sin(n * d))::real[]::{vector} from generate_series(1, 8) d)
    from generate_series(1, 2000) n;
    create index on pictures using hnsw (embedding {schema}.vector_cosine_ops);
    analyze pictures;
"""
NEAREST = """
    select id from pictures
    order by embedding operator({schema}.<=>) (select embedding from pictures where id = 7) limit 60"""
SETTINGS = "select name, setting from pg_settings where context in ('user', 'superuser') order by name"
OF_DATABASE = """
    select (select datacl::text from pg_database where datname = current_database()), array(
        select setconfig::text from pg_db_role_setting where setdatabase in (
            0, (select oid from pg_database where datname = current_database())))"""


class Seen(NamedTuple):
    """What an application can notice: a dump of all it has, its plan and its answer, and the settings it finds."""

    dump: str
    plan: list[str]
    answer: list[int]
    settings: dict[str, str]
    of_database: tuple[object, ...]


def look(url: str, schema: str = "public", exclude: str | None = None) -> Seen:
    """Look at the application's database, all of it or all but one schema."""
    query = NEAREST.format(schema=schema)
    with psycopg.connect(url) as connection:
        plan = [row[0] for row in connection.execute(f"explain (costs off) {query}")]
        answer = [row[0] for row in connection.execute(query)]
        settings: dict[str, str] = dict(connection.execute(SETTINGS).fetchall())
        of_database = connection.execute(OF_DATABASE).fetchone()
    assert of_database is not None
    return Seen(dump(url, exclude), plan, answer, settings, of_database)


def dump(url: str, exclude: str | None = None) -> str:
    """What pg_dump writes of the database."""
    options = [f"--exclude-schema={exclude}"] if exclude else []
    command = [str(binaries.wheel_programs() / "pg_dump"), "--dbname", url, *options]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))
