"""A picture of the map for those without scripts: a PNG with a palette, whose ground is transparent."""

import json
import struct
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SIDE = 1200  # pixels
# Okabe and Ito's colours for the colour-blind, readable on light and dark ground; the last two are "other" and "none".
COLOURS = ("0072b2", "d55e00", "009e73", "cc79a7", "b8860b", "56b4e9", "7b5fb0", "a05a3a", "8f8f8f", "b5b5b5")
OTHER, NONE = len(COLOURS) - 1, len(COLOURS)  # places in the palette, in which the ground is 0


def read_points(content: bytes) -> NDArray[np.uint16]:
    """Return x and y of the part `points`, in an array of shape (2, n), from 0 to 65535 with y upwards."""
    (length,) = struct.unpack_from("<I", content)
    n = json.loads(content[4 : 4 + length])["articles"]
    return np.frombuffer(content, "<u2", 2 * n, 4 + length + 4 * n).reshape(2, n)


@lru_cache(maxsize=2)
def drawn(points: bytes, codes: bytes) -> bytes:
    """Draw the points, the most prominent on top, coloured by the codes of a field of values.

    Parameters
    ----------
    points, codes : bytes
        The parts `points` and `colour/<field>` of a map (docs/map.md).

    Returns
    -------
    bytes
        The file. A value of the field beyond the first eight is drawn as "other".
    """
    xy = read_points(points).astype(np.int64)
    code = np.frombuffer(codes, np.uint8)
    colour = np.where(code == 0, NONE, np.minimum(code, OTHER)).astype(np.uint8)
    radius = 2 if xy.shape[1] > 5000 else 4
    inner = SIDE - 1 - 2 * radius
    column = radius + xy[0] * inner // 65535
    row = radius + (65535 - xy[1]) * inner // 65535
    picture = np.zeros((SIDE, SIDE), np.uint8)
    reach = np.arange(-radius, radius + 1)
    down, right = (one.ravel() for one in np.meshgrid(reach, reach, indexing="ij"))
    disc = down**2 + right**2 <= radius**2 + 1
    # The last assignment to a pixel stays, so the least prominent article comes first.
    for place in range(xy.shape[1] - 1, -1, -4096):
        some = slice(place, place - 4096 if place >= 4096 else None, -1)
        rows, columns = row[some, None] + down[disc], column[some, None] + right[disc]
        picture[rows, columns] = colour[some, None]
    return png(picture, COLOURS)


def png(picture: NDArray[np.uint8], colours: tuple[str, ...]) -> bytes:
    """Write a picture as a PNG file.

    Parameters
    ----------
    picture : uint8 array of shape (height, width)
        Places in the palette; 0 is transparent, and 1 is the first colour.
    colours : tuple of str
        Such as "0072b2".
    """
    height, width = picture.shape
    lines = np.zeros((height, width + 1), np.uint8)  # each line begins with its filter, which is none
    lines[:, 1:] = picture
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes.fromhex("000000" + "".join(colours))),
        (b"tRNS", b"\0"),
        (b"IDAT", zlib.compress(lines.tobytes(), 6)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
