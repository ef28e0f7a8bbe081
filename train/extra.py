"""What only the extra `train` installs: without it a shelf is ingested, asked, served and folded into."""

import importlib.util

from train.errors import ExtraMissing


def check(*libraries: str) -> None:
    """Refuse to begin what would fail later.

    Raises
    ------
    ExtraMissing
    """
    for library in libraries:
        if importlib.util.find_spec(library) is None:
            raise ExtraMissing(library=library)
