"""Errors about what a shelf needs of its database."""

from db.errors import WikishelfError


class EncodingUnfit(WikishelfError):
    """the database at {url} has the encoding {encoding}, which cannot hold all titles; make another one by "create
    database NAME encoding 'UTF8' template template0", and name it in DATABASE_URL"""


class AdoptionRefused(WikishelfError):
    """the tables of this database cannot be moved to their own schema: {reason}"""


class NotConfirmed(WikishelfError):
    """nothing was removed, because nobody confirmed it; answer yes, or give --yes"""


class NothingInstalled(WikishelfError):
    """the database at {url} has no shelf {schema}; WIKISHELF_SCHEMA names the one to remove"""


class UninstallRefused(WikishelfError):
    """the shelf {schema} cannot be removed: {reason}; nothing was removed"""
