"""HTML as the service sends it, read by the parser of the standard library."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "br", "rect", "path", "hr"}


@dataclass
class Element:
    """An element with its attributes, all its text, and the elements within it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    within: list["Element"] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list["Element"]:
        """The elements of this tag at any depth; `class_` is one of the classes."""
        return [one for one in self.within if one.tag == tag and all(one.has(*pair) for pair in attributes.items())]

    def one(self, tag: str, **attributes: str) -> "Element":
        """The only such element."""
        (found,) = self.all(tag, **attributes)
        return found

    def has(self, name: str, value: str) -> bool:
        given = self.attributes.get(name.rstrip("_").replace("_", "-"))
        return given is not None and (value in given.split() if name == "class_" else value == given)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Element("", {})
        self.open = [self.page]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> names an attribute twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        for one in self.open:
            one.within.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        element = self.open.pop()
        assert element.tag == tag, f"</{tag}> closes <{element.tag}>"

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.text += data


def read(html: str) -> Element:
    """Read a page; every element must be closed in the right order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.page], [one.tag for one in reader.open]
    return reader.page
