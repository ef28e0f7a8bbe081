"""A made-up MediaWiki dump of any size: a given share of its bytes are book articles, the rest other pages.

    python -m bench.make_dump OUT.xml.bz2 --megabytes 50 --book-share 0.004 [--seed 0] [--multistream]

The shape is about the English Wikipedia's (export schema 0.11): of the pages 46 in 100 are redirects, 26 lie in other
namespaces; words and link targets follow Zipf's law; bz2 packs it 4 times. The same seed makes the same bytes, and
memory is flat. Expected on one core: 6 MB of XML a second, about half of it bz2's time, so 1 GB in 3 minutes.
"""

import argparse
import bz2
import hashlib
from collections.abc import Iterator
from itertools import accumulate, chain, islice
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape

import numpy as np

Kind = Literal["book", "article", "redirect", "other"]

NAMESPACES = {
    -2: "Media", -1: "Special", 0: "", 1: "Talk", 2: "User", 3: "User talk", 4: "Wikipedia", 5: "Wikipedia talk",
    6: "File", 7: "File talk", 8: "MediaWiki", 9: "MediaWiki talk", 10: "Template", 11: "Template talk",
    12: "Help", 13: "Help talk", 14: "Category", 15: "Category talk", 100: "Portal", 101: "Portal talk",
    118: "Draft", 119: "Draft talk", 710: "TimedText", 711: "TimedText talk", 828: "Module", 829: "Module talk",
}  # fmt: skip
OTHERS = (4, 10, 12, 14, 100, 118)  # namespaces that pages-articles files hold beside the articles
STREAM = 100  # pages a stream of a multistream dump, as in Wikipedia's
YEARS, BOXES = range(1850, 2025), ("Infobox settlement", "Speciesbox")

# A link's target is a page by its number; what it is about decides from which numbers it is drawn.
ANYTHING, GENRES, PLACES = range(1, 200_000), range(10, 50), range(50, 130)
PUBLISHERS, PEOPLE, SUBJECTS = range(200, 700), range(1_000, 9_000), range(10_000, 12_000)


class Page(NamedTuple):
    """A page of the dump: its kind, its title with the namespace's prefix, and its XML from <page> to </page>."""

    kind: Kind
    title: str
    xml: bytes


def pages(megabytes: float, book_share: float, seed: int = 0) -> Iterator[Page]:
    """Pages until their XML has `megabytes` million bytes, `book_share` of them in book articles."""
    random = Random(seed)
    written = books = number = 0
    while written < megabytes * 1e6:
        number += 1
        kind = "book" if books < book_share * written else _kind(random, number)
        page = _page(random, kind, number)
        written += len(page.xml)
        books += len(page.xml) * (kind == "book")
        yield page


def title_of(number: int) -> str:
    """The title of the page of this number: two or more made-up words, of no other page."""
    rest, first = divmod(number, len(NAMES))
    further, second = divmod(rest, len(NAMES))
    end = f" ({further})" if further else ""  # after 25 million pages
    joint = "&" if number % 40 == 0 else "of" if number % 40 == 1 else ""
    return " ".join(f"{NAMES[first]} {joint} {NAMES[(second + 7 * first) % len(NAMES)]}{end}".split()).capitalize()


def write(out: Path, made: Iterator[Page], multistream: bool = False) -> None:
    """Write a dump: plain when `out` ends in .xml, else packed, with `multistream` as a stream for every 100 pages."""
    packed = out.suffix == ".bz2" and not multistream
    with bz2.open(out, "wb") if packed else out.open("wb") as file:
        for piece in chain([_head()], _groups(made), [b"</mediawiki>\n"]):
            file.write(bz2.compress(piece) if multistream else piece)


def main() -> None:
    """Write a dump as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="a file named *.xml or *.xml.bz2")
    parser.add_argument("--megabytes", type=float, default=50, help="of XML, unpacked")
    parser.add_argument("--book-share", type=float, default=0.004, help="of the bytes, from 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--multistream", action="store_true", help="100 pages a bz2 stream")
    options = parser.parse_args()
    if not options.out.name.endswith(".xml.bz2" if options.multistream else (".xml", ".xml.bz2")):
        parser.error("OUT must end in .xml.bz2, or without --multistream in .xml")
    write(options.out, pages(options.megabytes, options.book_share, options.seed), options.multistream)


def _groups(made: Iterator[Page]) -> Iterator[bytes]:
    while group := b"".join(page.xml for page in islice(made, STREAM)):
        yield group


def _head() -> bytes:
    spaces = "".join(
        f'      <namespace key="{number}" case="first-letter"{f">{name}</namespace>" if name else " />"}\n'
        for number, name in NAMESPACES.items()
    )
    return f"""<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>enwiki</dbname>
    <base>https://en.wikipedia.org/wiki/Main_Page</base>
    <generator>MediaWiki 1.46.0</generator>
    <case>first-letter</case>
    <namespaces>
{spaces}    </namespaces>
  </siteinfo>
