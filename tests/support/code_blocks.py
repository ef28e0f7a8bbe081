"""The code blocks of README.md and docs/."""

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code, and what stands right below it as its output, if anything does."""

    page: str
    line: int
    language: str
    text: str
    printed: str | None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks() -> list[Block]:
    """All blocks, but for those that are another one's output."""
    return [block for page in PAGES for block in _blocks_of(page.name, page.read_text(encoding="utf-8"))]


def _blocks_of(page: str, text: str) -> Iterator[Block]:
    found = list(FENCE.finditer(text))
    outputs = {
        before.start(): after
        for before, after in pairwise(found)
        if after[2] == "text" and not text[before.end() : after.start()].strip()
    }
    for one in found:
        if one not in outputs.values():
            code = re.sub(f"^{one[1]}", "", one[3], flags=re.MULTILINE)
            output = outputs.get(one.start())
            yield Block(page, text.count("\n", 0, one.start()) + 1, one[2], code, output and output[3])


def commands(text: str) -> list[list[str]]:
    """The words of each line of a shell block, without comments; a backslash continues a line."""
    lines = text.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def statements(text: str) -> list[str]:
    """The statements of an SQL block, each with the comment behind it."""
    return re.findall(r".*?;[^\n]*\n", text, re.DOTALL)


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """All options of a parser and of its subcommands."""
    names = set()
    for action in parser._actions:
        names |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            names |= {name for child in action.choices.values() for name in options_of(child)}
    return names


def cells(text: str) -> list[list[str]]:
    """The words of an output, line by line: divided at "|" or at two spaces, without rulers and bars."""
    bare = re.sub(r" +[█▏▎▍▌▋▊▉]+$", "", text, flags=re.MULTILINE)
    lines = [line for line in bare.splitlines() if line.strip() and not re.fullmatch(r"[-+ ]+|\(\d+ rows?\)", line)]
    return [[cell.strip() for cell in re.split(r"\s*\|\s*|\s{2,}", line.strip())] for line in lines]


def differences(shown: str, printed: str, tolerance: float = 0.02) -> list[tuple[object, object]]:
    """Where two outputs differ, whatever the order of their lines and the last digits of their numbers.

    Another processor, or another version of TensorFlow, rounds otherwise, and so may swap neighbours that are as near.
    """
    pairs = zip(*(sorted(cells(text), key=_without_numbers) for text in (shown, printed)), strict=True)
    return [
        (one, other)
        for one, other in pairs
        if len(one) != len(other) or not all(_near(a, b, tolerance) for a, b in zip(one, other, strict=True))
    ]


def _without_numbers(line: list[str]) -> list[str]:
    return [cell for cell in line if not re.fullmatch(r"-?[\d.]+", cell)]


def _near(one: str, other: str, tolerance: float) -> bool:
    if re.fullmatch(r"-?\d*\.\d+", one) and re.fullmatch(r"-?\d*\.\d+", other):
        return abs(float(one) - float(other)) <= tolerance
    return one == other
