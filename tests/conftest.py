"""A server for the session, a migrated template database, and a copy of it (about 20 ms) for each test that asks."""

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.connection import Database
from db.embedded import sharing
from db.installing import migrate

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
NAMED_SERVERS = os.environ.get("WIKISHELF_TEST_SERVER", "").split()
PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
VERSIONS = """
    select split_part(current_setting('server_version'), ' ', 1) || ' ' || default_version
    from pg_available_extensions where name = 'vector'"""
# What works or waits longest begins first, so that none of it is left for the end.
LONGEST_FIRST = ("tests/cluster", "tests/browser", "tests/acceptance", "tests/training", "tests/database")
# The settings of a database, which a copy does not inherit.
SETTINGS = """
    select unnest(setconfig) from pg_db_role_setting join pg_database d on d.oid = setdatabase
    where datname = %s and setrole = 0"""
MEMORY, BYTES_OF_SERVERS = Path("/dev/shm"), 6 << 30
SAMPLE = "sample"  # the database of the bundled sample, of which tests take copies
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in the order in which the processes take their files."""
    items.sort(key=lambda item: [not item.nodeid.startswith(path) for path in LONGEST_FIRST])


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays till the end: going through it again and again took 7 % of all."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the user's own database."""
    os.environ.pop("DATABASE_URL", None)
    os.environ["WIKISHELF_HOME"] = str(tmp_path_factory.mktemp("unused") / "home")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data that lies beside some checkouts, not in the project."""
    if not SHARED.is_dir():
        pytest.skip("no real data beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def embedded_only() -> None:
    """Skips what is about the embedded server where the tests have another one."""
    if NAMED_SERVERS:
        pytest.skip("about the embedded server, and WIKISHELF_TEST_SERVER names another one")


@pytest.fixture
def home(embedded_only: None) -> Iterator[Path]:
    """A data root that the server's user can reach when the tests run as root (pytest's tmp_path is private)."""
    with server_folder() as path:
        yield path / "home"


@contextmanager
def server_folder() -> Iterator[Path]:
    """A temporary folder that a server's user may enter, in memory where there is plenty.

    On a disk that has just lost many files, ext4 searches long for the names of new ones: a database took 0.14 s of a
    core in place of 0.02.
    """
    path = Path(tempfile.mkdtemp(prefix="wikishelf-", dir=MEMORY if _fits_into_memory() else None))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def _fits_into_memory() -> bool:
    if not MEMORY.is_dir() or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:  # Root's server runs programs from there.
        return False
    return shutil.disk_usage(MEMORY).free > BYTES_OF_SERVERS


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The server that WIKISHELF_TEST_SERVER names by a superuser's address, or an embedded one of the session's own."""
    with _server() as url:
        if "WIKISHELF_TEST_VERSIONS" in os.environ:  # `make matrix` prints them
            with psycopg.connect(url) as connection, Path(os.environ["WIKISHELF_TEST_VERSIONS"]).open("a") as file:
                print(*(connection.execute(VERSIONS).fetchone() or ()), file=file)
        yield url


@contextmanager
def _server() -> Iterator[str]:
    if NAMED_SERVERS:
        assert len(NAMED_SERVERS) > PROCESS, "WIKISHELF_TEST_SERVER names a server for each process, between blanks"
        yield NAMED_SERVERS[PROCESS]
        return
    with server_folder() as path, sharing.attach(path / "home") as attachment:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):  # It lives for the tests.
            _execute(attachment.url, f"alter system set {setting}")
        _execute(attachment.url, "select pg_reload_conf()")
        yield attachment.url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a migrated, empty database."""
    _execute(server_url, "create database template_wikishelf")
    with Database(make_conninfo(server_url, dbname="template_wikishelf")) as database:
        migrate.upgrade(database)
        with database.transaction() as connection:
            migrate.set_defaults(connection)  # Names without a schema mean the shelf's, as in the embedded database.
    yield "template_wikishelf"
    _execute(server_url, "drop database template_wikishelf")


@contextmanager
def new_database(server_url: str, template: str, name: str | None = None) -> Iterator[str]:
    """The address of a copy of the template, dropped at the end."""
    name = name or f"test_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"create database {name} template {template} strategy file_copy")
        for (setting,) in admin.execute(SETTINGS, [template]).fetchall():
            admin.execute(f"alter database {name} set {setting.replace('=', ' = ', 1)}")
        yield make_conninfo(server_url, dbname=name)
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """A database of the test's own."""
    with new_database(server_url, template) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open pool on `database_url`."""
    with Database(database_url) as database:
        yield database


def as_url(conninfo: str) -> str:
    """An address as DATABASE_URL takes it."""
    known = {key: quote(str(value), safe="") for key, value in conninfo_to_dict(conninfo).items()}
    where = "&".join(f"{key}={known[key]}" for key in ("host", "port", "password") if key in known)
    return f"postgresql://{known['user']}@/{known['dbname']}?{where}"


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
