"""Links and templates of wikitext, by scans that look at every character a bounded number of times.

A page cannot hang them: there is no backtracking over more than the text between two marks, and no recursion. The
rules are those of MediaWiki's parser: https://www.mediawiki.org/wiki/Specs/wikitext and Help:Links there.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from ingest.wikitext.sites import read_site

LONGEST_NAME = 300  # characters of a template's name; a title has 255 bytes
GAP = "\x7f"  # left where something was taken out that breaks a link or a name: it is illegal in titles

# Tags of extensions whose content is no wikitext. A gallery's captions and an image map are wikitext: not listed.
_OPAQUE = (
    "nowiki|pre|syntaxhighlight|source|math|timeline|score|chem|ce|graph|hiero|templatedata|inputbox|mapframe|maplink|"
    "includeonly"
)
_MARK = re.compile(rf"<(?:(!--)|({_OPAQUE})(?=[\s/>])[^<>]*?(/?)>|/?(?:noinclude|onlyinclude)\s*/?>)", re.I)
_REF = re.compile(r"<(?:()(ref)(?=[\s/>])[^<>]*?(/?)>)", re.I)
_LINK = re.compile(r"([^\[\]|{}<>\n\x7f]*)(?:\|.*?)?\]\]", re.S)
# Starts with a literal: 18 times as fast as a choice of protocols. The rest of the address is taken along, so that an
# address within an address (of a web archive) makes no second site.
_SITE = re.compile(r"//(?:(?<=http://)|(?<=https://)|(?<=\[//))([^\s/?#\[\]<>\"{}|\x7f]+)[^\s\[\]<>\"{}|\x7f]*", re.I)
_TOKEN = re.compile(r"\{{2,}|\}{2,}|\[\[|\]\]|\|")
_NAMED = re.compile(r"([^={}\[\]<>|]*)=(.*)", re.S)


class Template(NamedTuple):
    """A call of a template: its name as written, and where its pipes and its end are in the text."""

    name: str
    pipes: tuple[int, ...]
    end: int


class _Open(NamedTuple):
    """An opening `{{` or `[[` that waits for its end; `width` counts braces, 0 stands for `[[`."""

    start: int
    width: int
    pipes: list[int]


def live(text: str) -> str:
    """The text without comments and without what is shown as it stands (nowiki, pre, math ...) or only elsewhere.

    As in MediaWiki an unclosed comment runs to the end, and an unclosed tag is plain text.
    """
    return _cut(text, _MARK)


def without_refs(text: str) -> str:
    """The live text without footnotes."""
    return _cut(text, _REF)


def link_targets(text: str) -> Iterator[str]:
    """The target of every `[[target]]` or `[[target|shown]]` in a live text, as written.

    A link is what closes before the next `[[` opens: of `[[File:X|in [[Y]]]]` and of `[[X [[Y]]` that is Y alone.
    """
    for part in text.replace("{{!}}", "|").split("[[")[1:]:
        if found := _LINK.match(part):
            yield found[1]


def link_sites(text: str) -> Iterator[str]:
    """The site of every external link in a live text: "bbc.co.uk" for `https://www.bbc.co.uk/news`."""
    for found in _SITE.finditer(text):
        if site := read_site(found[1]):
            yield site


def templates(text: str) -> Iterator[Template]:
    """The templates called in a live text, in the order in which they start, the outer before the inner."""
    for start, end, pipes in sorted(_spans(text)):
        stop = min([*pipes[:1], end, start + LONGEST_NAME])
        yield Template(text[start + 2 : stop], tuple(pipes), end)


def named_arguments(text: str, template: Template) -> dict[str, str]:
    """The arguments written `name = value`; of a name given twice the last counts, the unnamed are left out."""
    stops = [*template.pipes, template.end]
    arguments = (text[pipe + 1 : stop] for pipe, stop in pairwise(stops))
    return {found[1].strip(): found[2].strip() for found in map(_NAMED.fullmatch, arguments) if found}


def _cut(text: str, marks: re.Pattern[str]) -> str:
    kept, position, unclosed = [], 0, set[str]()
    while found := marks.search(text, position):
        kept.append(text[position : found.start()])
        comment, tag, slash = found.group(1, 2, 3)
        stop = _stop(text, found, unclosed) if comment or (tag and not slash) else found.end()
        kept.append(found[0] if stop < 0 else GAP if tag and tag.lower() != "includeonly" else "")
        position = found.end() if stop < 0 else stop
    kept.append(text[position:])
    return "".join(kept)


def _stop(text: str, found: re.Match[str], unclosed: set[str]) -> int:
    """Where a comment or an element ends; -1 for an unclosed element, looked for once a name and not at each tag."""
    if found[1]:
        end = text.find("-->", found.end())
        return len(text) if end < 0 else end + 3
    name = found[2].lower()
    close = None if name in unclosed else re.compile(rf"</{name}\s*>", re.I).search(text, found.end())
    if close:
        return close.end()
    unclosed.add(name)
    return len(text) if name == "includeonly" else -1


def _spans(text: str) -> Iterator[tuple[int, int, list[int]]]:
    """Start, end and pipes of each closed `{{...}}`, matched as MediaWiki's preprocessor matches braces."""
    stack: list[_Open] = []
    waiting = 0  # how many of the stack are braces
    for token in _TOKEN.finditer(text):
        mark, at = token[0], token.start()
        if mark == "[[":
            stack.append(_Open(at, 0, []))
        elif mark[0] == "{":
            stack.append(_Open(at, len(mark), []))
            waiting += 1
        elif mark == "]]" and stack and not stack[-1].width:
            stack.pop()
        elif mark == "|" and stack and stack[-1].width:
            stack[-1].pipes.append(at)
        elif mark[0] == "}":
            left = len(mark)
            while left > 1 and waiting:
                while not stack[-1].width:
                    stack.pop()  # an unclosed `[[` does not outlive its template
                start, width, pipes = stack.pop()
                used = min(left, width, 3)  # three braces are a parameter, no template
                if used == 2:
                    yield start + width - 2, at, pipes
                at, left, width = at + used, left - used, width - used
                if width > 1:
                    stack.append(_Open(start, width, []))
                else:
                    waiting -= 1
