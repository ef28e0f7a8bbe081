"""`wikishelf demo`: interrupted, finished, asked by the lines that it prints, and removed."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from wikishelf import demo

SLOW = 280  # seconds


def environment(home: Path) -> dict[str, str]:
    """That of a user who has a database of their own, which the demo must leave alone."""
    return {**os.environ, "WIKISHELF_DEMO_HOME": str(home), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}


def ran(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "wikishelf", "demo", *words]
    return subprocess.run(
        line, cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=SLOW, check=False
    )


def interrupted(home: Path, step: str) -> tuple[int, str]:
    """Run the demo until it begins a step, and press Ctrl-C."""
    process = subprocess.Popen(
        [sys.executable, "-m", "wikishelf", "demo"], cwd=ROOT, env=environment(home),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    for line in process.stdout:
        if re.match(rf"\$ .* demo {step}\b", line):
            break
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors


def test_from_nothing_to_answers_and_back(home: Path) -> None:
    assert 'run "wikishelf demo" first' in ran(home, "api", "topics").stderr
    for step in ("ingest", "train"):
        code, errors = interrupted(home, step)
        assert code == 130, errors
        assert re.search(r"^wikishelf demo: interrupted; .*again, and it goes on", errors, re.MULTILINE), errors
        assert "Traceback" not in errors

    first = ran(home)
    assert first.returncode == 0, first.stderr
    assert "next:" not in first.stderr
    assert [line.split(" demo ")[1].split()[0] for line in asked_lines(first.stdout)[:4]] == [
        "sample",
        "ingest",
        "train",
        "train",
    ]
    assert "Eugene Onegin" in first.stdout
    again = ran(home)
    assert len(asked_lines(again.stdout)) == len(demo.QUESTIONS)
    assert again.stdout.endswith(first.stdout[first.stdout.index("made ") :])

    pasted_lines_work(first.stdout, home)
    topics = json.loads(ran(home, "topics", "--json").stdout)
    assert topics == [{"topic": "book", "articles": 549}, {"topic": "film", "articles": 79}]
    mistyped = ran(home, "api", "similar", "Draculla").stderr
    assert mistyped.startswith('wikishelf demo api: no article is called "Draculla"')

    a_demo_in_use_stays(home)
    assert ran(home, "--remove").stdout == f"removed {home}\n"
    assert not home.exists()
    assert ran(home, "--remove").stdout == f"there is no demo in {home}\n"


def a_demo_in_use_stays(home: Path) -> None:
    line = [sys.executable, "-m", "wikishelf", "demo", "api", "serve", "--port", "0"]
    with subprocess.Popen(line, cwd=ROOT, env=environment(home), stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr
        address = service.stderr.readline().split()[-1]
        refused = ran(home, "--remove")
        assert (refused.returncode, refused.stdout) == (1, "")
        who = f"by process {service.pid} ({shlex.join(line)}); end that, then run the same command again\n"
        assert refused.stderr == f"wikishelf demo: the embedded PostgreSQL in {home} is in use {who}"
        with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:
            assert answer.status == 200
        service.send_signal(signal.SIGINT)
        assert "Traceback" not in service.stderr.read()


def asked_lines(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("$ ")]


def pasted_lines_work(output: str, home: Path) -> None:
    """Run in a shell what the demo asked itself, and what it says to type."""
    typed = [line.removeprefix("$ ") for line in asked_lines(output)[4:]]
    told = re.findall(r"^(?:ask on|        ) +(\S*wikishelf .+)$", output, re.MULTILINE)
    assert len(told) == 4
    for line in typed + told:
        found = subprocess.run(
            ["bash", "-c", in_this_checkout(line)], cwd=ROOT, env=environment(home), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert found.returncode == 0, (line, found.stderr)
        assert found.stdout.count("\n") > 2 or line.endswith("psql"), line
    (variables,) = re.findall(r"^Python +(.+)$", output, re.MULTILINE)
    code = "import api\nwith api.connect() as shelf: print(shelf.similar_articles('Dracula', 1)[0].title)"
    line = f"{variables}; {shlex.quote(sys.executable)} -c {shlex.quote(code)}"
    by_python = subprocess.run(["bash", "-c", line], cwd=ROOT, env=environment(home), capture_output=True, check=False)
    assert (by_python.returncode, by_python.stderr) == (0, b"")


def in_this_checkout(line: str) -> str:
    """Let the printed program be that of this checkout, which may not be the one that is installed."""
    return f"{shlex.quote(sys.executable)} -m wikishelf demo {line.split(' demo ', 1)[1]}"


def test_without_the_extra_it_says_so_before_it_begins(home: Path) -> None:
    code = "import sys, wikishelf; sys.modules['tensorflow'] = None; sys.argv[1:] = ['demo']; wikishelf.main()"
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, cwd=ROOT, env=environment(home), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("wikishelf demo: the demo trains a model, which needs tensorflow, and that is not ")
    assert 'pip install "wikishelf[train]"; without it, "wikishelf db restore FILE|URL" takes a shelf' in done.stderr
    assert not home.exists()


def test_a_folder_of_something_else_is_left_alone(home: Path) -> None:
    home.mkdir()
    (home / "letters.txt").write_text("mine")
    for words in ([], ["--remove"], ["api", "topics"]):
        done = ran(home, *words)
        assert done.returncode == 1
        assert f"{home} holds other things than a demo" in done.stderr
    assert (home / "letters.txt").read_text() == "mine"


@pytest.fixture
def user_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    yield tmp_path


def test_each_clone_and_user_has_a_demo_of_its_own(user_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = set()
    for is_root in (True, False):
        monkeypatch.setattr(os, "geteuid", lambda is_root=is_root: 0 if is_root else 1000)
        for name in ("one", "two", "site-packages"):
            packages = user_folders / name
            packages.mkdir(exist_ok=True)
            if name != "site-packages":
                (packages / "pyproject.toml").touch()
            monkeypatch.setattr(demo, "PACKAGES", packages)
            homes.add(demo.default_home())
    assert len(homes) == 6
    assert sum(one.parent == Path("/var/lib") for one in homes) == 3
    assert sum(one.is_relative_to(user_folders) for one in homes) == 3


def test_the_program_is_named_as_the_shell_finds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scripts = tmp_path / "bin"
    scripts.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(scripts / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert demo.word() == f"{scripts}/python -m wikishelf"
    (scripts / "wikishelf").touch(0o755)
    assert demo.word() == "bin/wikishelf"
    monkeypatch.setenv("PATH", str(scripts))
    assert demo.word() == "wikishelf"


def test_modules_of_the_current_folder_are_not_taken_for_ours(tmp_path: Path) -> None:
    """Neither by the console command, which pip writes, nor with -P; `python -m db` would run the folder's own."""
    for name in ("db", "api", "wikishelf", "sample"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stray module')")
    script = tmp_path / "bin" / "wikishelf"
    script.parent.mkdir()
    script.write_text(f"import sys\nsys.path.append({str(ROOT)!r})\nfrom wikishelf import main\nmain()\n")
    ours = {**os.environ, "PYTHONPATH": str(ROOT), "WIKISHELF_HOME": str(tmp_path / "home")}
    for program in ([str(script), "db"], ["-P", "-m", "db"]):
        line = [sys.executable, *program, "status"]
        done = subprocess.run(line, cwd=tmp_path, env=ours, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == (f"not running in {tmp_path / 'home'}\n", "")
    stray = subprocess.run(
        [sys.executable, "-m", "db", "status"], cwd=tmp_path, env=ours, capture_output=True, text=True
    )
    assert stray.stderr == "a stray module\n"
