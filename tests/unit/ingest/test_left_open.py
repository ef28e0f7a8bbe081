"""A dump whose reading is given up in the middle."""

import bz2
import random
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

CODE = """
import sys
from pathlib import Path
from ingest.dumps.files import find_sources, read_chunks
chunks = read_chunks(find_sources([Path(sys.argv[1])])[0], 2)
next(chunks)
sys.exit(3)
"""


def test_what_is_left_open_is_closed_before_python_ends(tmp_path: Path) -> None:
    """rapidgzip's threads would abort it otherwise."""
    path = tmp_path / "dump.xml.bz2"
    path.write_bytes(bz2.compress(b"<mediawiki>" + random.Random(0).randbytes(6_000_000)))
    ran = subprocess.run([sys.executable, "-c", CODE, str(path)], cwd=ROOT, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (3, "")
