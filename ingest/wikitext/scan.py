"""Links and templates of wikitext, by scans that look at every character a bounded number of times.

A page cannot hang them: they backtrack over the text between two marks at most, and they do not recurse. The rules are
those of MediaWiki's parser: https://www.mediawiki.org/wiki/Specs/wikitext and, for links, wiki/Help:Links there.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from ingest.wikitext.sites import read_site

LONGEST_TEXT = 2_200_000  # characters; MediaWiki saves 2 MiB at most. The worst of this length takes 2 s and 240 MB
LONGEST_TEMPLATE_NAME = 300  # characters; a title has 255 bytes
# Stands where an element was taken out. It is illegal in titles, so that `[[Foo<nowiki/>Bar]]` does not become a link.
PLACEHOLDER = "\x7f"

# Elements whose content is not wikitext, and includeonly, whose content only other pages show. The captions of a
# gallery and the content of an image map are wikitext, so those two are not listed.
_HIDING_NAMES = (
    "nowiki|pre|syntaxhighlight|source|math|timeline|score|chem|ce|graph|hiero|templatedata|inputbox|mapframe|maplink|"
    "includeonly"
)
_HIDING_TAG = re.compile(rf"<(?:(!--)|({_HIDING_NAMES})(?=[\s/>])[^<>]*?(/?)>|/?(?:noinclude|onlyinclude)\s*/?>)", re.I)
# The same where XML escapes the text. The first letter is looked at first, since most tags are those of footnotes.
_HIDING_TAG_IN_XML = re.compile(
    rf"&lt;(?=[!/cghimnopst])(?:(!--)|({_HIDING_NAMES})(?=[\s/]|&gt;)(?:[^&]|&(?![lg]t;))*?(/?)&gt;|/?(?:noinclude|onlyinclude)\s*/?&gt;)",
    re.I | re.A,
)
# A target that begins with a protocol is an address: `[[https://a.org x]]` is an external link in brackets, and none
# to a page. The protocols are those of MediaWiki ($wgUrlProtocols).
ADDRESS = re.compile(
    r"[ \t]*(?i:bitcoin:|ftps?://|geo:|git://|gopher://|https?://|ircs?://|magnet:|mailto:|matrix:|mms://|news:|nntp://|"
    r"redis://|sftp://|sips?:|sms:|ssh://|svn://|tel:|telnet://|urn:|worldwind://|xmpp:|//)"
)
_REF_TAG = re.compile(r"<(?:()(ref)(?=[\s/>])[^<>]*?(/?)>)", re.I)
_LINK = re.compile(rf"(?!{ADDRESS.pattern})([^\[\]|{{}}<>\n\x7f]*)(?:\|.*?)?\]\]", re.S)
# The pattern starts with a literal, which makes it 18 times as fast as one that starts with a choice of protocols. It
# takes the rest of the address along, so that an address within an address (in a web archive's) is not a second site.
_SITE = re.compile(r"//(?:(?<=http://)|(?<=https://)|(?<=\[//))([^\s/?#\[\]<>\"{}|\x7f]+)[^\s\[\]<>\"{}|\x7f]*", re.I)
_TOKEN = re.compile(r"\{{2,}|\}{2,}|\[\[|\]\]|\|")
_NAMED_ARGUMENT = re.compile(r"([^={}\[\]<>|]*)=(.*)", re.S)


class Template(NamedTuple):
    """A call of a template: its name as written, and where its pipes and its end are in the text."""

    name: str
    pipes: tuple[int, ...]
    end: int


class _Open(NamedTuple):
    """An opening `{{` or `[[` that waits for its end; `width` is the number of braces, and 0 for `[[`."""

    start: int
    width: int
    pipes: list[int]


def live(text: str) -> str:
    """The text without comments, without elements that are not wikitext (nowiki, pre, math ...), and without what only
    another page shows that includes this one (includeonly).

    As in MediaWiki an unclosed comment runs to the end, and an unclosed tag is plain text.
    """
    return _cut(text, _HIDING_TAG)


def live_in_xml(text: str) -> str:
    """The same for a text as it stands in XML, with `&lt;` for `<` and `&gt;` for `>`."""
    return _cut(text, _HIDING_TAG_IN_XML, "&lt;", "&gt;")


def without_refs(text: str) -> str:
    """The live text without footnotes."""
    return _cut(text, _REF_TAG)


def link_targets(text: str) -> Iterator[str]:
    """The target of every `[[target]]` or `[[target|shown]]` in a live text, as written.

    A link closes before the next `[[` opens. So in `[[File:X|in [[Y]]]]` and in `[[X [[Y]]`, Y alone is a link.
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
    """The templates that a live text calls, in the order of their starts, so that the outer comes before the inner."""
    for start, end, pipes in sorted(_spans(text)):
        stop = min([*pipes[:1], end, start + LONGEST_TEMPLATE_NAME])
        yield Template(text[start + 2 : stop], tuple(pipes), end)


def named_arguments(text: str, template: Template) -> dict[str, str]:
    """The arguments that are written `name = value`. Where a name is given twice, the last one counts."""
    stops = [*template.pipes, template.end]
    arguments = (text[pipe + 1 : stop] for pipe, stop in pairwise(stops))
    return {found[1].strip(): found[2].strip() for found in map(_NAMED_ARGUMENT.fullmatch, arguments) if found}


def _cut(text: str, marks: re.Pattern[str], less: str = "<", greater: str = ">") -> str:
    kept, position, unclosed = [], 0, set[str]()
    while found := marks.search(text, position):
        kept.append(text[position : found.start()])
        comment, tag, slash = found.group(1, 2, 3)
        stop = _stop(text, found, unclosed, less, greater) if comment or (tag and not slash) else found.end()
        kept.append(found[0] if stop < 0 else PLACEHOLDER if tag and tag.lower() != "includeonly" else "")
        position = found.end() if stop < 0 else stop
    kept.append(text[position:])
    return "".join(kept)


def _stop(text: str, found: re.Match[str], unclosed: set[str], less: str, greater: str) -> int:
    """Where a comment or an element ends; -1 for an unclosed element.

    The names of unclosed elements are remembered, so that the rest of the text is searched once for each name and not
    at each of its tags.
    """
    if found[1]:
        end = text.find(f"--{greater}", found.end())
        return len(text) if end < 0 else end + 2 + len(greater)
    name = found[2].lower()
    close = None if name in unclosed else re.compile(rf"{less}/{name}\s*{greater}", re.I).search(text, found.end())
    if close:
        return close.end()
    unclosed.add(name)
    return len(text) if name == "includeonly" else -1


def _spans(text: str) -> Iterator[tuple[int, int, list[int]]]:
    """The start, end and pipes of each closed `{{...}}`, matched as MediaWiki's preprocessor matches braces."""
    stack: list[_Open] = []
    waiting = 0  # how many entries of the stack are braces
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
                used = min(left, width, 3)  # three braces are a parameter and not a template
                if used == 2:
                    yield start + width - 2, at, pipes
                at, left, width = at + used, left - used, width - used
                if width > 1:
                    stack.append(_Open(start, width, []))
                else:
                    waiting -= 1
