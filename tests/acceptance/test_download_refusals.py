"""What ends a download: one line that names the culprit, exit code 1, and no file under its final name."""

import hashlib
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
)
from tests.support.commands import refusal
from tests.support.downloading import BODY, NAME, PATH, QUICK, download
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


def test_a_certificate_of_nobody_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=refuse_tls, args=(listener, context))
        thread.start()
        with pytest.raises(CertificateRefused, match="self-signed certificate"):
            main(["xxwiki", "--mirror", f"https://127.0.0.1:{listener.getsockname()[1]}"], QUICK)
        thread.join()


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
