"""Links of a page that is read elsewhere than in the repository: on the site, or on a package index."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?://|mailto:|#)([^)\s]+)\)")
CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)


def relinked(text: str, page: Path, find: Callable[[Path], str | None]) -> str:
    """Give every relative link another target.

    Parameters
    ----------
    text : str
        Markdown. Code stays as it is, unless the text of a link is code.
    page : Path
        Where the page is in the repository, such as docs/api.md.
    find : callable
        The new target of a path in the repository. If it is None, the text of the link stays, and a picture becomes its
        description.
    """

    def replace(match: re.Match[str]) -> str:
        mark, words, link = match.groups()
        name, sign, anchor = link.partition("#")
        path = Path(*_normal((page.parent / name).parts))
        target = find(path)
        return words if target is None else f"{mark}[{words}]({target}{sign}{anchor})"

    # A link whose text is code, such as [`train/config.py`](...), is a link all the same.
    masked: list[str] = []

    def mask(match: re.Match[str]) -> str:
        masked.append(match[0])
        return f"\0{len(masked) - 1}\0"

    replaced = LINK.sub(replace, CODE.sub(mask, text))
    return re.sub(r"\0(\d+)\0", lambda found: masked[int(found[1])], replaced)


def _normal(parts: tuple[str, ...]) -> list[str]:
    """The parts of a path without "..", which is never looked up on a disk."""
    kept: list[str] = []
    for part in parts:
        kept = kept[:-1] if part == ".." else [*kept, part]
    return kept


def project_url() -> str:
    """Where the repository's files can be read: `Source` of `[project.urls]` in pyproject.toml, or "" if nowhere."""
    settings = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    return str(settings["project"].get("urls", {}).get("Source", ""))


def for_an_index(readme: str, url: str) -> str:
    """The README as a package index shows it, where nothing lies beside it.

    Parameters
    ----------
    readme : str
        README.md as it is in the repository.
    url : str
        Where the repository's files can be read, such as https://example.org/wikishelf/blob/main. If it is "", a link
        becomes its text.
    """

    def find(path: Path) -> str | None:
        raw = "?raw=true" if path.suffix == ".png" else ""  # the picture itself, and not a page around it
        return f"{url.rstrip('/')}/{path}{raw}" if url else None

    return relinked(readme, Path("README.md"), find)
