"""Infobox values: wikitext to items, which are texts with marks in the place of links.

First the links are set aside, and the templates are replaced by what they show, the inner ones first. Then line breaks
and bullets divide the value into items.
"""

import re
from typing import NamedTuple

from ingest.wikitext.countries import is_country
from ingest.wikitext.scan import ADDRESS
from ingest.wikitext.titles import MAIN, Site, read_title, unescaped

LONGEST_VALUE = 20_000  # characters of wikitext read of one value; the longest cast lists have about 3,000
DEEPEST_NESTING = 20  # templates inside templates; real values have 3 or 4

# Templates by what they show. Any other shows its first unnamed argument: nowrap, small, abbr, circa, based on.
_SHOW_A_LIST = """
plainlist | plain list | ubl | ubil | unbulleted list | unbulleted | hlist | flatlist | flat list | cslist | blist |
bulleted list | ordered list | comma separated entries | ublist | liste simple | lista simples | lista horizontal |
lista plana
"""
_SHOW_PAIRS = "vgrelease | video game release"  # their arguments are a region, its value, the next region ...
_SHOW_SECOND = "lang | langx | langue | transl | transliteration | native name | native phrase | sort | hs"
_SHOW_A_BULLET = "· | • | bull | bullet | middot | dot"
_SHOW_NOTHING = """
sfn | sfnp | sfnm | efn | efn-ua | refn | r | rp | ref | cref | notetag | note | cn | citation needed | fact | clarify |
when | who | which | dubious | verify source | better source needed | flagicon | flag icon | dagger | cite web |
cite book | cite news | citation | italic title | plainlist start | flatlist start | nowrap begin | nowrap end | clear |
flagdeco | drapeau | bandera | bandiera | flaggbild | флаг | դրոշ | 국기그림
"""
_TEMPLATES = {
    "list": _SHOW_A_LIST,
    "pairs": _SHOW_PAIRS,
    "second": _SHOW_SECOND,
    "bullet": _SHOW_A_BULLET,
    "nothing": _SHOW_NOTHING,
}
_SHOWS = {name.strip(): shows for shows, names in _TEMPLATES.items() for name in names.split("|")}

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LINK = re.compile(rf"\[\[(?!{ADDRESS.pattern})([^\[\]|{{}}<>\n]*)(?:\|([^\[\]]*))?\]\]")
_MARK = re.compile("\x01(\\d+)\x02")
_TEMPLATE = re.compile(r"\{\{([^{}]*)\}\}")
_ERA = re.compile(r"(?:\w{1,2}\.\s?){2,3}|BCE?|AD|CE")  # "a. C.", "н. э."
_NAMED = re.compile(r"([\w\s\-]*)=")
_ITEM = re.compile(r"</?(?:br|li|p|div|ul|ol)\b[^<>]*>|\n[ *#:;]*|^\s*[*#]+|•|(?<=\s)·(?=\s)", re.I)
_EXTERNAL_LINK = re.compile(r"\[(?:https?:)?//[^\s\[\]]*+([^\[\]]*)\]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|'''?|\[|\]|\{|\}|\|$")
_SPACES = re.compile(r"\s+")


class ShownLink(NamedTuple):
    """A link to an article: its title and the text that is shown for it."""

    title: str
    text: str


class Value(NamedTuple):
    """The items of a value; in an item the mark 0x01 N 0x02 stands for `links[N]`."""

    items: tuple[str, ...]
    links: tuple[ShownLink, ...]

    def titles(self, item: str) -> list[str]:
        """The titles of the links in an item."""
        return [self.links[int(mark)].title for mark in _MARK.findall(item)]

    def text(self, item: str) -> str:
        """An item as it is shown."""
        return _MARK.sub(lambda mark: self.links[int(mark[1])].text, item)

    def __str__(self) -> str:
        return ", ".join(map(self.text, self.items))


def read_value(wikitext: str, site: Site) -> Value:
    """Read a value, from which comments and footnotes are gone already."""
    links: list[ShownLink] = []

    def set_aside(found: re.Match[str]) -> str:
        title, text = read_title(found[1], site), _clean(_expand(found[2] or found[1].lstrip(" :")))
        if title is None or title.namespace != MAIN:
            return text if title is None else ""  # a page of another wiki shows its text, a file or a category nothing
        links.append(ShownLink(title.name, text))
        return f"\x01{len(links) - 1}\x02"

    marked = _LINK.sub(set_aside, CONTROL.sub("", wikitext[:LONGEST_VALUE]))
    items = (_clean(item) for item in _ITEM.split(_expand(marked).strip()))
    return Value(tuple(item for item in items if item), tuple(links))


def _expand(text: str) -> str:
    for _ in range(DEEPEST_NESTING):
        if "{{" not in text:
            break
        text = _TEMPLATE.sub(lambda found: _show(found[1]), text)
    return text


def _show(call: str) -> str:
    """What a template shows. Its links are marks by now, so every `|` divides arguments."""
    name, *arguments = call.split("|")
    name = _SPACES.sub(" ", name.replace("_", " ")).strip()
    shows, unnamed = _SHOWS.get(name.lower()), _unnamed(arguments)
    if shows == "bullet":
        return "•"
    if shows == "nothing":
        return ""
    if shows is None and (not unnamed or len(name) > 2) and is_country(name):
        return name  # {{USA}}, {{AUT|#}} and {{France}} show a flag and the country
    if not unnamed:
        return ""
    if shows in ("list", "pairs"):
        return "\n".join(["", *(unnamed if shows == "list" else unnamed[1::2]), ""])
    if unnamed[0].isdigit():  # a date, whatever the template is called: start date, fecha, ДР, 生年月日と年齢
        if era := next((text.strip() for text in unnamed[1:] if _ERA.fullmatch(text.strip())), ""):
            return f"{unnamed[0]} {era}"
        return "-".join(number for number in unnamed[:3] if number.isdigit())
    return unnamed[1] if shows == "second" and len(unnamed) > 1 else unnamed[0]


def _unnamed(arguments: list[str]) -> list[str]:
    """The unnamed arguments, and those named by a number (`1=`)."""
    found = [(argument, _NAMED.match(argument)) for argument in arguments]
    return [text[name.end() :] if name else text for text, name in found if not name or name[1].strip().isdigit()]


def _clean(text: str) -> str:
    text = unescaped(_MARKUP.sub("", _EXTERNAL_LINK.sub(r"\1", text)))
    return _SPACES.sub(" ", text).strip(" ,;")
