"""An import from its plan to the tables."""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import db.models.fold_in
from db.connection import Address, Database
from db.errors import NoActiveModel
from db.importing import provenance, staging, topic_views
from db.importing.records import Counts
from db.maps import storing
from db.models.fold_in import FoldedIn
from ingest import progress
from ingest.errors import NoTexts
from ingest.extract import hint
from ingest.plan import Job, Plan
from ingest.report import Report
from ingest.topics.catalogue import Topic
from ingest.workers import executor, stage_job, stage_jobs

MOST_THREADS_PER_FILE = 8  # To unpack a file costs 8 times as much as to parse it.


def import_all(
    database: Database, plan: Plan, topics: Sequence[Topic], prune: bool, workers: int, scheduler: str | None
) -> tuple[list[Report], Counts]:
    """Stage what is not staged yet, then merge everything in one transaction.

    Returns
    -------
    reports : list of Report
        One for each source.
    stored : Counts
    """
    started_at = datetime.now(UTC)
    with database.session() as connection:
        for source, wiki in zip(plan.sources, plan.wikis, strict=True):
            provenance.check_wiki(connection, source.name, wiki)
    key = f"{plan.key} {prune}"
    with (
        staging.importing(database, key, [topic.name for topic in topics], prune) as done,
        ThreadPoolExecutor(1) as beside,
    ):
        sums = {source.path: beside.submit(_sha256, source.path) for source in plan.sources}
        _stage(database.address, key, plan, [job for job in plan.jobs if job.number not in done], workers, scheduler)
        with database.transaction() as transaction:
            reports = _by_source(plan, staging.reports(transaction), sums)
            _check_contents(plan, reports)
            stored = staging.merge(
                transaction,
                lambda part, reason, count, titles: reports[plan.jobs[part].source.path].skip(
                    reason, *titles, count=count
                ),
            )
            for report in reports.values():
                provenance.record(transaction, report.source, report.sha256, report.wiki, started_at, report.counts())
            topic_views.create_topic_views(transaction, map(_view, topics))
            storing.follow_import(transaction)
    return list(reports.values()), stored


def fold_in(database: Database) -> FoldedIn | None:
    """Give the articles of an import vectors in the active model, in a transaction of its own.

    Returns
    -------
    FoldedIn or None
        None where no model is active.
    """
    try:
        with database.transaction() as connection:
            return db.models.fold_in.fold_in(connection)
    except NoActiveModel:
        return None


def _stage(shelf: Address, key: str, plan: Plan, jobs: Sequence[Job], workers: int, scheduler: str | None) -> None:
    """Do one job here and show how far it is, or have several done by a pool and show progress as each ends."""
    spare = workers // max(len(jobs), 1) if scheduler is None else 1
    threads = min(max(spare, 1), MOST_THREADS_PER_FILE)
    with progress.shown(plan.size) as show:
        if scheduler is None and min(workers, len(jobs)) <= 1:
            for job in jobs:
                stage_job(shelf, key, job, threads, partial(progress.watch, show))
        else:
            with executor(min(workers, len(jobs)), scheduler) as pool:
                for report in stage_jobs(pool, shelf, key, jobs, threads):
                    show.add(report)


def _check_contents(plan: Plan, reports: Mapping[Path, Report]) -> None:
    """Refuse a dump without texts; where a dump has no article, warn with the infoboxes that it does have.

    Raises
    ------
    NoTexts
    """
    for path, report in reports.items():
        if not report.texts and (report.pages or len(reports) == 1):
            raise NoTexts(path=path, pages=f"{report.pages:,}")
    if not any(report.articles for report in reports.values()):
        for job in plan.jobs:
            if job.head and job.source.start == 0:
                reports[job.source.path].warnings.append(hint(job.source, job.topics, job.head.site.language))


def _by_source(plan: Plan, found: Mapping[int, Mapping[str, Any]], sums: dict[Path, Future[str]]) -> dict[Path, Report]:
    """Add up the reports of the parts, source by source."""
    reports = {source.path: Report(source.name, wiki) for source, wiki in zip(plan.sources, plan.wikis, strict=True)}
    for job in plan.jobs:
        reports[job.source.path].absorb(Report.from_json(found[job.number]))
    for path, future in sums.items():
        reports[path].sha256 = future.result()
    return reports


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _view(topic: Topic) -> topic_views.TopicView:
    return topic_views.TopicView(topic.view, topic.name, tuple(facet.name for facet in topic.facets))
