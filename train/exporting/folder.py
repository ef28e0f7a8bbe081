"""A folder that appears whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from train.errors import FolderTaken, FolderUnwritable


def free(folder: Path) -> Path:
    """The whole path of the folder, if it can be made there without harm to anything."""
    folder = folder.resolve()
    with _as_unwritable(folder):
        if folder.exists() and not (folder.is_dir() and next(folder.iterdir(), None) is None):
            raise FolderTaken(folder=folder)
    return folder


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A hidden folder to fill, which becomes the wanted one at the end. An error or Ctrl-C removes it."""
    with _as_unwritable(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as hidden:
            draft = Path(hidden) / folder.name
            draft.mkdir()
            yield draft
            draft.rename(folder)


@contextmanager
def _as_unwritable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderUnwritable(folder=folder, reason=error.strerror or error) from error
