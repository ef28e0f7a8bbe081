"""The log of the service: bounded, and in lines of its own."""

import logging
import sys

import pytest

from api.service import log


def record(message: str, *values: object, failed: bool = False) -> logging.LogRecord:
    exc_info = None
    if failed:
        try:
            raise ValueError("\x1b[2J\nfaked: line")
        except ValueError:
            exc_info = sys.exc_info()
    return logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, message, values, exc_info)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("plain", "plain"), ("a\nINFO: faked", "a\\nINFO: faked"), ("\x1b[31mred", "\\x1b[31mred"), ("a\rb", "a\\rb"),
        ("\x00\x07\x7f", "\\x00\\x07\\x7f"), ("\u202eevil", "\\u202eevil"), ("\x9b1m", "\\x9b1m"), ("é 🎬", "é 🎬"),
        ("\u2028", "\\u2028"), ("\ud800", "\\ud800"), ("\ufeff", "\\ufeff"),
    ],
)  # fmt: skip
def test_a_message_is_one_line_without_control_characters(given: str, written: str) -> None:
    one = record("said: %s", given)
    assert log.Bounded().filter(one)
    assert logging.Formatter().format(one) == f"said: {written}"


def test_a_traceback_keeps_its_lines_and_no_control_characters() -> None:
    one = record("failed", failed=True)
    assert log.Bounded().filter(one)
    lines = logging.Formatter().format(one).split("\n")
    assert lines[:2] == ["failed", "Traceback (most recent call last):"]
    assert any("\\x1b[2J" in line for line in lines)
    assert not any("\x1b" in line for line in lines)


def test_a_traceback_counts_as_all_its_lines() -> None:
    bounded = log.Bounded()
    lines = 0
    for _ in range(1000):
        one = record("failed", failed=True)
        if bounded.filter(one):
            lines += logging.Formatter().format(one).count("\n") + 1
    assert 50 <= lines <= 70


def test_so_many_lines_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    bounded = log.Bounded()
    assert [bounded.filter(record("x")) for _ in range(1000)].count(True) == 50
    now += 2
    late = [record("x") for _ in range(1000)]
    written = [one.getMessage() for one in late if bounded.filter(one)]
    assert written == ["x (950 lines before this one were left out)", *["x"] * 9]
    now += 3600
    assert [bounded.filter(record("x")) for _ in range(1000)].count(True) == 50
