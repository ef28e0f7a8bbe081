"""How long a download waits before it tries again, without a clock: the waits are written down and not made."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from ingest.download.errors import MirrorUnreachable
from ingest.download.retries import LONGEST_RETRY_AFTER, Failure, Patience, Retries, Stopped, retry_after


class Waits(threading.Event):
    """An event that writes down for how long it was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.seconds.append(timeout)
        return self.is_set()


@pytest.fixture
def waits() -> Waits:
    return Waits()


def test_a_retry_after_is_waited_for(waits: Waits) -> None:
    retries = Retries("http://a.org", Patience(), waits)
    retries.wait(Failure("429 Too Many Requests", asked=30.0))
    assert waits.seconds == [30.0]
    with pytest.raises(MirrorUnreachable, match="429 Too Many Requests, to be tried in 601 s"):
        retries.wait(Failure("429 Too Many Requests", asked=LONGEST_RETRY_AFTER + 1))
    assert waits.seconds == [30.0], "a longer one is not waited for"


def test_waits_double_up_to_the_longest_and_each_is_shortened_by_up_to_half(waits: Waits) -> None:
    retries = Retries("http://a.org", Patience(tries=9, pause=1.0, longest=60.0), waits)
    for _ in range(8):
        retries.wait(Failure("503 Service Unavailable"))
    longest = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert all(long / 2 <= wait <= long for wait, long in zip(waits.seconds, longest, strict=True))
    with pytest.raises(MirrorUnreachable, match="after 9 failures in a row"):
        retries.wait(Failure("503 Service Unavailable"))


def test_progress_starts_the_count_anew(waits: Waits) -> None:
    retries = Retries("http://a.org", Patience(tries=2), waits)
    for _ in range(5):
        retries.wait(Failure("the connection was closed early"))
        retries.progress()
    assert max(waits.seconds) <= 1.0


def test_a_run_that_has_ended_does_not_try_again(waits: Waits) -> None:
    waits.set()
    with pytest.raises(Stopped):
        Retries("http://a.org", Patience(), waits).wait(Failure("503 Service Unavailable"))


def test_a_retry_after_is_a_number_or_a_date() -> None:
    assert retry_after("120") == 120.0
    assert retry_after("Thu, 01 Jan 2026 00:00:00 GMT") == 0.0, "a date in the past"
    soon = datetime.now(UTC) + timedelta(hours=1)
    seconds = retry_after(soon.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert seconds is not None
    assert 3_000 < seconds <= 3_600
    assert retry_after("soon") is None
    assert retry_after(None) is None
