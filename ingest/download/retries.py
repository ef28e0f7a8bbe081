"""Trying again: how a failure that may pass is told from others, how long to wait, and when to give up."""

import email.utils
import random
import threading
from datetime import UTC, datetime
from typing import NamedTuple

from db.console import plain
from ingest.download.errors import MirrorUnreachable

LONGEST_RETRY_AFTER = 600.0  # seconds; a server that asks for more is given up


class Patience(NamedTuple):
    """How long to wait for a mirror that fails.

    Attributes
    ----------
    timeout : float
        Seconds without a byte after which a connection is dead.
    tries : int
        Failures in a row, without a byte between them, after which the mirror is given up.
    pause, longest : float
        Seconds before the second attempt, doubled before each further one, and their limit; about 2 minutes in all.
    """

    timeout: float = 60.0
    tries: int = 8
    pause: float = 1.0
    longest: float = 60.0


class Failure(Exception):
    """An attempt failed, and another may succeed; `asked` is the server's Retry-After in seconds, or None."""

    def __init__(self, reason: str, asked: float | None = None) -> None:
        super().__init__(plain(reason))
        self.asked = asked


class Stopped(Exception):
    """The run has ended, because another part failed or by Ctrl-C."""


class Retries:
    """Counts the failures in a row, and waits between the attempts."""

    def __init__(self, url: str, patience: Patience, stop: threading.Event) -> None:
        self._url, self._patience, self._stop = url, patience, stop
        self._failures = 0

    def progress(self) -> None:
        """Start to count anew, since bytes have come."""
        self._failures = 0

    def wait(self, failure: Failure) -> None:
        """Wait before the next attempt, longer each time and never shorter than the server asked.

        Raises
        ------
        MirrorUnreachable
            After the last try, or when the server asks for more than LONGEST_RETRY_AFTER.
        Stopped
        """
        self._failures += 1
        asked = failure.asked or 0.0
        if self._failures >= self._patience.tries or asked > LONGEST_RETRY_AFTER:
            reason = f"{failure}, to be tried in {asked:.0f} s" if asked > LONGEST_RETRY_AFTER else str(failure)
            raise MirrorUnreachable(url=self._url, tries=self._failures, reason=reason)
        if self._stop.wait(max(asked, self._own_pause())):
            raise Stopped

    def _own_pause(self) -> float:
        """Doubled each time, and shortened at random so that many clients do not come back at once."""
        pause = self._patience.pause * 2.0 ** (self._failures - 1)
        return random.uniform(0.5, 1) * min(pause, self._patience.longest)


def retry_after(value: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, by a number or a date; None where it holds neither."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())
