"""What every command line says: an example, what each option means, and what is meant by what was mistyped."""

import argparse
import re
import subprocess
import sys

import pytest

from db.command_line import examples
from tests.conftest import ROOT
from wikishelf import COMMANDS, completion

PARSERS = {
    one.prog.removeprefix("python -m ").removeprefix("wikishelf "): one
    for top in completion.every_parser().values()
    for one in completion.all_parsers(top)
}
MISTYPED = {
    "api plot vektor": 'there is no command "vektor"; did you mean "python -m api plot vector"?',
    "api topics --jsn": 'unrecognized arguments: --jsn; did you mean "--json"?',
    "api simlar": 'there is no command "simlar"; did you mean "python -m api similar"?',
    "train modls": 'there is no command "modls"; did you mean "python -m train models"?',
    "train map --fersh": 'unrecognized arguments: --fersh; did you mean "--fresh"?',
    "db strat": 'there is no command "strat"; did you mean "python -m db start"?',
    "sample a.xml.bz2 --x": "unrecognized arguments: --x\n",
}


def ran(line: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", *line.split()]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [one for one in parser._actions if not isinstance(one, argparse._SubParsersAction)]


def test_all_commands_are_known() -> None:
    assert set(PARSERS) == set(examples())
    assert set(COMMANDS) <= {*PARSERS, "topics", "facets"}


@pytest.mark.parametrize("name", PARSERS)
def test_the_help_explains_all_and_ends_with_an_example(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    parser = PARSERS[name]
    text = parser.format_help()
    assert text.endswith(f"\nexample:\n  {parser.prog} {examples()[name]}".rstrip() + "\n")
    assert max(map(len, text.splitlines())) < 80, text
    for option in options(parser):
        shown = (option.metavar or option.dest).upper()  # type: ignore[union-attr]
        assert option.help, (name, shown)
        if len(shown) == 1:
            assert re.search(rf"\b{shown}\b", option.help), f"what is {shown} in {option.help!r}?"


def test_a_command_takes_its_example() -> None:
    """Examples that parse are run on the sample in tests/acceptance; here are those that cannot be run there."""
    assert ran("wikishelf --help").stdout.endswith('wikishelf api similar "War and Peace"\n')
    for name in ("ingest download", "api serve", "train evaluate"):
        PARSERS[name].parse_args(examples()[name].split())


@pytest.mark.parametrize("line", MISTYPED)
def test_what_is_mistyped_is_named_with_the_nearest(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    command, *words = line.split()
    with pytest.raises(SystemExit) as end:
        PARSERS[command].parse_args(words)
    assert end.value.code == 2
    assert MISTYPED[line] in capsys.readouterr().err


def test_the_console_command_looks_below_its_commands_too() -> None:
    for typed, meant in {"ingst": "ingest", "simlar": "api similar", "api simlar": "api similar"}.items():
        done = ran(f"wikishelf {typed}")
        assert (done.returncode, done.stdout) == (2, "")
        assert f'there is no command "{typed.split()[-1]}"; did you mean "wikishelf {meant}"?' in done.stderr
    assert 'there is no command "xyzzy"; there are demo, ingest, train, ' in ran("wikishelf xyzzy").stderr


@pytest.mark.parametrize("start", ["python -m", "wikishelf"])
def test_the_form_that_was_typed(start: str) -> None:
    module = "wikishelf " if start == "wikishelf" else ""
    for command in ("api similar", "ingest"):
        text = ran(f"{module}{command} --help").stdout
        assert text.startswith(f"usage: {start} {command}")
        assert "python -m" not in text.replace(start, "")
    refused = ran(f"{module}train --seed -1").stderr
    assert refused.startswith(f"{start} train: --seed cannot be ")


def test_the_version() -> None:
    assert re.fullmatch(r"wikishelf (\d+\.\d+\.\d+\S*|\(.*\))\n", ran("wikishelf --version").stdout)
    assert ran("wikishelf").returncode == 2
