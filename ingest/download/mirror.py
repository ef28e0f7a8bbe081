"""What a mirror of Wikimedia's dumps has: the dates of a wiki, and the parts of one dump with their checksums.

A mirror has `WIKI/` (HTML with a link for each date), and `WIKI/DATE/` with `dumpstatus.json` and the files. The status
lists the files of each job. The job `articlesmultistreamdump` has the current articles, in parts or, for a small wiki,
in one file.
"""

import json
import re
from typing import Any, Literal, NamedTuple

from ingest.download.errors import DumpNotFinished, NoFinishedDump, NoSuchDate, NoSuchWiki, NotAMirror, PageMissing
from ingest.download.web import Web

WIKIMEDIA = "https://dumps.wikimedia.org"
ARTICLES_JOB = "articlesmultistreamdump"

_DATE_LINK = re.compile(rb"""href=["'](?:[^"']*/)?(\d{8})/?["']""", re.IGNORECASE)
_PART_NAME = re.compile(
    r"(?P<dump>\w{1,60}-\d{8})-pages-articles-multistream(?P<number>\d{0,4})\.xml(-p(?P<first_page>\d{1,12})p\d{1,12})?\.bz2",
    re.ASCII,
)
_HEXADECIMAL = re.compile(r"[0-9a-f]+")
_DIGITS = {"sha1": 40, "md5": 32}  # SHA-1 is better, but the status of some mirrors lacks it


class Part(NamedTuple):
    """A file of a dump, and the `size` in bytes and the `checksum` in hexadecimal that it must have."""

    name: str
    url: str
    size: int
    algorithm: Literal["sha1", "md5"]
    checksum: str


class Dump(NamedTuple):
    """The articles of a wiki on one date; the parts are in the order of their numbers."""

    wiki: str
    date: str
    parts: list[Part]

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)


def find_dump(web: Web, mirror: str, wiki: str, date: str | None) -> Dump:
    """The dump of `date`, or else the newest one whose articles are finished.

    Raises
    ------
    NoSuchWiki, NoSuchDate, NoFinishedDump, DumpNotFinished, NotAMirror
        And what Web.open and Retries.wait raise.
    """
    if date is not None:
        return _dump_of(web, mirror, wiki, date)
    dates = _dates(web, mirror, wiki)
    for one in reversed(dates):
        try:
            return _dump_of(web, mirror, wiki, one)
        except (DumpNotFinished, NoSuchDate):
            continue
    raise NoFinishedDump(wiki=wiki, mirror=mirror, dates=", ".join(dates))


def _dump_of(web: Web, mirror: str, wiki: str, date: str) -> Dump:
    folder = f"{mirror}/{wiki}/{date}"
    url = f"{folder}/dumpstatus.json"
    try:
        job = read_job(web.page(url), url)
    except PageMissing:
        dates = ", ".join(_dates(web, mirror, wiki))
        raise NoSuchDate(wiki=wiki, date=date, mirror=mirror, dates=dates) from None
    status = job.get("status", "not planned")
    if status != "done":
        raise DumpNotFinished(wiki=wiki, date=date, mirror=mirror, status=status)
    try:
        return Dump(wiki, date, read_parts(job, f"{wiki}-{date}", folder))
    except ValueError as error:
        raise NotAMirror(url=url, reason=error) from None


def _dates(web: Web, mirror: str, wiki: str) -> list[str]:
    url = f"{mirror}/{wiki}/"
    try:
        dates = read_dates(web.page(url))
    except PageMissing:
        raise NoSuchWiki(wiki=wiki, mirror=mirror) from None
    if not dates:
        raise NotAMirror(url=url, reason="no links to dates")
    return dates


def read_dates(page: bytes) -> list[str]:
    """The dates that a page links to, oldest first; the pages of mirrors have only the links in common."""
    return sorted({date.decode() for date in _DATE_LINK.findall(page)})


def read_job(document: bytes, url: str) -> dict[str, Any]:
    """The job of the articles in a dumpstatus.json; empty where the dump has none.

    Raises
    ------
    NotAMirror
    """
    try:
        job = json.loads(document)["jobs"].get(ARTICLES_JOB, {})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotAMirror(url=url, reason="no JSON document with jobs") from None
    return job if isinstance(job, dict) else {}


def read_parts(job: dict[str, Any], dump: str, folder: str) -> list[Part]:
    """The parts with the articles of a job, without their indexes and without anything of another name.

    Addresses are made from the names. The `url` in the status is a path from Wikimedia's root, but a mirror may keep
    its dumps in a folder.

    Raises
    ------
    ValueError
        When the job does not have the form that Wikimedia writes.
    """
    files = job.get("files")
    named = [_PART_NAME.fullmatch(name) for name in files] if isinstance(files, dict) else []
    found = [name for name in named if name and name["dump"] == dump]
    if not files or not found:
        raise ValueError(f"no files of articles in the job {ARTICLES_JOB}")
    found.sort(key=lambda name: (int(name["number"] or 0), int(name["first_page"] or 0)))
    return [_part(name.string, f"{folder}/{name.string}", files[name.string]) for name in found]


def _part(name: str, url: str, facts: Any) -> Part:
    size = facts.get("size") if isinstance(facts, dict) else None
    if not isinstance(size, int) or not 1 < size < 1 << 60:
        raise ValueError(f"no size of {name}")
    algorithm: Literal["sha1", "md5"] = "sha1" if facts.get("sha1") else "md5"
    checksum = str(facts.get(algorithm) or "").lower()
    if len(checksum) != _DIGITS[algorithm] or not _HEXADECIMAL.fullmatch(checksum):
        raise ValueError(f"no checksum of {name}")
    return Part(name, url, size, algorithm, checksum)
