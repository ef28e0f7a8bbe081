"""What can be wrong with a download; the class's docstring is the message."""

from db.errors import WikishelfError


class NoSuchWiki(WikishelfError):
    """there is no wiki "{wiki}" at {mirror}; names are like enwiki, frwiki or zh_min_nanwiki"""


class NoSuchDate(WikishelfError):
    """there is no dump of {wiki} of {date} at {mirror}; it has {dates}"""


class NoFinishedDump(WikishelfError):
    """no dump of {wiki} at {mirror} has its articles finished ({dates}); try again in some days"""


class DumpNotFinished(WikishelfError):
    """the articles of {wiki} of {date} are not finished at {mirror} (status: {status}); leave out --date to get the
    newest that are finished
    """


class NotAMirror(WikishelfError):
    """{url} does not hold what a mirror of Wikimedia's dumps has there ({reason}); check --mirror"""


class PageMissing(WikishelfError):
    """{url} does not exist, though the dump's status lists it; try another --mirror"""


class AccessRefused(WikishelfError):
    """{url} answered "{answer}"; Wikimedia refuses programs that do not say whose they are: add --contact ADDRESS"""


class RedirectRefused(WikishelfError):
    """{url} leads to {other}, which is not as safe an address, so nothing was taken from there; check --mirror"""


class CertificateRefused(WikishelfError):
    """the certificate of {url} cannot be trusted ({reason}), so nothing was taken from there; check --mirror"""


class MirrorUnreachable(WikishelfError):
    """gave up on {url} after {tries} failures in a row, the last: {reason}; what was fetched is kept, and the same
    command goes on with it
    """


class ChecksumWrong(WikishelfError):
    """{name} has another {algorithm} than the dump's status says, and had it again when it was fetched afresh; try
    again, or try another --mirror
    """


class NotEnoughSpace(WikishelfError):
    """{directory} has {free} free and the dump needs {needed} more; make room, or name another folder with --to"""


class DiskFull(WikishelfError):
    """no room is left for {path} ({reason}); what was fetched is kept: make room and run the same command again"""


class FolderUnusable(WikishelfError):
    """cannot write {path}: {reason}; name a folder of your own with --to"""


class DownloadRunning(WikishelfError):
    """another download is writing to {directory}; wait for it to end, or name another folder with --to"""
