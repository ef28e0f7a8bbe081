"""The jobs of an import, done by this process, by several or by a cluster; whoever reads a job also stages it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any

from db import interrupts
from db.connection import Address, Database
from db.importing import staging
from db.importing.records import Record
from ingest.errors import SchedulerUnusable, WorkerDied
from ingest.extract import extract
from ingest.plan import Job
from ingest.report import Report

Watch = Callable[[Iterable[Record], Report], Iterable[Record]]


def stage_job(shelf: Address, key: str, job: Job, threads: int, watch: Watch = lambda found, report: found) -> Report:
    """Read one job and stage what it gives, in a transaction of its own."""
    found, report = extract(job.source, job.topics, job.refs, job.head, threads)
    with Database(*shelf) as database, database.transaction() as transaction:
        staging.stage(transaction, key, job.number, watch(found, report), report.as_json)
    return report


def stage_jobs(pool: Executor, shelf: Address, key: str, jobs: Sequence[Job], threads: int) -> Iterator[Report]:
    """Hand the jobs to a pool and yield their reports as they are done; the first error ends all (see `executor`)."""
    with interrupts.held(), _ctrl_c_blocked():  # Other threads, such as numpy's, would still take it.
        futures = [pool.submit(stage_job, shelf, key, job, threads) for job in jobs]
    try:
        for future in as_completed(futures):
            yield future.result()
    except BrokenExecutor as error:
        raise WorkerDied(reason=error) from error


@contextmanager
def executor(workers: int, scheduler: str | None) -> Iterator[Executor]:
    """Start processes on this machine, or with `scheduler` use a Dask cluster; an error in the block ends their work.

    The workers of a cluster need Wikishelf, the same files under the same paths, and a way to the database.

    Raises
    ------
    SchedulerUnusable
    """
    if scheduler:
        try:
            from distributed import Client

            client: Any = Client(scheduler, timeout=10)  # type: ignore[no-untyped-call]
        except (ImportError, OSError, ValueError) as error:
            raise SchedulerUnusable(address=scheduler, reason=error) from None
        with client:
            cluster = client.get_executor()
            try:
                yield cluster
            except BaseException:
                cluster.shutdown(wait=False)  # cancels what is not done
                raise
    else:
        context = multiprocessing.get_context("spawn")  # a fork would share our connections and locks
        with ProcessPoolExecutor(workers, context, initializer=_end_with_parent) as pool:
            try:
                yield pool
            except BaseException:
                # What the workers have not committed is lost, and nobody waits for it. The futures are left alone:
                # where one is cancelled, the thread of the broken pool fails with a traceback.
                for worker in multiprocessing.active_children():
                    worker.terminate()
                raise


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    """Block Ctrl-C while the block starts worker processes.

    A terminal sends Ctrl-C to all processes of a command. This process alone shall take it, and end the workers. A
    process inherits the blocked signals of the one that starts it, so the workers never see Ctrl-C. This process sees
    it again once the block has ended.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """End this worker when its parent is killed; else it would wait for ever, within its transaction."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
