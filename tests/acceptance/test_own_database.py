"""Wikishelf in a database of somebody else's: it has its own schema, touches nothing there, and leaves no trace."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.conftest import as_url
from tests.support.application import APPLICATION, look
from tests.support.commands import answer, done, refusal

TITLE = "War and Peace"
SETTINGS = ("--epochs", "3")

# Every verb and view, as a person writes them who has no search_path.
ASKED = (
    "similar_articles('War and Peace')",
    "similar_articles('War and Peace', 5, 'film')",
    'similar_articles(\'Dracula\', facets => \'{"language": "English", "year": "1800..1950"}\', same_author => false)',
    "similar_articles('Dracula', \"least\" => true)",
    "similar_articles('Dracula', exact => true)",
    "similar_articles(1, 200)",
    "similar_links('Napoleon')",
    "articles_near_link('Napoleon', 5, 'book')",
    "links_near_article('Dracula')",
    "recommend_articles('{Dracula,Frankenstein}', '{War and Peace}', diversity => 0.5)",
    "explain_similarity('War and Peace', 'Anna Karenina')",
    "search_articles('brothers karamasov')",
    "series_articles('The Two Towers')",
    "nearest_articles(wikishelf.embed_links('{Vampire,London}'))",
    "books",
    "films",
    "article_vectors",
    "link_vectors",
    "article_labels",
    "aliases",
    "article_links",
)


class Owner(NamedTuple):
    """A login that owns nothing but its schema."""

    admin_url: str  # a superuser's address of the same database
    url: str


@pytest.fixture(scope="module")
def owner(server_url: str) -> Iterator[Owner]:
    """An application's database, extensions in a schema of theirs, a login without rights with a schema of its own."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create database application")
        admin.execute("create role tenant login nosuperuser nocreaterole nocreatedb password 'tenant'")
        admin.execute("create role visitor login password 'visitor'")
    admin_url = make_conninfo(server_url, dbname="application")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("revoke create on schema public from public; create schema extensions")
        for extension in ("vector", "pg_trgm", "unaccent"):
            admin.execute(f"create extension {extension} schema extensions")
        admin.execute(APPLICATION.format(vector="extensions.vector", schema="extensions"))
        admin.execute("grant usage on schema extensions to tenant; create schema wikishelf authorization tenant")
    yield Owner(as_url(admin_url), as_url(make_conninfo(admin_url, user="tenant", password="tenant")))
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("drop database application with (force)")
        admin.execute("drop role tenant, visitor")


def test_it_lives_beside_an_application_and_leaves_no_trace(owner: Owner, sample_dump: Path) -> None:
    before = look(owner.admin_url, "extensions")
    done("db", "upgrade", DATABASE_URL=owner.url)
    assert look(owner.admin_url, "extensions", exclude="wikishelf")[1:] == before[1:]
    done("ingest", str(sample_dump), "--topic", "book", "--topic", "film", DATABASE_URL=owner.url)
    done("train", *SETTINGS, DATABASE_URL=owner.url)
    found = answer("api", "similar", TITLE, DATABASE_URL=owner.url)
    assert len(found) == 10
    _ask_without_rights_or_path(owner)
    seen = look(owner.admin_url, "extensions", exclude="wikishelf")
    assert seen[1:] == before[1:]
    with psycopg.connect(owner.admin_url) as admin:
        assert admin.execute("select title from public.books").fetchall() == [("Ulysses",)]
    lines = done("db", "uninstall", "--yes", DATABASE_URL=owner.url)
    assert lines == "removed the tables, views and functions of wikishelf\n"  # the schema was there before
    assert look(owner.admin_url, "extensions") == before
    assert "has no shelf wikishelf" in refusal("db", "uninstall", "--yes", DATABASE_URL=owner.url)


def _ask_without_rights_or_path(owner: Owner) -> None:
    """Every verb and view, by a login that may only read, under a search_path that has nothing of ours."""
    with psycopg.connect(owner.url, autocommit=True) as tenant:
        tenant.execute("grant usage on schema wikishelf to visitor")
        tenant.execute("grant select on all tables in schema wikishelf to visitor")
    url = make_conninfo(owner.admin_url, user="visitor", password="visitor")
    with psycopg.connect(url, autocommit=True, options="-c search_path=pg_catalog") as visitor:
        assert visitor.execute("show search_path").fetchone() == ("pg_catalog",)
        for asked in ASKED:
            query = f"select * from wikishelf.{asked}"
            assert visitor.execute(query.encode()).fetchone() is not None, query
    with psycopg.connect(owner.url, autocommit=True) as tenant:
        tenant.execute("revoke usage on schema wikishelf from visitor")


