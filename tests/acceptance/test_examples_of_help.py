"""The example that ends each --help works on the sample."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from db.command_line import examples
from tests.conftest import ROOT

NEXT_OF_DB = {"db upgrade", "db save", "db restore"}
# They need a network or long, run for ever, or are about the embedded server; other tests run them.
LEFT_OUT = {"train evaluate", "ingest download", "api serve", "demo", "db start", "db stop"}


def test_every_example_runs(sample_copy: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": sample_copy, "PYTHONPATH": str(ROOT)}
    for name, arguments in examples().items():
        if name in LEFT_OUT:
            continue
        line = [sys.executable, "-m", "wikishelf", *name.split(), *shlex.split(arguments)]
        done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (name, done.stderr)
        assert done.stdout or name in {"sample", "api map"} or name.startswith("api plot"), name
        assert "next: " in done.stderr or name not in {"sample", "ingest", "train", "train map", *NEXT_OF_DB}, name
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {
        "map.png",
        "vector.svg",
        "similar.png",
        "linked.png",
        "vector.png",
        "sample.xml.bz2",
        "vectors",
        "shelf.zip",
    }
