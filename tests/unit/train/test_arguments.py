"""The command line of the trainer: what is refused before the database is touched."""

import os
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from tests.conftest import ROOT
from train.arguments import asked_settings, parser
from train.config import LIMITS, Settings, checked
from train.errors import SettingInvalid

NOWHERE = "postgresql://me@127.0.0.1:1/nowhere"


@pytest.mark.parametrize(("option", "value"), [("--seed", "-1"), ("--kinds", "page,")])
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
    "line",
    [
        "--dimensions many",
        "--seed 1.5",
        "--fast",
        "activate",
        "activate one",
        "drop",
        "models 3",
        "evaluated",
        "evaluate --likes a.tsv --see-also",
        "evaluate --splits 2 --see-also",
    ],
)
def test_wrong_usage_is_exit_code_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parser().parse_args(line.split())
    assert end.value.code == 2
    assert "usage: python -m train" in capsys.readouterr().err


def test_nothing_given_is_every_default() -> None:
    assert asked_settings(parser().parse_args([])) == Settings()


def test_options_become_settings() -> None:
    line = "--objective mse --dimensions 9 --epochs 8 --seed 7 --min-articles 6 --max-share .5 --kinds site,page"
    arguments = parser().parse_args([*line.split(), "--topic", "book", "--topic", "video game", "--drop-title", "A"])
    assert asked_settings(arguments) == Settings(
        objective="mse",
        dimensions=9,
        epochs=8,
        seed=7,
        min_articles=6,
        max_share=0.5,
        kinds=("site", "page"),
        topics=("book", "video game"),
        drop_titles=("A",),
    )
    assert arguments.activate


@pytest.mark.parametrize("name", [*LIMITS])
def test_every_number_is_an_option_with_limits(name: str) -> None:
    option, (least, most) = f"--{name.replace('_', '-')}", LIMITS[name]
    for good in (least, most):
        assert getattr(checked(asked_settings(parser().parse_args([option, str(good)]))), name) == good
    for bad in (least - 1, most + 1):
        with pytest.raises(SettingInvalid, match=rf"^{option} cannot be {bad}(\.0)?: use {least} to {most}$"):
            checked(asked_settings(parser().parse_args([f"{option}={bad}"])))


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "-0.5"])
def test_what_is_not_a_number_in_range_is_refused(number: str) -> None:
    for option in ("--learning-rate", "--temperature", "--max-share", "--trained-weight"):
        with pytest.raises(SettingInvalid, match=f"^{option} cannot be "):
            checked(asked_settings(parser().parse_args([f"{option}={number}"])))


def test_every_option_is_in_the_docs_and_the_other_way_round() -> None:
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(--[a-z-]+)` \|", page, re.MULTILINE)
    known = [option for action in parser()._actions for option in action.option_strings if option.startswith("--")]
    assert listed == [option for option in known if option not in {"--help", "--json", "--no-activate"}]
    assert len(listed) == len(fields(Settings))


def test_every_number_of_the_settings_has_limits() -> None:
    numbers = (int, float, int | None, float | None)
    assert {field.name for field in fields(Settings) if field.type in numbers} == LIMITS.keys()


def test_json_is_understood_before_and_after_models() -> None:
    for line in ("--json models", "models --json"):
        assert parser().parse_args(line.split()).json
    assert not parser().parse_args(["models"]).json
