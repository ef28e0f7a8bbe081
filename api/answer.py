"""Answers are lists that can also become tables."""

import importlib
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, SupportsIndex, TypeVar, overload

from api import notebook
from api.errors import LibraryMissing

Record = TypeVar("Record")


class Answer(list[Record]):
    """A list of records of one class, best first.

    Attributes
    ----------
    record : type
        Their class, a frozen dataclass; its fields are the columns of the tables.
    wiki : str or None
        The wiki that a notebook links the titles to, such as enwiki.
    """

    def __init__(self, record: type[Record], records: Iterable[Record] = (), wiki: str | None = None) -> None:
        super().__init__(records)
        self.record = record
        self.wiki = wiki

    @overload
    def __getitem__(self, place: SupportsIndex, /) -> Record: ...

    @overload
    def __getitem__(self, place: slice, /) -> "Answer[Record]": ...

    def __getitem__(self, place: SupportsIndex | slice, /) -> "Record | Answer[Record]":
        """Return one record, or an answer of several."""
        if isinstance(place, slice):
            return Answer(self.record, super().__getitem__(place), self.wiki)
        return super().__getitem__(place)

    def columns(self) -> dict[str, list[Any]]:
        """Return the values of each field."""
        names = [field.name for field in fields(self.record)]  # type: ignore[arg-type]
        return {name: [getattr(record, name) for record in self] for name in names}

    def to_pandas(self) -> Any:
        """Return a pandas.DataFrame with one column for each field.

        Raises
        ------
        api.errors.LibraryMissing
        """
        return _library("to_pandas", "pandas").DataFrame(self.columns())

    def to_arrow(self) -> Any:
        """Return a pyarrow.Table with one column for each field.

        Raises
        ------
        api.errors.LibraryMissing
        """
        return _library("to_arrow", "pyarrow").table(self.columns())

    def _repr_html_(self) -> str:
        """Return the table that a notebook shows."""
        return notebook.table(self.columns(), self.wiki)


def _library(method: str, name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise LibraryMissing(method=method, library=name) from error
