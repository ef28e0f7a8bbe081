"""Axes to draw on, texts that are shown as they are written, and pictures as files."""

import io
import unicodedata
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager, pyplot
from matplotlib.axes import Axes

from api.errors import PictureNotWritten

# The colour-blind tell these apart, also from the two greys: at least 13 apart in CIELAB with any one kind of cones
# missing (tests/unit/api/test_plots.py). The first two mean above and below zero, too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#e69f00", "#56b4e9", "#cc79a7", "#332288", "#882255")
OTHER, NONE, INK = "#b8b8b8", "#e4e4e4", "#333333"
LONGEST_TEXT = 48  # characters
DOTS_PER_INCH = 150
# For letters that the font of the user's style lacks.
FALLBACK_FONTS = (
    *("DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Hiragino Sans", "Yu Gothic", "Microsoft YaHei"),
    *("Malgun Gothic", "WenQuanYi Zen Hei", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari"),
    *("Arial Unicode MS", "Segoe UI"),
)


def axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes that were given, or new ones in a figure of this size in inches."""
    return pyplot.subplots(figsize=(width, height), layout="constrained")[1] if ax is None else ax


def plain(text: str) -> str:
    """Return a text in one line of at most 48 characters, without what is not a letter to see."""
    seen = (letter for letter in text if letter.isspace() or unicodedata.category(letter)[0] != "C")
    line = "".join(" " if letter.isspace() else letter for letter in seen).strip()
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def as_written() -> dict[str, Any]:
    """Return the properties of a text that is shown as it is written, as "$5" is."""
    return {"parse_math": False, "usetex": False, "fontfamily": [*matplotlib.rcParams["font.family"], *_fallback()]}


def save(ax: Axes, path: Path) -> None:
    """Write the figure as its name's ending says, png or svg; equal figures give equal bytes.

    Raises
    ------
    PictureNotWritten
    """
    file, suffix = io.BytesIO(), path.suffix[1:].lower()
    # In an SVG texts stay texts, for the viewer's fonts; a salt makes its ids, else random.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "wikishelf"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        metadata = {"Date": None} if suffix == "svg" else None
        ax.figure.canvas.print_figure(
            file, format=suffix, dpi=DOTS_PER_INCH, metadata=metadata, bbox_inches="tight", pad_inches=0.1
        )
    try:
        path.write_bytes(file.getvalue())
    except OSError as error:
        raise PictureNotWritten(path=path, reason=error.strerror) from error


@cache
def _fallback() -> list[str]:
    known = set(font_manager.get_font_names())
    return [name for name in FALLBACK_FONTS if name in known]
