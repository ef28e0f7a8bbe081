"""The examples, run as their docstrings say."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.support.commands import contents, done


def run(script: str, *arguments: str, url: str) -> str:
    """What a script of examples/ prints."""
    finished = subprocess.run(
        [sys.executable, str(Path("examples", script)), *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def records_with_sites(path: Path) -> None:
    """Twelve books of each of two worlds, which link to that world's sites."""
    worlds = {"space": ("rockets.com", "stars.org", "planets.net"), "sea": ("ships.com", "whales.org", "harbours.net")}
    with path.open("w", encoding="utf-8") as file:
        for world, sites in worlds.items():
            for number in range(12):
                addresses = [f"https://www.{site}/{number}" for place, site in enumerate(sites) if number % 4 != place]
                row = [f"A book of the {world} {number}", {}, ["Book"], addresses, "2020-01-01T00:00:00Z", 100]
                file.write(json.dumps(row) + "\n")


def test_genres_are_predicted_better_than_by_their_frequency(sample_url: str) -> None:
    printed = run("predict_genre.py", url=sample_url)
    assert len(re.findall(r"^ *\d+% of +\d+ right  \w+", printed, re.MULTILINE)) == 8
    accuracy, baseline = (float(number) for number in re.findall(r": (0\.\d+)", printed))
    assert accuracy > 2 * baseline > 0.4


def test_sites_of_one_world_are_alike(url: str, tmp_path: Path) -> None:
    records_with_sites(tmp_path / "books.ndjson")
    done("ingest", str(tmp_path / "books.ndjson"), DATABASE_URL=url)
    before = contents(url)
    printed = run("external_links.py", "6", url=url)
    counts, *lines = printed.splitlines()
    assert (counts, len(lines)) == ("24 articles, 6 sites", 6)
    space = {"rockets.com", "stars.org", "planets.net"}
    for line in lines:
        site, near = line.split(" (9 articles): ")
        first, second, _ = (part.split()[0] for part in near.split(", "))
        assert {site in space, first in space, second in space} in ({True}, {False}), line
    assert contents(url) == before


AS_A_NOTEBOOK = """
import asyncio, sys
from pathlib import Path

async def notebook():
    names = {"__name__": "__main__"}
    for cell in Path(sys.argv[1]).read_text().split("# %%"):
        exec(compile("#" + cell, "cell", "exec"), names)
        await asyncio.sleep(0)
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

asyncio.run(notebook())
"""


def test_cell_by_cell_in_the_running_loop_of_a_notebook(sample_url: str, tmp_path: Path) -> None:
    (tmp_path / "notebook.py").write_text(AS_A_NOTEBOOK)
    example = str(ROOT / "examples" / "shelf.py")
    printed = run(str(tmp_path / "notebook.py"), example, url=sample_url)
    assert printed == run("shelf.py", url=sample_url)
    assert re.search("^Frankenstein: .", printed, re.M)
