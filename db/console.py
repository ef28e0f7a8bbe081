"""What the command lines share: they print an error as one line and an answer as JSON."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from db import shortage
from db.errors import WikishelfError


def run(program: str, main: Callable[[], None]) -> NoReturn:
    """Run a command line and exit: 0 done, 1 a clear error in one line on stderr, 130 interrupted."""
    try:
        with shortage.explained():
            main()
        sys.stdout.flush()
    except WikishelfError as error:
        print(f"{program}: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt as interrupt:
        print(f"{program}: {'; '.join(['interrupted', *getattr(interrupt, '__notes__', [])])}", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=str)
    print()
