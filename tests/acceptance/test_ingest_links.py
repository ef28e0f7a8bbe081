"""Real dump pieces, read a second time by other means: an ordinary XML parser, and mwparserfromhell on every page.

Both readings share only the rules of titles (tests/unit/ingest/test_titles.py). EXPLAINED lists how they still differ.
"""

import bz2
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree

import mwparserfromhell
import numpy as np
import psycopg
import pytest
from mwparserfromhell.nodes import Comment
from mwparserfromhell.wikicode import Wikicode

from db.importing.records import Article, Link, PageLinks
from db.importing.title_hashes import title_hashes
from ingest.article import count_links
from ingest.dumps.files import find_sources
from ingest.errors import UnreadablePacking
from ingest.extract import extract
from ingest.report import Report
from ingest.topics.catalogue import by_infobox, load_topics
from ingest.topics.topic_file import read_topic_file
from ingest.wikitext.scan import link_targets, live
from ingest.wikitext.sites import read_site
from ingest.wikitext.titles import MAIN, Site, make_site, read_link, read_title
from tests.conftest import ROOT
from tests.support.commands import done

GENSIM = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
PIECES = [
    GENSIM,
    "enwiki-2022-wp2txt-testdata_en.xml.bz2",
    "enwiki-pages-articles-sample-wikipedia2vec.xml.bz2",
    "enwiki-table-markup.xml.bz2",
    "aawiki-20260101-pages-meta-current.xml.bz2",
    "itwiki-small-dump.xml.gz",
    "jawiki-2022-wp2txt-testdata_ja.xml.bz2",
    "jawiki-export0.3-wp2txt-testdata_ja.xml.bz2",
    "nlwiki-20140927-pages-articles-sample.xml",
    "tinywiki-latest-pages-articles.xml.bz2",
    "pages/frwiki-20121230-id3.xml",
    "pages/knwiki-20180614-id1.xml",
]  # other pieces have no <siteinfo> or that of another wiki, so their files and categories are not known
MULTISTREAM = "multistream/enwiki-p10p30302-pages-articles-multistream.xml.bz2"
TOPICS = load_topics(["book", "film", "album", "play", "poem", "comic", "television", "song", "writer", "person"])

EVERY_TOPIC = [
    word for topic in read_topic_file(ROOT / "ingest" / "topics" / "topics.toml").topics for word in ("--topic", topic)
]
REDIRECT = re.compile(r"\s*#(?:redirect|転送)\s*:?\s*\[\[([^\[\]|\n]+)", re.I)

# Where the shown text of a link opens bold, italic or a tag and does not close it, mwparserfromhell reads plain text.
EXPLAINED = {
    (GENSIM, "Andre Agassi"): [
        "1990 ATP Tour World Championships – Singles",
        "1992 Wimbledon Championships – Men's Singles",
        "1999 US Open – Men's Singles",
    ],
    ("itwiki-small-dump.xml.gz", "Azoto"): ["Tricloruro di azoto"],
    ("itwiki-small-dump.xml.gz", "Berlino"): ["Rotes Rathaus"],
}


class OtherPage(NamedTuple):
    title: str
    text: str
    code: Wikicode


class Piece(NamedTuple):
    path: Path
    site: Site
    pages: list[OtherPage]
    redirects: dict[str, str]  # from title to title, as they stand


@pytest.fixture(scope="module", params=PIECES)
def piece(request: pytest.FixtureRequest, shared_data: Path) -> Piece:
    path = shared_data / "dumps" / request.param
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return Piece(path, *other_reading(path))


def other_reading(path: Path) -> tuple[Site, list[OtherPage], dict[str, str]]:
    """Read every article page, and every redirect from article to article."""
    unpack = {".bz2": bz2.decompress, ".gz": gzip.decompress}.get(path.suffix, bytes)
    content = unpack(path.read_bytes())
    if b"</mediawiki>" not in content:
        content += b"</mediawiki>"
    root = ElementTree.parse(io.BytesIO(content)).getroot()
    names = {int(one.get("key", 0)): one.text or "" for one in root.iter() if one.tag.endswith("}namespace")}
    site = make_site(
        root.findtext(".//{*}dbname"), names, language=root.get("{http://www.w3.org/XML/1998/namespace}lang", "en")
    )
    pages = [page for one in root.iterfind("{*}page") for page in other_page(one, site)]
    return site, pages, dict(pair for one in root.iterfind("{*}page") for pair in other_redirect(one, site))


def other_redirect(page: ElementTree.Element, site: Site) -> Iterator[tuple[str, str]]:
    """The title and the target; where the dump has no <redirect> or no target in it, the text tells."""
    tag, text = page.find("{*}redirect"), page.findtext(".//{*}text") or ""
    named = REDIRECT.match(text)
    goal = (tag.get("title") if tag is not None else None) or (named[1] if named else "")
    title, target = read_title(page.findtext("{*}title", ""), site), read_title(goal, site)
    if title and target and title.namespace == target.namespace == MAIN:
        yield title.name, target.name


def other_page(page: ElementTree.Element, site: Site) -> Iterator[OtherPage]:
    title, text = page.findtext("{*}title", ""), page.findtext(".//{*}text") or ""
    namespace = page.findtext("{*}ns") or str(getattr(read_title(title, site), "namespace", ""))
    if namespace == "0" and page.find("{*}redirect") is None and not re.match(r"\s*#(redirect|転送)", text, re.I):
        # the links in galleries and image maps count, but mwparserfromhell does not look into them
        opened = re.sub(r"<(/?)(gallery|imagemap)\b", r"<\1div", text, flags=re.I)
        yield OtherPage(title, text, mwparserfromhell.parse(opened))


