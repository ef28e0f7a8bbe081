"""The report of a source, and the progress while it is read."""

import re

from db.articles import Article, Link, Redirect
from ingest.progress import State, watch
from ingest.report import NAMED, Report, print_table


def article(title):
    return Article(1, "book", title, {}, None, None, 9, {Link("page", "A"): 2, Link("site", "a.org"): 1}, ())


def filled():
    report = Report("dump.xml", wiki="enwiki", pages=1_003)
    for record in (article("T"), article("U"), Redirect("V", "T")):
        report.add(record)
    for number in range(1_000):
        report.skip("too long", f"Page {number}")
    report.warnings.append("no </mediawiki> at the end")
    return report


def test_counts():
    assert filled().counts() == {
        "pages": 1_003,
        "articles": 2,
        "topics": {"book": 2},
        "redirects": 1,
        "occurrences": 6,
        "pairs": 4,
        "skipped": {"too long": {"pages": 1_000, "titles": [f"Page {number}" for number in range(NAMED)]}},
        "warnings": ["no </mediawiki> at the end"],
    }


def test_the_table_says_what_was_left_out_and_why(capsys):
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


def test_a_source_without_articles_says_so(capsys):
    print_table([Report("empty.xml")], {})
    assert "articles    0 (none)" in capsys.readouterr().out


def test_progress_hands_every_record_through_and_writes_to_stderr_only(capsys):
    report = Report("dump.xml", bytes_read=50, pages=3)
    given = [article("T"), Redirect("V", "T")]
    assert list(watch(iter(given), [report], total=200)) == given
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.fullmatch(r" 25%  0 articles in 3 pages, [\d,]+ pages/s, [\d,.]+ MB/s\n", printed.err)


def test_rates():
    assert str(State(5_000_000, 3_000, 12, 2.0)) == "12 articles in 3,000 pages, 1,500 pages/s, 2.5 MB/s"
