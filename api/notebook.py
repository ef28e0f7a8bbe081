"""The table that a notebook shows of an answer: names with links, numbers with bars, and nothing but text of titles."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from api.wikipedia import address

LONGEST_BAR = 8  # em
AHEAD, BEHIND = "#0072b2", "#d55e00"  # Blue above zero and vermilion below, which the colour-blind tell apart.
KIND_OF = {"title": "kind", "other_title": "other_kind", "alias": "kind"}


def table(columns: Mapping[str, Sequence[Any]], wiki: str | None) -> str:
    """Return the rows as HTML.

    Parameters
    ----------
    columns : mapping of str to sequence
        The values of each field. Where there are titles, ids are left out, since the titles name the rows.
    wiki : str or None
        The name of the wiki that titles are linked to.
    """
    shown = [name for name in columns if not (name.endswith("_id") and "title" in columns)]
    longest = {name: _longest(columns[name]) for name in shown}
    head = "".join(f'<th scope="col" style="text-align:left">{escape(name)}</th>' for name in shown)
    count = len(columns[shown[0]]) if shown else 0
    rows = ({name: values[place] for name, values in columns.items()} for place in range(count))
    body = "".join(f"<tr>{''.join(_cell(name, row, longest[name], wiki) for name in shown)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _longest(values: Sequence[Any]) -> float:
    return max((abs(value) for value in values if isinstance(value, float)), default=0.0)


def _cell(name: str, row: Mapping[str, Any], longest: float, wiki: str | None) -> str:
    value = row[name]
    if isinstance(value, float):
        return f'<td style="text-align:left;white-space:nowrap">{value:.3f} {_bar(value, longest)}</td>'
    if name == "title" and value is None:
        return '<td style="text-align:left"><i>all the rest</i></td>'
    shown = "" if value is None else escape(str(value))
    where = address(wiki, value, row.get(KIND_OF[name]) or "page") if name in KIND_OF and value is not None else None
    if where is not None:
        shown = f'<a href="{escape(where)}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    return f'<td dir="auto" style="text-align:left">{shown}</td>'


def _bar(value: float, longest: float) -> str:
    width = LONGEST_BAR * abs(value) / longest if longest > 0 else 0.0
    style = f"display:inline-block;height:.8em;width:{width:.2f}em;background:{AHEAD if value >= 0 else BEHIND}"
    return f'<span aria-hidden="true" style="{style}"></span>'
