"""What the two text formats share."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def numbers(embedding: NDArray[np.float32], separator: str) -> Iterator[str]:
    """Each row as text, with the 9 significant digits that give every float32 back to the bit."""
    pattern = separator.join(["%.9g"] * embedding.shape[1])
    return (pattern % tuple(row.tolist()) for row in embedding)


def unbroken(text: str, space: str = " ") -> str:
    r"""The text with each run of white space, be it "\t" or "\n", as one `space`."""
    return space.join(text.split())
