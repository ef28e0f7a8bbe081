"""python -m ingest download from a mirror that drops, stalls, lies and refuses: the bytes on disk and the requests."""

import hashlib
import shutil
from pathlib import Path

import pytest

from ingest.download.errors import MirrorUnreachable, NotAMirror
from tests.support.downloading import BODY, HALF, NAME, PATH, download, is_clean
from tests.support.mirror import Fault, Mirror


def test_a_dump_is_fetched_checked_and_then_left_alone(mirror: Mirror, tmp_path: Path) -> None:
    report = download(mirror, tmp_path)
    (part,) = report["parts"]
    assert (part["name"], part["state"], part["fetched"]) == (NAME, "fetched", len(BODY))
    assert (report["wiki"], report["date"], report["size"]) == ("xxwiki", "20260101", len(BODY))
    assert (tmp_path / NAME).read_bytes() == BODY
    assert is_clean(tmp_path, NAME)
    (again,) = download(mirror, tmp_path)["parts"]
    assert (again["state"], again["fetched"]) == ("there", 0)
    assert len(mirror.asked(NAME)) == 1


def test_a_damaged_or_cut_file_is_fetched_again(mirror: Mirror, tmp_path: Path) -> None:
    for wrong in (BODY[:-1], b"x" + BODY[1:]):
        (tmp_path / NAME).write_bytes(wrong)
        download(mirror, tmp_path)
        assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(drop_after=HALF)],
        [Fault(drop_after=100_000)] * 2,
        [Fault(length=len(BODY) + 500)],
        [Fault(length=HALF)],
        [Fault(stall_after=HALF)],
        [Fault(status=429, headers={"Retry-After": "0"})],
        [Fault(status=503, headers={"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"})],
        [Fault(status=503)] * 3,
        [Fault(status=500), Fault(drop_after=HALF), Fault(status=502)],
        [Fault(drop_after=0)],
    ],
    ids=lambda faults: repr(faults)[:60],
)
def test_what_passes_is_got_over_and_no_byte_comes_twice(mirror: Mirror, tmp_path: Path, faults: list[Fault]) -> None:
    mirror.faults[PATH] = list(faults)
    (part,) = download(mirror, tmp_path)["parts"]
    assert (tmp_path / NAME).read_bytes() == BODY
    assert part["fetched"] == len(BODY)
    starts = [one.start for one in mirror.asked(NAME)]
    assert starts == sorted(starts)


def test_many_drops_with_progress_do_not_use_up_patience(mirror: Mirror, tmp_path: Path) -> None:
    mirror.faults[PATH] = [Fault(drop_after=20_000)] * 14
    download(mirror, tmp_path)
    assert (tmp_path / NAME).read_bytes() == BODY
    assert len(mirror.asked(NAME)) == 15


def test_patience_ends_and_what_was_fetched_stays(mirror: Mirror, tmp_path: Path) -> None:
    mirror.faults[PATH] = [Fault(drop_after=HALF), *[Fault(status=503)] * 9]
    with pytest.raises(MirrorUnreachable, match="4 failures in a row, the last: 503 Service Unavailable"):
        download(mirror, tmp_path)
    assert len(mirror.asked(NAME)) == 4
    mirror.faults[PATH] = []
    (part,) = download(mirror, tmp_path)["parts"]
    assert part["fetched"] == len(BODY) - HALF
    assert (tmp_path / NAME).read_bytes() == BODY


def test_a_server_without_ranges_is_read_from_the_start(mirror: Mirror, tmp_path: Path) -> None:
    mirror.faults[PATH] = [Fault(drop_after=HALF), Fault(no_ranges=True)]
    (part,) = download(mirror, tmp_path)["parts"]
    assert (tmp_path / NAME).read_bytes() == BODY
    assert part["fetched"] == HALF + len(BODY)
    mirror.faults[PATH] = [Fault(drop_after=HALF), *[Fault(no_ranges=True, drop_after=HALF)] * 9]
    (tmp_path / NAME).unlink()
    with pytest.raises(MirrorUnreachable, match="closed early"):
        download(mirror, tmp_path)


def test_a_wrong_byte_once(mirror: Mirror, tmp_path: Path) -> None:
    mirror.faults[PATH] = [Fault(body=b"x" + BODY[1:])]
    download(mirror, tmp_path)
    assert (tmp_path / NAME).read_bytes() == BODY
    assert [one.start for one in mirror.asked(NAME)] == [0, 0]


