"""The tree of errors; the docstring of a class is its message, into which the facts of the case are filled."""

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
        return partial(type(self), **self.facts), ()  # an error of another process arrives unchanged


class ServerNotOurs(WikishelfError):
    """DATABASE_URL is set, and Wikishelf does not {verb} that server; unset it to {verb} the embedded PostgreSQL"""


class DatabaseUnreachable(WikishelfError):
    """cannot reach the database at {url}: {reason}; check DATABASE_URL, or unset it to use the embedded PostgreSQL"""


class DatabaseUrlInvalid(WikishelfError):
    """DATABASE_URL is not a PostgreSQL address ({reason}); write it as postgresql://user:password@host:5432/database"""


class SchemaNameInvalid(WikishelfError):
    """WIKISHELF_SCHEMA cannot be "{name}": use up to 40 lower-case letters, digits and underscores, such as enwiki, and
    neither public nor a name that begins with pg_ or a digit"""


class SchemaTaken(WikishelfError):
    """the schema {schema} of the database at {url} holds things that Wikishelf did not make, such as {example}; set
    WIKISHELF_SCHEMA to another name"""


class SchemaNewer(WikishelfError):
    """the schema {schema} of the database at {url} was made by a newer Wikishelf (its revision is {stored}, and this
    program knows {known}); upgrade the program"""


class RightsMissing(WikishelfError):
    """this login may not prepare the database at {url}; ask an administrator to run there: {statements}"""


class ExtensionMissing(WikishelfError):
    """the server at {url} has no extension {name}; install PostgreSQL's contrib modules there (Debian: the package
    postgresql-contrib), then run the same command again"""


class DatabaseRefused(WikishelfError):
    """the database at {url} refused: {reason}"""


class DatabaseFull(WikishelfError):
    """the disk of the database at {url} is full: {reason}; make room there and run the same command again: nothing is
    half done, and an import goes on where it was"""


class OutOfMemory(WikishelfError):
    """there is not enough memory for this ({reason}); end other programs or ask for less, then run the same command
    again: nothing is half done"""


class OutOfFiles(WikishelfError):
    """this process may not open another file ({reason}); raise the limit with ulimit -n, then run the same command
    again: nothing is half done"""


class DatabaseBusy(WikishelfError):
    """the database at {url} is too busy: {reason}; ask again later, or ask for less"""


class ServerTooOld(WikishelfError):
    """the server at {url} runs PostgreSQL {version}; Wikishelf needs 15 or newer"""


class VectorMissing(WikishelfError):
    """the server at {url} has no pgvector; install pgvector 0.8 or newer there, or unset DATABASE_URL"""


class VectorTooOld(WikishelfError):
    """the server at {url} has pgvector {version}; Wikishelf needs 0.8 or newer: upgrade pgvector, then run
    "alter extension vector update" """


class ShelfClosed(WikishelfError):
    """this shelf is closed; open another one with api.connect()"""


class SchemaMissing(WikishelfError):
    """there is no shelf {schema} in {url} yet; make one by "python -m ingest SOURCE" or "python -m db restore FILE", or
    make a small one by "wikishelf demo" and ask it by "wikishelf demo COMMAND" """


class SchemaOld(WikishelfError):
    """the tables of the shelf {schema} in {url} are those of an older Wikishelf (their revision is {stored}, and this
    program needs {known}); run "python -m db upgrade" first"""


class WikiMismatch(WikishelfError):
    """the shelf {schema} holds {stored}, and {source} comes from {wiki}; a shelf holds one wiki, so set
    WIKISHELF_SCHEMA to another name, such as {wiki}"""


class ArticleNotFound(WikishelfError):
    """no article is called "{title}"{suggestions}"""


class ArgumentInvalid(WikishelfError):
    """{field} must be {kind}, not {value}"""


class CountInvalid(WikishelfError):
    """count must be a whole number from 1 to {most}, not {count}"""


class LinkNotFound(WikishelfError):
    """no link is called "{title}"{suggestions}"""


class ArticleWithoutVector(WikishelfError):
    """ "{title}" came after the active model was trained and has no vector; run "python -m train fold-in", or run
    "python -m train" again if the model has none of its links"""


class LinkWithoutVector(WikishelfError):
    """the link "{title}" is not in the active model, because too few articles make it; see --min-articles of "python -m
    train" """


class TextInvalid(WikishelfError):
    """the argument {field} holds a character that no stored text can hold (NUL, or half of a surrogate pair); remove
    it"""


class TextTooLong(WikishelfError):
    """the argument {field} has {length} characters; give at most {most}"""


class FacetInvalid(WikishelfError):
    """the facet {name} cannot be {value}; give a value or a list of values, such as "Novel" or ["Novel", "Satire"]"""


class FacetNotStored(WikishelfError):
    """no article{of_topic} has a facet "{name}"; there are {known}"""


class YearInvalid(WikishelfError):
    """a year must be written as 1984, 1950..1980, 1950.., ..1980 or, before Christ, -44, not as "{year}" """


class KindInvalid(WikishelfError):
    """the kind of a link must be page, category or site, not "{kind}" """


class LinkedKindInvalid(WikishelfError):
    """the most linked must be of the kind page, category or site, or of a topic, not "{kind}"; the topics are
    {topics}"""


class TitlesInvalid(WikishelfError):
    """{field} must be a list of titles, not one text; write ["{value}"]"""


class TooMany(WikishelfError):
    """{field} must hold at most {most} values, not {given}; ask for less at once"""


class NothingLiked(WikishelfError):
    """a recommendation needs at least one liked article; name one"""


class WeightsInvalid(WikishelfError):
    """the weights {weights} do not fit {likes} liked titles; give one number above 0 for each title"""


class DiversityInvalid(WikishelfError):
    """diversity must be between 0 and 1, not {diversity}"""


class ProminenceInvalid(WikishelfError):
    """prominence must be between -1 (hidden gems) and 1 (well known), not {prominence}"""


class SimilarityInvalid(WikishelfError):
    """min_similarity must be between -1 and 1, not {similarity}"""


class NoActiveModel(WikishelfError):
    """no model is active; run "python -m train" first, or "python -m train activate N" """


class MapMissing(WikishelfError):
    """model {model_id} has no map; run "python -m train map" first"""


class ModelNotFound(WikishelfError):
    """there is no model {model_id}; "python -m train models" lists them"""


class ModelUnusable(WikishelfError):
    """model {model_id} cannot be {verb}: {reason}"""


class ImportInProgress(WikishelfError):
    """another import is using this shelf (process {pid} of the server, since {since}, for {client}); wait for it to
    end, or for a minute if it was killed"""


class TrainingInProgress(WikishelfError):
    """another training is using this shelf (process {pid} of the server, since {since}, for {client}); wait for it to
    end, or for a minute if it was killed"""


class BadVectors(WikishelfError):
    """the vectors of the {kind} cannot be stored: {reason} (id {culprit}); nothing was written"""


class TopicNotStored(WikishelfError):
    """the database has no article of the topic "{topic}"; it has {known}"""


class OutputLost(WikishelfError):
    """cannot write the output: {reason}"""


class NothingToTrain(WikishelfError):
    """no pairs are left to train on ({reason}); ingest more articles, or lower --min-articles"""
