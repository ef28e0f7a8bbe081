"""What can be wrong with the sources of an ingest; the class's docstring is the message."""

from db.errors import WikishelfError


class SourceNotFound(WikishelfError):
    """{path} does not exist; give a dump file, a folder of its parts, or an .ndjson file"""


class SourceNotAFile(WikishelfError):
    """{path} is a pipe or a device, and a dump is read more than once and in several places; give the file itself (bz2
    and gz are unpacked here), or write the pipe to a file first"""


class SourceUnreadable(WikishelfError):
    """cannot read {path}: {reason}"""


class NoDumpsInFolder(WikishelfError):
    """the folder {path} holds no dump; its parts must be named like *.xml, *.xml.bz2, *.xml.gz or *.ndjson"""


class UnreadablePacking(WikishelfError):
    """{path} is packed as {packing}, which cannot be read here; unpack it first: {remedy}"""


class NotADump(WikishelfError):
    """{path} is neither a MediaWiki XML export nor an .ndjson file ({reason}); give a pages-articles file"""


class NoTexts(WikishelfError):
    """{path} has {pages} pages and the text of none, so it is not a dump of texts; give a pages-articles file"""


class WrongEncoding(WikishelfError):
    """{path} is {encoding}, not UTF-8; convert it first: iconv -f {encoding} -t UTF-8"""


class TruncatedSource(WikishelfError):
    """{path} is cut off at byte {position} ({reason}); download it again: nothing of this run was stored"""


class DamagedSource(WikishelfError):
    """{path} is damaged near byte {position} ({reason}); download it again: nothing of this run was stored"""


class PageTooLong(WikishelfError):
    """{path} has a page of more than {limit} MB at byte {position} of the unpacked text; a dump with all revisions
    cannot be read here: give a pages-articles file"""


class BadRow(WikishelfError):
    """line {line} of {path} is not a row [title, infobox, [wikilinks], [external links], timestamp, text length]:
    {reason}; nothing of this run was stored"""


class UnknownTopic(WikishelfError):
    """there is no topic "{topic}"; the topics are {known}"""


class SourcesOfTwoWikis(WikishelfError):
    """{one} is of {wiki}, and {other} is of {other_wiki}; import each wiki by itself, into a database of its own"""


class WorkerDied(WikishelfError):
    """a worker process was killed or ran out of memory before its part was read ({reason}); run the same command again:
    it goes on with the parts that are missing"""


class SchedulerUnusable(WikishelfError):
    """there is no Dask cluster to use at {address}: {reason}; start it with "dask scheduler" and "dask worker", and
    install wikishelf[cluster] there and here"""


class BadTopicFile(WikishelfError):
    """{path}: {culprit} {reason}; {remedy}"""


class InfoboxOfTwoTopics(WikishelfError):
    """the infobox "{infobox}" is listed by the topics {one} and {other}; ask for one of them, or list it in one only"""