""".encode()


def _kind(random: Random, number: int) -> Kind:
    """Not a book; the first page is no redirect, for a redirect leads to a page before it."""
    draw = random.random() * (number > 1)
    return "article" if draw < 0.28 else "redirect" if draw < 0.74 else "other"


def _page(random: Random, kind: Kind, number: int) -> Page:
    title = title_of(number)
    if kind == "redirect":
        target = title_of(random.randrange(1, number))
        tag = f'\n    <redirect title="{escape(target)}" />'
        return Page(kind, title, _xml(random, number, 0, title, tag, f"#REDIRECT [[{target}]]\n\n{{{{R from move}}}}"))
    if kind == "other":
        namespace = random.choice(OTHERS)
        title = f"{NAMESPACES[namespace]}:{title}"
        return Page(kind, title, _xml(random, number, namespace, title, "", _prose(random, random.randrange(1, 5))))
    text = _book(random, title) if kind == "book" else _article(random, title)
    return Page(kind, title, _xml(random, number, 0, title, "", text))


def _xml(random: Random, number: int, namespace: int, title: str, redirect: str, text: str) -> bytes:
    raw = text.encode()
    sha1 = np.base_repr(int(hashlib.sha1(raw, usedforsecurity=False).hexdigest(), 16), 36).lower().zfill(31)
    user, revision = random.randrange(1, 50_000), random.randrange(10**8, 10**9)
    return f"""  <page>
    <title>{escape(title)}</title>
    <ns>{namespace}</ns>
    <id>{number}</id>{redirect}
    <revision>
      <id>{revision}</id>
      <parentid>{revision - random.randrange(1, 10**7)}</parentid>
      <timestamp>{random.choice(YEARS[-20:])}-{_day(random)}T03:14:{random.randrange(10, 60)}Z</timestamp>
      <contributor>
        <username>{NAMES[user % len(NAMES)].capitalize()}</username>
        <id>{user}</id>
      </contributor>
      <comment>/* {_words(random, 1)} */ {_words(random, 3)}</comment>
      <origin>{revision}</origin>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="{len(raw)}" sha1="{sha1}" xml:space="preserve">{escape(text, {'"': "&quot;"})}</text>
      <sha1>{sha1}</sha1>
    </revision>
  </page>
""".encode()


def _book(random: Random, title: str) -> str:
    """About 20 links: 7 in the infobox, 3 categories, the rest in the text."""
    author, genre, year = _target(random, PEOPLE), _target(random, GENRES), random.choice(YEARS)
    return f"""{{{{short description|{year} novel by {author}}}}}
{{{{Infobox book <!-- {_words(random, 4)} -->
| name         = {title}
| author       = [[{author}]]
| country      = [[{_target(random, PLACES)}]]
| language     = [[{_target(random, PLACES)}]]
| series       = {_words(random, 2).capitalize()}
| genre        = {{{{plainlist|\n* [[{genre}]]\n* [[{_target(random, GENRES)}|{_words(random, 1)}]]\n}}}}
| publisher    = [[{_target(random, PUBLISHERS)}]]
| release_date = {year}
}}}}
'''''{title}''''' is a {year} [[novel]] by [[{author}|{author.split()[0]}]].

{_prose(random, random.randrange(2, 5))}
{_end(random)}
[[Category:{genre} books]]
[[Category:Books by {author}]]
[[Category:{year} novels]]"""


def _article(random: Random, title: str) -> str:
    """Of a lognormal length, 10 KB in the mean, so that a page of any kind has 4; half have an infobox."""
    place, sections = _target(random, PLACES), min(40, int(random.lognormvariate(1.3, 0.9)))
    body = "".join(f"== {_words(random, 2).capitalize()} ==\n{_section(random)}" for _ in range(sections))
    return f"""{{{{short description|{_words(random, 4)}}}}}
{{{{{random.choice(BOXES)}
| name             = {title}
| subdivision_name = [[{place}]]
| population_total = {random.randrange(100, 10**6)}
| website          = {{{{URL|{_address(random)}}}}}
}}}}
'''{title}''' is a {_words(random, 2)} in [[{place}]].

