"""Coverage-guided fuzzing of all that reads the bytes of others: python fuzz/fuzz_ingest.py TARGET [OPTIONS] [CORPUS]

Whatever the bytes are, a call gives articles and redirects that the tables take, or raises a WikishelfError, soon and
in little memory. README.md beside this file says how to run it and what it found.
"""

import bz2
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import atheris

from tests.support.growth import assert_linear, repeated

with atheris.instrument_imports(include=["ingest"]):
    from db.errors import WikishelfError
    from db.importing.records import Article, PageLinks, Redirect
    from ingest.article import article_of_page, count_links
    from ingest.dumps.files import find_sources
    from ingest.dumps.page import Page
    from ingest.extract import extract
    from ingest.plan import Job, make_plan
    from ingest.topics.catalogue import by_infobox, candidate_pattern, load_topics
    from ingest.topics.facets import read_facets, read_parameters
    from ingest.wikitext.raw_links import raw_targets
    from ingest.wikitext.scan import link_sites, link_targets, live, named_arguments, templates, without_refs
    from ingest.wikitext.titles import ENGLISH_SITE, read_title
    from ingest.wikitext.values import Value, read_value

LIMITS = ("-timeout=5", "-rss_limit_mb=512", "-max_len=4096")  # seconds of a call, memory, bytes of an input
LONGEST_IN_INDEX = 1_000  # bytes; PostgreSQL takes 2,704 in an index
LONGEST_IN_JSON = 1 << 28  # bytes; PostgreSQL takes no more in a text within jsonb
COMPARED_SIZE, TOO_SHORT = 8_000, 0.1  # characters of the shorter text whose time is compared; seconds that say nothing

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
            article = article_of_page(Page(1, 2, None, text), "T", BY_INFOBOX, ENGLISH_SITE, refs)
            if article:
                check(article)


def infobox(data: bytes) -> None:
    """Values, the facets in them, and the name of a parameter."""
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
    """A file as it is, and packed as bz2 in nine streams: both give the same."""
    whole = _import(data, "dump.xml", 1 << 30)
    size = len(data) // 9 + 1
    packed = b"".join(bz2.compress(data[start : start + size], 1) for start in range(0, len(data), size))
    assert _import(packed, "dump.xml.bz2", 1 << 30) == whole


def parts(data: bytes) -> None:
    """Pages in a sound frame, cut into parts at every stream: the parts give what the whole gives.

    Where the whole is refused, the parts need not be: nobody looks at what stands before the first page of a part.
    """
    head, tail = DUMP.split("<page>", 1)[0].encode(), b"</mediawiki>"
    size = len(data) // 9 + 1
    body = [data[start : start + size] for start in range(0, len(data), size)]
    packed = b"".join(bz2.compress(piece, 1) for piece in [head, *body, tail])
    whole = _import(packed, "parts.xml.bz2", 1 << 30)
    if whole is not None:
        found = _import(packed, "parts.xml.bz2", 1)
        assert found == whole, f"whole {whole}, in parts {found}"


def rows(data: bytes) -> None:
    """The rows of an .ndjson file."""
    _import(data, "rows.ndjson", 1 << 30)


def growth(data: bytes) -> None:
    """A start, a piece many times over, and an end: the time of every function grows as the text does."""
    start, _, rest = _text(data[:64]).partition("\n")
    piece, _, end = rest.partition("\n")
    if piece:
        for read in LINEAR.values():
            assert_linear(read, repeated(start, piece, end), COMPARED_SIZE, TOO_SHORT)


def check(found: Article | Redirect) -> None:
    """What the tables demand: no NUL, no half of a surrogate pair, short texts in indexes, numbers that fit."""
    if isinstance(found, Redirect):
        _check_texts(found, LONGEST_IN_INDEX)
        return
    links, facets = (link.title for link in found.links), (text for _, text in found.facets)
    _check_texts([found.title, *links, *facets], LONGEST_IN_INDEX)
    _check_texts([*found.infobox, *found.infobox.values()], LONGEST_IN_JSON)
    assert all(number is None or abs(number) < 1 << 63 for number in (found.page_id, found.revision_id))
    assert 0 <= found.text_length < 1 << 31
    assert all(count > 0 for count in found.links.values())
    assert len(set(found.facets)) == len(found.facets)
    assert all(text.isascii() and text.isdigit() for name, text in found.facets if name == "year")


def _check_texts(texts: Iterable[str], longest: int) -> None:
    for text in texts:
        assert "\0" not in text
        assert len(text.encode()) <= longest, f"too long for an index: {text!r}"


def _text(data: bytes) -> str:
    """As text, without NUL, which XML does not have either."""
    return data.decode("utf-8", "replace").replace("\0", " ")


def _import(content: bytes, name: str, part_size: int) -> list[Article | Redirect] | None:
    """What a file gives when it is read as an import reads it; None where it is refused."""
    path = FOLDER / name
    path.write_bytes(content)
    try:
        plan = make_plan(find_sources([path]), TOPICS, True, part_size)
        return [found for job in plan.jobs for found in _checked(job)]
    except WikishelfError:
        return None


def _checked(job: Job) -> Iterator[Article | Redirect]:
    for found in extract(job.source, job.topics, job.refs, job.head)[0]:
        if not isinstance(found, PageLinks):
            check(found)
            yield found


PARAMETERS = ("author", "genre", "language", "pub_date")
LINEAR: Mapping[str, Callable[[str], object]] = {
    "live": live,
    "without_refs": without_refs,
    "link_targets": lambda text: list(link_targets(text)),
    "raw_targets": raw_targets,
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
    """Fuzz one target; the options and the corpus folders are libFuzzer's."""
    target, seed = TARGETS[sys.argv[1]]
    words = FOLDER / "tokens.dict"
    words.write_text(
        "".join('"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n' for word in TOKENS.split())
    )
    seeds = FOLDER / "seeds"
    seeds.mkdir()
    (seeds / "seed").write_text(seed)
    again = any(Path(word).is_file() for word in sys.argv[2:])  # libFuzzer runs files once where no folder is given
    atheris.Setup([sys.argv[0], *LIMITS, f"-dict={words}", *sys.argv[2:], *([] if again else [str(seeds)])], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
