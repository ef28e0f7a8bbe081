"""What Tab completes, asked of the shells themselves."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from wikishelf import completion

# What is typed before Tab, and what it becomes; zsh takes SOURCE for a file, so it does not offer `download`.
TYPED = {
    "wikishelf fac": "facets",
    "wikishelf completion fi": "fish",
    "wikishelf api simi": "similar",
    "wikishelf api plot ve": "vector",
    "wikishelf api similar Dracula --pro": "--prominence",
    "wikishelf train eval": "evaluate",
    "wikishelf train map --fr": "--fresh",
    "wikishelf db uni": "uninstall",
    "wikishelf demo api rec": "recommend",
    "wikishelf ingest --prun": "--prune",
    "wikishelf ingest a_du": "a_dump.bz2",
}
BASH = """
source ./bash
while read -ra COMP_WORDS; do
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _shtab_wikishelf; echo "${COMPREPLY[*]}"
done
"""
FISH = "source ./fish; while read line; complete -C $line | string split -f 1 \\t; end; true"
# The key completes the line, and tells what it is then.
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= TERM=dumb; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D'
zpty -w shell 'tell() { zle complete-word; print -r -- "{$BUFFER}"; BUFFER= }; zle -N tell; bindkey "^I" tell'
while read -r line; do
    zpty -w -n shell $line$'\t'
    zpty -r shell seen $'*{wiki*}*'
    print -r -- ${${seen##*\{}%%\}*}
done
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the script of each shell, and a file that may be completed."""
    folder = tmp_path_factory.mktemp("completion")
    for shell, name in {"bash": "bash", "zsh": "_wikishelf", "fish": "fish"}.items():
        line = [sys.executable, "-m", "wikishelf", "completion", shell]
        (folder / name).write_bytes(subprocess.run(line, cwd=ROOT, capture_output=True, check=True).stdout)
        script = (folder / name).read_text(encoding="utf-8")
        assert "\n# `wikishelf completion --help` says where to store this.\n" in script
        assert "Copy this" not in script
    (folder / "a_dump.bz2").touch()
    yield folder


def completed(shell: str, options: list[str], scripts: Path) -> list[str]:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    environment = {**os.environ, "HOME": str(scripts)}
    done = subprocess.run(
        [shell, *options], cwd=scripts, env=environment, input="\n".join([*TYPED, ""]),
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def test_bash(scripts: Path) -> None:
    assert completed("bash", ["--norc", "-c", BASH], scripts) == list(TYPED.values())


def test_fish(scripts: Path) -> None:
    assert completed("fish", ["--no-config", "-c", FISH], scripts) == list(TYPED.values())


def test_zsh(scripts: Path) -> None:
    expected = [f"{typed.rpartition(' ')[0]} {whole}" for typed, whole in TYPED.items()]
    assert [line.rstrip() for line in completed("zsh", ["-f", "-c", ZSH], scripts)] == expected


def test_what_no_shell_has_is_refused() -> None:
    with pytest.raises(SystemExit) as end:
        completion.parser().parse_args(["cmd"])
    assert end.value.code == 2


def test_the_option_of_before_prints_the_same(scripts: Path) -> None:
    line = [sys.executable, "-m", "wikishelf", "api", "--print-completion", "bash"]
    assert subprocess.run(line, cwd=ROOT, capture_output=True, check=True).stdout == (scripts / "bash").read_bytes()
