"""docs/names.md has every public name, and the site's reference says of each what the code says."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import api
from db.connection import Database
from pages import reference, site, sources
from pages.hatch_readme import Readme
from pages.links import for_an_index, relinked
from tests.conftest import ROOT

NAMES = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
PACKAGES = ("api", "db", "ingest", "train", "sample", "wikishelf")


def listed(name: str) -> bool:
    """Whether a name stands in the page as code, alone or with its arguments."""
    return re.search(rf"`{re.escape(name)}[`(]", NAMES) is not None


def test_every_function_stands_there_with_its_comment() -> None:
    functions = sources.functions()
    assert len(functions) > 15
    for one in functions:
        assert re.search(rf"^\| `{one.name}\(.*\)` \| {re.escape(one.comment)} \|$", NAMES, re.MULTILINE), one


def test_the_comments_are_those_of_the_database(database: Database) -> None:
    query = text(
        "select p.proname, obj_description(p.oid, 'pg_proc') from pg_proc p"
        " where p.pronamespace = 'wikishelf'::regnamespace and left(p.proname, 1) <> '_'"
    )
    with database.session() as connection:
        stored = {tuple(row) for row in connection.execute(query)}
    ours = {(one.name, one.comment) for one in sources.functions()}
    assert stored - ours == {("fold_title", "A title without case and accents, as searches compare it")}
    assert ours <= stored


def test_every_table_and_view_stands_there(database: Database) -> None:
    query = text(
        "select relname from pg_class where relnamespace = 'wikishelf'::regnamespace"
        " and relkind in ('r', 'v') and left(relname, 1) <> '_' and relname <> 'alembic_version'"
    )
    with database.session() as connection:
        names = list(connection.scalars(query))
    assert len(names) >= 12
    assert [name for name in names if not listed(name)] == []


def test_every_name_of_python_is_documented_and_stands_there() -> None:
    for name in api.__all__:
        thing = getattr(api, name)
        assert listed(name), name
        assert thing.__doc__, name
        for method, function in sources.shown(thing).items():
            assert listed(method), f"{name}.{method}"
            assert function.__doc__ or name == "AsyncShelf", f"{name}.{method}"  # whose verbs are those of Shelf


def test_every_command_and_route_stands_there() -> None:
    commands = [parser.prog.split()[1 if parser.prog.startswith("wikishelf") else 2 :] for parser in sources.commands()]
    assert len(commands) > 30
    assert [words for words in commands if not listed(" ".join(words[1:]) or words[0])] == []
    assert [route for route in sources.openapi()["paths"] if not listed(route)] == []


def test_every_variable_that_is_read_is_in_the_settings() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    code = "".join(path.read_text(encoding="utf-8") for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    read = set(re.findall(r"""environ(?:\.get\(|\[)"([A-Z_]+)"(?:[,)]|\](?! = ))""", code)) | set(
        re.findall(r"\bWIKISHELF_[A-Z_]+", code)
    )
    assert {"DATABASE_URL", "WIKISHELF_HOME", "TF_CONFIG"} <= read
    assert [name for name in sorted(read) if f"`{name}`" not in page] == []


def test_the_reference_says_what_the_code_says() -> None:
    pages = reference.pages()
    assert all(one.comment in pages["reference-sql.md"] for one in sources.functions())
    assert "    title: str | int,\n    count: int = 10,\n" in pages["reference-python.md"]
    assert "**Raises**" in pages["reference-python.md"]
    assert all(f"## {parser.prog}\n" in pages["reference-commands.md"] for parser in sources.commands())
    assert "| `min_similarity` | query |" in pages["reference-http.md"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "source"
    site.write(folder, "")
    return folder


def test_the_site_has_every_page_and_leads_nowhere_else(source: Path) -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in source.glob("*.md")}
    assert {path.name for path in (ROOT / "docs").glob("*.md")} < pages.keys()
    for name, content in pages.items():
        relinked(
            content, Path(name), lambda target: str(target) if (source / target).exists() else pytest.fail(f"{target}")
        )
    trees = re.findall(r"^```\{toctree\}.*?^```", pages["index.md"], re.MULTILINE | re.DOTALL)
    listed = [f"{one}.md" for tree in trees for one in re.findall(r"^[a-z][\w-]*$", tree, re.MULTILINE)]
    assert sorted(listed) == sorted(pages.keys() - {"index.md"})


def test_links_of_the_readme_on_a_package_index() -> None:
    readme = "![a map](docs/pictures/page.png) [all](docs/index.md#x), [`c`](LICENSE), [away](https://a.org) `[x](y)`"
    assert for_an_index(readme, "https://example.org/w/blob/main/") == (
        "![a map](https://example.org/w/blob/main/docs/pictures/page.png?raw=true) [all](https://example.org/w/blob/main/docs/index.md#x),"
        " [`c`](https://example.org/w/blob/main/LICENSE), [away](https://a.org) `[x](y)`"
    )
    assert for_an_index(readme, "") == "a map all, `c`, [away](https://a.org) `[x](y)`"
    whole = for_an_index((ROOT / "README.md").read_text(encoding="utf-8"), "")
    assert not re.search(r"\]\((?!https?://)", whole)


def test_a_package_has_the_readme_for_an_index() -> None:
    hook = Readme(str(ROOT), {})
    metadata: dict[str, Any] = {"urls": {"Source": "https://example.org/w/blob/main"}}
    hook.update(metadata)
    assert metadata["readme"]["content-type"] == "text/markdown"
    assert "(https://example.org/w/blob/main/docs/pictures/page.png?raw=true)" in metadata["readme"]["text"]


def test_links_of_a_page_in_a_folder() -> None:
    found: list[str] = []
    relinked("[x](../train/a.py), [y](b.md)", Path("docs/a.md"), lambda path: found.append(str(path)))
    assert found == ["train/a.py", "docs/b.md"]
