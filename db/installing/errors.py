"""Errors about what a shelf needs of its database."""

from db.errors import WikishelfError


class EncodingUnfit(WikishelfError):
    """the database at {url} has the encoding {encoding}, which cannot hold all titles; make another one by "create
    database NAME encoding 'UTF8' template template0", and name it in DATABASE_URL"""
