"""Jobs in threads that a Ctrl-C need not wait for."""

import queue
import threading
from collections.abc import Callable, Sequence

SHOW_EVERY = 0.2  # seconds


def run_all(jobs: Sequence[Callable[[], None]], threads: int, stop: threading.Event, show: Callable[[], None]) -> None:
    """Run the jobs in their order; the first error ends all, by `stop`, and is raised.

    The threads are daemons: one may hang on a silent server for a minute, and an executor would be waited for at exit.

    Parameters
    ----------
    jobs : sequence of callable
    threads : int
        Jobs that run at once.
    stop : threading.Event
        Set at the end, for jobs that are still running.
    show : callable
        Called every SHOW_EVERY seconds.
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
            error = outcomes.get(timeout=SHOW_EVERY)
        except queue.Empty:
            continue
        if error is not None:
            raise error
        count -= 1
