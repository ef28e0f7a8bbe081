"""Coverage-guided fuzzing of all that reads the bytes of others: python fuzz/fuzz_ingest.py TARGET [OPTIONS] [CORPUS]

Whatever the bytes are, a call gives records that the tables take or raises a WikishelfError, at once and in little
memory. README.md beside this file says how to run it and what it found.
"""

import bz2
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ingest"]):
    from db.errors import WikishelfError
    from db.importing.records import Article, Redirect
    from ingest.article import count_links, read_article
    from ingest.dumps.files import find_sources
    from ingest.dumps.page import Page
    from ingest.extract import records
    from ingest.plan import Job, make_plan
    from ingest.report import Report
    from ingest.topics.catalogue import by_infobox, candidate_pattern, load_topics
    from ingest.topics.facets import read_facets, read_parameters
    from ingest.wikitext.scan import link_sites, link_targets, live, named_arguments, templates, without_refs
    from ingest.wikitext.titles import ENGLISH_SITE, read_title
    from ingest.wikitext.values import Value, read_value

LIMITS = ("-timeout=5", "-rss_limit_mb=512", "-max_len=4096")  # seconds a call, memory, bytes of an input
LONGEST = 1_000  # bytes of a text in an index: PostgreSQL takes 2,704
LONGEST_VALUE = 1 << 28  # bytes of a text in jsonb
SHORT, LONG = 8_000, 32_000  # characters of the texts whose times are compared
GROWTH = 10  # times as long for 4 times the text: linear is 4, quadratic 16

TOPICS = load_topics(["book", "film", "album", "person"])
BY_INFOBOX = by_infobox(TOPICS)
CANDIDATE = candidate_pattern(TOPICS)
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-ingest-"))

TOKENS = """
[[ ]] {{ }} {{{ }}} | = <!-- --> <nowiki> </nowiki> <nowiki/> <pre> </pre> <ref> </ref> <includeonly> </includeonly>
<noinclude> <br> <br/> {{!}} [http:// https:// // ] #REDIRECT ''' &amp; &lt; &gt; &nbsp; &#32; &#x1; %20 %C3%A9 # : _
Category: File: fr: Template: Infobox {{Infobox_book| author= genre= pub_date= language= and, by · • ( ) / ; &
{{plainlist| {{ubl| {{hlist| {{lang| {{start_date| ~~~ /../ ./ <page> </page> <title> </title> <ns> </ns> <id> </id>
<revision> </revision> <timestamp> <text> </text> <redirect/> title=" <mediawiki> </mediawiki> <siteinfo> </siteinfo>
<namespace/> key=" case=" <logitem> </logitem> <?xml encoding=" \\u0000 \\ud800 null 1e999
"""

DUMP = """<mediawiki xml:lang="en"><siteinfo><dbname>enwiki</dbname><case>first-letter</case><namespaces>
<namespace key="0" /><namespace key="14">Category</namespace></namespaces></siteinfo>
<page><title>A&amp;B</title><ns>0</ns><id>7</id><revision><id>8</id><timestamp>2020-01-02T03:04:05Z</timestamp>
<text>{{Infobox book|author=[[C]]}} &lt;!-- [[D]] --&gt;[http://e.org f]</text></revision></page>
<page><title>G</title><ns>0</ns><id>9</id><redirect title="A" /><revision><id>1</id></revision></page>
</mediawiki>
"""
ROW = ["A", {"author": "[[B]]<br>C", "pub_date": "1869"}, ["D", "Category:E"], ["http://f.org"], "2020-01-02", 9]
WIKITEXT = """{{Infobox book<!-- x --> | author = [[A|B]] and [[C]] (D) | genre = {{hlist|[[E]]|F}} | pub_date = 1869
| language = French language, Dutch and Thai}} '''G''' [[h#i]] [[File:J.jpg|thumb|[[K]]]] <nowiki>[[L]]</nowiki>
<ref name="m">[https://n.org o]</ref> [[Category:P|q]] <includeonly>[[R]]</includeonly> {{s|{{{t}}}}}"""


def wikitext(data: bytes) -> None:
    """A page's text, with and without an infobox before it."""
    for text in (_text(data), "{{Infobox book|author=" + _text(data), WIKITEXT + _text(data)):
        for refs in (True, False):
            article = read_article(Page(1, 2, None, text), "T", BY_INFOBOX, ENGLISH_SITE, refs)
            if article:
                check(article)


def infobox(data: bytes) -> None:
    """Values, the facets in them, and a parameter's name."""
    text = _text(data)
    arguments = read_parameters({**dict.fromkeys(PARAMETERS, text), text: "x"})
    values = {name: read_value(value, ENGLISH_SITE) for name, value in arguments.items()}
    for topic in TOPICS:
        facets = read_facets(values, topic)
        check(Article(1, "book", "T", {name: str(value) for name, value in values.items()}, 1, None, 1, {}, facets))


def titles(data: bytes) -> None:
    """A title is its own normal form, and a link fits into the tables."""
    text = _text(data)
    title = read_title(text, ENGLISH_SITE)
    if title is not None:
        full = ENGLISH_SITE.full(title)
        assert read_title(full, ENGLISH_SITE) == title, f"{full!r} is not its own normal form"
    check(Article(1, "book", "T", {}, 1, None, 1, count_links([text], link_sites(text), "T", ENGLISH_SITE), ()))


def dump(data: bytes) -> None:
    """A file as it is, and packed as bz2 in streams cut at every ninth of it: parts give what the whole gives."""
    whole = _read(data, "dump.xml", 1 << 30)
    size = len(data) // 9 + 1
    packed = b"".join(bz2.compress(data[start : start + size], 1) for start in range(0, len(data), size))
    assert _read(packed, "dump.xml.bz2", 1 << 30) == whole


