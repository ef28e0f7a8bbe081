"""Models are activated, rolled back and dropped while clients ask; `bench/switch.py` is the long version."""

import numpy as np

from bench.switch import DIMENSIONS, Phase, Query, run
from db.connection import Database

ROUNDS = 20


def test_clients_see_the_one_model_or_the_other_and_never_wait_long(database: Database) -> None:
    queries, phases = run(database, n_articles=330, rounds=ROUNDS, clients=8, pause=0.1)
    assert [query.outcome for query in queries if query.outcome not in DIMENSIONS] == []
    for layout in DIMENSIONS:
        during = [within(queries, phase) for phase in phases if phase.name == f"{layout} answers"]
        assert len(during) == ROUNDS
        assert {query.outcome for answers in during for query in answers} == {layout}
    before = p99(queries, phases, "before")
    for name in ("activate", "roll back", "drop", "activate behind a long query"):
        assert p99(queries, phases, name) < max(5 * before, 0.3), name  # the floor is for a busy machine


def within(queries: list[Query], phase: Phase) -> list[Query]:
    """What was asked and answered during the phase."""
    return [query for query in queries if phase.start < query.start and query.end < phase.end]


def p99(queries: list[Query], phases: list[Phase], name: str) -> float:
    """Seconds, of the queries that met a phase of this name."""
    met = [phase for phase in phases if phase.name == name]
    seconds = [q.end - q.start for q in queries if any(q.start < phase.end and q.end > phase.start for phase in met)]
    return float(np.percentile(seconds, 99))
