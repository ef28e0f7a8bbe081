"""Every code block of README.md and docs/ is run on the sample, or stands in a list that says why not.

A command that cannot be run here is handed to its own parser. What a page shows as output must be what is printed.
"""

import io
import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import matplotlib
import psycopg
import pytest
from matplotlib import pyplot

from ingest.topics.catalogue import load_topics
from pages.sources import parser_of
from tests.conftest import ROOT, SAMPLE, as_url, new_database
from tests.support import exports
from tests.support.code_blocks import Block, blocks, commands, differences, options_of, statements
from tests.support.commands import command_in
from tests.support.pages import HEAD, TAIL, page
from tests.support.serving import Service, serving
from train.distributed.tf_config import workers_of
from train.evaluation.likes_file import read_likes

BLOCKS = blocks()
LISTS = tomllib.loads((ROOT / "tests" / "support" / "code_blocks.toml").read_text(encoding="utf-8"))
VARIABLES = r"DATABASE_URL|WIKISHELF_(HOME|SCHEMA)|TF_CONFIG|(POSTGRES|SERVICE)_PASSWORD|DASK_DISTRIBUTED__\w+"
NO_ROWS = ("unknown", "create ", "insert ", "update ", "alter ")
LIKED = ("Dracula", "Frankenstein", "Carmilla", "Jane Eyre", "Wuthering Heights", "Emma (novel)")


def of(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages and not reason(block)]


def reason(block: Block) -> str:
    """Why it is not run; "" if it is."""
    return next((one["reason"] for one in LISTS["not_run"] if fits(one, block)), "")


def fits(one: dict[str, str], block: Block) -> bool:
    return block.page == one["page"] and block.text.startswith(one["begins"])


def each(*languages: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", of(*languages), ids=str)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that pages name."""
    history = [exports.Row("Dracula", "Bram Stoker", "5", "read"), exports.Row("Emma", "Jane Austen", "2", "read")]
    (tmp_path / "goodreads_library_export.csv").write_text(exports.goodreads(history), encoding="utf-8")
    readers = [f"{reader},{title},\n" for reader in ("ann", "bob") for title in LIKED]
    (tmp_path / "likes.csv").write_text("".join(readers), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def copied_url(server_url: str, sample_url: str) -> Iterator[str]:
    """A copy of the sample's database, which commands of pages may change."""
    with new_database(server_url, SAMPLE) as url:
        yield as_url(url)


@pytest.fixture(scope="module")
def service(copied_url: str, sample_url: str) -> Iterator[Service]:  # No copy is made of what it is connected to.
    with serving(sample_url) as service:
        yield service


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    kinds = {"sql", "python", "sh", "console", "text", "toml", "csv", "json"}
    assert {str(block): block.language for block in BLOCKS if block.language not in kinds and not reason(block)} == {}
    assert [one for one in LISTS["not_run"] if sum(fits(one, block) for block in BLOCKS) != 1] == []


@each("sql")
def test_sql(sample_url: str, block: Block) -> None:
    text = block.text
    for ours, here in LISTS["written"].items():
        text = text.replace(ours, here)
    printed = []
    with psycopg.connect(sample_url) as connection:
        for begin, before in LISTS["prepared"].items():
            if text.startswith(begin):
                connection.execute(before)
        for statement in statements(text):
            cursor = connection.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
            assert bool(rows) != any(words in statement for words in NO_ROWS) or cursor.rowcount > 0, statement
            names = [column.name for column in cursor.description or ()]
            printed += [" | ".join(map(str, row)) for row in [names, *rows]]
        connection.rollback()
    assert block.printed is None or not differences(block.printed, "\n".join(printed))


@each("python")
def test_python(sample_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, block: Block) -> None:
    monkeypatch.setenv("DATABASE_URL", sample_url)
    matplotlib.use("agg")
    if "FOLDER/" in block.text:
        assert (
            command_in(folder, "train", "export", "FOLDER", "--format", "npz", DATABASE_URL=sample_url).returncode == 0
        )
    names: dict[str, object] = {"__name__": "page"}
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(block.text, str(block), "exec"), names)
    if (shelf := names.get("shelf")) is not None:
        shelf.close()  # type: ignore[attr-defined]
    pyplot.close("all")
    assert block.printed is None or not differences(block.printed, printed.getvalue())


@pytest.mark.parametrize("page", sorted({block.page for block in of("sh", "console")}))
def test_shell(copied_url: str, service: Service, folder: Path, page: str) -> None:
    for block in of("sh", "console"):
        if block.page == page and block.language == "sh":
            printed = "".join(run(words, copied_url, service, folder) for words in commands(block.text))
            assert block.printed is None or not differences(block.printed, printed), block
        elif block.page == page:
            line, expected = block.text.removeprefix("$ ").split("\n", 1)
            (words,) = commands(line)
            assert run(words, copied_url, service, folder) == expected, block


def run(words: list[str], url: str, service: Service, folder: Path) -> str:
    """Run a line of a shell, or check what can be checked of it; return what it prints."""
    while "=" in words[0]:
        check_variable(words.pop(0))
    words = words[: words.index(">")] if ">" in words else words
    words = [words[0], *words[2:]] if words[:2] == ["wikishelf", "demo"] and words[2:] else words  # on the demo's shelf
    ours = words[1:] if words[0] == "wikishelf" else words[2:] if words[:2] == ["python", "-m"] else None
    if ours is None:
        check_other(words, service)
        return ""
    line = " ".join(ours)
    if next((why for begin, why in LISTS["parsed"].items() if line.startswith(begin)), ""):
        parser, arguments = parser_of(words)
        parser.parse_args(arguments)
        return ""
    finished = command_in(folder, *ours, DATABASE_URL=url)
    assert finished.returncode == 0, (line, finished.stderr)
    assert (folder / ours[-1]).exists() if "--save" in ours else finished.stdout.strip(), line
    assert "--json" not in ours or json.loads(finished.stdout)
    return finished.stdout


def check_variable(assignment: str) -> None:
    name, _, value = assignment.partition("=")
    assert re.fullmatch(VARIABLES, name), name
    if name == "TF_CONFIG":
        workers = workers_of(value)
        assert workers is not None
        assert len(workers.addresses) == 2


def check_other(words: list[str], service: Service) -> None:
    assert words[0] in LISTS["others"], words
    if words[0] in {"export", "unset"}:
        for assignment in words[1:]:
            check_variable(assignment)
    elif words[0] == "make":
        assert all(re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE) for target in words[1:])
    elif words[0] == "pip":
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        for name in re.findall(r"wikishelf\[([\w,]+)\]", " ".join(words)):
            assert set(name.split(",")) <= {*extras, "train"}, name
    elif "-f" in words:
        assert (ROOT / words[words.index("-f") + 1]).exists(), words
    elif words[0] == "curl":
        (address,) = (word for word in words if word.startswith("http://127.0.0.1:8000/"))
        assert service.get(address.removeprefix("http://127.0.0.1:8000")).json


