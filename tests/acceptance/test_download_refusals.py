"""What ends a download: one line that names the culprit, exit code 1, and no file under its final name."""

import gzip
import hashlib
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db.errors import WikishelfError
from ingest.download.command import main
from ingest.download.errors import (
    AccessRefused,
    CertificateRefused,
    ChecksumWrong,
    DiskFull,
    DumpNotFinished,
    FolderUnusable,
    MirrorUnreachable,
    NoFinishedDump,
    NoSuchDate,
    NoSuchWiki,
    NotAMirror,
    NotEnoughSpace,
    PageMissing,
    RedirectRefused,
)
from tests.support.commands import refusal
from tests.support.downloading import BODY, HALF, NAME, PATH, QUICK, download
from tests.support.mirror import Fault, Mirror


@pytest.mark.parametrize("asked", ["3600", "Wed, 01 Jan 2121 00:00:00 GMT"])
def test_a_server_that_asks_for_too_long_is_given_up_at_once(mirror: Mirror, tmp_path: Path, asked: str) -> None:
    mirror.faults[PATH] = [Fault(status=429, headers={"Retry-After": asked})]
    with pytest.raises(MirrorUnreachable, match=r"429 Too Many Requests, to be tried in \d{4,} s"):
        download(mirror, tmp_path)
    assert len(mirror.asked(NAME)) == 1


def test_a_wrong_byte_always(mirror: Mirror, tmp_path: Path) -> None:
    mirror.files[PATH] = b"x" + BODY[1:]
    with pytest.raises(ChecksumWrong, match=f"{NAME} has another sha1"):
        download(mirror, tmp_path)
    assert len(mirror.asked(NAME)) == 2
    assert not (tmp_path / NAME).exists()


def wrong_status(mirror: Mirror) -> None:
    mirror.publish({NAME: BODY}, status="in-progress")


def no_job(mirror: Mirror) -> None:
    mirror.set_status({})


def only_an_index(mirror: Mirror) -> None:
    mirror.publish({"xxwiki-20260101-pages-articles-multistream-index.txt.bz2": b"i"})


def no_size(mirror: Mirror) -> None:
    mirror.set_status({"articlesmultistreamdump": {"status": "done", "files": {NAME: {"sha1": "0" * 40}}}})


def a_web_page(mirror: Mirror) -> None:
    mirror.files = dict.fromkeys(mirror.files, b"<html>Please log in</html>")


def nothing(mirror: Mirror) -> None:
    mirror.files.clear()


def no_file(mirror: Mirror) -> None:
    del mirror.files[PATH]


def forbidden(mirror: Mirror) -> None:
    mirror.faults["/xxwiki/20260101/dumpstatus.json"] = mirror.faults["/xxwiki/"] = [Fault(status=403)] * 2


def a_circle(mirror: Mirror) -> None:
    mirror.faults["/xxwiki/"] = [Fault(status=302, headers={"Location": "/xxwiki/"})] * 20
    mirror.faults["/xxwiki/20260101/dumpstatus.json"] = mirror.faults["/xxwiki/"]


def a_huge_dump(mirror: Mirror) -> None:
    facts = {"size": 10**17, "sha1": "0" * 40}
    mirror.set_status({"articlesmultistreamdump": {"status": "done", "files": {NAME: facts}}})


