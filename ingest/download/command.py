"""python -m ingest download WIKI: the articles of a wiki from Wikimedia's dumps or a mirror of them."""

import argparse
import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from db.command_line import Parser
from db.console import next_step, print_json
from ingest.download.errors import DownloadRunning, FolderUnusable
from ingest.download.fetch import UNFINISHED_FOLDER, check_space, fetch
from ingest.download.mirror import WIKIMEDIA, Dump, find_dump
from ingest.download.retries import Patience
from ingest.download.threads import run_all
from ingest.download.transfer import Transfer, volume, watch
from ingest.download.web import Web

MOST_CONNECTIONS = 2  # Wikimedia's limit for one address; it answers a third connection with 429 or 503
USUAL_PATIENCE = Patience()

_WIKI_NAME = re.compile(r"[a-z][a-z0-9_]*")


def main(arguments: Sequence[str], patience: Patience = USUAL_PATIENCE) -> None:
    """Find the dump, look at the folder, fetch what is missing, and say what is there."""
    options = parser(patience).parse_args(arguments)
    web = Web(patience._replace(timeout=options.timeout), options.contact)
    dump = find_dump(web, options.mirror, options.wiki, options.date)
    directory = options.to or Path(f"{dump.wiki}-{dump.date}")

    transfers = [Transfer(part) for part in dump.parts]
    if not options.list:
        with _locked(directory):
            check_space(dump.parts, directory)
            _fetch_all(transfers, directory, web, options.connections)

    if options.json:
        print_json(_document(dump, transfers, directory, options.mirror))
    else:
        _print_table(dump, transfers, None if options.list else directory)


def _fetch_all(transfers: Sequence[Transfer], directory: Path, web: Web, connections: int) -> None:
    jobs = [partial(fetch, one, directory, web) for one in transfers]
    with watch(transfers) as show:
        run_all(jobs, connections, web.stop, show)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Make the folders and lock them for this process; when it is killed, the kernel lets go of the lock."""
    unfinished = directory / UNFINISHED_FOLDER
    lock = _lock(directory)
    try:
        unfinished.mkdir(exist_ok=True)
        yield
    finally:
        with suppress(OSError):  # it still holds files
            unfinished.rmdir()
        os.close(lock)


def _lock(directory: Path) -> int:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise DownloadRunning(directory=directory) from None
    except OSError as error:
        raise FolderUnusable(path=directory, reason=error.strerror) from None
    return lock


def _document(dump: Dump, transfers: Sequence[Transfer], directory: Path, mirror: str) -> dict[str, object]:
    parts = [{**one.part._asdict(), "state": one.state, "fetched": one.fetched} for one in transfers]
    head = {"wiki": dump.wiki, "date": dump.date, "mirror": mirror, "directory": str(directory), "size": dump.size}
    return {**head, "parts": parts}


def _print_table(dump: Dump, transfers: Sequence[Transfer], directory: Path | None) -> None:
    for one in transfers:
        state = "" if directory is None else one.state
        print(f"  {one.part.name:<70}{volume(one.part.size):>10}  {state}".rstrip())
    files = "1 file" if len(dump.parts) == 1 else f"{len(dump.parts)} files"
    print(f"{dump.wiki} of {dump.date}: {volume(dump.size)} in {files}")
    if directory:
        next_step("read them into the shelf", f'python -m ingest "{directory}"')


def parser(patience: Patience = USUAL_PATIENCE) -> argparse.ArgumentParser:
    """Make the parser of this command line."""
    parser = Parser(
        prog="python -m ingest download",
        description="Fetch and check the articles of a wiki (its multistream dump); go on where a run was cut off.",
        epilog=f"Mirrors: see https://dumps.wikimedia.org/mirrors.html. The default is {WIKIMEDIA}.",
    )
    parser.add_argument("wiki", type=_wiki, metavar="WIKI", help="the name of a wiki, such as enwiki or frwiki")
    parser.add_argument(
        "--date", type=_date, metavar="DATE", help="of the dump, such as 20260101 (default: the newest finished one)"
    )
    parser.add_argument("--to", type=Path, metavar="DIR", help="put the files into this folder (default: WIKI-DATE)")
    parser.add_argument(
        "--mirror",
        type=_mirror,
        default=WIKIMEDIA,
        metavar="URL",
        help="fetch from here; URL is what comes before /WIKI/DATE/",
    )
    parser.add_argument(
        "--contact",
        type=_contact,
        metavar="ADDRESS",
        help="your mail or web address, sent in the User-Agent as Wikimedia asks of programs",
    )
    parser.add_argument(
        "--connections",
        type=int,
        choices=range(1, MOST_CONNECTIONS + 1),
        default=MOST_CONNECTIONS,
        help="files fetched at once; Wikimedia allows 2 per address (the default), so use 1 where you share yours",
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=patience.timeout,
        metavar="SECONDS",
        help="connect again after so many seconds without a byte (default %(default)g)",
    )
    parser.add_argument("--list", action="store_true", help="only say what there is to fetch")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _wiki(text: str) -> str:
    if not _WIKI_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a wiki, such as enwiki")
    return text


def _date(text: str) -> str:
    if not re.fullmatch(r"[0-9]{8}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a date, such as 20260101")
    return text


def _mirror(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address, such as {WIKIMEDIA}")
    return text.rstrip("/")


def _contact(text: str) -> str:
    if not re.fullmatch(r"[!-'*-~]+", text):  # one printable word; a bracket would end it too early
        raise argparse.ArgumentTypeError(f"{text!r} is not a mail or web address")
    return text


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9.]{1,8}", text) or float(text) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return float(text)
