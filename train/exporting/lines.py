"""What the two text formats share."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def numbers(embedding: NDArray[np.float32], separator: str) -> Iterator[str]:
    """Each row as text. 9 significant digits give every float32 back to the bit."""
    pattern = separator.join(["%.9g"] * embedding.shape[1])
    return (pattern % tuple(row.tolist()) for row in embedding)


def unbroken(text: str, space: str = " ") -> str:
    r"""The text, in which one `space` replaces each run of white space, "\t" and "\n" included."""
    return space.join(text.split())
