"""python -m pages.site FOLDER: write the source of the site, Markdown that Sphinx reads by pages/sphinx/conf.py.

It holds all of docs/, the README and its like, and the reference from the code.
"""

import re
import shutil
import sys
from pathlib import Path

from pages import reference
from pages.links import project_url, relinked

ROOT = Path(__file__).parents[1]
BESIDE = {
    "README.md": "readme.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "bench/README.md": "benchmarks.md",
    "fuzz/README.md": "fuzzing.md",
}
PROJECT = ["readme", "changelog", "contributing", "security", "benchmarks", "fuzzing"]


def main() -> None:
    """Write the folder anew."""
    write(Path(sys.argv[1]), project_url())


def write(folder: Path, url: str) -> None:
    """Write the folder anew; without an address of the repository's files, links to code become its names."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs" / "pictures", folder / "pictures")
    places = BESIDE | {f"docs/{path.name}": path.name for path in (ROOT / "docs").glob("*.md")}
    for path, name in places.items():
        (folder / name).write_text(_page(Path(path), places, url), encoding="utf-8")
    generated = reference.pages()
    for name, text in generated.items():
        (folder / name).write_text(text, encoding="utf-8")
    index = folder / "index.md"
    index.write_text(_with_contents(index.read_text(encoding="utf-8"), sorted(generated)), encoding="utf-8")


def _page(path: Path, places: dict[str, str], url: str) -> str:
    def find(target: Path) -> str | None:
        name = str(target)
        if name.startswith("docs/pictures/"):
            return name.removeprefix("docs/")
        return places.get(name) or (f"{url.rstrip('/')}/{name}" if url else None)

    text = (ROOT / path).read_text(encoding="utf-8").replace("```csv\n", "```text\n")  # Pygments has no colours for it.
    return relinked(text, path, find)


def _with_contents(index: str, generated: list[str]) -> str:
    """Put Sphinx's list of pages below the index: a section's under its heading, a page where it comes last."""
    sections = [part.partition("\n") for part in re.split(r"^## ", index, flags=re.MULTILINE)[1:]]
    places = [(name, heading) for heading, _, text in sections for name in re.findall(r"\]\(([\w-]+)\.md[)#]", text)]
    places += [(name.removesuffix(".md"), "Reference") for name in generated] + [(name, "Project") for name in PROJECT]
    last = dict(places)
    trees = []
    for heading in [*(heading for heading, _, _ in sections), "Project"]:
        names = "\n".join(dict.fromkeys(name for name, place in places if place == heading == last[name]))
        trees.append(f"```{{toctree}}\n:hidden:\n:caption: {heading}\n\n{names}\n```\n")
    return index + "\n" + "\n".join(trees)


if __name__ == "__main__":
    main()
