"""`python -m db save` and `restore` as a person runs them: published, fetched, killed, and short of disk."""

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from db.archive import container
from tests.conftest import as_url
from tests.support.archives import content, forged
from tests.support.commands import command, done, refusal, started
from tests.support.mirror import Fault, Mirror
from tests.support.small_disks import mounted

FIRST = "Satire number 0"  # the most prominent
KILLS = int(os.environ.get("WIKISHELF_KILLS", "3"))


@pytest.fixture(scope="module")
def archive(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bookshop with its map."""
    path = tmp_path_factory.mktemp("archive") / "shop.zip"
    saved = command("db", "save", str(path), DATABASE_URL=shop_url)
    said = saved.stdout.splitlines()
    assert said[0] == "saved a shelf: 600 articles, 1,824 pairs, 1 model"
    assert re.fullmatch(rf"{path}: 0\.\d MB, SHA-256 [0-9a-f]{{64}}", said[1])
    assert saved.stderr == f"next: python -m db restore {path}  # on any server, into an empty shelf\n"
    return path


@contextmanager
def bare(server_url: str, name: str = "for_an_archive") -> Iterator[str]:
    """The address of a database without a shelf."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
    yield as_url(make_conninfo(server_url, dbname=name))
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def target(server_url: str) -> Iterator[str]:
    with bare(server_url) as url:
        yield url


def is_empty(url: str) -> bool:
    """Whether there is no shelf at all."""
    with psycopg.connect(url) as connection:
        return connection.execute("select to_regnamespace('wikishelf')").fetchone() == (None,)


def test_restored_it_answers_as_it_says(shop_url: str, archive: Path, target: str) -> None:
    said = command("db", "restore", str(archive), DATABASE_URL=target)
    assert said.stdout == "restored a shelf: 600 articles, 1,824 pairs, 1 model\n"
    assert said.stderr.splitlines()[-1] == f'next: python -m api similar "{FIRST}"  # ask'
    for verb in (("similar", FIRST), ("similar", FIRST, "--prominence", "0.5"), ("search", "war")):
        assert done("api", *verb, "--json", DATABASE_URL=target) == done("api", *verb, "--json", DATABASE_URL=shop_url)
    again = done("db", "restore", str(archive), DATABASE_URL=target).splitlines()
    assert again[0] == "this shelf holds the archive already: a shelf: 600 articles, 1,824 pairs, 1 model"
    found = content(target)
    del found["_article_vectors_1_placed_idx"]  # which nobody built for the shop
    assert found == content(shop_url)


def test_a_login_that_owns_only_its_schema(archive: Path, server_url: str, shop_url: str, target: str) -> None:
    """As a managed server has it, with the extensions in a schema of an administrator's."""
    with psycopg.connect(target, autocommit=True) as admin:
        admin.execute("create role keeper login nosuperuser password 'keeper'")
        admin.execute("create schema extensions; grant usage on schema extensions to keeper")
        admin.execute("create extension vector schema extensions; create extension pg_trgm schema extensions")
        admin.execute("create schema wikishelf authorization keeper; revoke create on schema public from public")
    try:
        keeper = as_url(make_conninfo(target, user="keeper", password="keeper"))
        done("db", "restore", str(archive), DATABASE_URL=keeper)
        assert done("api", "similar", FIRST, DATABASE_URL=keeper) == done(
            "api", "similar", FIRST, DATABASE_URL=shop_url
        )
        done("db", "save", str(archive.with_name("again.zip")), DATABASE_URL=keeper)
    finally:
        with psycopg.connect(target, autocommit=True) as admin:
            admin.execute("drop owned by keeper; drop role keeper")


def test_fetched_from_the_web(archive: Path, target: str, mirror: Mirror, tmp_path: Path) -> None:
    """The connection drops twice; the server knows ranges at first, and then not any more."""
    body = archive.read_bytes()
    mirror.files["/a b/my%20shop.zip"] = body
    half = len(body) // 2
    mirror.faults["/a b/my%20shop.zip"] = [
        Fault(drop_after=half),
        Fault(),
        Fault(drop_after=half // 2),
        Fault(status=503),
    ]
    url = f"{mirror.url}/a b/my%20shop.zip"
    asked = ("db", "restore", url.replace("a b", "a%20b"), "--to", str(tmp_path))
    mirror.files["/a%20b/my%20shop.zip"], mirror.faults["/a%20b/my%20shop.zip"] = (
        body,
        mirror.faults["/a b/my%20shop.zip"],
    )
    said = done(*asked, DATABASE_URL=target).splitlines()
    assert said[1] == f"{tmp_path / 'my-shop.zip'} stays here; delete it if you do not need it"
    assert [one.start for one in mirror.requests] == [0, 0, half, 0, 0, half + half // 2]
    assert [one.name for one in tmp_path.iterdir()] == ["my-shop.zip"]
    assert (tmp_path / "my-shop.zip").read_bytes() == body
    done(*asked, DATABASE_URL=target)
    assert mirror.requests[-1].start == 0  # only asked how many bytes it has
    (tmp_path / "my-shop.zip").write_bytes(b"mine")
    assert "a file of this name is there, and it is not the one of" in refusal(*asked, DATABASE_URL=target)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(status=404), "it answered 404 Not Found; nothing was restored, what was fetched is kept"),
        (
            Fault(status=302, headers={"Location": "ftp://127.0.0.1/x"}),
            "it leads to ftp://127.0.0.1/x, which is not as safe",
        ),
        (Fault(body=b"<html>not an archive</html>"), "is not a whole archive of a shelf: File is not a zip file"),
    ],
)
def test_what_the_web_may_answer(fault: Fault, said: str, target: str, mirror: Mirror, tmp_path: Path) -> None:
    mirror.faults["/shop.zip"] = [fault] * 2
    line = refusal("db", "restore", f"{mirror.url}/shop.zip", "--to", str(tmp_path), DATABASE_URL=target)
    assert said in line
    assert is_empty(target)


