"""Jobs in threads, for which Ctrl-C need not wait."""

import queue
import threading
from collections.abc import Callable, Sequence

SECONDS_BETWEEN_SHOWS = 0.2


def run_all(jobs: Sequence[Callable[[], None]], threads: int, stop: threading.Event, show: Callable[[], None]) -> None:
    """Run the jobs in their order; the first error ends all of them through `stop`, and is raised.

    The threads are daemons. One of them may hang on a silent server for a minute, and Python would wait for the threads
    of an executor before it exits.

    Parameters
    ----------
    jobs : sequence of callable
    threads : int
        How many jobs run at once.
    stop : threading.Event
        Set at the end, to stop jobs that are still running.
    show : callable
        Called whenever SECONDS_BETWEEN_SHOWS have passed.
    """
    todo: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    outcomes: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    for job in jobs:
        todo.put(job)
    for _ in range(threads):
        threading.Thread(target=_work, args=(todo, outcomes, stop), daemon=True).start()
    try:
        _collect(len(jobs), outcomes, show)
    finally:
        stop.set()


def _work(
    todo: "queue.SimpleQueue[Callable[[], None]]",
    outcomes: "queue.SimpleQueue[BaseException | None]",
    stop: threading.Event,
) -> None:
    while not stop.is_set():
        try:
            job = todo.get_nowait()
        except queue.Empty:
            return
        try:
            job()
            outcomes.put(None)
        except BaseException as error:  # raised again by _collect
            outcomes.put(error)


def _collect(count: int, outcomes: "queue.SimpleQueue[BaseException | None]", show: Callable[[], None]) -> None:
    while count:
        show()
        try:
            error = outcomes.get(timeout=SECONDS_BETWEEN_SHOWS)
        except queue.Empty:
            continue
        if error is not None:
            raise error
        count -= 1