def test_md5_where_there_is_no_sha1_and_a_refusal_where_there_is_neither(mirror: Mirror, tmp_path: Path) -> None:
    mirror.publish({NAME: BODY}, algorithms=("md5",))
    mirror.faults[PATH] = [Fault(body=b"x" + BODY[1:])]
    (part,) = download(mirror, tmp_path)["parts"]
    assert (part["algorithm"], part["checksum"]) == ("md5", hashlib.md5(BODY).hexdigest())
    assert (tmp_path / NAME).read_bytes() == BODY
    mirror.publish({NAME: BODY}, algorithms=())
    with pytest.raises(NotAMirror, match=f"no checksum of {NAME}"):
        download(mirror, tmp_path)


@pytest.mark.parametrize(
    ("other", "fetched"),
    [(BODY[::-1], 2 * len(BODY)), (BODY[: HALF - 5], len(BODY)), (b"more" + BODY, len(BODY))],
    ids=["as long", "shorter", "longer"],
)
def test_a_file_that_changes_between_attempts_is_never_spliced(
    mirror: Mirror, tmp_path: Path, other: bytes, fetched: int
) -> None:
    mirror.faults[PATH] = [Fault(body=other, drop_after=HALF)]
    download(mirror, tmp_path)
    assert (tmp_path / NAME).read_bytes() == BODY
    mirror.faults[PATH] = [Fault(drop_after=HALF), Fault(body=other)]
    (tmp_path / NAME).unlink()
    (part,) = download(mirror, tmp_path)["parts"]
    assert part["fetched"] == fetched  # a file of another size is not read
    assert (tmp_path / NAME).read_bytes() == BODY


def test_bytes_of_a_dump_that_was_made_again_are_thrown_away(mirror: Mirror, tmp_path: Path) -> None:
    mirror.faults[PATH] = [Fault(drop_after=HALF), *[Fault(status=503)] * 9]
    with pytest.raises(MirrorUnreachable):
        download(mirror, tmp_path)
    mirror.faults[PATH] = []
    mirror.publish({NAME: BODY[::-1]})
    download(mirror, tmp_path)
    assert mirror.asked(NAME)[-1].start == 0
    assert (tmp_path / NAME).read_bytes() == BODY[::-1]
    assert is_clean(tmp_path, NAME)


def test_the_parts_in_the_order_of_their_numbers_and_never_three_at_once(mirror: Mirror, tmp_path: Path) -> None:
    parts = {
        f"xxwiki-20260101-pages-articles-multistream{n}.xml-p{n}p{n}.bz2": BODY[: n + 1] for n in (10, 2, 1, 3, 4, 5)
    }
    index = {"xxwiki-20260101-pages-articles-multistream-index1.txt-p1p1.bz2": b"i", "../evil.xml.bz2": b"e"}
    mirror.publish(parts | index)
    for name in parts:
        mirror.faults[f"/xxwiki/20260101/{name}"] = [Fault(slow=0.1)]
    listed = [part["name"] for part in download(mirror, tmp_path, "--list")["parts"]]
    assert listed == sorted(parts, key=lambda name: len(parts[name]))
    assert is_clean(tmp_path)
    download(mirror, tmp_path)
    assert mirror.most_at_once == 2
    assert {name: (tmp_path / name).read_bytes() for name in parts} == parts
    assert is_clean(tmp_path, *parts)
    shutil.rmtree(tmp_path)
    mirror.most_at_once = 0
    download(mirror, tmp_path, "--connections", "1")
    assert mirror.most_at_once == 1


def test_the_newest_finished_date_is_taken(mirror: Mirror, tmp_path: Path) -> None:
    mirror.publish({NAME.replace("0101", "0201"): b"new"}, date="20260201")
    mirror.publish({}, date="20260301", status="in-progress")
    mirror.files["/xxwiki/"] += b"<A HREF='/xxwiki/20260401'>a date without a status</A>"
    assert download(mirror, tmp_path, "--list")["date"] == "20260201"
    assert download(mirror, tmp_path, "--list", "--date", "20260101")["date"] == "20260101"


def test_every_request_says_who_asks(mirror: Mirror, tmp_path: Path) -> None:
    download(mirror, tmp_path, "--contact", "me@example.org")
    assert len(mirror.requests) == 3
    assert {one.agent.split("/")[0] for one in mirror.requests} == {"wikishelf"}
    assert all(" (me@example.org) " in one.agent for one in mirror.requests)


def test_a_proxy_from_the_environment(mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("http_proxy", mirror.url)
    download(mirror, tmp_path, "--mirror", "http://dumps.invalid")
    assert (tmp_path / NAME).read_bytes() == BODY
