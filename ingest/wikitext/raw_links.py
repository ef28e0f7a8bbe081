"""The links of a page, found in the text as the XML has it.

Every page of the article namespace is read so, articles or not, and to parse them all would cost as much as to unpack
them. So nothing is decoded but what a link names. The rules are those of scan.py and titles.py.
"""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from db.importing.title_hashes import UInt64, hashes_of_joined, title_hashes
from ingest.wikitext.interwiki import INTERWIKI_PREFIXES
from ingest.wikitext.scan import ADDRESS, live_in_xml
from ingest.wikitext.titles import DIRECTIONS, MAIN, ODD_SPACES, Site, namespace_key, read_title, unescaped

# As in scan.py a link closes before the next `[[` opens, and of three brackets the third belongs to no link. The first
# two characters are literal, which makes the search fast. What is longer than the limit is not a title. Addresses that
# begin with `//` are left out here, and others by their colon, which costs less. The last
# group is not possessive, because Python 3.11.2, which Debian 12 has, gets that wrong.
_LINK = re.compile(
    r"\[\[(?<!\[\[\[)(?:\[\[)*+(?![ \t]*+//)([^\[\]|{}\n\x7f]{1,2000}+)"
    r"(?:(?:\||\{\{!\}\})[^\[\]]*+(?:(?:\[(?!\[)|\](?!\]))[^\[\]]*+)*)?\]\]"
)
_LETTER, _SPACE = ord("a"), ord(" ")
_MARKS = np.zeros(256, dtype=np.bool_)  # bytes that begin a namespace, a section, what is decoded, or an accent alone
_MARKS[[*b":#&%", 0xCC, 0xCD]] = True
_CASED = np.zeros(256, dtype=np.bool_)  # first bytes of letters outside ASCII that may have a capital
_CASED[[*range(0xC2, 0xD7), 0xE1, 0xE2, 0xEA, *range(0xEF, 0xF5)]] = True


def raw_targets(text: str) -> set[str]:
    """Find the target of every link, as written.

    Parameters
    ----------
    text : str
        A page's text as it stands in the XML: `<` is written `&lt;`, and each character is a byte (Latin-1).
    """
    return set(_LINK.findall(live_in_xml(text)))


def target_hashes(targets: Sequence[str], site: Site) -> UInt64:
    """Normalise many targets as `read_title` does each, at a tenth of its cost, and hash them.

    Parameters
    ----------
    targets : sequence of str, of length n
        As `raw_targets` gives them.

    Returns
    -------
    uint64 array of shape (n,)
        The hash of each title in the namespace of the articles; 0 where a target leads elsewhere. A target that
        MediaWiki forbids may have a hash, since no page has its title.
    """
    if not targets:
        return np.empty(0, dtype=np.uint64)
    data = _bytes("\0".join(targets).replace("_", " "), "latin-1")
    space = data == _SPACE
    space[1:] &= data[:-1] <= _SPACE  # the second of two, and one at the start
    space[:-1] |= (data[:-1] == _SPACE) & (data[1:] == 0)
    hashes, odd = _hashes(data, _MARKS[data] | (data >= 0x80) | space, site)
    if odd:
        hashes[odd] = _hashes_of_odd([targets[place] for place in odd], site)
        hashes[[place for place in odd if ":" in targets[place] and ADDRESS.match(targets[place])]] = 0
    return hashes


def _hashes_of_odd(targets: Sequence[str], site: Site) -> UInt64:
    """The same for targets that have letters outside ASCII, a mark, or spaces that go."""
    text = "\0".join(targets).encode("latin-1").decode("utf-8", "replace").replace("_", " ")
    text = ODD_SPACES.sub(" ", unicodedata.normalize("NFC", DIRECTIONS.sub("", text)))
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.replace(" \0", "\0").replace("\0 ", "\0").strip(" ")
    data = _bytes(text, "utf-8")
    hashes, odd = _hashes(data, _MARKS[data], site)
    if odd:
        lines = text.split("\0")
        hashes[odd] = title_hashes(_title(lines[place], site) for place in odd)
    return hashes


def _bytes(text: str, encoding: str) -> NDArray[np.uint8]:
    return np.array(bytearray(f"{text}\0", encoding), dtype=np.uint8)


def _hashes(data: NDArray[np.uint8], odd: NDArray[np.bool_], site: Site) -> tuple[UInt64, list[int]]:
    """Raise first letters of ASCII, and hash.

    Return the places of the titles that need more: they have an odd byte, or a first letter outside ASCII.
    """
    ends = np.flatnonzero(data == 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    first = data[starts]
    places = np.flatnonzero(np.logical_or.reduceat(odd, starts) | _CASED[first] | (MAIN in site.as_written))
    data[starts[(first >= _LETTER) & (first < _LETTER + 26)]] -= _LETTER - ord("A")
    return hashes_of_joined(data), places.tolist()


def _title(text: str, site: Site) -> str:
    """Normalise one target; "" where it leads elsewhere."""
    prefix, colon, _ = text.partition(":")
    key = namespace_key(prefix.rstrip(" ")) if colon else ""
    if key in site.numbers or key in INTERWIKI_PREFIXES:
        return ""
    title = read_title(unescaped(text), site)
    return title.name if title and title.namespace == MAIN else ""
