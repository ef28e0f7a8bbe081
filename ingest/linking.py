"""What every page of the article namespace links to, in pieces that can be staged: titles as hashes."""

import numpy as np

from db.importing.records import PageLinks
from db.importing.title_hashes import title_hashes
from ingest.dumps.page import read_heading, text_in_xml
from ingest.dumps.pages import RawPage
from ingest.wikitext.raw_links import raw_targets, target_hashes
from ingest.wikitext.titles import MAIN, Site

# Targets and pages; so many take 1 MB. They are normalised and hashed together, for a tenth of what one by one costs.
LARGEST_PIECE = 4_096


class Linking:
    """Collects the pages and the targets of their links, as written, until there are enough for a piece."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._clear()

    def add(self, raw: RawPage) -> None:
        """Take a page, but not a redirect; one of another namespace is left out."""
        title = read_heading(raw, self._site)
        if title and title.namespace == MAIN:
            targets = raw_targets(text_in_xml(raw))
            self._titles.append(title.name)
            self._sizes.append(len(targets))
            self._targets += targets

    @property
    def is_begun(self) -> bool:
        """Whether there is a page."""
        return bool(self._titles)

    @property
    def is_full(self) -> bool:
        """Whether there are enough."""
        return len(self._targets) + len(self._titles) >= LARGEST_PIECE

    def take(self) -> PageLinks:
        """Hand over what was collected, and begin anew."""
        targets = target_hashes(self._targets, self._site)
        page = np.repeat(np.arange(len(self._titles)), self._sizes)
        links = PageLinks(
            pages=title_hashes(self._titles),
            sizes=np.bincount(page[targets != 0], minlength=len(self._titles)).astype(np.int32),
            targets=targets[targets != 0],
        )
        self._clear()
        return links

    def _clear(self) -> None:
        self._titles: list[str] = []
        self._sizes: list[int] = []
        self._targets: list[str] = []
