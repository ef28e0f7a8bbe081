"""The data files beside this: single lines of the large ones, and patterns for words."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def line_of(file: str, name: str) -> Any:
    """Return what one line of a data file gives this name, or None; to parse the whole file takes far longer."""
    start = f"{name} = "
    with Path(__file__).with_name(file).open(encoding="utf-8") as lines:
        line = next((line for line in lines if line.startswith(start)), None)
    return tomllib.loads(line)[name] if line else None


def one_of(texts: Iterable[str]) -> str:
    """Return a pattern for any of the texts, the longest first."""
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))
