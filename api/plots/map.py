"""The map of all articles, as points in the colours of a legend."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from numpy.typing import NDArray

from api.plots.axes import COLOURS, INK, NONE, OTHER, as_written, axes, plain
from api.plots.points import Colour, Points

MOST_NAMED = 30  # liked articles with a title
GAP = 0.06  # A line of small text is so high, where the map is 2 high.
LETTER = 0.026  # A letter of a region's name is about so wide.
RASTER_FROM = 5_000  # points; an SVG holds more of them as one image


def draw(points: Points, shades: Colour | None, liked: dict[str, int], ax: Axes | None) -> Axes:
    """Draw the articles, the names of regions, and rings around the liked; see `api.Shelf.map`.

    Parameters
    ----------
    liked : dict of str to int
        Titles, and their places among the points.
    """
    ax = axes(ax, 13 if liked else 9, 9)
    ax.set(xlim=(-1.03, 1.03), ylim=(-1.03, 1.03), xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)
    by = f" by {plain(shades.field)}" if shades else ""
    ax.set_title(f"{len(points.x):,} articles{by}", **as_written())
    if shades is None:
        _scatter(ax, points, np.full(len(points.x), True), c=COLOURS[0], alpha=0.5)
    elif shades.values is None:
        _scale(ax, points, shades)
    else:
        _legend(ax, points, shades)
    _regions(ax, points)
    _rings(ax, points, liked)
    return ax


def _scatter(ax: Axes, points: Points, chosen: NDArray[np.bool_], **look: Any) -> PathCollection:
    size = float(np.clip(30_000 / max(len(points.x), 1), 1, 30))
    raster = len(points.x) > RASTER_FROM
    return ax.scatter(points.x[chosen], points.y[chosen], s=size, linewidths=0, rasterized=raster, **look)


def _scale(ax: Axes, points: Points, shades: Colour) -> None:
    """Give the colours to all but the two outermost hundredths, lest one book of antiquity makes all others alike."""
    known = ~np.isnan(shades.number)
    _scatter(ax, points, ~known, c=NONE)
    if known.any():
        least, most = np.quantile(shades.number[known], (0.02, 0.98))
        drawn = _scatter(ax, points, known, c=shades.number[known], cmap="cividis", vmin=least, vmax=most)
        ax.figure.colorbar(drawn, ax=ax, shrink=0.6, extend="both").set_label(plain(shades.field), **as_written())


def _legend(ax: Axes, points: Points, shades: Colour) -> None:
    """Draw grey points first, and those of rarer values last."""
    values = list(shades.values or ())[: len(COLOURS)]
    place = np.where(shades.number > len(values), len(values) + 1, shades.number)  # from 1; 0 for none
    looks = [(0, "none", NONE), (len(values) + 1, "other", OTHER)]
    looks += [(n, value, COLOURS[n - 1]) for n, value in enumerate(values, 1)]
    drawn = {n: _scatter(ax, points, place == n, c=colour) for n, _, colour in looks}
    shown = [look for look in [*looks[2:], looks[1], looks[0]] if np.any(place == look[0])]
    legend = ax.legend(
        [drawn[n] for n, *_ in shown], ["-"] * len(shown),
        loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, frameon=False, scatterpoints=1,
    )  # fmt: skip
    for entry, handle, (n, value, _) in zip(legend.get_texts(), legend.legend_handles, shown, strict=True):
        entry.set(text=f"{plain(value)} ({np.count_nonzero(place == n):,})", **as_written())
        handle.set_sizes([40])  # type: ignore[union-attr]


def _regions(ax: Axes, points: Points) -> None:
    """Write the names of the coarse regions, the largest first, unless one would lie over another."""
    written: list[tuple[float, float, float]] = []
    for name, x, y in points.regions:
        half = LETTER * len(plain(name)) / 2
        if all(abs(x - x0) > half + half0 or abs(y - y0) > GAP for x0, y0, half0 in written):
            written.append((x, y, half))
            box = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 1.5}
            ax.text(x, y, plain(name), ha="center", va="center", fontsize=9, color=INK, bbox=box, **as_written())


def _rings(ax: Axes, points: Points, liked: dict[str, int]) -> None:
    """Draw a ring around each liked article, and write the titles beside the map, one below the other."""
    where = list(liked.values())
    ax.scatter(points.x[where], points.y[where], s=60, facecolors="none", edgecolors="black", linewidths=1.2, zorder=3)
    for side in (-1, 1):
        named = [(title, n) for title, n in [*liked.items()][:MOST_NAMED] if (points.x[n] >= 0) == (side > 0)]
        named.sort(key=lambda pair: -points.y[pair[1]])
        height = 1.0 + GAP
        for rank, (title, n) in enumerate(named):
            line = {"arrowstyle": "-", "color": INK, "linewidth": 0.6, "relpos": (side < 0, 0.5)}
            height = max(min(height - GAP, points.y[n]), -1 + GAP * (len(named) - 1 - rank))
            ax.annotate(
                plain(title), (points.x[n], points.y[n]), (1.06 * side, height),
                ha="left" if side > 0 else "right", va="center", fontsize=8, annotation_clip=False,
                arrowprops=line, **as_written(),
            )  # fmt: skip