{_prose(random, 2)}{body}
{_end(random)}
[[Category:{_words(random, 1).capitalize()} in {place}]]
[[Category:{_target(random, GENRES)}]]"""


def _end(random: Random) -> str:
    return f"""== References ==
{{{{reflist|30em}}}}

== External links ==
* [{_address(random)} {_words(random, 3)}]
"""


def _section(random: Random) -> str:
    draw = random.random()
    if draw < 0.15:
        return _table(random)
    picture = f"[[File:{_words(random, 2)}.jpg|thumb|right|In [[{_target(random, ANYTHING)}]]]]\n" if draw < 0.4 else ""
    return picture + _prose(random, random.randrange(1, 5))


def _table(random: Random) -> str:
    rows = "".join(
        f'|-\n| {year} || [[{_target(random, ANYTHING)}]] || style="text-align:right" | {random.randrange(10**4)}\n'
        for year in range(1990, 1990 + random.randrange(3, 25))
    )
    return f'{{| class="wikitable sortable"\n! Year !! {_words(random, 1)} !! {_words(random, 1)}\n{rows}|}}\n\n'


def _prose(random: Random, count: int) -> str:
    return "".join(_paragraph(random) for _ in range(count))


def _paragraph(random: Random) -> str:
    """Some 70 words with a link or other markup at every 15th and a full stop at every 20th."""
    words = random.choices(WORDS, cum_weights=WEIGHTS, k=random.randrange(30, 110))
    for place in range(0, len(words), 20):
        words[place] = words[place].capitalize()
        words[place - 1] += "."
    for place in range(random.randrange(15), len(words), 15):
        words[place] = _markup(random, words[place])
    return " ".join(words) + _reference(random) + "\n\n"


def _markup(random: Random, word: str) -> str:
    draw = random.random()
    if draw < 0.55:
        return f"[[{_target(random, ANYTHING)}]]"
    if draw < 0.8:
        return f"[[{_target(random, SUBJECTS)}|{word}]]"
    if draw < 0.86:
        return f'{word},<ref name="{word}" />'
    return f"{word} {random.choice(ODDS)}"


def _reference(random: Random) -> str:
    if random.random() < 0.4:
        return ""
    cited = f"url={_address(random)} |title={_words(random, 5).capitalize()} |last={_words(random, 1)}"
    return f"<ref>{{{{cite web |{cited} |date={random.choice(YEARS)}-{_day(random)} |access-date=2019-05-04}}}}</ref>"


def _words(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, cum_weights=WEIGHTS, k=count))


def _address(random: Random) -> str:
    return f"https://www.{random.choice(NAMES[:800])}.org/{random.choice(NAMES)}/{random.randrange(10**5)}"


def _target(random: Random, numbers: range) -> str:
    """A page of these numbers; the nth is drawn 1/n as often as the first."""
    return title_of(numbers[int(len(numbers) ** random.random()) - 1])


def _day(random: Random) -> str:
    return f"{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"


def _vocabulary(count: int) -> list[str]:
    """Made-up words, the frequent ones short, 3 in 100 with a letter outside ASCII."""
    random = Random(count)
    onsets, vowels, codas = "b c d f g h k l m n p r s t v w st tr pl sh ch", "a a e e e i o u ai ou", "   n r s l t nd"
    words: dict[str, None] = {}
    while len(words) < count:
        syllables = 1 + (len(words) > random.randrange(400)) + (len(words) > random.randrange(30_000))
        word = "".join(random.choice(part.split(" ")) for part in (onsets, vowels, codas) * syllables)
        words[word.replace("ou", random.choice("éüøł")) if random.random() < 0.2 else word] = None
    return list(words)


WORDS = _vocabulary(40_000)
WEIGHTS = list(accumulate(1 / (rank + 2) for rank in range(len(WORDS))))
NAMES = WORDS[1_000:6_000]
ODDS = (
    "''sic''", "&nbsp;km", "{{convert|12|km|mi}}", "{{lang|ru|Москва}}", "<!-- [[hidden]] -->", "– 1", '("quoted")',
    "{{citation needed|date=May 2020}}", "<br />", "<nowiki>[[shown]]</nowiki>", "東京", "R&D",
)  # fmt: skip


if __name__ == "__main__":
    main()
