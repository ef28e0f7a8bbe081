"""What can be wrong about a question before the database hears of it."""

from db.errors import WikishelfError


class LibraryMissing(WikishelfError):
    """{method}() needs {library}, which is not installed: pip install {library}"""


class PortTaken(WikishelfError):
    """cannot listen on {host}, port {port}: {reason}; choose another with --host and --port"""
