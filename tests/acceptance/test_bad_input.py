"""Bad input: one clear line that names the culprit, exit code 1, the database unchanged."""

import bz2
import re
from pathlib import Path

import pytest

from tests.support.commands import IMPORTED, contents, done, refusal


@pytest.fixture
def sources(tmp_path: Path, sample_dump: Path) -> Path:
    dump = sample_dump.read_bytes()
    (tmp_path / "cut.xml.bz2").write_bytes(dump[: len(dump) * 2 // 3])
    (tmp_path / "flipped.xml.bz2").write_bytes(dump[: len(dump) // 2] + b"\0\0\0\0" + dump[len(dump) // 2 + 4 :])
    (tmp_path / "cut.xml").write_bytes(bz2.decompress(dump)[:200_000])
    (tmp_path / "empty.xml.bz2").write_bytes(b"")
    (tmp_path / "empty.xml").write_bytes(b"")
    (tmp_path / "page.xml").write_text("<html><body>Not found</body></html>")
    (tmp_path / "text.txt").write_text("hello")
    (tmp_path / "bad.ndjson").write_text('["A", {}, [], [], "2018-01-01T00:00:00Z", 5]\n{"no": "row"}\n')
    (tmp_path / "folder").mkdir()
    return tmp_path


BAD = "missing.xml.bz2 cut.xml.bz2 flipped.xml.bz2 cut.xml empty.xml.bz2 empty.xml page.xml text.txt bad.ndjson folder"


@pytest.mark.parametrize("name", BAD.split())
def test_a_bad_source(sample_copy: str, sources: Path, name: str) -> None:
    before = contents(sample_copy)
    line = refusal("ingest", str(sources / name), DATABASE_URL=sample_copy)
    assert name in line
    assert contents(sample_copy) == before


def test_an_unknown_topic_lists_the_known(sample_copy: str, sample_dump: Path) -> None:
    line = refusal("ingest", str(sample_dump), "--topic", "boook", DATABASE_URL=sample_copy)
    assert "boook" in line
    assert "film" in line


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--dimensions", "0"),
        ("--dimensions", "5000"),
        ("--epochs", "0"),
        ("--seed", "-1"),
        ("--min-articles", "0"),
        ("--kinds", "page,thing"),
        ("--topic", "opera"),
        ("--min-articles", "100000"),
    ],
)
def test_a_bad_setting(sample_copy: str, option: str, value: str) -> None:
    before = contents(sample_copy, *IMPORTED)
    line = refusal("train", option, value, DATABASE_URL=sample_copy)
    assert option.removeprefix("--") in line
    assert re.search(rf"(?<!\w){value.split(',')[-1]}\b", line)
    assert contents(sample_copy, *IMPORTED) == before


def test_an_empty_database(url: str) -> None:
    assert "ingest" in refusal("train", DATABASE_URL=url)
    assert "no model is active" in refusal("api", "similar", "Dracula", DATABASE_URL=url)


@pytest.mark.parametrize(("package", "arguments"), [("train", ()), ("api", ("search", "x")), ("ingest", ("SAMPLE",))])
def test_an_unreachable_database(package: str, arguments: tuple[str, ...], sample_dump: Path) -> None:
    arguments = tuple(str(sample_dump) if argument == "SAMPLE" else argument for argument in arguments)
    wrong = "postgresql://me:secret@127.0.0.1:1/x"
    line = refusal(package, *arguments, DATABASE_URL=wrong)
    assert "127.0.0.1" in line
    assert "secret" not in line
    assert "DATABASE_URL" in refusal(package, *arguments, DATABASE_URL="nonsense")


def test_another_wiki_is_refused(sample_copy: str, shared_data: Path) -> None:
    before = contents(sample_copy)
    (dump,) = (shared_data / "dumps").glob("enwiki-latest-pages-articles1*shortened.bz2")
    line = refusal("ingest", str(dump), DATABASE_URL=sample_copy)
    assert "samplewiki" in line
    assert "enwiki" in line
    assert contents(sample_copy) == before


def test_a_second_import_changes_nothing(sample_copy: str, sample_dump: Path) -> None:
    before = contents(sample_copy, *IMPORTED)
    done("ingest", str(sample_dump), "--topic", "book", "--topic", "film", DATABASE_URL=sample_copy)
    assert contents(sample_copy, *IMPORTED) == before
