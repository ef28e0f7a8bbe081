"""Files of every packing, read to the end; files that are cut, damaged or something else."""

import bz2
import gzip
import io
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from db.errors import WikishelfError
from db.importing.records import Article, Redirect
from ingest import errors
from ingest.dumps.files import find_sources
from ingest.extract import extract
from ingest.topics.catalogue import load_topics
from tests.support.pages import ALIAS, BOOK, DUMP, HEAD, OTHER, TAIL, ReadBytes, articles, page, without_links

PIECES = [HEAD.encode(), BOOK.encode(), (OTHER + ALIAS).encode(), TAIL.encode()]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dump.xml", DUMP),
        ("bom.xml", b"\xef\xbb\xbf" + DUMP),
        ("declared.xml", b'<?xml version="1.0" encoding="utf-8"?>\n<!-- a sample -->\n' + DUMP),
        ("converted.xml", b'<?xml version="1.0" encoding="UTF-16"?>' + DUMP),
        ("dump.xml.bz2", bz2.compress(DUMP)),
        ("multistream.xml.bz2", b"".join(map(bz2.compress, PIECES))),
        ("cut-anywhere.xml.bz2", b"".join(bz2.compress(DUMP[i : i + 99]) for i in range(0, len(DUMP), 99))),
        ("dump.xml.gz", gzip.compress(DUMP)),
        ("joined.xml.gz", b"".join(map(gzip.compress, PIECES))),
        ("misnamed.xml", bz2.compress(DUMP)),
    ],
)
def test_every_packing_is_read_to_the_end(read: ReadBytes, name: str, content: bytes) -> None:
    found, report = read(content, name)
    article, alias = found
    assert isinstance(article, Article)
    assert (article.title, article.page_id, article.revision_id) == ("War and Peace", 7, 70)
    assert [link.title for link in article.links] == ["Leo Tolstoy"], "text in pieces is joined with nothing between"
    assert alias == Redirect("Voyna i mir", "War and Peace")
    assert (report.pages, report.articles, report.redirects, report.wiki) == (3, 1, 1, "testwiki")
    assert report.bytes_read == len(content)
    assert not report.warnings


def test_two_whole_dumps_in_one_file(read: ReadBytes) -> None:
    found, report = read(bz2.compress(DUMP) + bz2.compress(DUMP.replace(b"War and Peace", b"Emma")), "two.xml.bz2")
    assert [one.title for one in found if isinstance(one, Article)] == ["War and Peace", "Emma"]
    assert report.pages == 6


