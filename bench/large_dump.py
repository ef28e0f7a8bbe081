"""Make up a large dump of many multistream files, and tell its densities beside those of real pieces.

    python -m bench.large_dump FOLDER [--gigabytes 12] [--files 30] [--changed 0.03] [--changes] [--real PIECE ...]

The pages are those of make_dump.py, and the files are named as those of the English Wikipedia. Here every page is made
of its number alone, so that several processes make the files, and `--changed` makes the same dump a month later: this
share of the articles has another revision with another paragraph. `--changes` makes one that holds only the articles
that changed, like Wikimedia's adds/changes dumps. A file that is there already is kept.

A third of the articles call an infobox of our topics, as in the real pieces, and as many are books as in the English
Wikipedia (45,000 of 7.2 million). The texts of articles come from a stock of 2,000, each time with links of their own,
which takes a third of the time of new ones. A link's target is any page of the dump, and the nth is drawn 1/n as often
as the first. Expected: 12 MB of XML per second on each core, nearly all of it bz2; 12 GB take 3.3 GB of disk.
"""

import argparse
import bz2
import multiprocessing
import os
import re
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import chain
from pathlib import Path
from random import Random

from bench.densities import print_side_by_side
from bench.made_text import GENRES, PEOPLE, PLACES, article, book, prose, target, title_of, words
from bench.make_dump import OTHER_NAMESPACES, groups, head, xml_of
from ingest.wikitext.titles import ENGLISH_NAMESPACES

BYTES_PER_PAGE = 4_000
ARTICLES_PER_PAGE, REDIRECTS_PER_PAGE = 0.28, 0.46
BOOKS_PER_ARTICLE = 45_000 / 7_200_000
STOCK = 2_000
# What the articles call, in the shares of the real pieces: a third has a topic of ours, and a half has any infobox.
INFOBOXES = {
    "Infobox settlement": 8, "Speciesbox": 8, "Infobox person": 9, "Infobox football biography": 3, "Infobox film": 3,
    "Infobox album": 2, "Infobox military unit": 15, "Sidebar": 52,
}  # fmt: skip
_LINK = re.compile(r"(?<=\[\[)(?!File:|Category:|hidden|shown)[^\[\]|]+")


def main() -> None:
    """Make what is missing, and print the densities."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gigabytes", type=float, default=12, help="of XML, in all files together")
    parser.add_argument("--files", type=int, default=30)
    parser.add_argument("--changed", type=float, default=0, help="share of the articles that have a newer revision")
    parser.add_argument("--changes", action="store_true", help="leave out all pages but those that changed")
    parser.add_argument("--real", type=Path, nargs="*", default=[], help="pieces of a real dump to compare with")
    options = parser.parse_args()
    made = make(options.folder, options.gigabytes, options.files, options.changed, options.changes)
    print_side_by_side({"made": made[0], **{piece.name: piece for piece in options.real}})


def make(folder: Path, gigabytes: float, files: int = 30, changed: float = 0, only_changes: bool = False) -> list[Path]:
    """Make the files that are not there, on all cores; return all of them in order."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = max(int(gigabytes * 1e9 / BYTES_PER_PAGE / files), 1)
    ranges = [range(1 + pages * file, 1 + pages * (file + 1)) for file in range(files)]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(partial(_file, folder, pages * files, changed, only_changes), range(1, files + 1), ranges))


def page(number: int, pages: int, changed: float = 0) -> bytes:
    """The XML of the page of this number, of so many; memory of the stock is 40 MB."""
    random, title = Random(number), title_of(number)
    draw = random.random() if number > 1 else 0  # a redirect leads to a page before it, so the first page is none
    if draw < ARTICLES_PER_PAGE:
        text = book(random, title) if draw < ARTICLES_PER_PAGE * BOOKS_PER_ARTICLE else _article(random, title, pages)
        if random.random() < changed:
            random.seed(f"changed {number}")  # from here on all differs, the number of the revision too
            text += f"\n\n{prose(random, 1)}"
        return xml_of(random, number, 0, title, "", text)
    if draw < ARTICLES_PER_PAGE + REDIRECTS_PER_PAGE:
        goal = title_of(random.randrange(1, number))
        tag = f'\n    <redirect title="{goal.replace("&", "&amp;")}" />'
        return xml_of(random, number, 0, title, tag, f"#REDIRECT [[{goal}]]\n\n{{{{R from move}}}}")
    namespace = random.choice(OTHER_NAMESPACES)
    title = f"{ENGLISH_NAMESPACES[namespace]}:{title}"
    return xml_of(random, number, namespace, title, "", prose(random, random.randrange(1, 5)))


def _file(folder: Path, pages: int, changed: float, only_changes: bool, file: int, numbers: range) -> Path:
    name = f"enwiki-20261101-pages-articles-multistream{file}.xml-p{numbers[0]}p{numbers[-1]}.bz2"
    path, unfinished = folder / name, folder / f"{file}.part"
    if not path.exists():
        made = (page(number, pages, changed) for number in numbers)
        if only_changes:
            made = (new for new, number in zip(made, numbers, strict=True) if new != page(number, pages))
        with unfinished.open("wb") as out:
            for piece in chain([head()], groups(made), [b"</mediawiki>\n"]):
                out.write(bz2.compress(piece))
        unfinished.rename(path)
    return path


def _article(random: Random, title: str, pages: int) -> str:
    """An article of the stock, with another title, infobox and links."""
    pieces = random.choice(_stock())
    links = [title_of(int(pages ** random.random())) for _ in pieces[1:]]
    body = "".join(chain.from_iterable(zip(pieces, [*links, ""], strict=True)))
    (infobox,) = random.choices(list(INFOBOXES), list(INFOBOXES.values()))
    return f"""{{{{short description|{words(random, 4)}}}}}
{{{{{infobox}
| name             = {title}
| subdivision_name = [[{target(random, PLACES)}]]
| birth_place      = [[{target(random, PLACES)}]]
| genus            = {words(random, 1)}
| occupation       = {words(random, 1)}, {words(random, 1)}
| director         = [[{target(random, PEOPLE)}]]
| artist           = [[{target(random, PEOPLE)}]]
| genre            = [[{target(random, GENRES)}]]
}}}}
'''{title}'''{body}"""


@cache
def _stock() -> list[list[str]]:
    """Texts of articles after the title, cut where the target of a link stands."""
    random = Random(STOCK)
    return [_LINK.split(article(random, "\0").partition("'''\0'''")[2]) for _ in range(STOCK)]


if __name__ == "__main__":
    main()
