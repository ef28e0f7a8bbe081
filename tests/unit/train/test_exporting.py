"""Each format written from a tiny model, and the folder that holds them."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from db.models.labelled import Described
from train.errors import ArrowMissing, FolderTaken, FolderUnwritable
from train.exporting import arrays, positions, projector, word2vec
from train.exporting.export import chosen_formats
from train.exporting.folder import appearing, free

ARTICLES = Described(
    kind="articles",
    ids=np.array([3, 5], np.int32),
    titles=["War and Peace", "A\tB\n C"],
    facts={"topic": ["book", "film"], "genre": ["War novel", ""]},
    embedding=np.array([[0.6, -0.8], [1, 0]], np.float32),
)
LINKS = Described(
    kind="links",
    ids=np.array([7, 8, 9], np.int32),
    titles=["Category:War", "War", "čapek.cz"],
    facts={"kind": ["page", "category", "site"], "article_count": [4, 1000, 5]},
    embedding=np.array([[1, 0], [0, 1], [0, -1]], np.float32),
)
ABOUT = {"model_id": 2, "settings": {"seed": 0}}


def many(n: int) -> Described:
    numbers = np.arange(n, dtype=np.int32)
    facts = {"topic": ["book"] * n, "genre": [f"Genre {number % 60}" for number in numbers]}
    return Described(
        "articles", numbers, [f"T {number}" for number in numbers], facts, np.eye(2, dtype=np.float32)[numbers % 2]
    )


def test_projector_files_to_the_byte(tmp_path: Path) -> None:
    projector.write(tmp_path, [ARTICLES, LINKS], ABOUT)
    home = tmp_path / "projector"
    assert (home / "articles/vectors.tsv").read_text() == "0.600000024\t-0.800000012\n1\t0\n"
    assert (home / "articles/metadata.tsv").read_text() == (
        "title\ttopic\tgenre\nWar and Peace\tbook\tWar novel\nA B C\tfilm\t\n"
    )
    assert (home / "links/metadata.tsv").read_bytes().decode() == (
        "title\tkind\tarticle_count\nCategory:War\tpage\t4\nWar\tcategory\t1000\nčapek.cz\tsite\t5\n"
    )
    assert sorted(path.name for path in home.iterdir()) == [
        "articles",
        "links",
        "projector_config.json",
        "projector_config.pbtxt",
    ]


def test_projector_configurations_name_what_is_there(tmp_path: Path) -> None:
    projector.write(tmp_path, [ARTICLES], ABOUT)
    (entry,) = json.loads((tmp_path / "projector/projector_config.json").read_text())["embeddings"]
    assert entry == {
        "tensorName": "articles",
        "tensorShape": [2, 2],
        "tensorPath": "articles/vectors.tsv",
        "metadataPath": "articles/metadata.tsv",
    }
    assert (tmp_path / "projector/projector_config.pbtxt").read_text() == (
        'embeddings {\n  tensor_name: "articles"\n  tensor_path: "articles/vectors.tsv"\n'
        '  metadata_path: "articles/metadata.tsv"\n}\n'
    )


def on_map(title: str = "C") -> Described:
    """Three articles, of which the last does not stand on the map."""
    nan = float("nan")
    facts: dict[str, list[Any]] = {
        "topic": ["book"] * 3,
        "genre": ["=1+1", "-", ""],
        "x": [-0.5, 0.25, nan],
        "y": [1.0, -0.125, nan],
    }
    titles = ["A, B", "+C", title]
    return Described("articles", np.array([3, 5, 6], np.int32), titles, facts, np.eye(3, 2, dtype=np.float32))


def test_the_map_is_a_cloud_of_its_own_with_a_third_dimension_of_zeros() -> None:
    (name, cloud), (whole_name, whole) = projector.clouds_of(on_map())
    assert (name, whole_name) == ("articles_map", "articles")
    assert cloud.ids.tolist() == [3, 5]
    assert cloud.embedding.tolist() == [[-0.5, 1, 0], [0.25, -0.125, 0]]
    assert cloud.facts == {"topic": ["book", "book"], "genre": ["=1+1", "-"]}
    assert set(whole.facts) == {"topic", "genre"}
    assert len(whole.ids) == 3


def test_map_csv_has_what_is_on_the_map_and_no_formulas(tmp_path: Path) -> None:
    positions.write(tmp_path, [on_map(), LINKS], ABOUT)
    assert (tmp_path / "map.csv").read_text() == (
        "article_id,title,topic,genre,x,y\n3,\"A, B\",book,'=1+1,-0.5,1.0\n5,'+C,book,'-,0.25,-0.125\n"
    )


def test_the_projector_s_sample_is_the_same_each_time() -> None:
    (name, whole), (sample_name, sample) = projector.clouds_of(many(10_001))
    assert (name, len(whole.ids), sample_name, len(sample.ids)) == ("articles", 10_001, "articles_sample", 10_000)
    assert (np.diff(sample.ids) > 0).all()
    for row in (0, 5_000, 9_999):
        number = sample.ids[row]
        assert (sample.titles[row], sample.facts["genre"][row]) == (f"T {number}", f"Genre {number % 60}")
        assert (sample.embedding[row] == whole.embedding[number]).all()
    _, (_, again) = projector.clouds_of(many(10_001))
    assert (again.ids == sample.ids).all()
    assert len(list(projector.clouds_of(many(10_000)))) == 1


def test_a_column_has_no_more_texts_than_the_projector_has_colours() -> None:
    genres = many(155).facts["genre"]  # 35 of them stand for three articles, 25 for two
    kept = projector.colorable(genres)
    assert len({genre for genre in kept if genre}) == 50
    assert {f"Genre {number}" for number in range(35)} < set(kept)
    assert all(one in {other, ""} for one, other in zip(kept, genres, strict=True))
    assert projector.colorable([*range(100)]) == [*range(100)]


def test_word2vec_files_to_the_byte(tmp_path: Path) -> None:
    word2vec.write(tmp_path, [ARTICLES, LINKS], ABOUT)
    assert (tmp_path / "articles.word2vec.txt").read_text() == (
        "2 2\nWar_and_Peace 0.600000024 -0.800000012\nA_B_C 1 0\n"
    )
    assert (tmp_path / "links.word2vec.txt").read_bytes().decode() == (
        "3 2\npage:Category:War 1 0\ncategory:War 0 1\nsite:čapek.cz 0 -1\n"
    )


def test_npz_holds_everything_without_pickle(tmp_path: Path) -> None:
    arrays.write_npz(tmp_path, [ARTICLES, LINKS], ABOUT)
    with np.load(tmp_path / "articles.npz", allow_pickle=False) as stored:
        assert stored.files == ["article_id", "title", "topic", "genre", "embedding", "model"]
        assert stored["article_id"].tolist() == [3, 5]
        assert stored["title"].tolist() == ARTICLES.titles
        assert stored["genre"].tolist() == ["War novel", ""]
        assert stored["embedding"].dtype == np.float32
        assert stored["embedding"].tobytes() == ARTICLES.embedding.tobytes()
        assert json.loads(str(stored["model"])) == ABOUT
    with np.load(tmp_path / "links.npz", allow_pickle=False) as stored:
        assert stored["article_count"].tolist() == [4, 1000, 5]


def test_parquet_holds_everything(tmp_path: Path) -> None:
    arrays.write_parquet(tmp_path, [ARTICLES, LINKS], ABOUT)
    table = pq.read_table(tmp_path / "links.parquet")
    assert str(table.schema.field("embedding").type) == "fixed_size_list<element: float>[2]"
    assert json.loads(table.schema.metadata[b"wikishelf"]) == ABOUT
    assert table.to_pylist()[1] == {
        "link_id": 8,
        "title": "War",
        "kind": "category",
        "article_count": 1000,
        "embedding": [0.0, 1.0],
    }
    assert pq.read_table(tmp_path / "articles.parquet")["title"].to_pylist() == ARTICLES.titles


def test_all_formats_are_written_that_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_formats(None) == ("projector", "word2vec", "npz", "parquet", "map")
    assert chosen_formats(["npz", "projector", "npz"]) == ("projector", "npz")
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # Python's own way to say that it cannot be imported
    assert chosen_formats(None) == ("projector", "word2vec", "npz", "map")
    with pytest.raises(ArrowMissing, match=r"pip install"):
        chosen_formats(["parquet"])


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "shelf"
    with pytest.raises(KeyboardInterrupt), appearing(folder) as draft:
        (draft / "half").write_text("made")
        raise KeyboardInterrupt
    assert list(folder.parent.iterdir()) == []
    with appearing(folder) as draft:
        (draft / "whole").write_text("made")
        assert not folder.exists()
    assert [path.name for path in folder.parent.iterdir()] == ["shelf"]
    assert (folder / "whole").read_text() == "made"


def test_an_empty_folder_will_do_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with appearing(free(tmp_path / "empty")) as draft:
        (draft / "file").write_text("made")
    for taken in (tmp_path / "empty", tmp_path / "empty" / "file"):
        with pytest.raises(FolderTaken, match=r"exists already"):
            free(taken)
    with pytest.raises(FolderUnwritable, match=r"file/shelf: File exists"):
        with appearing(tmp_path / "empty" / "file" / "shelf"):
            pass