def test_a_folder_is_read_part_by_part(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        content = HEAD + BOOK.replace("War and Peace", f"Part {number}") + TAIL
        (tmp_path / f"dump.xml-p{number}.bz2").write_bytes(bz2.compress(content.encode()))
    (tmp_path / "dump-multistream-index.txt.bz2").write_bytes(bz2.compress(b"0:1:Part 1"))
    (tmp_path / "README").write_text("not a dump")
    topics = load_topics()
    found = [one for source in find_sources([tmp_path]) for one in without_links(extract(source, topics)[0])]
    assert [one.title for one in found] == ["Part 1", "Part 2", "Part 10"]


def wrong(encoding: str, start: str = "") -> bytes:
    return (start + DUMP.decode()).encode(encoding)


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("dump.xml", DUMP)
    return file.getvalue()


PACKED, GZIPPED = bz2.compress(DUMP), gzip.compress(DUMP)
DAMAGED = PACKED[:200] + b"\0" * 20 + PACKED[220:]


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("empty.xml", b"", errors.NotADump, "it is empty"),
        ("page.html", b"<!DOCTYPE html><html>404</html>", errors.NotADump, "it starts with b'<!DOCTYPE html><html"),
        ("noise.xml", bytes(range(256)), errors.NotADump, "pages-articles"),
        ("noise.xml.bz2", bz2.compress(b"0:1:Title"), errors.NotADump, "pages-articles"),
        ("dump.zip", zipped(), errors.UnreadablePacking, "packed as zip.*unzip"),
        ("dump.7z", b"7z\xbc\xaf\x27\x1c____", errors.UnreadablePacking, "packed as 7z.*7z x"),
        ("dump.xml.xz", b"\xfd7zXZ\x00____", errors.UnreadablePacking, "packed as xz.*xz -d"),
        ("dump.xml.zst", b"\x28\xb5\x2f\xfd____", errors.UnreadablePacking, "zstd -d"),
        ("utf16.xml", wrong("utf-16"), errors.WrongEncoding, "UTF-16.*iconv"),
        ("utf16le.xml", wrong("utf-16-le"), errors.WrongEncoding, "UTF-16LE"),
        ("utf16be.xml.bz2", bz2.compress(wrong("utf-16-be")), errors.WrongEncoding, "UTF-16BE"),
        ("latin.xml", wrong("latin-1", '<?xml version="1.0" encoding="latin-1"?>'), errors.WrongEncoding, "latin-1"),
        ("cut.xml.bz2", PACKED[:-9], errors.TruncatedSource, f"byte {len(PACKED) - 9} .the bz2 data stop"),
        ("cut.xml.gz", GZIPPED[:-9], errors.TruncatedSource, f"byte {len(GZIPPED) - 9} .the gz data stop"),
        ("bad.xml.bz2", DAMAGED, errors.DamagedSource, "damaged near byte"),
        ("tail.xml.bz2", PACKED + b"noise", errors.DamagedSource, "damaged near byte"),
        ("bad.xml.gz", GZIPPED[:60] + b"\xff" * 20 + GZIPPED[80:], errors.DamagedSource, "damaged near byte"),
        ("cut.xml", DUMP[: DUMP.find(b"[[Moscow")], errors.TruncatedSource, "in the middle of a page"),
        ("cut.xml", DUMP[:-60], errors.TruncatedSource, "in the middle of a page"),
        ("cut.xml", DUMP[: len(HEAD) + 5], errors.TruncatedSource, "in the middle of the markup"),
        ("cut.xml", DUMP[:200], errors.TruncatedSource, "in the middle of the markup"),
        ("joined.xml", DUMP[: DUMP.find(b"[[Moscow")] + DUMP, errors.DamagedSource, "do not follow each other"),
        ("joined.xml", DUMP[:-13] + DUMP[DUMP.find(b"[[Moscow") :], errors.DamagedSource, "do not follow each other"),
        ("page.xml", DUMP.replace(b"<id>70</id>", b"<id>70</di>"), errors.DamagedSource, "a page is not well formed"),
        ("page.xml", DUMP.replace(b"Infobox book", b"Infobox book\xff"), errors.DamagedSource, "not well formed"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(
    read: ReadBytes, name: str, content: bytes, error: type[WikishelfError], message: str
) -> None:
    with pytest.raises(error, match=f"(?s){name}.*{message}") as caught:
        read(content, name)
    assert "\n" not in str(caught.value)


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.SourceNotFound, match="nowhere.xml does not exist"):
        find_sources([tmp_path / "nowhere.xml"])
    with pytest.raises(errors.NoDumpsInFolder, match="holds no dump"):
        find_sources([tmp_path])


def test_many_streams_are_unpacked_in_their_order(read: ReadBytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream of Book 3 is too long for a cut behind it to be found."""
    monkeypatch.setattr("ingest.dumps.files.LONGEST_STREAM", 100_000)
    noise = random.Random(1).randbytes(200_000).hex()
    texts = [noise[:n] for n in (10, 10_000, 100_000, 400_000, 10)]
    streams = [HEAD, *(page(f"Book {n}", "{{Infobox book}}" + text) for n, text in enumerate(texts)), TAIL]
    packed = [bz2.compress(stream.encode(), 1) for stream in streams]
    assert len(packed[4]) > 200_000
    found, _ = read(b"".join(packed), "many.xml.bz2")
    assert [(one.title, one.text_length - 16) for one in articles(found)] == [
        (f"Book {n}", len(text)) for n, text in enumerate(texts)
    ]


INTERRUPTED = """
import signal, sys
from pathlib import Path
from ingest.dumps.files import Source, read_chunks
from ingest.dumps.unpack import FilePart

seek, calls = FilePart.seek, []

def interrupted(part, *place):
    found = seek(part, *place)
    calls.append(place)
    if len(calls) > 5:
        signal.raise_signal(signal.SIGINT)
    return found

FilePart.seek = interrupted
try:
    for _ in read_chunks(Source(Path(sys.argv[1]), "bz2"), threads=int(sys.argv[2])):
        pass
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("threads", ["1", "2"])
def test_ctrl_c_within_the_decoder_waits_until_it_is_left(tmp_path: Path, threads: str) -> None:
    """It would abort the process else, so the test starts one of its own."""
    path = tmp_path / "noise.bz2"
    path.write_bytes(bz2.compress(random.Random(1).randbytes(1_000_000).hex().encode()))
    command = [sys.executable, "-c", INTERRUPTED, str(path), threads]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "interrupted\n", "")