def other_targets(piece: Piece, page: OtherPage) -> set[str]:
    """The titles of articles that a page links to."""
    links = {link.title for link in other_links(page, piece.site) if link.kind == "page"}
    titles = (read_title(link, piece.site) for link in links)
    explained = EXPLAINED.get((piece.path.name, page.title), [])
    return {title.name for title in titles if title and title.namespace == MAIN}.union(explained)


def other_links(page: OtherPage, site: Site) -> Counter[Link]:
    targets = (
        "".join(str(node) for node in link.title.nodes if not isinstance(node, Comment))
        for link in page.code.ifilter_wikilinks(recursive=True)
    )
    return Counter(link for target in targets if (link := read_link(target, site)))


def other_sites(page: OtherPage) -> Counter[str]:
    urls = (urlsplit(str(link.url).strip()) for link in page.code.ifilter_external_links(recursive=True))
    hosts = (url.hostname or "" for url in urls if url.scheme in ("http", "https", ""))
    return Counter(site for host in hosts if (site := read_site(host)))


def other_infobox(page: OtherPage, site: Site) -> tuple[str, set[str]] | None:
    """The topic, and the names of the parameters that are not empty."""
    topics = by_infobox(TOPICS)
    for template in page.code.ifilter_templates(recursive=True):
        title = read_title(template.name.strip_code().strip(), site)
        if title and title.name.casefold() in topics:
            names = {
                str(one.name).strip().lower().replace(" ", "_").replace("-", "_")
                for one in template.params
                if one.showkey
            }
            return topics[title.name.casefold()].name, names
    return None


def test_links_of_every_page(piece: Piece) -> None:
    assert piece.pages
    for page in piece.pages:
        ours = count_links(link_targets(live(page.text)), (), "", piece.site)
        theirs = other_links(page, piece.site)
        assert not theirs - ours, page.title
        explained = EXPLAINED.get((piece.path.name, page.title), [])
        assert sorted(link.title for link in ours - theirs) == explained, page.title


def test_articles(piece: Piece) -> None:
    articles, _ = read(piece.path)
    expected = {page.title: (page, *found) for page in piece.pages if (found := other_infobox(page, piece.site))}
    assert articles.keys() == expected.keys()
    for title, (page, topic, names) in expected.items():
        article = articles[title]
        assert (article.topic, article.text_length) == (topic, len(page.text))
        assert article.infobox.keys() <= names
        links = other_links(page, piece.site)
        del links[Link("page", title)]
        links.update(Link("site", site) for site in other_sites(page).elements())
        assert dict(article.links) == dict(links), title


def test_what_every_page_links_to(piece: Piece) -> None:
    (source,) = find_sources([piece.path])
    ours: dict[int, set[int]] = {}
    for one in extract(source, TOPICS)[0]:
        if isinstance(one, PageLinks):
            targets = np.split(one.targets, np.cumsum(one.sizes)[:-1])
            ours |= {int(page): set(those.tolist()) for page, those in zip(one.pages, targets, strict=True)}
    assert len(ours) == len({page.title for page in piece.pages})
    for page in piece.pages:
        name = str(getattr(read_title(page.title, piece.site), "name", ""))
        assert ours[int(title_hashes([name])[0])] == set(title_hashes(other_targets(piece, page)).tolist()), name


def test_linked_from(piece: Piece, url: str) -> None:
    """Each page counts once, whatever redirect leads from it, and never for itself."""
    done("ingest", str(piece.path), *EVERY_TOPIC, DATABASE_URL=url)
    expected: Counter[str] = Counter()
    for page in {page.title: page for page in piece.pages}.values():
        ends = {resolved(title, piece.redirects) for title in other_targets(piece, page)}
        expected.update(ends - {str(getattr(read_title(page.title, piece.site), "name", ""))})
    with psycopg.connect(url) as connection:
        rows = connection.execute("select title, linked_from from wikishelf.articles").fetchall()
    assert {title: count for title, count in rows if count != expected[title]} == {}


def resolved(title: str, redirects: dict[str, str]) -> str:
    for _ in range(20):
        title = redirects.get(title, title)
    return title


def read(path: Path) -> tuple[dict[str, Article], Report]:
    (source,) = find_sources([path])
    found, report = extract(source, TOPICS)
    return {one.title: one for one in found if isinstance(one, Article)}, report


def test_counts_of_the_first_pages_of_the_english_wikipedia(shared_data: Path) -> None:
    articles, report = read(shared_data / "dumps" / GENSIM)
    counts = report.counts()
    assert (counts["pages"], counts["redirects"], report.wiki) == (206, 99, "enwiki")
    assert {topic: counts["topics"][topic] for topic in ("book", "film", "song")} == {"book": 3, "film": 1, "song": 1}
    assert counts["topics"].get("album", 0) == 0, "America the Beautiful is a song"
    assert not counts["warnings"]
    assert read(shared_data / "dumps" / MULTISTREAM)[0] == articles, "the same pages in five bz2 streams"


def test_rows_of_the_seed(shared_data: Path) -> None:
    articles, report = read(shared_data / "seed" / "p15_books.ndjson")
    assert len(articles) == report.articles == 1_413
    with_facet = Counter(name for one in articles.values() for name in dict(one.facets))
    # 1,376 rows have an author, 4 of them "Various" or "unknown", and 25 have authors or editors;
    # 1,070 have a genre, 2 of them "None" or "Various"
    assert (with_facet["author"], with_facet["genre"]) == (1_397, 1_068)


@pytest.mark.parametrize("name", ["hywiki-2023-truncated-100k.xml.xz"])
def test_a_real_file_of_another_packing(shared_data: Path, name: str) -> None:
    with pytest.raises(UnreadablePacking, match="xz -d"):
        read(shared_data / "dumps" / name)
