"""The site of an external address: "en.wikipedia.org" and "de.wikipedia.org" are wikipedia.org.

A site is what somebody registers: one label more than the longest suffix of https://publicsuffix.org, which knows that
"bbc.co.uk" and "foo.github.io" are sites and "co.uk" and "github.io" are not. The library carries the list; nothing is
asked of the network.
"""

import re
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

KEPT = 100_000  # hosts in the cache, about 24 MB; the external links of a dump name few of them most of the time

_HOST = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]{1,253}")  # characters; longer is no name, and no text for an index
_NUMBERS = re.compile(r"[\d.]+")  # an IP address of version 4; one of version 6 stands in square brackets


@lru_cache(KEPT)
def read_site(authority: str) -> str | None:
    """The site of an address's authority, lower-case, in the alphabet it is written in.

    Parameters
    ----------
    authority : str
        What stands between "//" and the path: a host, maybe with a user before and a port behind.

    Returns
    -------
    str or None
        None where there is no dot and so no host of the open network. The host itself where it is an IP address or
        nothing but a public suffix.
    """
    host = authority.rpartition("@")[2].partition(":")[0].lower().strip(".,;:!'")
    if "." not in host or not _HOST.fullmatch(host):
        return None
    return host if _NUMBERS.fullmatch(host) else _suffixes().privatesuffix(host) or host.removeprefix("www.")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # parsed at the first external link: 0.1 s
