"""Run the download in this process and without long waits, and the part that the test mirror has for it."""

import io
import json
import random
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from ingest.download.command import main
from ingest.download.retries import Patience
from tests.support.mirror import Mirror

QUICK = Patience(timeout=0.3, tries=4, pause=0.01, longest=0.02)
NAME = "xxwiki-20260101-pages-articles-multistream.xml.bz2"
INDEX = "xxwiki-20260101-pages-articles-multistream-index.txt.bz2"
PATH = f"/xxwiki/20260101/{NAME}"
BODY = random.Random(1).randbytes(300_000)
HALF = len(BODY) // 2


def download(mirror: Mirror, folder: Path, *arguments: str) -> Any:
    """Run it on the mirror, and give its report."""
    with redirect_stdout(io.StringIO()) as output:
        main(["xxwiki", "--mirror", mirror.url, "--to", str(folder), "--json", *arguments], QUICK)
    return json.loads(output.getvalue())


def is_clean(folder: Path, *names: str) -> bool:
    """Whether the folder has these files and nothing else, not even unfinished ones."""
    return sorted(file.name for file in folder.iterdir()) == sorted(names)
