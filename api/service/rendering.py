"""Pages from templates: every value is escaped, and every address is under the root path of this service."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from db.search import RECOMMENDED_PROMINENCE

MINUS = "\N{MINUS SIGN}"


class Page(NamedTuple):
    """A template and what it is filled with."""

    template: str
    values: dict[str, Any]
    status: int = 200


def path(root: str, *parts: str, **query: Any) -> str:
    """Return an address of ours, such as `/shelf/article/AC%2FDC?prominence=0.5`; what is None or empty is left out.

    Parameters
    ----------
    root : str
        The root path of this service, such as `/shelf`, or "".
    parts : str
        The segments of the path; a title is one segment.
    query : str, float, or list of str
        The parameters; a list repeats its name.
    """
    joined = root + "/" + "/".join(quote(part, safe="") for part in parts)
    given = [(name, value) for name, values in query.items() for value in _listed(values)]
    return f"{joined}?{urlencode(given, quote_via=quote)}" if given else joined


def _listed(values: Any) -> Iterable[Any]:
    return values if isinstance(values, list | tuple) else () if values in (None, "") else (values,)


def environment() -> Environment:
    """Return what makes HTML of the templates; a name that a template lacks is an error."""
    made = Environment(
        loader=PackageLoader("api.service"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.filters |= {
        "thousands": lambda number: f"{number:,}",
        "hundredths": lambda number: f"{number:.2f}".replace("-", MINUS),
        "thousandths": lambda number: f"{number:.3f}".replace("-", MINUS),
        "day": lambda moment: f"{moment.day} {moment:%B %Y}",
        "swapped": lambda titles, old, new: [new if title == old else title for title in titles],
    }
    made.globals["recommended_prominence"] = RECOMMENDED_PROMINENCE
    return made


ENVIRONMENT = environment()


def html(page: Page, root: str) -> bytes:
    """Fill the template of a page; `url("article", title)` in it is an address under the root path."""
    url: Callable[..., str] = lambda *parts, **query: path(root, *parts, **query)  # noqa: E731
    return ENVIRONMENT.get_template(page.template).render(root_path=root, url=url, **page.values).encode()
