"""Bars: the most and least similar, the most linked, and the numbers of a vector."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from api.errors import NothingToDraw
from api.plots.axes import COLOURS, INK, as_written, axes, plain
from db import search
from db.connection import Database
from db.errors import CountInvalid
from db.search import figures
from db.search.facets import Facets

MOST_BARS = 100
ROW = 0.3  # inches
KINDS = {"page": "pages", "category": "categories", "site": "sites"}
ABOVE, BELOW = COLOURS[:2]


def similar(
    database: Database, title: str, count: int, topic: str | None, facets: Facets | None, ax: Axes | None
) -> Axes:
    """Draw the similarities of the most and the least similar; see `api.Shelf.plot_similar`."""
    _check(count, MOST_BARS // 2)
    most = search.similar_articles(database, title, count, topic, facets)
    least = search.similar_articles(database, title, count, topic, facets, least=True)
    rows = [*most, *(one for one in reversed(least) if one not in most)]
    if not rows:
        raise NothingToDraw(what=f'no other article is like or unlike "{title}"')
    colours = [ABOVE] * len(most) + [BELOW] * (len(rows) - len(most))
    ax = _bars(ax, [one.title for one in rows], [one.similarity for one in rows], colours, "{:.2f}")
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_xlabel("cosine similarity")
    ax.set_title(f"Most and least similar to {plain(title)}", **as_written())
    return ax


def linked(database: Database, kind: str, count: int, ax: Axes | None) -> Axes:
    """Draw how many articles link to each of the most linked; see `api.Shelf.plot_linked`."""
    _check(count, MOST_BARS)
    rows = figures.most_linked(database, kind, count)
    if not rows:
        raise NothingToDraw(what=f"no article of the shelf links to a {kind}")
    ax = _bars(ax, [title for title, _ in rows], [articles for _, articles in rows], [ABOVE] * len(rows), "{:,}")
    ax.set_xlabel("articles that link to it")
    ax.set_title(f"Most linked {KINDS.get(kind, f'articles of the topic {plain(kind)}')}", **as_written())
    return ax


def vector(database: Database, title: str, ax: Axes | None) -> Axes:
    """Draw the numbers of an article's vector; see `api.Shelf.plot_vector`."""
    values = figures.article_vector(database, title)
    ax = axes(ax, 8, 3)
    ax.bar(range(len(values)), values, color=[ABOVE if value >= 0 else BELOW for value in values])
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_xlabel("dimension")
    ax.set_title(f"The vector of {plain(title)}", **as_written())
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _bars(ax: Axes | None, names: Sequence[str], values: Sequence[float], colours: Sequence[str], form: str) -> Axes:
    """Draw a bar for each name, the first on top, with its value at its end."""
    ax = axes(ax, 8, 1.2 + ROW * len(names))
    places = range(len(names))
    drawn = ax.barh(places, values, color=colours)
    ax.bar_label(drawn, [form.format(value).replace("-", "−") for value in values], padding=3)
    ax.set_yticks(places, [plain(name) for name in names], **as_written())
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _check(count: int, most: int) -> None:
    if not isinstance(count, int) or not 1 <= count <= most:
        raise CountInvalid(count=count, most=most)