@each("text")
def test_a_text_shows_a_usage_that_is_true_or_no_command(block: Block) -> None:
    options: set[str] = set()
    for line in block.text.splitlines():
        if line.startswith(("python -m ", "wikishelf ")):
            options = options_of(parser_of(line.split())[0])
        assert set(re.findall(r"(?<=[\s\[])--[a-z-]+", line)) <= options or not options, line
    assert options or not re.search(r"^(\$ |select |import )", block.text, re.MULTILINE)


@each("toml")
def test_toml(tmp_path: Path, block: Block) -> None:
    if block.text.startswith("[topics"):
        (tmp_path / "topics.toml").write_text(block.text, encoding="utf-8")
        (name,) = tomllib.loads(block.text)["topics"]
        assert [topic.name for topic in load_topics([name], tmp_path / "topics.toml")] == [name]
    else:
        ours = tomllib.loads((ROOT / "ingest/topics/languages/sv.toml").read_text(encoding="utf-8"))
        assert tomllib.loads(block.text).keys() == ours.keys()


def test_the_topic_of_the_page_is_imported(url: str, tmp_path: Path) -> None:
    (topic,) = (block for block in of("toml") if block.page == "your-topic.md")
    (tmp_path / "anthems.toml").write_text(topic.text, encoding="utf-8")
    infobox = "{{Infobox anthem|country=[[France]]|composer=[[Rouget de Lisle]]|tempo=Tempo di marcia}} [[Marseille]]"
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "a.xml").write_text(HEAD + page("La Marseillaise", infobox) + TAIL, encoding="utf-8")
    (line,) = (words for block in of("sh") if block.page == "your-topic.md" for words in commands(block.text)[:1])
    assert command_in(tmp_path, *[word.removesuffix("/enwiki") for word in line[1:]], DATABASE_URL=url).returncode == 0
    with psycopg.connect(url) as connection:
        rows = connection.execute("select title, country, composer, tempo from anthems").fetchall()
    assert rows == []  # no model has been trained
    with psycopg.connect(url) as connection:
        rows = connection.execute("select name, value from facets order by name").fetchall()
    assert rows == [("composer", "Rouget de Lisle"), ("country", "France"), ("tempo", "Tempo di marcia")]


@each("csv")
def test_csv(tmp_path: Path, block: Block) -> None:
    (tmp_path / "likes.csv").write_text(block.text, encoding="utf-8")
    likes = read_likes(tmp_path / "likes.csv")
    assert (len(likes.rows), likes.malformed) == (block.text.count("\n") - 1, [])


@each("json")
def test_json(service: Service, block: Block) -> None:
    assert json.loads(block.text) == service.get("/articles/Draculla/similar").json
