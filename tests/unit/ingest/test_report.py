"""The report of a source, and the progress while it is read."""

import json
import re

import pytest

from db.importing.records import Article, Link, Redirect
from ingest.progress import Progress, shown, watch
from ingest.report import TITLES_PER_REASON, Report, print_table


def article(title: str) -> Article:
    return Article(1, "book", title, {}, None, None, 9, {Link("page", "A"): 2, Link("site", "a.org"): 1}, ())


def filled() -> Report:
    report = Report("dump.xml", wiki="enwiki", pages=1_003)
    for found in (article("T"), article("U"), Redirect("V", "T")):
        report.add(found)
    for number in range(1_000):
        report.skip("too long", f"Page {number}")
    report.warnings.append("no </mediawiki> at the end")
    return report


def test_counts() -> None:
    assert filled().counts() == {
        "pages": 1_003,
        "articles": 2,
        "topics": {"book": 2},
        "redirects": 1,
        "occurrences": 6,
        "pairs": 4,
        "skipped": {"too long": {"pages": 1_000, "titles": [f"Page {number}" for number in range(TITLES_PER_REASON)]}},
        "warnings": ["no </mediawiki> at the end"],
    }


def test_the_table_says_what_was_left_out_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([filled()], {"articles": 2, "links": 1_234})
    assert capsys.readouterr().out == (
        "dump.xml (enwiki)\n"
        "  pages read  1,003\n"
        "  articles    2 (2 book)\n"
        "  redirects   1\n"
        "  pairs       4, occurring 6 times\n"
        "  skipped     1,000 too long: Page 0; Page 1; Page 2 ...\n"
        "  warning     no </mediawiki> at the end\n"
        "stored\n"
        "  articles    2\n"
        "  links       1,234\n"
    )


def test_a_source_without_articles_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Report("empty.xml")], {})
    assert "articles    0 (none)" in capsys.readouterr().out


def test_parts_add_up_and_survive_json() -> None:
    whole, first, second = Report("dump.xml", "enwiki"), filled(), filled()
    second.warnings = ["no <siteinfo>"]
    for part in (first, second):
        whole.absorb(Report.from_json(json.loads(json.dumps(part.as_json()))))
    assert whole.counts()["topics"] == {"book": 4}
    assert (whole.pages, whole.articles, whole.pairs, whole.skipped["too long"]) == (2_006, 4, 8, 2_000)
    assert len(whole.skipped_titles["too long"]) == TITLES_PER_REASON
    assert whole.counts()["warnings"] == ["no </mediawiki> at the end", "no <siteinfo>"]


def test_progress_hands_everything_through_and_writes_to_stderr_only(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("dump.xml", bytes_read=50, pages=3)
    given: list[Article | Redirect] = [article("T"), Redirect("V", "T")]
    with shown(200) as progress:
        assert list(watch(progress, iter(given), report)) == given
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.fullmatch(r" 25%  0 articles in 3 pages, [\d,]+ pages/s, [\d,.]+ MB/s\n", printed.err)


def test_progress_adds_the_jobs_done_to_the_one_at_work() -> None:
    told: list[tuple[int, str]] = []
    progress = Progress(100, every=0, show=lambda read, state: told.append((read, state.split(",")[0])))
    progress.add(Report("a", bytes_read=10, pages=2))
    progress.tell(Report("a", bytes_read=5, pages=1))
    progress.add(Report("a", bytes_read=20, pages=4))
    assert told == [(10, "0 articles in 2 pages"), (15, "0 articles in 3 pages"), (30, "0 articles in 6 pages")]
