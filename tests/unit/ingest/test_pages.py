"""Pages, redirects and articles of a dump: where pages begin and end, what is left out, and what is warned of."""

import bz2
import gzip

import pytest

from db.importing.records import Redirect
from ingest import errors
from ingest.dumps import pages, unpack
from tests.support.pages import BOOK, DUMP, HEAD, OTHER, TAIL, ReadBytes, articles, page


def test_pages_at_the_borders_of_chunks(read: ReadBytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that grow by one byte each, so that the chunks end at every place in a page."""
    monkeypatch.setattr(unpack, "CHUNK_SIZE", 1_009)
    found, report = read(
        (HEAD + "".join(page(f"Book {n}", "{{Infobox book}}" + "x" * n) for n in range(500)) + TAIL).encode()
    )
    assert [one.title for one in found] == [f"Book {n}" for n in range(500)]
    assert report.pages == 500


def test_a_page_of_a_full_history_is_too_long(read: ReadBytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pages.LONGEST_PAGE == 64_000_000
    monkeypatch.setattr(pages, "LONGEST_PAGE", 2_000_000)
    with pytest.raises(errors.PageTooLong, match=f"2 MB at byte {len(HEAD) + 2} of .*all revisions"):
        read(gzip.compress((HEAD + page("A", "x" * 2_100_000) + TAIL).encode(), compresslevel=1))


def test_a_run_of_spaces_between_pages_is_no_trap(read: ReadBytes) -> None:
    found, _ = read((HEAD + BOOK + " \n" * 100_000 + BOOK + TAIL).encode())
    assert len(found) == 2
    with pytest.raises(errors.DamagedSource):
        read((HEAD + BOOK + " \n" * 100_000 + "x" + BOOK + TAIL).encode())


NO_END = "no </mediawiki> at the end: the dump may have been cut off after a whole page"
NO_HEAD = "no <siteinfo>: English namespaces are assumed"


def test_a_dump_that_stops_between_pages_is_read_with_a_warning(read: ReadBytes) -> None:
    found, report = read(DUMP[: -len(TAIL)])
    assert len(found) == 2
    assert report.warnings == [NO_END]


def test_a_fragment_without_siteinfo_is_read_with_a_warning(read: ReadBytes) -> None:
    found, report = read((BOOK + TAIL).encode())
    assert len(found) == 1
    assert report.wiki is None
    assert report.warnings == [NO_HEAD]


def test_the_warnings_of_the_first_and_of_the_last_part_reach_the_report(read: ReadBytes) -> None:
    content = b"".join(bz2.compress(page(f"Book {n}", "{{Infobox book}}").encode()) for n in range(3))
    found, report = read(content, "fragment.xml.bz2")
    assert len(found) == 3
    assert report.warnings == [NO_HEAD, NO_END]


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
def test_what_is_left_out_is_counted_and_named(read: ReadBytes, content: str, reason: str) -> None:
    found, report = read((HEAD + content + TAIL).encode())
    assert found == []
    assert dict(report.skipped) == {reason: 1}
    assert len(report.skipped_titles[reason]) == 1


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
def test_redirects(read: ReadBytes, content: str, expected: Redirect | None, reason: str) -> None:
    found, _ = read((HEAD + content + TAIL).encode())
    assert found == ([expected] if expected else []), reason


def test_the_newest_of_several_revisions_counts(read: ReadBytes) -> None:
    revision = BOOK[BOOK.find("    <revision>") : BOOK.find("  </page>")]
    newer = revision.replace("<id>70</id>", "<id>71</id>").replace("Tolstoy", "Tolstoi")
    (article,) = articles(read((HEAD + BOOK.replace("  </page>", newer + "  </page>") + TAIL).encode())[0])
    assert (article.revision_id, next(iter(article.links)).title) == (71, "Leo Tolstoi")


@pytest.mark.parametrize("title", ["A \\n B", "&quot;Quoted&quot;", "It's", "Back\\slash", "Ωmega"])
def test_odd_titles_come_through(read: ReadBytes, title: str) -> None:
    found, _ = read((HEAD + page(title, "{{Infobox book}}") + OTHER + TAIL).encode())
    assert [one.title for one in found] == [title.replace("&quot;", '"')]
