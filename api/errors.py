"""Errors that the database has no part in."""

from db.errors import WikishelfError


class LibraryMissing(WikishelfError):
    """{method}() needs {library}, which is not installed: pip install {library}"""


class PortTaken(WikishelfError):
    """cannot listen on {host}, port {port}: {reason}; choose another address with --host and --port"""
