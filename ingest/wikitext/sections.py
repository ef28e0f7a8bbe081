"""The links in an article's section "See also", by the names that it has in many languages (see_also.toml)."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ingest.wikitext.scan import PLACEHOLDER, link_targets
from ingest.wikitext.titles import unescaped

_NAMES = Path(__file__).parent / "see_also.toml"


def see_also_targets(text: str, language: str) -> Iterator[str]:
    """The target of every link between a heading "See also" and the next heading, as written.

    Parameters
    ----------
    text : str
        A live text, without footnotes.
    language : str
        Of the wiki, such as "de" or "zh-hans". English names count in every language.
    """
    names = see_also_names(language.partition("-")[0])
    is_inside = False
    for part in ("\n" + text).split("\n=")[1:]:
        line = part.partition("\n")[0].rstrip(" \t" + PLACEHOLDER)
        if line.endswith("=") and line.strip("="):  # Otherwise it is not a heading: "=" begins a line of the text.
            is_inside = heading_name(line) in names
        if is_inside:
            yield from link_targets(part)


@cache
def see_also_names(language: str) -> frozenset[str]:
    """The names of the section on a wiki of this language, in the form of `heading_name`."""
    names = tomllib.loads(_NAMES.read_text(encoding="utf-8"))
    return frozenset(heading_name(name) for name in [*names["en"], *names.get(language, ())])


def heading_name(line: str) -> str:
    """A heading in one spelling: without its marks, bold and the colon at its end, in small letters."""
    bare = unescaped(line).replace("''", "").strip("= \t':" + PLACEHOLDER)
    return " ".join(bare.split()).casefold()
