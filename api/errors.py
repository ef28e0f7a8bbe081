"""Errors that the database has no part in."""

from db.errors import WikishelfError


class LibraryMissing(WikishelfError):
    """{method}() needs {library}, which is not installed: pip install {library}"""


class HistoryUnreadable(WikishelfError):
    """cannot read the history {path}: {reason}; give the file that Goodreads, StoryGraph or LibraryThing exported"""


class NotAHistory(WikishelfError):
    """{path} is not an export of Goodreads, StoryGraph or LibraryThing (it begins with "{line}"); export your books
    there as CSV or tab-delimited text, and give that file as it is"""


class UnmatchedNotWritten(WikishelfError):
    """cannot write the books without an article to {path}: {reason}; name a file in a folder that is there"""


class PortTaken(WikishelfError):
    """cannot listen on {host}, port {port}: {reason}; choose another address with --host and --port"""


class MatplotlibMissing(WikishelfError):
    """pictures need matplotlib, which is not installed: pip install "wikishelf[plots]" """


class NothingToDraw(WikishelfError):
    """there is nothing to draw: {what}"""


class ColourInvalid(WikishelfError):
    """the map has no colours by "{colour}"; it has {known}"""


class PictureNotWritten(WikishelfError):
    """cannot write the picture {path}: {reason}; name a file in a folder that is there"""


class ReaderNotTaken(WikishelfError):
    """the login {login} may not become {role}, so strangers would ask with all its rights; {remedy}, or start with
    --keep-login-rights"""
