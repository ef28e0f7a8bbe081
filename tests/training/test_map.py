"""The map as a command makes it, from vectors to all that a page reads: second maps, small shelves, interruption."""

import re
import signal
import subprocess
import sys

import numpy as np
import psycopg
import pytest
from sqlalchemy import text

from db.connection import Database
from db.errors import ModelNotFound, NoActiveModel
from db.maps import positions
from db.models import activation, registry
from db.search.map import map_part
from tests.conftest import as_url
from tests.support.commands import answer, command, done, refusal, started
from tests.support.planted import article, load, store_model
from train.errors import NothingToMap
from train.map.make import Mapped, make


def shelf_of(database: Database, n: int, seed: int = 0) -> None:
    load(database, *(article(f"Book {i}", ["Shared", f"Link {i % 5}"]) for i in range(n)))
    store_model(database, dimensions=20, seed=seed)


def made(database: Database, model_id: int | None = None, fresh: bool = False, seed: int = 0) -> Mapped:
    return make(database, model_id, fresh, seed, lambda *_: None)


def map_of(database: Database, model_id: int = 1) -> positions.Positions:
    with database.transaction() as connection:
        return positions.read(connection, model_id)


@pytest.mark.parametrize("n", [1, 2, 3, 15, 60])
def test_a_shelf_of_any_size_has_a_map(database: Database, n: int) -> None:
    shelf_of(database, n)
    done = made(database)
    assert (done.model_id, done.articles, done.kept_from) == (1, n, None)
    assert done.regions == (0 if n < 40 else 3)
    with database.session() as connection:
        assert connection.scalar(text("select count(*) from article_positions")) == n
        assert connection.scalar(text("select coalesce(sum(articles), 0) from map_regions")) == (0 if n < 40 else n)
        per_region = text("""
            select count(*) from map_regions r
            where articles <> (select count(*) from article_positions p where p.region_1 = r.region_id)""")
        assert connection.scalar(per_region) == 0
    part = map_part(database, "titles")
    assert part is not None
    assert len(part.content.split(b"\n")) == n


def test_what_cannot_be_mapped_is_refused(database: Database) -> None:
    with pytest.raises(NoActiveModel):
        made(database)
    with pytest.raises(ModelNotFound):
        made(database, 7)
    shelf_of(database, 3)
    with database.transaction() as connection:
        connection.execute(text("delete from _article_vectors_1"))
    with pytest.raises(NothingToMap, match="model 1 has no article to put on a map"):
        made(database)
    assert map_part(database, "points") is None


def test_a_second_model_s_map_goes_on_from_the_first_unless_it_is_fresh(database: Database) -> None:
    shelf_of(database, 200)
    made(database)
    first = map_of(database)
    assert (map_of(database).xy == first.xy).all()
    second = store_model(database, dimensions=20, seed=0)
    assert made(database, second).kept_from == 1
    moved = np.linalg.norm(map_of(database, second).xy - first.xy, axis=1)
    assert np.median(moved) < 0.06
    assert made(database, second, fresh=True, seed=5).kept_from is None
    assert np.median(np.linalg.norm(map_of(database, second).xy - first.xy, axis=1)) > 0.12
    assert made(database, second).kept_from == second
    with database.transaction() as connection:
        activation.drop(connection, 1)
        assert set(registry.listed(connection)[0].metrics["map"]) == {"scale", "kept_from", "articles", "seconds"}


def test_a_map_of_other_articles_is_nothing_to_go_on_from(database: Database) -> None:
    shelf_of(database, 40)
    made(database)
    load(database, *(article(f"New {i}", ["Shared", f"Link {i % 5}"]) for i in range(60)))
    second = store_model(database, dimensions=20)
    assert made(database, second).kept_from is None
    assert made(database, second).kept_from == second


def test_the_command_says_what_it_made(database: Database) -> None:
    url = as_url(database.url)
    shelf_of(database, 60)
    finished = command("train", "map", DATABASE_URL=url)
    assert re.fullmatch(
        r"model 1 has a map: 60 articles, 3 regions, of which \d have a name; \d+ s\n", finished.stdout
    ), finished
    *work, then = finished.stderr.splitlines()
    assert work == ["finding neighbours", "laying out", "dividing into regions"]
    assert then == "next: python -m api serve  # look at it in a browser"
    assert answer("train", "map", DATABASE_URL=url)["kept_from"] == 1
    assert re.search(r"1 +active softmax, 20 .* 60 +60 ", done("train", "models", DATABASE_URL=url))
    assert "there is no model 9" in refusal("train", "map", "--model", "9", DATABASE_URL=url)


def test_it_needs_no_tensorflow(database: Database) -> None:
    shelf_of(database, 40)
    program = (
        "import sys; sys.argv = ['train', 'map']; import train.__main__ as m; m.main();"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'tensorflow', 'keras', 'matplotlib'}))"
    )
    environment = {"DATABASE_URL": as_url(database.url), "PATH": "/usr/bin:/bin"}
    finished = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert finished.stdout.splitlines()[-1] == "[]"


def test_after_ctrl_c_the_former_map_stays(database: Database) -> None:
    shelf_of(database, 2500)
    made(database, seed=1)
    before = map_of(database).xy.tobytes(), map_part(database, "points")
    with started("train", "map", "--fresh", DATABASE_URL=as_url(database.url)) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "laying out" in line:
                break
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr.read() == "python -m train: interrupted\n"
    assert (map_of(database).xy.tobytes(), map_part(database, "points")) == before
    with psycopg.connect(database.url) as connection:
        held = "select count(*) from pg_locks where locktype = 'relation' and mode = 'ExclusiveLock'"
        locks = connection.execute(held).fetchone()
    assert locks == (0,)
