"""A shelf that is open: its models, and how it is closed."""

from collections.abc import Iterable
from functools import cached_property
from types import TracebackType
from typing import Self, TypeVar

from api.answer import Answer
from db.connection import Database
from db.models import model
from db.models.model import Model
from db.search import described

Record = TypeVar("Record")


class OpenShelf:
    """What `api.Shelf` has besides its verbs."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @cached_property
    def wiki(self) -> str | None:
        """The name of the wiki, such as enwiki; None where no dump names it, or where this login may not read it."""
        return described.stored_wiki(self.database)

    def models(self) -> Answer[Model]:
        """All models, the newest last; the one in state `active` answers."""
        return Answer(Model, model.listed(self.database))

    def active_model(self) -> Model:
        """The model that answers; db.errors.NoActiveModel is raised if none does."""
        return model.active(self.database)

    def _answer(self, record: type[Record], records: Iterable[Record]) -> Answer[Record]:
        return Answer(record, records, self.wiki)

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
