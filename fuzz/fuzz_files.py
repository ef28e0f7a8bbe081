"""Coverage-guided fuzzing of the small files of others: python fuzz/fuzz_files.py TARGET [OPTIONS] [CORPUS]

The targets are a user's topic file, a mirror's dumpstatus.json and a reader's history. Whatever the bytes are, a call
gives what the rest of the program takes, or raises a WikishelfError in one line that names the file.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ingest", "api.history"]):
    from api.history import read_history
    from db.console import plain
    from db.errors import WikishelfError
    from ingest.download.errors import NotAMirror
    from ingest.download.mirror import read_dates, read_job, read_parts
    from ingest.topics.catalogue import by_infobox, candidate_pattern
    from ingest.topics.topic_file import read_topic_file

LIMITS = ("-timeout=5", "-rss_limit_mb=512", "-max_len=4096")  # seconds of a call, memory, bytes of an input
KNOWN = read_topic_file(Path(__file__).parent.parent / "ingest" / "topics" / "topics.toml")
FILE = Path(tempfile.mkdtemp(prefix="fuzz-files-")) / "file"

TOPICS = """[topics.anthem]
view = "anthems"
infoboxes = ["Infobox anthem", "Infobox national anthem"]
facets.country = ["country"]
facets.tempo = ["tempo"]
[reading]
tempo = "words"
"""
DUMP = "xxwiki-20260101"
PART = {"size": 9, "sha1": "0" * 40, "md5": "1" * 32}
STATUS = {"jobs": {"articlesmultistreamdump": {"status": "done", "files": {
    f"{DUMP}-pages-articles-multistream1.xml-p1p9.bz2": PART}}}}  # fmt: skip
HISTORY = 'Title,Author,My Rating,Exclusive Shelf\n"War, and ""Peace""",Leo Tolstoy,5,read\nEmma,Jane Austen,,to-read\n'


def topics(data: bytes) -> None:
    """A topic that is taken makes a pattern, and SQL takes its names."""
    FILE.write_bytes(data)
    found = read_topic_file(FILE, KNOWN).topics
    for topic in (found[name] for name in found.keys() - KNOWN.topics.keys()):
        candidate_pattern([topic]).search(b"{{Infobox anthem}}")
        assert by_infobox([topic])
        assert topic.view.isidentifier()
        assert all(facet.name.isidentifier() for facet in topic.facets)


def dumpstatus(data: bytes) -> None:
    """A part has a name that is one file's, an address in the folder, a size and a checksum."""
    assert all(len(date) == 8 and date.isdigit() for date in read_dates(data))
    job = read_job(data, "url")
    plain(str(job.get("status")))
    try:
        parts = read_parts(job, DUMP, "http://a")
    except ValueError as error:
        raise NotAMirror(url="url", reason=error) from None
    assert parts
    for part in parts:
        assert part.name.startswith(DUMP)
        assert part.name.isascii()
        assert part.name.isprintable()
        assert "/" not in part.name
        assert part.url == f"http://a/{part.name}"
        assert 0 < part.size < 1 << 60
        assert len(bytes.fromhex(part.checksum)) in (16, 20)


def history(data: bytes) -> None:
    """A book has a title in one line, and stars from above 0 to 5; a row that is skipped has a line and a reason."""
    FILE.write_bytes(data)
    found = read_history(FILE)
    for book in found:
        assert book.title.strip() == book.title != ""
        assert "\0" not in book.title + book.author
        assert len((book.title + book.author).splitlines()) == 1
        assert book.rating is None or 0 < book.rating <= 5
    assert all(row.line > 0 and row.reason for row in found.malformed)


TARGETS: Mapping[str, tuple[Callable[[bytes], None], str]] = {
    "topics": (topics, TOPICS),
    "dumpstatus": (dumpstatus, json.dumps(STATUS)),
    "history": (history, HISTORY),
}


def main() -> None:
    """Fuzz one target; the options and the corpus folders are libFuzzer's."""
    target, seed = TARGETS[sys.argv[1]]
    seeds = FILE.parent / "seeds"
    seeds.mkdir()
    (seeds / "seed").write_text(seed)

    def call(data: bytes) -> None:
        message = ""
        try:
            target(data)
        except WikishelfError as error:
            message = plain(str(error))
        assert len(message.splitlines()) < 2

    again = any(Path(word).is_file() for word in sys.argv[2:])  # libFuzzer runs files once where no folder is given
    atheris.Setup([sys.argv[0], *LIMITS, *sys.argv[2:], *([] if again else [str(seeds)])], call)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