def parts(data: bytes) -> None:
    """Pages in a sound frame, cut into parts at every stream: what the whole gives, the parts give.

    Not the other way round: that nothing but pages stands before the first page of a part is not looked at.
    """
    head, tail = DUMP.split("<page>", 1)[0].encode(), b"</mediawiki>"
    size = len(data) // 9 + 1
    body = [data[start : start + size] for start in range(0, len(data), size)]
    packed = b"".join(bz2.compress(piece, 1) for piece in [head, *body, tail])
    whole = _read(packed, "parts.xml.bz2", 1 << 30)
    if whole is not None:
        found = _read(packed, "parts.xml.bz2", 1)
        assert found == whole, f"whole {whole}, in parts {found}"


def rows(data: bytes) -> None:
    """Records, one a line."""
    _read(data, "rows.ndjson", 1 << 30)


def growth(data: bytes) -> None:
    """A start, a piece many times over and an end: of no function the time grows faster than the text."""
    start, _, rest = _text(data[:64]).partition("\n")
    piece, _, end = rest.partition("\n")
    if piece:
        short, long = (start + piece * (size // len(piece)) + end for size in (SHORT, LONG))
        for name, read in LINEAR.items():
            _check_growth(name, read, short, long)


def check(record: Article | Redirect) -> None:
    """What the tables demand: no NUL, no half of a surrogate pair, short texts in indexes, numbers that fit."""
    if isinstance(record, Redirect):
        _check_texts(record, LONGEST)
        return
    _check_texts([record.title, *(link.title for link in record.links), *(text for _, text in record.facets)], LONGEST)
    _check_texts([*record.infobox, *record.infobox.values()], LONGEST_VALUE)
    assert all(number is None or abs(number) < 1 << 63 for number in (record.page_id, record.revision_id))
    assert 0 <= record.text_length < 1 << 31
    assert all(count > 0 for count in record.links.values())
    assert len(set(record.facets)) == len(record.facets)
    assert all(text.isascii() and text.isdigit() for name, text in record.facets if name == "year")


def _check_texts(texts: Iterable[str], longest: int) -> None:
    for text in texts:
        assert "\0" not in text
        assert len(text.encode()) <= longest, f"too long for an index: {text!r}"


def _text(data: bytes) -> str:
    """No NUL, as in XML."""
    return data.decode("utf-8", "replace").replace("\0", " ")


def _read(content: bytes, name: str, part_size: int) -> list[Article | Redirect] | None:
    """The records of a file, read as an import reads it; None where it is refused."""
    path = FOLDER / name
    path.write_bytes(content)
    try:
        plan = make_plan(find_sources([path]), TOPICS, True, part_size)
        return [record for job in plan.jobs for record in _checked(job)]
    except WikishelfError:
        return None


def _checked(job: Job) -> Iterator[Article | Redirect]:
    for record in records(job.source, job.topics, Report(str(job.source.path)), job.refs, job.site):
        check(record)
        yield record


def _check_growth(name: str, read: Callable[[str], object], short: str, long: str) -> None:
    """Measured up to three times, for the machine may be busy."""
    for _ in range(3):
        brief, lengthy = _seconds(read, short), _seconds(read, long)
        if lengthy < 0.1 or lengthy < GROWTH * brief:
            return
    raise AssertionError(f"{name}: {lengthy:.2f} s for {len(long)} characters, {brief:.3f} s for {len(short)}")


def _seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


PARAMETERS = ("author", "genre", "language", "pub_date")
LINEAR: Mapping[str, Callable[[str], object]] = {
    "live": live,
    "without_refs": without_refs,
    "link_targets": lambda text: list(link_targets(text)),
    "link_sites": lambda text: list(link_sites(text)),
    "templates": lambda text: [named_arguments(text, template) for template in [*templates(text)][:9]],
    "read_title": lambda text: read_title(text, ENGLISH_SITE),
    "read_value": lambda text: read_value(text, ENGLISH_SITE),
    "read_facets": lambda text: read_facets(dict.fromkeys(PARAMETERS, read_value(text, ENGLISH_SITE)), TOPICS[0]),
    "parameters": lambda text: read_facets(dict.fromkeys(read_parameters({text: ""}), Value((), ())), TOPICS[0]),
    "candidate": lambda text: CANDIDATE.search(text.encode(errors="replace")),
}
TARGETS: Mapping[str, tuple[Callable[[bytes], None], str]] = {
    "wikitext": (wikitext, WIKITEXT),
    "infobox": (infobox, "{{ubl|[[A|B]]|C}}<br>D and E (F), {{lang|fr|G}} * 1 May 1869 [http://h.org i]"),
    "titles": (titles, " :category:_caf&eacute;%C3%A9&nbsp;b#c"),
    "dump": (dump, DUMP),
    "parts": (parts, DUMP[DUMP.find("<page>") : DUMP.find("</mediawiki>")]),
    "rows": (rows, json.dumps(ROW) + "\n" + json.dumps(ROW)),
    "growth": (growth, "{{Infobox book|a=\n{{b|[[c]]\n}}"),
}


def main() -> None:
    """Fuzz one target; options and corpus folders are libFuzzer's."""
    target, seed = TARGETS[sys.argv[1]]
    words = FOLDER / "tokens.dict"
    words.write_text(
        "".join('"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n' for word in TOKENS.split())
    )
    seeds = FOLDER / "seeds"
    seeds.mkdir()
    (seeds / "seed").write_text(seed)
    again = any(Path(word).is_file() for word in sys.argv[2:])  # libFuzzer runs files once, if no folder is with them
    atheris.Setup([sys.argv[0], *LIMITS, f"-dict={words}", *sys.argv[2:], *([] if again else [str(seeds)])], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
