"""Answers are lists that can also become tables."""

import importlib
from collections.abc import Iterable
from dataclasses import astuple, fields
from html import escape
from typing import Any, TypeVar

from api.errors import LibraryMissing

Record = TypeVar("Record")


class Answer(list[Record]):
    """A list of records of one class, best first.

    Attributes
    ----------
    record : type
        Their class, a frozen dataclass; its fields are the columns of the tables.
    """

    def __init__(self, record: type[Record], records: Iterable[Record] = ()) -> None:
        super().__init__(records)
        self.record = record

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
        head = "".join(f"<th>{name}</th>" for name in self.columns())
        body = "".join(f"<tr>{''.join(map(_cell, astuple(record)))}</tr>" for record in self)  # type: ignore[call-overload]
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"<td>{value:.3f}</td>"
    return f"<td>{'' if value is None else escape(str(value))}</td>"


def _library(method: str, name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise LibraryMissing(method=method, library=name) from error
