"""The bundled sample: what its tables promise, and the export that is made of them."""

import bz2
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import mwparserfromhell
import pytest

from db.importing.records import Redirect
from sample.build import (
    NAMESPACES,
    PAGES_PER_STREAM,
    SampleNotWritten,
    checksum,
    make_pages,
    resolve,
    streams,
    write_export,
)
from sample.tables import TableInvalid, parse_lines, parse_record, parse_redirect, read_records, read_redirects
from sample.wikitext import HIDDEN_IN_COMMENT, HIDDEN_IN_NOWIKI

RECORDS = read_records()
REDIRECTS = read_redirects()
PAGES = make_pages(RECORDS, REDIRECTS)
BY_TITLE = {record.title: record for record in RECORDS}
ENDS = dict(resolve(REDIRECTS))
EXPORT = "{http://www.mediawiki.org/xml/export-0.11/}"
LINE = "Emma | A | B | C | D | 1815 | | | | E; F | G; H"


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, written once."""
    path = tmp_path_factory.mktemp("sample") / "sample.xml.bz2"
    write_export(path, PAGES)
    return path


def linked(text: str) -> set[str]:
    """Page links of a wikitext, redirects followed: a plain reading, written apart from ingest."""
    targets = {str(link.title).partition("#")[0].replace("_", " ") for link in wikilinks(text)}
    pages = {target for target in targets if not target.startswith(("File:", "Category:", "wikt:"))}
    titles = {target[0].upper() + target[1:] for target in pages}
    return {ENDS.get(title, title) for title in titles}


def wikilinks(text: str) -> list[mwparserfromhell.nodes.Wikilink]:
    return mwparserfromhell.parse(text).filter_wikilinks()


# What the tables promise


def test_it_is_large_and_varied_enough_to_train_on() -> None:
    books = [record for record in RECORDS if record.topic == "book"]
    assert len(books) >= 300
    assert len(RECORDS) - len(books) >= 60
    assert len({genre for book in books for genre in book.facts["genre"]}) >= 12
    assert len({country for book in books for country in book.facts["country"]}) >= 15


def test_a_line_has_enough_links_and_repeats_nothing() -> None:
    assert [record.title for record in RECORDS if not 8 <= len(record.links) <= 25] == []
    assert [record.title for record in RECORDS if len(record.categories) < 2] == []
    facts = {record.title: {value for values in record.facts.values() for value in values} for record in RECORDS}
    assert [record.title for record in RECORDS if facts[record.title] & set(record.links)] == []


def test_most_links_are_shared() -> None:
    articles = Counter(page for record in RECORDS for page in record.linked_pages)
    pairs = [articles[link] for record in RECORDS for link in record.links]
    assert sum(count >= 2 for count in pairs) / len(pairs) >= 0.9
    assert sum(count >= 3 for count in pairs) / len(pairs) >= 0.75


def test_most_categories_are_shared() -> None:
    articles = Counter(name for record in RECORDS for name in record.categories)
    shared = [sum(articles[name] >= 2 for name in record.categories) for record in RECORDS]
    assert min(shared) >= 1
    assert sum(count >= 2 for count in shared) / len(shared) >= 0.95


def test_a_sequel_is_by_the_same_author_and_not_older() -> None:
    sequels = [(book, BY_TITLE[next_one]) for book in RECORDS for next_one in book.facts.get("followed_by", ())
               if next_one in BY_TITLE]  # fmt: skip
    assert len(sequels) >= 30
    assert [book.title for book, sequel in sequels if book.facts["author"] != sequel.facts["author"]] == []
    assert [book.title for book, sequel in sequels if book.year > sequel.year or book is sequel] == []


def test_an_adaptation_shares_the_author_and_the_subjects_of_its_book() -> None:
    pairs = [(film, BY_TITLE[title]) for film in RECORDS for title in film.facts.get("based_on", ())
             if title in BY_TITLE]  # fmt: skip
    assert len(pairs) >= 35
    assert [film.title for film, book in pairs if not set(book.facts["author"]) <= film.linked_pages] == []
    assert [film.title for film, book in pairs if len(film.linked_pages & book.linked_pages) < 6] == []
    assert [film.title for film, book in pairs if film.year < book.year] == []


def test_redirects_lead_to_pages_that_the_sample_links_to() -> None:
    pages = {page for record in RECORDS for page in record.linked_pages} | set(BY_TITLE)
    assert len(REDIRECTS) >= 60
    assert len(ENDS) == len(REDIRECTS)
    assert pages & set(ENDS) == set()
    assert set(ENDS.values()) <= pages
    assert ENDS["1984 (book)"] == "Nineteen Eighty-Four"  # through 1984 (novel)
    assert ENDS["Mount Doom"] == "Mordor"  # a section of it


# Lines that are not written as they should be


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE.replace(" | E; F", ""), "10 fields instead of 11"),
        (LINE.replace("1815", "815"), "the year does not have 4 digits"),
        (LINE.replace("| A |", "| |"), "a value is missing for author"),
        (LINE.replace("G; H", "G; G"), "a link occurs twice"),
        (LINE.replace("G; H", "Emma"), "is the article itself"),
        (LINE.replace("Emma", ""), "a value is missing for title"),
    ],
)
def test_a_bad_line_is_named(line: str, reason: str) -> None:
    with pytest.raises(TableInvalid, match=rf"genre\.txt, line 3: .*{reason}"):
        list(parse_lines(f"# heading\n\n{line}", "genre.txt", lambda row: parse_record(row, "book")))


def test_a_redirect_to_itself_is_refused() -> None:
    with pytest.raises(TableInvalid, match=r"redirects\.txt, line 1"):
        list(parse_lines("UK | UK", "redirects.txt", parse_redirect))


def test_a_title_that_stands_twice_is_named(tmp_path: Path) -> None:
    for name in ("literature.txt", "genre.txt", "films.txt"):
        (tmp_path / name).write_text(LINE + "\n", encoding="utf-8")
    with pytest.raises(TableInvalid, match='genre.txt, line 1: "Emma" occurs twice'):
        read_records(tmp_path)


# The export


def test_it_is_a_well_formed_export_with_site_information(export: Path) -> None:
    root = ElementTree.fromstring(bz2.decompress(export.read_bytes()))
    assert root.get("version") == "0.11"
    assert root.findtext(f"{EXPORT}siteinfo/{EXPORT}dbname") == "samplewiki"
    assert root.findtext(f"{EXPORT}siteinfo/{EXPORT}case") == "first-letter"
    names = {int(row.get("key", "")): row.text or "" for row in root.iter(f"{EXPORT}namespace")}
    assert names == NAMESPACES
    pages = root.findall(f"{EXPORT}page")
    assert [page.findtext(f"{EXPORT}title") for page in pages] == [page.title for page in PAGES]
    assert [page.findtext(f"{EXPORT}revision/{EXPORT}text") for page in pages] == [page.text for page in PAGES]
    ids = [int(page.findtext(f"{EXPORT}id") or 0) for page in pages]
    assert ids == sorted(set(ids))


def test_it_is_packed_as_streams_of_100_pages(export: Path) -> None:
    packed = export.read_bytes()
    parts = []
    while packed:
        unpacker = bz2.BZ2Decompressor()
        parts.append(unpacker.decompress(packed).decode())
        packed = unpacker.unused_data
    assert parts == list(streams(PAGES))
    *full, last = [part.count("<page>") for part in parts[1:-1]]
    assert set(full) == {PAGES_PER_STREAM}
    assert sum(full) + last == len(PAGES)


def test_two_builds_are_equal(export: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xml.bz2"
    command = [sys.executable, "-m", "sample", str(again)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert again.read_bytes() == export.read_bytes()
    assert f"{len(PAGES)} pages" in done.stderr


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SampleNotWritten, match="name a file in a folder that exists"):
        write_export(tmp_path / "none" / "sample.xml.bz2", PAGES)


def test_the_checksum_is_mediawikis() -> None:
    assert checksum("") == "phoiac9h4m842xq45sp7s6u21eteeq1"  # what dumps give for an empty text


def test_titles_are_pages_once() -> None:
    titles = Counter(page.title for page in PAGES)
    assert [title for title, count in titles.items() if count > 1] == []


def test_an_article_links_to_its_facts_and_links_and_nothing_else() -> None:
    texts = {page.title: page.text for page in PAGES}
    assert [record.title for record in RECORDS if linked(texts[record.title]) != record.linked_pages] == []
    for record in RECORDS:
        assert HIDDEN_IN_COMMENT in texts[record.title]
        assert HIDDEN_IN_NOWIKI in texts[record.title]


def test_an_article_has_its_categories() -> None:
    for record, page in zip(RECORDS, PAGES, strict=False):
        titles = [str(link.title) for link in wikilinks(page.text)]
        assert {title[9:] for title in titles if title.startswith("Category:")} == set(record.categories), page.title


FORMS = (
    r"\[\[[^]|#]+\]\]",
    r"\[\[\w+_\w+\|",
    r"\[\[[a-z]\w+\|",
    r"\[\[\w+\]\]s",
    r"\[\[[^]|]+#Background\|",
    r"\{\{plainlist",
    r"\{\{ubl\|",
    "<br>",
    r"\{\{infobox book",
    r"\{\{Infobox_film",
    r"\{\{Infobox novel",
)


@pytest.mark.parametrize("form", FORMS)
def test_links_and_infoboxes_are_written_in_every_form(form: str) -> None:
    assert any(re.search(form, page.text) for page in PAGES)


def test_links_are_written_by_way_of_redirects() -> None:
    text = "\n".join(page.text for page in PAGES)
    used = [redirect.title for redirect in REDIRECTS if f"[[{redirect.title}|" in text]
    assert len(used) > len(REDIRECTS) / 2


def test_redirect_pages_name_their_target_without_the_section() -> None:
    pages = {page.title: page for page in PAGES if page.redirect and page.namespace == 0}
    assert set(pages) == {redirect.title for redirect in REDIRECTS}
    assert pages["Mount Doom"].text == "#REDIRECT [[Mordor#Mount Doom]]"
    assert pages["Mount Doom"].redirect == "Mordor"


def test_redirects_are_followed_to_the_end() -> None:
    assert resolve([Redirect("A", "B#C"), Redirect("B", "D")]) == [Redirect("A", "D"), Redirect("B", "D")]