def answers(document: object) -> Callable[[Mirror], None]:
    """A status of these bytes, or of this text or JSON document."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()

    def change(mirror: Mirror) -> None:
        mirror.files["/xxwiki/20260101/dumpstatus.json"] = body

    return change


def lists(name: str, **facts: object) -> Callable[[Mirror], None]:
    """A status with a file of this name beside the sound facts."""
    file = {"size": 9, "sha1": "0" * 40, **facts}
    return answers({"jobs": {"articlesmultistreamdump": {"status": "done", "files": {name: file}}}})


def leads_to(address: str) -> Callable[[Mirror], None]:
    def change(mirror: Mirror) -> None:
        mirror.faults["/xxwiki/20260101/dumpstatus.json"] = [Fault(status=302, headers={"Location": address})] * 9

    return change


HOSTILE = {
    "deep lists": answers(b"[" * 200_000),
    "deep objects": answers(b'{"jobs":' * 100_000),
    "a deep job": answers(b'{"jobs":{"articlesmultistreamdump":' + b"[" * 100_000),
    "a list": answers([]),
    "jobs that are a list": answers({"jobs": []}),
    "a job that is a text": answers({"jobs": {"articlesmultistreamdump": "done"}}),
    "no JSON number": answers(b'{"jobs": {"articlesmultistreamdump": {"status": ' + b"9" * 5_000 + b"}}}"),
    "bytes of no encoding": answers(b"\xff\xfe\x00{"),
    "gzip": answers(gzip.compress(b"[" * 1_000_000)),
    "too long": answers(b"[" + b" " * (9 << 20) + b"]"),
    "files in a list": answers({"jobs": {"articlesmultistreamdump": {"status": "done", "files": [NAME]}}}),
    "escapes in the state": answers({"jobs": {"articlesmultistreamdump": {"status": "\x1b[31mdone\n\x9b2J\x07"}}}),
    "a state of a megabyte": answers({"jobs": {"articlesmultistreamdump": {"status": "x" * 1_000_000}}}),
    "a folder above": lists(f"../{NAME}"),
    "an absolute path": lists(f"/etc/{NAME}"),
    "a folder below": lists(f"a/{NAME}"),
    "NUL": lists(f"{NAME}\0"),
    "a line break": lists(f"{NAME}\n"),
    "a long name": lists(NAME.replace("multistream", "multistream" + "1" * 5_000)),
    "other digits": lists(NAME.replace("multistream", "multistream\u0663")),
    "another wiki's": lists(NAME.replace("xxwiki", "yywiki")),
    "another day's": lists(NAME.replace("20260101", "20250101")),
    "a size of -1": lists(NAME, size=-1),
    "a size that is a text": lists(NAME, size="9"),
    "a size that is true": lists(NAME, size=True),
    "a size of 1e30": lists(NAME, size=10**30),
    "a size that is a fraction": lists(NAME, size=1e300),
    "a checksum that is a path": lists(NAME, sha1="../../../" + "a" * 31),
    "a checksum that is a list": lists(NAME, sha1=["0" * 40]),
    "to a file": leads_to("file:///etc/passwd"),
    "to FTP": leads_to("ftp://127.0.0.1/x"),
    "to data": leads_to("data:application/json,{}"),
    "to nowhere": leads_to("http://"),
    "to escapes": leads_to("gopher://\x1b[31m"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mirror_that_means_harm_gets_one_line(mirror: Mirror, tmp_path: Path, name: str) -> None:
    HOSTILE[name](mirror)
    arguments = ["--date", "20260101", "--mirror", mirror.url, "--to", str(tmp_path / "files"), "--timeout", "2"]
    line = refusal("ingest", "download", "xxwiki", *arguments)
    assert line.rstrip("\n").isprintable(), line
    assert len(line) < 5_000
    assert not (tmp_path / "files").exists()


def test_a_mirror_may_lead_to_another_host(mirror: Mirror, tmp_path: Path) -> None:
    leads_to(mirror.url.replace("127.0.0.1", "localhost") + "/elsewhere")(mirror)
    mirror.files["/elsewhere"] = mirror.files["/xxwiki/20260101/dumpstatus.json"]
    assert download(mirror, tmp_path)["size"] == len(BODY)


@pytest.mark.parametrize(
    "lie", ["bytes 5-9/300000", "bytes 0-299999/300000", "bytes 150000-1/7", "bytes */300000", "x"]
)
def test_a_wrong_range_is_never_joined(mirror: Mirror, tmp_path: Path, lie: str) -> None:
    mirror.faults[PATH] = [Fault(drop_after=HALF), Fault(status=206, headers={"Content-Range": lie})]
    download(mirror, tmp_path)
    assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize(
    ("change", "arguments", "error", "words"),
    [
        (nothing, [], NoSuchWiki, "xxwiki"),
        (nothing, ["--date", "20260101"], NoSuchWiki, "xxwiki"),
        (len, ["--date", "20250101"], NoSuchDate, "it has 20260101"),
        (wrong_status, [], NoFinishedDump, "20260101"),
        (wrong_status, ["--date", "20260101"], DumpNotFinished, "in-progress"),
        (no_job, ["--date", "20260101"], DumpNotFinished, "not planned"),
        (only_an_index, [], NotAMirror, "no files of articles"),
        (no_size, [], NotAMirror, f"no size of {NAME}"),
        (a_web_page, [], NotAMirror, "no links to dates"),
        (a_web_page, ["--date", "20260101"], NotAMirror, "no JSON"),
        (no_file, [], PageMissing, NAME),
        (forbidden, [], AccessRefused, "403 Forbidden.*--contact"),
        (a_circle, ["--date", "20260101"], AccessRefused, "302"),
        (a_huge_dump, [], NotEnoughSpace, "100,000,000.0 GB"),
    ],
)  # fmt: skip
def test_what_does_not_pass_is_said_in_one_line(
    mirror: Mirror, tmp_path: Path, change: Callable[[Any], Any], arguments: list[str],
    error: type[WikishelfError], words: str,
) -> None:  # fmt: skip
    change(mirror.files if change is len else mirror)
    with pytest.raises(error, match=words) as caught:
        download(mirror, tmp_path, *arguments)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / NAME).exists()


def test_no_network() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    line = refusal("ingest", "download", "xxwiki", "--mirror", f"http://127.0.0.1:{port}")
    assert "Connection refused" in line
    assert f"127.0.0.1:{port}" in line


def test_a_full_disk_and_a_folder_that_is_none(mirror: Mirror, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished" / f"{NAME}.{hashlib.sha1(BODY).hexdigest()[:8]}.part").symlink_to("/dev/full")
    with pytest.raises(DiskFull, match=r"No space left on device.*run the same command again"):
        download(mirror, tmp_path)
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(FolderUnusable, match=f"{folder}.*--to"):
            download(mirror, tmp_path, "--to", str(folder))


@pytest.fixture
def secure(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS, and its certificate, which nobody has signed."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def test_a_certificate_of_nobody_is_refused(secure: tuple[ssl.SSLContext, Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=refuse_tls, args=(listener, secure[0]))
        thread.start()
        with pytest.raises(CertificateRefused, match="self-signed certificate"):
            main(["xxwiki", "--mirror", f"https://127.0.0.1:{listener.getsockname()[1]}"], QUICK)
        thread.join()


def test_a_safe_address_never_leads_to_an_open_one(
    secure: tuple[ssl.SSLContext, Path], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure[1]))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=redirect_by_tls, args=(listener, secure[0], mirror.url))
        thread.start()
        with pytest.raises(RedirectRefused, match=f"leads to {mirror.url}"):
            main(["xxwiki", "--mirror", f"https://127.0.0.1:{listener.getsockname()[1]}"], QUICK)
        thread.join()
    assert mirror.requests == []


def redirect_by_tls(listener: socket.socket, context: ssl.SSLContext, address: str) -> None:
    with context.wrap_socket(listener.accept()[0], server_side=True) as connection:
        connection.recv(10_000)
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {address}/xxwiki/\r\nContent-Length: 0\r\n\r\n".encode())


def refuse_tls(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    try:
        context.wrap_socket(connection, server_side=True).close()
    except ssl.SSLError:
        connection.close()


def test_wrong_usage() -> None:
    for arguments in (
        [], ["en wiki"], ["../etc"], ["xxwiki", "--date", "2026-01-01"], ["xxwiki", "--mirror", "ftp://host"],
        ["xxwiki", "--mirror", "file:///etc"], ["xxwiki", "--connections", "3"], ["xxwiki", "--timeout", "0"],
        ["xxwiki", "--contact", "me\r\nX: y"],
    ):  # fmt: skip
        with pytest.raises(SystemExit, match="2"):
            main(arguments)
