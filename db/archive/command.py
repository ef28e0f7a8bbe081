"""python -m db save | restore: a shelf into a file, and out of it."""

import shlex
import sys
from pathlib import Path

from sqlalchemy import text

from db.archive import container, fetch
from db.archive.errors import FileTaken
from db.archive.manifest import Manifest
from db.archive.progress import shown
from db.archive.restore import restore as restore_file
from db.archive.save import save as save_file
from db.connection import Database
from db.console import form, next_step, plain
from db.installing import migrate, revision
from db.opening import connect

EXAMPLE = text(
    "select a.title from articles a join article_vectors using (article_id) order by a.prominence desc limit 1"
)


def save(file: Path, model: int | str, force: bool) -> None:
    """Save the shelf, and say how to publish it.

    Raises
    ------
    FileTaken
    """
    if file.exists() and not force:
        raise FileTaken(path=file)
    with connect(tables="require") as database, shown() as show:
        manifest = save_file(database, file, model, show)
    print(f"saved {_content(manifest)}")
    print(f"{file}: {file.stat().st_size / 1e6:,.1f} MB, SHA-256 {container.sha256(file)}")
    elsewhere = form.start.removesuffix(" demo")  # whose shelf is full
    next_step("on any server, into an empty shelf", f"{elsewhere} db restore {shlex.quote(str(file))}")


def restore(source: str, sha256: str | None, to: Path) -> None:
    """Restore a shelf from a file or an address, and say what to ask."""
    with shown() as show:
        is_address = fetch.is_address(source)
        file = fetch.fetched(source, to, sha256, show) if is_address else container.checked(Path(source), sha256)
    with connect(tables="any") as database:
        found = revision.revision(database)
        with shown() as show:
            manifest, is_new = restore_file(database, file, show)
        if found is None:
            print(migrate.outcome(database, found), file=sys.stderr)
        print(f"{'restored' if is_new else 'this shelf holds the archive already:'} {_content(manifest)}")
        if is_address:
            print(f"{file} stays here; delete it if you do not need it")
        next_step(*_next(database, manifest))


def _content(manifest: Manifest) -> str:
    models = "1 model" if len(manifest.models) == 1 else f"{len(manifest.models)} models"
    wiki = plain(manifest.wiki or "a shelf")
    return f"{wiki}: {manifest.rows('articles'):,} articles, {manifest.rows('article_links'):,} pairs, {models}"


def _next(database: Database, manifest: Manifest) -> tuple[str, str]:
    if manifest.active is None:
        return "it has no model that answers yet", "python -m train"
    with database.session() as connection:
        title = connection.scalar(EXAMPLE)
    return "ask", f'python -m api similar "{plain(title or "TITLE")}"'
