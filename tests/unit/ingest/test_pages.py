"""Files of every packing to pages, redirects and articles; files that are cut, damaged or something else."""

import bz2
import gzip
import io
import random
import subprocess
import sys
import zipfile

import pytest

from db.importing.records import Article, Redirect
from ingest import errors
from ingest.dumps.files import find_sources
from ingest.extract import records
from ingest.plan import make_plan
from ingest.report import Report
from ingest.topics.catalogue import load_topics

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>testwiki</dbname>
    <case>first-letter</case>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="10" case="first-letter">Template</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
      <namespace key="118" case="first-letter">Draft</namespace>
    </namespaces>
  </siteinfo>
"""
TAIL = "</mediawiki>\n"


def page(title, text, ns=0, redirect="", number=7):
    return f"""  <page>
    <title>{title}</title>
    {f"<ns>{ns}</ns>" if ns is not None else ""}
    <id>{number}</id>
    {redirect}
    <revision>
      <id>70</id>
      <timestamp>2020-01-02T03:04:05Z</timestamp>
      <text bytes="1" xml:space="preserve">{text}</text>
    </revision>
  </page>
"""


BOOK = page("War and Peace", "{{Infobox book|author=[[Leo Tolstoy]]}} AT&amp;T &lt;!-- [[No]] --&gt;")
OTHER = page("Russia", "{{Infobox country}} [[Moscow]]")
ALIAS = page("Voyna i mir", "#REDIRECT [[War and Peace]]", redirect='<redirect title="War and Peace" />')
DUMP = (HEAD + BOOK + OTHER + ALIAS + TAIL).encode()


@pytest.fixture(params=[(10**9, 1), (10**9, 3), (1, 1)], ids=["whole", "by three threads", "cut at every stream"])
def read(tmp_path, request):
    part_size, threads = request.param

    def read_bytes(content, name="dump.xml", topics=("book",)):
        path = tmp_path / name
        path.write_bytes(content)
        plan = make_plan(find_sources([path]), load_topics(topics), refs=True, part_size=part_size)
        found, report = [], Report(str(path), plan.wikis[0])
        for job in plan.jobs:
            part = Report(str(path))
            found += records(job.source, job.topics, part, job.refs, job.site, threads)
            report.absorb(part)
        return found, report

    return read_bytes


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
def test_every_packing_is_read_to_the_end(read, name, content):
    found, report = read(content, name)
    article, alias = found
    assert isinstance(article, Article)
    assert (article.title, article.page_id, article.revision_id) == ("War and Peace", 7, 70)
    assert [link.title for link in article.links] == ["Leo Tolstoy"], "text in pieces is joined with nothing between"
    assert alias == Redirect("Voyna i mir", "War and Peace")
    assert (report.pages, report.articles, report.redirects, report.wiki) == (3, 1, 1, "testwiki")
    assert report.bytes_read == len(content)
    assert not report.warnings


def test_two_whole_dumps_in_one_file(read):
    found, report = read(bz2.compress(DUMP) + bz2.compress(DUMP.replace(b"War and Peace", b"Emma")), "two.xml.bz2")
    assert [one.title for one in found if isinstance(one, Article)] == ["War and Peace", "Emma"]
    assert report.pages == 6


def test_pages_at_the_borders_of_chunks(read):
    pages = "".join(page(f"Book {n}", "{{Infobox book}}" + "x" * n) + OTHER for n in range(2_500))
    found, report = read((HEAD + pages + TAIL).encode())
    assert [one.title for one in found] == [f"Book {n}" for n in range(2_500)]
    assert report.pages == 5_000


def test_a_folder_is_read_part_by_part(tmp_path):
    for number in (10, 2, 1):
        content = HEAD + BOOK.replace("War and Peace", f"Part {number}") + TAIL
        (tmp_path / f"dump.xml-p{number}.bz2").write_bytes(bz2.compress(content.encode()))
    (tmp_path / "dump-multistream-index.txt.bz2").write_bytes(bz2.compress(b"0:1:Part 1"))
    (tmp_path / "README").write_text("no dump")
    topics = load_topics()
    found = [one for source in find_sources([tmp_path]) for one in records(source, topics, Report(str(source.path)))]
    assert [one.title for one in found] == ["Part 1", "Part 2", "Part 10"]


def wrong(encoding, start=""):
    return (start + DUMP.decode()).encode(encoding)


def zipped():
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
def test_what_cannot_be_read_is_one_clear_error(read, name, content, error, message):
    with pytest.raises(error, match=f"(?s){name}.*{message}") as caught:
        read(content, name)
    assert "\n" not in str(caught.value)


INTERRUPTED = """
import signal, sys
from pathlib import Path
from ingest.report import Report
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
    for _ in read_chunks(Source(Path(sys.argv[1]), "bz2"), Report("noise"), threads=int(sys.argv[2])):
        pass
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("threads", ["1", "2"])
def test_ctrl_c_within_the_decoder_waits_until_it_is_left(tmp_path, threads):
    """Else the process aborts, so it is one of its own."""
    path = tmp_path / "noise.bz2"
    path.write_bytes(bz2.compress(random.Random(1).randbytes(3_000_000).hex().encode()))
    command = [sys.executable, "-c", INTERRUPTED, path, threads]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "interrupted\n", "")