def test_what_an_administrator_must_do_is_said_in_one_line(server_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create database bare")
        admin.execute("create role newcomer login password 'newcomer'")
    admin_url = make_conninfo(server_url, dbname="bare")
    url = as_url(make_conninfo(admin_url, user="newcomer", password="newcomer"))
    try:
        line = refusal("db", "upgrade", DATABASE_URL=url)
        statements = line.strip().rpartition("run there: ")[2]
        assert statements == (
            "create extension vector; create extension pg_trgm; create schema wikishelf authorization newcomer"
        )
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(statements.encode())
        said = done("db", "upgrade", DATABASE_URL=url)
        assert 'alter role newcomer in database bare set search_path = "$user", public, wikishelf;' in said
        with psycopg.connect(url, autocommit=True) as client:
            client.execute(said.strip().rpartition("wikishelf.books, run:  ")[2].encode())
        with psycopg.connect(url) as client:
            assert client.execute("select count(*) from articles").fetchone() == (0,)
        assert "up to date\n" in done("db", "upgrade", DATABASE_URL=url)
        assert "search_path" not in done("db", "upgrade", DATABASE_URL=url)
    finally:
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute("drop database bare with (force)")
            admin.execute("drop role newcomer")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("taken", "the schema taken .* holds things that Wikishelf did not make, such as secrets; set"),
        ("alembics", "such as alembic_version"),
        ("public", 'WIKISHELF_SCHEMA cannot be "public"'),
        ("Mixed", "up to 40 lower-case letters"),
        ("pg_mine", "neither public nor a name that begins with pg_"),
        ("a;b", "up to 40 lower-case letters"),
    ],
)
def test_a_schema_of_others_is_refused(database_url: str, schema: str, message: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("create schema taken; create table taken.secrets (n integer); create schema alembics")
        admin.execute("create table alembics.alembic_version as select '3f2a91c0d4e5'::text as version_num")
    import re

    line = refusal("db", "upgrade", DATABASE_URL=as_url(database_url), WIKISHELF_SCHEMA=schema)
    assert re.search(message, line), line


def test_uninstall_drops_what_it_made_and_nothing_that_others_use(server_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create database leaving")
    url = as_url(make_conninfo(server_url, dbname="leaving"))
    try:
        before = look_at_objects(url)
        done("db", "upgrade", DATABASE_URL=url, WIKISHELF_SCHEMA="shelf_of_leaving")
        with psycopg.connect(url, autocommit=True) as client:
            client.execute("create view mine as select title from shelf_of_leaving.articles")
            client.execute("create table later (embedding vector(3))")
        line = refusal("db", "uninstall", "--yes", DATABASE_URL=url, WIKISHELF_SCHEMA="shelf_of_leaving")
        assert "cannot be removed: view mine depends on table articles; nothing was removed" in line
        line = refusal("db", "uninstall", DATABASE_URL=url, WIKISHELF_SCHEMA="shelf_of_leaving")
        assert "nothing was removed, because nobody confirmed it; answer yes, or give --yes" in line
        with psycopg.connect(url, autocommit=True) as client:
            client.execute("drop view mine")
        lines = done("db", "uninstall", "--yes", DATABASE_URL=url, WIKISHELF_SCHEMA="shelf_of_leaving").splitlines()
        assert "kept the extension vector: cannot drop extension vector because other objects depend on it" in lines
        assert "removed the extension pg_trgm" in lines
        assert "removed the schema shelf_of_leaving" in lines
        assert "removed the role shelf_of_leaving_reader" in lines
        with psycopg.connect(url, autocommit=True) as client:
            client.execute("drop table later; drop extension vector")
        assert look_at_objects(url) == before
    finally:
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute("drop database leaving with (force)")


def look_at_objects(url: str) -> list[tuple[object, ...]]:
    query = """
        select 'class', relname::text, relnamespace::regnamespace::text from pg_class union all
        select 'proc', proname::text, pronamespace::regnamespace::text from pg_proc union all
        select 'type', typname::text, typnamespace::regnamespace::text from pg_type union all
        select 'schema', nspname::text, nspacl::text from pg_namespace where nspname !~ '^pg_(temp|toast)' union all
        select 'role', rolname::text, null from pg_roles order by 1, 2, 3"""
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_two_shelves_in_one_database(server_url: str, template: str, sample_dump: Path) -> None:
    """Two wikis import and train at once; their rows, models and locks never meet; one query asks both."""
    name = "two_shelves"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    url = as_url(make_conninfo(server_url, dbname=name))
    topics = {"enwiki": ("--topic", "book", "--topic", "film"), "dewiki": ("--topic", "book")}
    try:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("create extension vector; create extension pg_trgm")
        for verb in ("ingest", "train"):
            with ThreadPoolExecutor() as threads:
                at_once = []
                for shelf, topic in topics.items():
                    options = [str(sample_dump), *topic] if verb == "ingest" else SETTINGS
                    at_once.append(threads.submit(done, verb, *options, DATABASE_URL=url, WIKISHELF_SCHEMA=shelf))
            for one in at_once:
                one.result()
        with psycopg.connect(url) as client:
            query = """
                select (select count(*) from enwiki.articles), (select count(*) from dewiki.articles),
                       (select count(*) from enwiki.models), (select count(*) from dewiki.models),
                       to_regclass('dewiki.films') is null, to_regclass('public.articles') is null"""
            films = answer("api", "similar", TITLE, "--topic", "film", DATABASE_URL=url, WIKISHELF_SCHEMA="enwiki")
            found = client.execute(query).fetchone()
            assert found is not None
            assert found[0] - found[1] >= len(films) > 0
            assert found[2:] == (1, 1, True, True)
            both = """
                select e.title, d.similarity
                from enwiki.similar_articles('War and Peace', 3, 'book') e, dewiki.similar_articles(e.title, 2) d"""
            assert len(client.execute(both).fetchall()) == 6
            assert [row[0] for row in client.execute("select rolname from pg_roles where rolname ~ 'wiki_reader'")]
        done("db", "uninstall", "--yes", DATABASE_URL=url, WIKISHELF_SCHEMA="dewiki")
        assert len(answer("api", "similar", TITLE, DATABASE_URL=url, WIKISHELF_SCHEMA="enwiki")) == 10
        done("db", "uninstall", "--yes", DATABASE_URL=url, WIKISHELF_SCHEMA="enwiki")
    finally:
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
