"""The jobs of an import done, by this process, by several, or by a cluster: each job is staged by whoever reads it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any

from db.connection import Address, Database
from db.importing import staging
from db.importing.staging import Record
from ingest.errors import SchedulerUnusable, WorkerDied
from ingest.extract import records
from ingest.plan import Job
from ingest.report import Report

Watch = Callable[[Iterable[Record], Report], Iterable[Record]]


def stage_job(shelf: Address, key: str, job: Job, threads: int, watch: Watch = lambda found, report: found) -> Report:
    """Read one job and stage its records, in a transaction of its own."""
    report = Report(str(job.source.path))
    found = watch(records(job.source, job.topics, report, job.refs, job.site, threads), report)
    with Database(*shelf) as database, database.transaction() as transaction:
        staging.stage(transaction, key, job.number, found, report.as_json)
    return report


def stage_jobs(pool: Executor, shelf: Address, key: str, jobs: Sequence[Job], threads: int) -> Iterator[Report]:
    """Hand the jobs to a pool; yields their reports as they are done. The first error ends all: see `executor`."""
    with _ctrl_c_is_ours():
        futures = [pool.submit(stage_job, shelf, key, job, threads) for job in jobs]
    try:
        for future in as_completed(futures):
            yield future.result()
    except BrokenExecutor as error:
        raise WorkerDied(reason=error) from error


@contextmanager
def executor(workers: int, scheduler: str | None) -> Iterator[Executor]:
    """Processes of this machine, or with `scheduler` those of a Dask cluster; an error in the block ends their work.

    The cluster's workers need Wikishelf, the same files under the same paths, and a way to the database.

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
                # What they have not committed is lost, and nobody waits for it. Futures that wait are left to the
                # broken pool: on one that is cancelled its thread fails with a traceback.
                for worker in multiprocessing.active_children():
                    worker.terminate()
                raise


@contextmanager
def _ctrl_c_is_ours() -> Iterator[None]:
    """Ctrl-C waits for the end of the block; processes that start in it leave it to us for good, from their birth."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for ever, in its transaction."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