def test_many_streams_are_unpacked_in_their_order(read):
    """Streams of less and of more than a share, and one that is too long for a share."""
    noise = random.Random(1).randbytes(9_000_000).hex()
    texts = [noise[:n] for n in (10, 10_000, 1_000_000, 18_000_000, 10)]
    dump = [HEAD, *(page(f"Book {n}", "{{Infobox book}}" + text) for n, text in enumerate(texts)), TAIL]
    found, report = read(b"".join(bz2.compress(part.encode(), 1) for part in dump), "many.xml.bz2")
    assert [(one.title, one.text_length - 16) for one in found] == [
        ("Book 0", 10),
        ("Book 1", 10_000),
        ("Book 2", 1_000_000),
        ("Book 4", 10),
    ]
    assert report.named == {"too long": ["Book 3"]}


def test_a_source_that_is_not_there(tmp_path):
    with pytest.raises(errors.SourceNotFound, match="nowhere.xml does not exist"):
        find_sources([tmp_path / "nowhere.xml"])
    with pytest.raises(errors.NoDumpsInFolder, match="holds no dump"):
        find_sources([tmp_path])


def test_a_page_of_a_full_history_is_too_long(read):
    with pytest.raises(errors.PageTooLong, match=f"64 MB at byte {len(HEAD) + 2} of .*all revisions"):
        read(gzip.compress((HEAD + page("A", "x" * 66_000_000) + TAIL).encode(), compresslevel=1))


def test_a_run_of_spaces_between_pages_is_no_trap(read):
    found, _ = read((HEAD + BOOK + " \n" * 500_000 + BOOK + TAIL).encode())
    assert len(found) == 2
    with pytest.raises(errors.DamagedSource):
        read((HEAD + BOOK + " \n" * 500_000 + "x" + BOOK + TAIL).encode())


def test_a_dump_that_stops_between_pages_is_read_with_a_warning(read):
    found, report = read(DUMP[: -len(TAIL)])
    assert len(found) == 2
    assert report.warnings == ["no </mediawiki> at the end: the dump may go on after its 3 pages"]


def test_a_fragment_without_siteinfo_is_read_with_a_warning(read):
    found, report = read(BOOK.encode())
    assert len(found) == 1
    assert report.wiki is None
    assert report.warnings[0].startswith("no <siteinfo>")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (page("Draft:X", "{{Infobox book}}", ns=118), "other namespace"),
        (page("Draft:X", "{{Infobox book}}", ns=None), "other namespace"),
        (page("Template:Infobox book", "{{Infobox book}}", ns=10), "other namespace"),
        (page("Tab\tbed", "{{Infobox book}}"), "bad title"),
        (page("X", "{{Infobox book}}" + "x" * 2_200_000), "too long"),
        (BOOK.replace("<text ", "<comment>{{Infobox book</comment><text deleted='deleted' ").replace("</text>", "")
         .replace(">{{Infobox book|author=[[Leo Tolstoy]]}} AT&amp;T &lt;!-- [[No]] --&gt;", "/>"), "no text"),
        (page("X", "#R", redirect='<redirect title="Category:Y" />'), "redirect out of the articles"),
        (page("Category:X", "#R", ns=14, redirect='<redirect title="Y" />'), "redirect out of the articles"),
        (page("X", "#R", redirect='<redirect title="X#Plot" />'), "redirect out of the articles"),
        (page("X", "#R", redirect='<redirect title="fr:Y" />'), "redirect with a bad title"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_counted_and_named(read, content, reason):
    found, report = read((HEAD + content + TAIL).encode())
    assert found == []
    assert dict(report.skipped) == {reason: 1}
    assert len(report.named[reason]) == 1


@pytest.mark.parametrize(
    ("content", "expected", "reason"),
    [
        (page("A", "#REDIRECT [[B]]", redirect='<redirect title="B" />'), Redirect("A", "B"), "as it is"),
        (page("A", "", redirect='<redirect title="AT&amp;T#History" />'), Redirect("A", "AT&T"), "section cut"),
        (page("a_b", "", redirect='<redirect title="c" />'), Redirect("A b", "C"), "normalised"),
        (page("A", "#REDIRECT [[B&amp;amp;C#D|x]]", redirect="<redirect />"), Redirect("A", "B&C"), "no target named"),
        (page("A", "#redirect:[[b]]", ns=None), Redirect("A", "B"), "export 0.3 has no element"),
        (page("A", "\n#転送 [[b]]", ns=None), Redirect("A", "B"), "in another language"),
        (page("A", "#[[b]]", ns=None), None, "a list"),
        (page("A", "# REDIRECT is [[b]]", ns=None), None, "a list"),
    ],
)
def test_redirects(read, content, expected, reason):
    found, _ = read((HEAD + content + TAIL).encode())
    assert found == ([expected] if expected else []), reason


def test_the_newest_of_several_revisions_counts(read):
    revision = BOOK[BOOK.find("    <revision>") : BOOK.find("  </page>")]
    newer = revision.replace("<id>70</id>", "<id>71</id>").replace("Tolstoy", "Tolstoi")
    found, _ = read((HEAD + BOOK.replace("  </page>", newer + "  </page>") + TAIL).encode())
    assert (found[0].revision_id, next(iter(found[0].links)).title) == (71, "Leo Tolstoi")


@pytest.mark.parametrize("title", ["A \\n B", "&quot;Quoted&quot;", "It's", "Back\\slash", "Ωmega"])
def test_odd_titles_come_through(read, title):
    found, _ = read((HEAD + page(title, "{{Infobox book}}") + TAIL).encode())
    assert [one.title for one in found] == [title.replace("&quot;", '"')]
