"""Models are activated, rolled back and dropped while clients ask; `bench/switch.py` is the long version."""

from bench.switch import Phase, run
from bench.switch_clients import DIMENSIONS, Query
from db.connection import Database

ROUNDS = 20


def test_clients_see_the_one_model_or_the_other_and_are_answered_all_the_time(database: Database) -> None:
    queries, phases = run(database, n_articles=330, rounds=ROUNDS, clients=8, pause=0.1)
    assert [query.outcome for query in queries if query.outcome not in DIMENSIONS] == []
    for layout in DIMENSIONS:
        during = [within(queries, phase) for phase in phases if phase.name == f"{layout} answers"]
        assert len(during) == ROUNDS
        assert {query.outcome for answers in during for query in answers} == {layout}
    *_, behind_a_long_query = phases
    assert all(within(queries, quarter) for quarter in quarters(behind_a_long_query))


def within(queries: list[Query], phase: Phase) -> list[Query]:
    """What was asked and answered during the phase."""
    return [query for query in queries if phase.start < query.start and query.end < phase.end]


def quarters(phase: Phase) -> list[Phase]:
    """Its four parts of the same length. If clients queued behind the switch, some of them would have no answer."""
    length = (phase.end - phase.start) / 4
    return [Phase(phase.name, phase.start + n * length, phase.start + (n + 1) * length) for n in range(4)]
