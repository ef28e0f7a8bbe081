"""Archives of strangers: whatever is wrong with one, it is refused in one line, and nothing is written."""

import hashlib
import json
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import psycopg
import pytest

from db.archive import container
from db.archive.errors import ArchiveDamaged, ArchiveNewer, FileUnreadable
from db.connection import Database
from tests.conftest import new_database
from tests.support.archives import fill, forged, restored, saved

Manifest = dict[str, Any]
Members = dict[str, bytes]
Change = Callable[[Manifest, Members], object]


@pytest.fixture(scope="module")
def archive(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "shelf.zip"
    with new_database(server_url, template) as url, Database(url) as database:
        fill(database)
        saved(database, path)
    return path


@pytest.fixture(scope="module")
def target(server_url: str) -> Iterator[Database]:
    """A database without a shelf, which stays so."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create database refusing")
    with Database(server_url.replace("wikishelf?", "refusing?")) as database:
        yield database
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("drop database refusing with (force)")


def refusal(target: Database, path: Path, error: type[Exception] = ArchiveDamaged) -> str:
    """What is said; nothing was made."""
    with pytest.raises(error) as caught:
        restored(target, path)
    with psycopg.connect(target.url) as connection:
        assert connection.execute("select to_regnamespace('wikishelf')").fetchone() == (None,)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def table(manifest: Manifest, name: str) -> dict[str, Any]:
    return next(one for one in manifest["tables"] if one["table"] == name)


def rows(name: str, change: Callable[[bytes], bytes]) -> Change:
    """Change the rows of a table, and the manifest with them, as a stranger would."""

    def changed(manifest: Manifest, members: Members) -> None:
        data = change(members[f"{name}.copy"])
        members[f"{name}.copy"] = data
        table(manifest, name).update(size=len(data), sha256=hashlib.sha256(data).hexdigest())

    return changed


def replaced(old: bytes, new: bytes, count: int = -1) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, count)

    return change


def value(data: bytes) -> bytes:
    """As a field of a row."""
    return struct.pack(">i", len(data)) + data


NUMBER_1 = value(struct.pack(">i", 1))
VIEW = {"view": "books", "topic": "book", "facets": []}

FORGERIES: dict[str, tuple[Change, str]] = {
    "a table more": (
        lambda m, f: (m["tables"].append({**table(m, "links"), "table": "pg_class"}), f.update({"pg_class.copy": b""})),
        "revision 0014 has other tables: pg_class",
    ),
    "SQL as a table": (
        lambda m, f: (
            table(m, "links").update(table="links; drop table x"),
            f.update({"links; drop table x.copy": f.pop("links.copy")}),
        ),
        "other tables: links, links; drop table x",
    ),
    "a table less": (
        lambda m, f: (m["tables"].remove(table(m, "facets")), f.pop("facets.copy")),
        "other tables: facets",
    ),
    "a table twice": (
        lambda m, _: m["tables"].append(table(m, "facets")),
        "its members are not those of its manifest",
    ),
    "SQL as a column": (
        lambda m, _: table(m, "facets")["columns"].update({"x) from program 'id'; --": "text"}),
        "other tables: facets",
    ),
    "another type": (lambda m, _: table(m, "facets")["columns"].update(name="cstring"), "other tables: facets"),
    "a member more": (lambda _, f: f.update({"extra.copy": b""}), "its members are not those of its manifest"),
    "a member less": (lambda _, f: f.pop("facets.copy"), "its members are not those of its manifest"),
    "other rows": (
        lambda _, f: f.update({"facets.copy": replaced(b"France", b"Franze")(f["facets.copy"])}),
        "the rows of facets are not those that were saved",
    ),
    "more rows than it says": (
        lambda m, _: table(m, "facets").update(size=100),
        "the rows of facets are not those that were saved",
    ),
    "fewer rows than it says": (
        lambda m, _: table(m, "facets").update(size=10**8),
        "the rows of facets are not those that were saved",
    ),
    "another count": (lambda m, _: table(m, "links").update(rows=1), "links has .* of 1 rows"),
    "a terabyte": (
        lambda m, _: table(m, "links").update(size=10**12),
        "so small a file cannot hold 1,000.0 GB of rows",
    ),
    "not rows": (rows("facets", lambda _: b"x" * 1000), "COPY file signature not recognized"),
    "half a row": (rows("facets", lambda data: data[:-9]), "unexpected EOF"),
    "a negative length": (
        rows("facets", replaced(value(b"France"), struct.pack(">i", -7) + b"France", 1)),
        "invalid field size",
    ),
    "a great length": (
        rows("facets", replaced(value(b"France"), struct.pack(">i", 2**31 - 1) + b"France", 1)),
        "exceeds maximum allowed length|Cannot enlarge|out of memory",
    ),
    "not UTF-8": (rows("facets", replaced(b"France", b"Fran\xff\xff", 1)), "invalid byte sequence"),
    "not JSON": (rows("articles", replaced(b'{"name"', b'{"name,', 1)), "invalid input syntax for type json"),
    "JSON that is a text": (
        rows("imports", replaced(value(b'\x01{"articles": 600}'), value(b'\x01"xxxxxxxxxxxxx"'))),
        "imports has a value in counts that is not an object",
    ),
    "a key twice": (
        rows("articles", replaced(value(b"Candide"), value(b"Satire number 4"), 1)),
        "could not create unique",
    ),
    "no such article": (
        rows("facets", replaced(NUMBER_1 + value(b"year"), value(struct.pack(">i", 9**9)) + value(b"year"))),
        "violates foreign key",
    ),
    "no such kind of link": (rows("links", replaced(value(b"page"), value(b"pagf"), 1)), "violates check constraint"),
    "a state of training": (rows("models", replaced(value(b"active"), value(b"failed"))), "its models are not those"),
    "dimensions that differ": (lambda m, _: m["models"].update({"2": 9}), "expected 9 dimensions, not 8"),
    "a model without tables": (lambda m, _: m["models"].update({"3": 9}), "other tables: _article_vectors_3"),
    "an active model that is not there": (lambda m, _: m.update(active=3), "its manifest has ValueError"),
    "a vector that is not a unit": (
        rows("_article_vectors_1", lambda data: data[:37] + struct.pack(">f", 5) + data[41:]),
        "rows of _article_vectors_1 are not of unit length",
    ),
    "a vector that is not a number": (
        rows("_article_vectors_1", lambda data: data[:37] + struct.pack(">f", float("nan")) + data[41:]),
        "NaN not allowed in vector",
    ),
    "a view over a table": (
        lambda m, _: m.update(topic_views=[{**VIEW, "view": "articles"}]),
        "view articles has a name",
    ),
    "a view over a view": (
        lambda m, _: m.update(topic_views=[{**VIEW, "view": "article_vectors"}]),
        "view article_vectors has a name of the shelf's own",
    ),
    "SQL as a view": (lambda m, _: m.update(topic_views=[{**VIEW, "view": "x; drop"}]), "its manifest has ValueError"),
    "a facet twice": (
        lambda m, _: m.update(topic_views=[{**VIEW, "facets": ["a", "a"]}]),
        "its manifest has ValueError",
    ),
    "no format": (lambda m, _: m.pop("format"), "its manifest has KeyError"),
    "a format before the first": (lambda m, _: m.update(format=0), "its manifest has ValueError"),
    "a revision before the first": (lambda m, _: m.update(revision="0010"), "its manifest has ValueError"),
    "a list for a table": (lambda m, _: m["tables"].append([]), "its manifest has TypeError"),
    "true for a number": (lambda m, _: m.update(active=True), "its manifest has ValueError"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(archive: Path, target: Database, name: str) -> None:
    change, reason = FORGERIES[name]
    assert re.search(f"is not a whole archive of a shelf: .*({reason})", refusal(target, forged(archive, change)))


@pytest.mark.parametrize(
    ("change", "what"),
    [(lambda m, _: m.update(format=2), "format 2"), (lambda m, _: m.update(revision="9999"), "revision 9999")],
)
def test_an_archive_of_the_future_is_refused(archive: Path, target: Database, change: Change, what: str) -> None:
    said = refusal(target, forged(archive, change), ArchiveNewer)
    assert re.search(rf"was saved by a newer Wikishelf \(.+\), whose {what} this program does not know; upgrade", said)


def test_a_facet_with_quotes_is_only_a_name(archive: Path, database: Database) -> None:
    odd = "a\"; drop table wikishelf.articles; --' %s"
    restored(database, forged(archive, lambda m, _: m.update(topic_views=[{**VIEW, "facets": [odd]}])))
    with psycopg.connect(database.url) as connection:
        found = connection.execute("select * from wikishelf.books limit 0")
        assert [column.name for column in found.description or ()][3] == odd


def test_a_file_cut_anywhere_is_refused(archive: Path, target: Database, tmp_path: Path) -> None:
    whole, cut = archive.read_bytes(), tmp_path / "cut.zip"
    for share in (0, 0.001, 0.5, 0.9, 0.999):
        cut.write_bytes(whole[: int(share * len(whole))])
        assert "File is not a zip file" in refusal(target, cut)


def test_a_byte_that_flipped_anywhere_is_noticed(archive: Path, target: Database, tmp_path: Path) -> None:
    whole, flipped = archive.read_bytes(), tmp_path / "flipped.zip"
    members = ZipFile(archive).infolist()
    within = [one.header_offset + 200 + one.compress_size // 2 for one in members if one.compress_size > 500]
    for place in (*within[::3], len(whole) - 8):
        flipped.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        refusal(target, flipped)
    assert len(within) > 6


def test_a_packing_that_we_do_not_write_is_refused(archive: Path, target: Database, tmp_path: Path) -> None:
    with ZipFile(archive) as old, ZipFile(tmp_path / "stored.zip", "w", ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert "its members are not those of its manifest" in refusal(target, tmp_path / "stored.zip")


def test_a_manifest_that_is_a_bomb_is_refused(archive: Path, target: Database) -> None:
    bomb = forged(archive, lambda m, _: m.update(wiki=" " * (17 << 20)))
    assert bomb.stat().st_size < 1 << 20
    assert "its manifest is too long" in refusal(target, bomb)
    deep = forged(archive, lambda *_: None)
    with ZipFile(deep, "w", compression=8) as made:
        made.writestr("manifest.json", "[" * 100_000)
    assert "its manifest has RecursionError" in refusal(target, deep)
    with ZipFile(deep, "w", compression=8) as made:
        made.writestr("other.json", json.dumps({}))
    assert "There is no item named 'manifest.json'" in refusal(target, deep)


def test_another_checksum_than_the_publisher_s_is_refused(archive: Path) -> None:
    container.checked(archive, container.sha256(archive).upper())
    with pytest.raises(ArchiveDamaged, match="its SHA-256 is [0-9a-f]{64}; nothing was restored"):
        container.checked(archive, "0" * 64)


def test_a_file_that_is_not_there(target: Database, tmp_path: Path) -> None:
    said = refusal(target, tmp_path / "no.zip", FileUnreadable)
    assert re.fullmatch(
        'cannot read .*no.zip: No such file or directory; give a file that "python -m db save" .*', said
    )
    assert "Is a directory" in refusal(target, tmp_path, FileUnreadable)
