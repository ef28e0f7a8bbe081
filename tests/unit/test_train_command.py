"""The command line of the trainer: what is refused before the database is touched."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from train.__main__ import parser, settings_of
from train.config import Settings

NOWHERE = "postgresql://me@127.0.0.1:1/nowhere"


@pytest.mark.parametrize(
    ("option", "value"),
    [("--objective", "bpr"), ("--dimensions", "2001"), ("--epochs", "0"), ("--seed", "-1"), ("--kinds", "page,")],
)
def test_an_impossible_setting_is_one_line_and_no_connection(option: str, value: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "train", option, value],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": NOWHERE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith(f"python -m train: {option} cannot be ")
    assert finished.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "line", ["--dimensions many", "--seed 1.5", "--fast", "activate", "activate one", "drop", "models 3", "evaluated"]
)
def test_wrong_usage_is_exit_code_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parser().parse_args(line.split())
    assert end.value.code == 2
    assert "usage: python -m train" in capsys.readouterr().err


def test_nothing_given_is_every_default() -> None:
    assert settings_of(parser().parse_args([])) == Settings()


def test_options_become_settings() -> None:
    line = "--objective mse --dimensions 9 --epochs 8 --seed 7 --min-articles 6 --max-share .5 --kinds site,page"
    arguments = parser().parse_args([*line.split(), "--topic", "book", "--topic", "video game", "--drop-title", "A"])
    expected = Settings("mse", 9, 8, 7, 6, 0.5, ("site", "page"), ("book", "video game"), ("A",))
    settings = settings_of(arguments)
    assert (tuple(settings.topics), tuple(settings.drop_titles)) == (expected.topics, expected.drop_titles)
    assert settings == expected
    assert arguments.activate


def test_json_is_understood_before_and_after_models() -> None:
    for line in ("--json models", "models --json"):
        assert parser().parse_args(line.split()).json
    assert not parser().parse_args(["models"]).json