def test_the_checksum_of_the_publisher(archive: Path, target: str) -> None:
    line = refusal("db", "restore", str(archive), "--sha256", "0" * 64, DATABASE_URL=target)
    assert "its SHA-256 is " in line
    assert is_empty(target)


def test_another_file_of_an_address_is_not_kept(archive: Path, target: str, mirror: Mirror, tmp_path: Path) -> None:
    mirror.files["/shop.zip"] = archive.read_bytes()
    asked = ("db", "restore", f"{mirror.url}/shop.zip", "--to", str(tmp_path), "--sha256")
    line = refusal(*asked, "0" * 64, DATABASE_URL=target)
    assert f"{mirror.url}/shop.zip is not a whole archive of a shelf: its SHA-256 is " in line
    assert list(tmp_path.iterdir()) == []
    assert is_empty(target)
    found = container.sha256(archive)
    done(*asked, found, DATABASE_URL=target)
    assert "a file of this name is there, and it is not the one of" in refusal(*asked, "0" * 64, DATABASE_URL=target)
    assert container.sha256(tmp_path / "shop.zip") == found
    mirror.files["/new.zip"] = forged(archive, lambda manifest, _: manifest.update(format=2)).read_bytes()
    line = refusal("db", "restore", f"{mirror.url}/new.zip", "--to", str(tmp_path), DATABASE_URL=target)
    assert "was saved by a newer Wikishelf" in line
    assert (tmp_path / "new.zip").exists()


def killed_after(seconds: float, *arguments: str, **environment: str) -> bool:
    """Start `python -m ...` and kill it; False if it had ended before."""
    with started(*arguments, **environment) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait() == -signal.SIGKILL


def moments(seconds: float, seed: int) -> Iterator[float]:
    """One moment in each part of a run, after its first fifth, in which the interpreter starts."""
    chance = random.Random(seed)
    return (seconds * (0.2 + 0.8 * (n + chance.random()) / KILLS) for n in range(KILLS))


def test_a_killed_restore_leaves_nothing_or_all(archive: Path, server_url: str) -> None:
    with bare(server_url, "unhurt") as url:
        start = time.monotonic()
        done("db", "restore", str(archive), DATABASE_URL=url)
        seconds, whole = time.monotonic() - start, content(url)
    for moment in moments(seconds, seed=1):
        with bare(server_url, "hurt") as url:
            killed_after(moment, "db", "restore", str(archive), DATABASE_URL=url)
            if not is_empty(url):
                assert content(url)["articles"] == whole["articles"]
            done("db", "restore", str(archive), DATABASE_URL=url)
            assert content(url) == whole


def test_a_killed_save_leaves_the_former_file(shop_url: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.zip"
    start = time.monotonic()
    done("db", "save", str(path), DATABASE_URL=shop_url)
    seconds, whole = time.monotonic() - start, path.stat().st_size
    path.write_bytes(b"the former one")
    taken = f"python -m db: {path} exists already; name another file, or give --force to replace it\n"
    assert refusal("db", "save", str(path), DATABASE_URL=shop_url) == taken
    assert path.read_bytes() == b"the former one"
    for moment in moments(seconds, seed=2):
        killed_after(moment, "db", "save", str(path), "--force", DATABASE_URL=shop_url)
        assert path.read_bytes() == b"the former one" or abs(path.stat().st_size - whole) < 100
    done("db", "save", str(path), "--force", DATABASE_URL=shop_url)
    assert abs(path.stat().st_size - whole) < 100
    assert [one.name for one in tmp_path.iterdir()] == ["shop.zip"]


def test_readers_see_all_or_nothing(archive: Path, target: str) -> None:
    seen: set[object] = set()
    with started("db", "restore", str(archive), DATABASE_URL=target) as process:
        while process.poll() is None:
            with psycopg.connect(target, autocommit=True) as reader:
                if reader.execute(
                    "select to_regclass('wikishelf.similar_articles'), to_regnamespace('wikishelf')"
                ).fetchone() == (None, None):
                    seen.add(None)
                else:
                    found = "select count(*) from wikishelf.similar_articles(%s)"
                    seen.add(reader.execute(found, (FIRST,)).fetchone())
    assert process.returncode == 0
    assert seen <= {None, (10,)}
    assert None in seen


def test_a_disk_without_room_for_the_file(shop_url: str) -> None:
    with mounted(1) as small:
        path = small.path / "shop.zip"
        with small.filled(left=16):
            line = refusal("db", "save", str(path), DATABASE_URL=shop_url)
            assert f"cannot write {path}: No space left on device; name another file, or make room there if" in line
            assert not path.exists()
        done("db", "save", str(path), DATABASE_URL=shop_url)


def test_a_disk_without_room_for_the_shelf(archive: Path, embedded_only: None) -> None:
    with mounted(220) as small:
        at = {"WIKISHELF_HOME": str(small.home)}
        done("db", "start", **at)
        with small.filled(left=3_000):
            failed = command("db", "restore", str(archive), **at)
            assert re.search("the disk of the database at .* is full: .*; make room there and run", failed.stderr)
            assert failed.returncode == failed.stderr.count("\n") == 1
        done("db", "restore", str(archive), **at)
        assert "Satire" in done("api", "similar", FIRST, **at)
        done("db", "stop", **at)
