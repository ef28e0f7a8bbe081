"""A first import builds indexes and keys after the rows; afterwards the shelf has those that it had before."""

import psycopg
import pytest

from db.connection import Database
from db.importing.records import Redirect
from tests.support.planted import article, load

KEYS = """
    with shelf as (
        select unnest(array['articles', 'links', 'article_links', 'aliases', 'facets']::regclass[]) as of
    )
    select indexrelid::bigint, pg_get_indexdef(indexrelid) from pg_index join shelf on of = indrelid
    union all
    select c.oid::bigint, of || ' ' || conname || ' ' || pg_get_constraintdef(c.oid)
    from pg_constraint c join shelf on of = conrelid where contype in ('p', 'u', 'f')"""
RECORDS = (
    article("Emma", ["Dune", "Bath"], facets=(("genre", "Novel"),)),
    article("Dune", ["Bath"]),
    Redirect("Emma (novel)", "Emma"),
)


def keys(url: str) -> dict[str, int]:
    """The definitions of all indexes and keys of the tables, with their ids."""
    with psycopg.connect(url, options="-c search_path=wikishelf,public") as connection:
        return {definition: number for number, definition in connection.execute(KEYS)}


def test_all_indexes_and_keys_are_back(database: Database) -> None:
    before = keys(database.url)
    load(database, *RECORDS)
    after = keys(database.url)
    assert after.keys() == before.keys()
    kept = {definition for definition in after if after[definition] == before[definition]}
    assert len(kept) == 2 * 2, "the primary keys of articles and aliases, and their indexes"
    load(database, *RECORDS, article("Ivanhoe"), prune=True)
    assert keys(database.url) == after, "an update left the indexes where they were"


def test_what_an_application_built_upon_a_key_stays(database: Database) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute("""
            create table public.shop (
                title text, kind text, foreign key (title, kind) references wikishelf.links (title, kind))""")
        connection.execute("""
            create view public.made as
            select p.*, count(*) over () from wikishelf.article_links p group by article_id, link_id""")
    before = keys(database.url)
    load(database, *RECORDS)
    after = keys(database.url)
    assert after.keys() == before.keys()
    kept = " ".join(definition for definition in after if after[definition] == before[definition])
    assert "links_title_kind_key" in kept
    assert "article_links_pkey" in kept
    with psycopg.connect(database.url) as connection:
        assert connection.execute("select count(*) from public.made").fetchall() == [(3,)]
        connection.execute("insert into public.shop values ('Dune', 'page')")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("insert into public.shop values ('Ivanhoe', 'page')")


def test_a_reader_in_a_transaction_neither_waits_nor_holds_the_import_up(database: Database) -> None:
    before = keys(database.url)
    with psycopg.connect(database.url) as reader:
        assert reader.execute("select count(*) from wikishelf.articles").fetchall() == [(0,)]
        counts = load(database, *RECORDS)
        assert (counts.articles, counts.links, counts.pairs, counts.aliases, counts.facets) == (2, 2, 3, 1, 1)
        assert reader.execute("select sum(article_count) from wikishelf.links").fetchall() == [(3,)]
    assert keys(database.url) == before
