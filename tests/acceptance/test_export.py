"""The files of python -m train export, read by readers that know nothing of the writers."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pyarrow.parquet as pq
import pytest

from tests.support.commands import answer, command, done, refusal

Cloud = dict[str, tuple[float, ...]]


@pytest.fixture(scope="module")
def shelf(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's model in every format."""
    folder = tmp_path_factory.mktemp("export") / "shelf"
    done("train", "export", str(folder), DATABASE_URL=sample_url)
    return folder


def stored(url: str, query: str) -> Cloud:
    with psycopg.connect(url) as connection:
        return {title: tuple(json.loads(vector)) for title, vector in connection.execute(query)}


def read_word2vec(path: Path) -> Cloud:
    """Read as gensim reads it: lines are split at single spaces, and the first one has the counts."""
    head, *lines = path.read_bytes().decode().split("\n")[:-1]
    rows, dimensions = map(int, head.split())
    found = {word: tuple(map(float, numbers)) for word, *numbers in (line.split(" ") for line in lines)}
    assert (len(lines), len(found)) == (rows, rows)
    assert {len(vector) for vector in found.values()} == {dimensions}
    return found


def read_tsv(path: Path) -> Iterator[list[str]]:
    """Read as the projector's page reads it: a tab in the first line means a header, and empty lines do not count."""
    for line in path.read_bytes().decode().split("\n"):
        if line.strip():
            yield line.split("\t")


def as_float32(cloud: Cloud) -> dict[str, bytes]:
    return {title: np.array(vector, np.float32).tobytes() for title, vector in cloud.items()}


def test_word2vec_gives_the_vectors_back_to_the_bit(shelf: Path, sample_url: str) -> None:
    query = "select replace(title, ' ', '_'), embedding::text from articles join article_vectors using (article_id)"
    assert as_float32(read_word2vec(shelf / "articles.word2vec.txt")) == as_float32(stored(sample_url, query))
    query = (
        "select kind || ':' || replace(title, ' ', '_'), embedding::text from links join link_vectors using (link_id)"
    )
    links = read_word2vec(shelf / "links.word2vec.txt")
    assert as_float32(links) == as_float32(stored(sample_url, query))
    assert {word.partition(":")[0] for word in links} == {"page", "category"}


def test_neighbours_in_a_file_are_those_of_the_database(shelf: Path, sample_url: str) -> None:
    cloud = read_word2vec(shelf / "articles.word2vec.txt")
    words, vectors = list(cloud), np.array(list(cloud.values()))
    nearest = np.argsort(-(vectors @ cloud["Don_Quixote"]))[1:6]
    found = answer("api", "similar", "Don Quixote", "--count", "5", DATABASE_URL=sample_url)
    assert [words[row] for row in nearest] == [one["title"].replace(" ", "_") for one in found]


def test_the_projector_finds_a_row_of_metadata_for_every_point(shelf: Path) -> None:
    home = shelf / "projector"
    config = json.loads((home / "projector_config.json").read_text())["embeddings"]
    assert [entry["tensorName"] for entry in config] == ["articles_map", "articles", "links"]
    by_tensorboard = re.findall(r'(\w+): "(.+)"', (home / "projector_config.pbtxt").read_text())
    assert [value for name, value in by_tensorboard if name == "tensor_path"] == [one["tensorPath"] for one in config]
    for entry in config:
        points = [list(map(float, row)) for row in read_tsv(home / entry["tensorPath"])]
        header, *rows = read_tsv(home / entry["metadataPath"])
        assert [len(points), len(points[0])] == entry["tensorShape"]
        assert len(rows) == len(points)
        assert {len(row) for row in rows} == {len(header)} == {3}
    articles = read_word2vec(shelf / "articles.word2vec.txt")
    titles = [row[0] for row in read_tsv(home / "articles/metadata.tsv")][1:]
    assert [title.replace(" ", "_") for title in titles] == list(articles)


