"""What one source gave, counted while it is read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from db.importing.records import Article, Redirect
from db.models.fold_in import FoldedIn

TITLES_PER_REASON = 20  # so many skipped pages are named for each reason: enough to look into it, and memory stays flat


@dataclass(slots=True)
class Report:
    """The running counts of one source.

    Attributes
    ----------
    wiki : str or None
        The database name in the dump's <siteinfo>; None where the source does not say.
    sha256 : str
        Of the file's bytes on disk, hexadecimal. It is computed beside the reading and empty until then.
    bytes_read : int
        Bytes of the file read so far.
    texts : int
        Pages that have a text, redirects included.
    occurrences, pairs : int
        How often links occur, and distinct (article, link) pairs.
    skipped : Counter
        How many pages were left out, for each reason.
    skipped_titles : dict
        The titles of the first of them, for each reason.
    """

    source: str
    wiki: str | None = None
    sha256: str = ""
    bytes_read: int = 0
    pages: int = 0
    texts: int = 0
    redirects: int = 0
    occurrences: int = 0
    pairs: int = 0
    topics: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    skipped_titles: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def articles(self) -> int:
        """Articles of all topics."""
        return self.topics.total()

    def add(self, found: Article | Redirect) -> None:
        """Count an article with its links, or a redirect."""
        if isinstance(found, Redirect):
            self.redirects += 1
            return
        self.topics[found.topic] += 1
        self.occurrences += sum(found.links.values())
        self.pairs += len(found.links)

    def skip(self, reason: str, *titles: str, count: int = 1) -> None:
        """Count pages that are left out, and keep the titles of the first."""
        self.skipped[reason] += count
        kept = self.skipped_titles.setdefault(reason, [])
        kept.extend(titles[: TITLES_PER_REASON - len(kept)])

    def absorb(self, other: "Report") -> None:
        """Add the counts and warnings of another part of the source."""
        for name in ("bytes_read", "pages", "texts", "redirects", "occurrences", "pairs"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.topics.update(other.topics)
        self.skipped.update(other.skipped)
        for reason, titles in other.skipped_titles.items():
            self.skipped_titles[reason] = (self.skipped_titles.get(reason, []) + titles)[:TITLES_PER_REASON]
        self.warnings += other.warnings

    def as_json(self) -> dict[str, Any]:
        """Everything, as it is kept with a staged part."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The report that `as_json` described."""
        counters = {name: Counter(document[name]) for name in ("topics", "skipped")}
        return cls(**{**document, **counters})

    def counts(self) -> dict[str, Any]:
        """The counts as a JSON document, the same in `--json` and in the table imports."""
        skipped = {reason: {"pages": n, "titles": self.skipped_titles[reason]} for reason, n in self.skipped.items()}
        return {
            "pages": self.pages,
            "articles": self.articles,
            "topics": dict(self.topics),
            "redirects": self.redirects,
            "occurrences": self.occurrences,
            "pairs": self.pairs,
            "skipped": skipped,
            "warnings": self.warnings,
        }


def print_table(reports: Sequence[Report], stored: Mapping[str, int], folded: FoldedIn | None = None) -> None:
    """Print what was read, source by source, what was left out and why, and what the database now holds of it."""
    for report in reports:
        print(f"{report.source}{f' ({report.wiki})' if report.wiki else ''}")
        topics = ", ".join(f"{count:,} {topic}" for topic, count in report.topics.items()) or "none"
        _print_row("pages read", f"{report.pages:,}")
        _print_row("articles", f"{report.articles:,} ({topics})")
        _print_row("redirects", f"{report.redirects:,}")
        _print_row("pairs", f"{report.pairs:,}, occurring {report.occurrences:,} times")
        for reason, count in report.skipped.items():
            titles = "; ".join(report.skipped_titles[reason][:3]) + (" ..." if count > 3 else "")
            _print_row("skipped", f"{count:,} {reason}: {titles}")
        for warning in report.warnings:
            _print_row("warning", warning)
    print("stored")
    for name, count in stored.items():
        _print_row(name, f"{count:,}")
    if folded:
        _print_row("folded in", f"{folded.new:,} new, {folded.changed:,} changed, {folded.removed:,} removed")


def _print_row(name: str, value: str) -> None:
    print(f"  {name:<12}{value}")
