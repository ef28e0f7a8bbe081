"""Infobox values: wikitext to items, which are texts with marks in the place of links.

First the links are set aside, and the templates are replaced by what they show, the inner ones first. Then line breaks
and bullets divide the value into items.
"""

import re
from typing import NamedTuple

from ingest.wikitext.countries import is_country
from ingest.wikitext.scan import ADDRESS
from ingest.wikitext.templates import released, shows, with_characters
from ingest.wikitext.titles import MAIN, Site, read_title, unescaped

LONGEST_VALUE = 20_000  # characters of wikitext read of one value; the longest cast lists have about 3,000
DEEPEST_NESTING = 20  # templates inside templates; real values have 3 or 4
_PLACES: dict[str | None, int] = {"second": 1, "third": 2}  # the argument that a template shows, if it has as many

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff\ud800-\udfff]")
# The letters that follow a link are shown as a part of it: "[[novel]]s".
_LINK = re.compile(rf"\[\[(?!{ADDRESS.pattern})([^\[\]|{{}}<>\n\x03]*)(?:[|\x03]([^\[\]]*))?\]\]([a-zß-öø-ÿа-яёա-և]*)")
_MARK = re.compile("\x01(\\d+)\x02")
_TEMPLATE = re.compile(r"\{\{([^{}]*)\}\}")
_FLAG = re.compile("\x05([^\x05\x06]*)\x06")
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
    """The items of a value in a wiki's language; in an item the mark 0x01 N 0x02 stands for `links[N]`."""

    items: tuple[str, ...]
    links: tuple[ShownLink, ...]
    language: str = "en"

    def marked(self, item: str) -> list[ShownLink]:
        """The links in an item."""
        return [self.links[int(mark)] for mark in _MARK.findall(item)]

    def text(self, item: str) -> str:
        """An item as it is shown."""
        return _MARK.sub(lambda mark: self.links[int(mark[1])].text, item)

    def __str__(self) -> str:
        return ", ".join(map(self.text, self.items))


def read_value(wikitext: str, site: Site) -> Value:
    """Read a value, from which comments and footnotes are gone already."""
    links: list[ShownLink] = []

    def set_aside(found: re.Match[str]) -> str:
        title, text = read_title(found[1], site), _clean(_expand(found[2] or found[1].lstrip(" :"))) + found[3]
        if title is None or title.namespace != MAIN:
            return text if title is None else found[3]  # a page of another wiki shows its text, a file nothing
        links.append(ShownLink(title.name, text))
        return f"\x01{len(links) - 1}\x02"

    marked = CONTROL.sub("", wikitext[:LONGEST_VALUE])
    marked = _LINK.sub(set_aside, with_characters(marked) if "{{" in marked else marked)
    if "[[" in marked:  # the caption of a picture holds links
        marked = _LINK.sub(set_aside, marked)
    items = (item for part in _ITEM.split(_expand(marked).strip()) for item in _items(part))
    return Value(tuple(item for item in items if item), tuple(links), site.language)


def _items(part: str) -> list[str]:
    """The part as an item, or its countries if it shows nothing but flags."""
    item = _clean(_FLAG.sub(" ", part))
    return [item] if any(map(str.isalnum, item)) or item == part else [_clean(name) for name in _FLAG.findall(part)]


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
    kind, unnamed = shows(name), _unnamed(arguments)
    if kind == "nothing":
        return ""
    if kind is None and (not unnamed or len(name) > 2) and is_country(name):
        return name  # {{USA}}, {{AUT|#}} and {{France}} show a flag and the country
    if kind == "flag":
        return f"\x05{unnamed[0]}\x06" if unnamed else ""
    if kind and kind[0] == "=":
        unnamed = [
            text.partition("=")[2] for text in arguments if text.partition("=")[0].strip() == kind[1:]
        ] or unnamed
    if not unnamed:
        return ""
    if kind in ("list", "pairs"):
        return "\n".join(["", *(unnamed if kind == "list" else unnamed[1::2]), ""])
    if kind == "name":
        return " ".join(unnamed[:2])
    if unnamed[0].isdigit():  # a date, whatever the template is called: start date, fecha, ДР, 生年月日と年齢
        if era := next((text.strip() for text in unnamed[1:] if _ERA.fullmatch(text.strip())), ""):
            return f"{unnamed[0]} {era}"
        return "-".join(number for number in unnamed[:3] if number.isdigit())
    return unnamed[min(_PLACES.get(kind, 0), len(unnamed) - 1)]


def _unnamed(arguments: list[str]) -> list[str]:
    """The unnamed arguments, and those named by a number (`1=`)."""
    found = [(argument, _NAMED.match(argument)) for argument in arguments]
    return [text[name.end() :] if name else text for text, name in found if not name or name[1].strip().isdigit()]


def _clean(text: str) -> str:
    text = unescaped(released(_MARKUP.sub("", _EXTERNAL_LINK.sub(r"\1", text))))
    return _SPACES.sub(" ", text).strip(" ,;")
