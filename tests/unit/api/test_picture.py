"""The picture of the map: places, colours and who stands on top, on points that are known."""

import json
import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from api.service import picture


def points(*places: tuple[int, int]) -> bytes:
    """The part `points` with these places and nothing else."""
    header = json.dumps({"articles": len(places)}).encode()
    header += b" " * (-len(header) % 4)
    columns = [np.array([place[axis] for place in places], "<u2").tobytes() for axis in (0, 1)]
    return struct.pack("<I", len(header)) + header + np.arange(len(places), dtype="<u4").tobytes() + b"".join(columns)


def pixels(content: bytes) -> NDArray[np.uint8]:
    start = content.index(b"IDAT")
    (length,) = struct.unpack_from(">I", content, start - 4)
    lines = zlib.decompress(content[start + 4 : start + 4 + length])
    return np.frombuffer(lines, np.uint8).reshape(picture.SIDE, picture.SIDE + 1)[:, 1:]


def test_corners_and_the_middle() -> None:
    places = ((0, 0), (65535, 0), (0, 65535), (65535, 65535), (32768, 32768))
    drawn = pixels(picture.drawn(points(*places), bytes([1, 2, 3, 4, 5])))
    last = picture.SIDE - 5
    found = [drawn[row, column] for row, column in ((last, 4), (last, last), (4, 4), (4, last), (599, 599))]
    assert found == [1, 2, 3, 4, 5]  # y goes upwards
    assert np.count_nonzero(drawn) == 5 * 57  # a disc has 57 pixels


def test_the_most_prominent_is_on_top() -> None:
    drawn = pixels(picture.drawn(points((9000, 9000), (9000, 9000), (9100, 9000)), bytes([3, 1, 2])))
    assert np.count_nonzero(drawn == 3) == 57
    assert np.count_nonzero(drawn == 1) == 0


@pytest.mark.parametrize(("code", "place"), [(0, 10), (1, 1), (8, 8), (9, 9), (100, 9), (255, 9)])
def test_codes_become_colours(code: int, place: int) -> None:
    drawn = pixels(picture.drawn(points((5, 5)), bytes([code])))
    assert set(np.unique(drawn).tolist()) == {0, place}
    assert place <= len(picture.COLOURS)


def test_no_points_are_a_blank_picture() -> None:
    assert not pixels(picture.drawn(points(), b"")).any()


def test_many_points_are_drawn_as_one_by_one() -> None:
    random = np.random.default_rng(1)
    places = random.integers(0, 65536, size=(10_000, 2))
    codes = random.integers(0, 9, size=10_000).astype(np.uint8)
    drawn = pixels(picture.drawn(points(*map(tuple, places.tolist())), codes.tobytes()))
    expected = np.zeros((picture.SIDE, picture.SIDE), np.uint8)
    for (x, y), code in list(zip(places.tolist(), codes.tolist(), strict=True))[::-1]:
        column, row = 2 + x * (picture.SIDE - 5) // 65535, 2 + (65535 - y) * (picture.SIDE - 5) // 65535
        for down in range(-2, 3):
            for right in range(-2, 3):
                if down**2 + right**2 <= 5:
                    expected[row + down, column + right] = code or 10
    assert np.array_equal(drawn, expected)
