"""The site of an external address: "en.wikipedia.org" and "de.wikipedia.org" are wikipedia.org.

A site is what somebody registers: one label more than the longest suffix of https://publicsuffix.org, which knows that
"bbc.co.uk" and "foo.github.io" are sites and "co.uk" and "github.io" are not. The library carries the list, so the
network is not asked.
"""

import re
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

CACHED_HOSTS = 100_000  # about 24 MB; most external links of a dump name the same few hosts

_HOST = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]{1,253}")  # a longer text cannot be a host, nor stand in an index
_NUMBERS = re.compile(r"[\d.]+")  # an IP address of version 4; those of version 6 stand in square brackets


@lru_cache(CACHED_HOSTS)
def read_site(authority: str) -> str | None:
    """The site of an address, lower-case, in the alphabet it is written in.

    Parameters
    ----------
    authority : str
        What stands between "//" and the path: a host, perhaps with a user before it and a port behind it.

    Returns
    -------
    str or None
        None where there is no dot, since every host of the open network has one. The host itself where it is an IP
        address, or nothing but a public suffix.
    """
    host = authority.rpartition("@")[2].partition(":")[0].lower().strip(".,;:!'")
    if "." not in host or not _HOST.fullmatch(host):
        return None
    return host if _NUMBERS.fullmatch(host) else _suffixes().privatesuffix(host) or host.removeprefix("www.")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # parsed at the first external link, which takes 0.1 s
