"""Errors about archives of shelves."""

from db.errors import WikishelfError


class ArchiveDamaged(WikishelfError):
    """{path} is not a whole archive of a shelf: {reason}; nothing was restored: fetch or save it again"""


class ArchiveNewer(WikishelfError):
    """{path} was saved by a newer Wikishelf ({version}), whose {what} this program does not know; upgrade the
    program"""


class ArchiveUnreachable(WikishelfError):
    """cannot fetch {url}: {reason}; nothing was restored, what was fetched is kept, and the same command goes on with
    it"""


class FileUnusable(WikishelfError):
    """cannot {verb} {path}: {reason}; name another file, or make room there if the disk is full"""


class FileUnreadable(FileUnusable):
    """cannot {verb} {path}: {reason}; give a file that "python -m db save" has written, or its http(s) address"""


class FileTaken(WikishelfError):
    """{path} exists already; name another file, or give --force to replace it"""


class ShelfNotEmpty(WikishelfError):
    """the shelf {schema} of the database at {url} has {found} already, and an archive goes into an empty one; set
    WIKISHELF_SCHEMA to a new name, or remove that shelf by "python -m db uninstall" first"""
