"""Real records to plant vectors on: the bundled sample, and 9,926 books of LibraryThing where they are at hand."""

import collections
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from db.importing.records import Article, Link, LinkKind, Redirect
from ingest.dumps.files import find_sources
from ingest.extract import extract
from ingest.topics.catalogue import load_topics
from sample.build import make_pages, write_export
from sample.tables import read_records, read_redirects
from tests.support.pages import without_links
from tests.support.planted import article

Record = Article | Redirect

FACETS = ("author", "genre", "country", "language", "series")
KINDS: tuple[LinkKind, ...] = ("page", "category", "site")


def sample(folder: Path) -> list[Record]:
    """The bundled sample as an import reads it: books, films and redirects."""
    path = folder / "sample.xml.bz2"
    write_export(path, make_pages(read_records(), read_redirects()))
    (source,) = find_sources([path])
    found, _ = extract(source, load_topics(["book", "film"]))
    return without_links(found)


def librarything(tool: Path, folder: Path) -> list[Record]:
    """Books with the links that stand in at least 8 of them.

    Topics, kinds and years are by chance, because the data have none.
    """
    path = folder / "books.ndjson"
    subprocess.run([sys.executable, tool, path], check=True, stdout=subprocess.DEVNULL)
    rows = [json.loads(line)[:3] for line in path.read_text(encoding="utf-8").splitlines()]
    seen = collections.Counter(link for _, _, links in rows for link in set(links))
    common = sorted(link for link in seen if seen[link] >= 8)
    random = np.random.default_rng(0)
    kinds = random.choice(len(KINDS), size=len(common), p=[0.9, 0.09, 0.01])
    link_of = {title: Link(KINDS[kind], title) for title, kind in zip(common, kinds, strict=True)}
    return [
        article(
            title,
            {link_of[link]: 1 for link in links if link in link_of},
            topic="film" if random.random() < 0.05 else "book",
            facets=(*_facets(infobox), ("year", str(random.integers(1850, 2020)))),
        )
        for title, infobox, links in rows
    ]


def _facets(infobox: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name in FACETS for value in set(re.findall(r"\[\[([^]]+)\]\]", infobox.get(name, "")))]