def test_npz_and_parquet_agree_and_know_their_model(shelf: Path, sample_url: str) -> None:
    (model,) = answer("train", "models", DATABASE_URL=sample_url)
    for kind, n_rows in (("articles", model["metrics"]["articles"]), ("links", model["metrics"]["links"])):
        table = pq.read_table(shelf / f"{kind}.parquet")
        with np.load(shelf / f"{kind}.npz", allow_pickle=False) as arrays:
            assert len(arrays["title"]) == n_rows
            assert arrays["title"].tolist() == table["title"].to_pylist()
            assert arrays["embedding"].tolist() == table["embedding"].to_pylist()
            about = json.loads(str(arrays["model"]))
        assert (
            about == json.loads(table.schema.metadata[b"wikishelf"]) == json.loads((shelf / "model.json").read_text())
        )
        assert (about["fingerprint"], about["settings"]) == (model["fingerprint"], model["settings"])


def test_the_map_is_in_every_format_that_has_room_for_it(shelf: Path, sample_url: str) -> None:
    with psycopg.connect(sample_url) as connection:
        there = {row[0]: row[1:] for row in connection.execute("select article_id, x, y from article_positions")}
    table = pq.read_table(shelf / "articles.parquet").to_pylist()
    assert {row["article_id"]: (row["x"], row["y"]) for row in table} == there
    with np.load(shelf / "articles.npz", allow_pickle=False) as arrays:
        assert arrays["x"].tolist() == [row["x"] for row in table]
    with (shelf / "map.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["article_id"]): (float(row["x"]), float(row["y"])) for row in rows} == there
    points = [tuple(map(float, row)) for row in read_tsv(shelf / "projector" / "articles_map" / "vectors.tsv")]
    assert np.array(sorted(points)) == pytest.approx(np.array(sorted((*xy, 0.0) for xy in there.values())), abs=1e-7)


def test_a_model_without_a_map_is_exported_without_one(sample_copy: str, tmp_path: Path) -> None:
    done("train", "--no-activate", "--epochs", "1", DATABASE_URL=sample_copy)
    said = answer("train", "export", str(tmp_path / "two"), "--model", "2", DATABASE_URL=sample_copy)
    assert said["formats"] == ["projector", "word2vec", "npz", "parquet"]
    line = refusal(
        "train", "export", str(tmp_path / "new"), "--model", "2", "--format", "map", DATABASE_URL=sample_copy
    )
    assert 'model 2 has no map; run "python -m train map" first' in line


def test_a_topic_and_a_format_can_be_chosen(sample_url: str, tmp_path: Path) -> None:
    line = ("train", "export", str(tmp_path / "films"), "--model", "1", "--format", "npz", "--topic", "film")
    said = answer(*line, DATABASE_URL=sample_url)
    assert (said["model_id"], said["formats"], said["articles"]) == (1, ["npz"], 79)
    assert sorted(path.name for path in (tmp_path / "films").iterdir()) == ["articles.npz", "links.npz", "model.json"]
    with np.load(tmp_path / "films" / "articles.npz") as arrays:
        assert set(arrays["topic"]) == {"film"}
    with np.load(tmp_path / "films" / "links.npz") as arrays:
        assert said["links"] == len(arrays["link_id"]) < 1000


def test_what_cannot_be_exported_is_one_line(shelf: Path, sample_url: str, tmp_path: Path) -> None:
    new = str(tmp_path / "new")
    assert "exists already" in refusal("train", "export", str(shelf), DATABASE_URL=sample_url)
    assert "no model 9" in refusal("train", "export", new, "--model", "9", DATABASE_URL=sample_url)
    line = refusal("train", "export", new, "--topic", "album", DATABASE_URL=sample_url)
    assert 'no article of the topic "album"; it has book, film' in line
    assert command("train", "export", new, "--format", "csv").returncode == 2
    assert not Path(new).exists()
