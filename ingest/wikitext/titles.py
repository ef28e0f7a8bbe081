"""Titles as MediaWiki normalises them.

Every spelling of a link must give one title, or else a page counts as several. The rules are those of MediaWiki's
title parser: https://www.mediawiki.org/wiki/Manual:Page_title and https://www.mediawiki.org/wiki/Help:Links.
"""

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from db.importing.records import Link
from ingest.wikitext.interwiki import INTERWIKI_PREFIXES
from ingest.wikitext.namespaces import namespace_names

MAIN, CATEGORY = 0, 14  # the numbers of two namespaces
LONGEST_TITLE = 255  # bytes of UTF-8, the width of MediaWiki's page_title column
# Characters of a title and a section as a link writes them, percent-encoded. To put accents in order (NFC) takes the
# square of a text's length, so longer ones are refused before.
LONGEST_WRITTEN_TITLE = 2_000

ENGLISH_NAMESPACES: Mapping[int, str] = {
    -2: "Media", -1: "Special", 0: "", 1: "Talk", 2: "User", 3: "User talk", 4: "Wikipedia", 5: "Wikipedia talk",
    6: "File", 7: "File talk", 8: "MediaWiki", 9: "MediaWiki talk", 10: "Template", 11: "Template talk",
    12: "Help", 13: "Help talk", 14: "Category", 15: "Category talk", 100: "Portal", 101: "Portal talk",
    118: "Draft", 119: "Draft talk", 710: "TimedText", 711: "TimedText talk", 828: "Module", 829: "Module talk",
}  # fmt: skip

# MediaWiki's other names, which work in every wiki although <siteinfo> does not list them, and what Wikipedias add.
_COMMON_ALIASES = {"Project": 4, "Project talk": 5, "WP": 4, "Image": 6, "Image talk": 7}

ODD_SPACES = re.compile("[\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_SPACES = re.compile(f"(?:[ _]|{ODD_SPACES.pattern})+")
DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e]+")
# Most titles need no work: they hold nothing to decode, no namespace, and start with a capital. To take them as they
# stand saves half the cost of a redirect.
_NORMAL_TITLE = re.compile(r"[A-Z0-9][A-Za-z0-9(),'-]*+(?: [A-Za-z0-9(),'-]++)*+")
# Ten digits are enough for every character, leading zeros included. Python refuses numbers of more than 4,300 digits.
_ENTITY = re.compile(r"&(?:#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,10}|[A-Za-z][A-Za-z0-9]*);")
_ILLEGAL = re.compile(
    r"[<>\[\]{}|\x00-\x1f\x7f\ufffd\ud800-\udfff]|%[0-9a-fA-F]{2}|&[A-Za-z0-9#]+;|~~~|^\.{1,2}(?:/|$)|/\.{1,2}(?:/|$)"
)


class Title(NamedTuple):
    """A namespace's number and the name in it, normalised, without prefix and section."""

    namespace: int
    name: str


@dataclass(frozen=True, slots=True)
class Site:
    """What a dump's <siteinfo> says about titles.

    Attributes
    ----------
    wiki : str or None
        The database name, such as "enwiki"; None where the source does not say.
    names : mapping of int to str
        The namespaces' own names by number.
    numbers : mapping of str to int
        Every name and alias, without case, to the namespace's number.
    as_written : frozenset of int
        Namespaces whose titles keep their first letter (`case-sensitive`, as in Wiktionary).
    language : str
        The wiki's, as the dump's `xml:lang` has it.
    """

    wiki: str | None
    names: Mapping[int, str]
    numbers: Mapping[str, int]
    as_written: frozenset[int] = frozenset()
    language: str = "en"

    def full(self, title: Title) -> str:
        """The title with its namespace's own prefix."""
        return f"{self.names.get(title.namespace, title.namespace)}:{title.name}" if title.namespace else title.name


def upper_first(text: str) -> str:
    """Raise the first letter as MediaWiki does: not "ß", which would become two, and not a Georgian one."""
    first = text[:1]
    raised = first.upper()
    return text if len(raised) != 1 or "ა" <= first <= "ჿ" else raised + text[1:]


def namespace_key(name: str) -> str:
    """A namespace's name without case. Its first letter is raised before: "ımage:x" becomes "Image:x", a file."""
    return upper_first(name).casefold()


def make_site(
    wiki: str | None, names: Mapping[int, str], as_written: frozenset[int] = frozenset(), language: str = "en"
) -> Site:
    """A site with its own names of namespaces, beside the English ones and those that its language knows.

    Names of namespaces that not every wiki has (from 16 on) count only where the site has the namespace.
    """
    english = {name: number for number, name in ENGLISH_NAMESPACES.items()}
    known = {**_COMMON_ALIASES, **namespace_names(language), **english}
    there = {name: number for name, number in known.items() if number < 16 or number in names}
    own = {_SPACES.sub(" ", name): number for number, name in names.items()}
    numbers = {namespace_key(name): number for name, number in (*there.items(), *own.items()) if name}
    return Site(wiki, {**ENGLISH_NAMESPACES, **names}, numbers, as_written, language)


ENGLISH_SITE = make_site(None, ENGLISH_NAMESPACES)


def read_title(text: str, site: Site) -> Title | None:
    """Normalise a title as written in a link.

    Returns
    -------
    Title or None
        None for an empty or illegal title and for one of another wiki.
    """
    if _NORMAL_TITLE.fullmatch(text) and len(text) <= LONGEST_TITLE and MAIN not in site.as_written:
        return Title(MAIN, text)
    if len(text) > LONGEST_WRITTEN_TITLE:
        return None
    clean = _decoded(text).partition("#")[0].lstrip(" :").rstrip(" ")
    prefix, colon, rest = clean.partition(":")
    key = namespace_key(prefix.rstrip(" ")) if colon else ""
    if key in site.numbers:
        return _legal(site.numbers[key], rest.strip(" "), site)
    if key in INTERWIKI_PREFIXES:
        return None
    return _legal(MAIN, clean, site)


def read_link(target: str, site: Site) -> Link | None:
    """The link that `[[target]]` makes, to a page or a category; None for files, other namespaces and other wikis."""
    title = read_title(target, site)
    if title is None:
        return None
    if title.namespace == CATEGORY:
        named = target.lstrip().startswith(":")
        return Link("page", site.full(title)) if named else Link("category", title.name)
    return Link("page", title.name) if title.namespace == MAIN else None


def unescaped(text: str) -> str:
    """Decode the character references that end in a semicolon, so that "AT&T" and "&copy" stay."""
    return _ENTITY.sub(lambda reference: html.unescape(reference[0]), text) if "&" in text else text


def _decoded(text: str) -> str:
    if "%" in text:
        text = unquote(text)
    text = unescaped(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", DIRECTIONS.sub("", text))
    return _SPACES.sub(" ", text).strip(" ")


def _legal(namespace: int, name: str, site: Site) -> Title | None:
    if namespace not in site.as_written:
        name = unicodedata.normalize("NFC", upper_first(name))
    if not name or _ILLEGAL.search(name) or len(name.encode(errors="replace")) > LONGEST_TITLE:
        return None
    return Title(namespace, name)
