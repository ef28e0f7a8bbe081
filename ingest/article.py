"""Articles: a page of the dump with an infobox of a wanted topic."""

from collections import Counter
from collections.abc import Iterable, Mapping

from db.importing.records import Article, Link
from ingest.dumps.page import Page
from ingest.topics.catalogue import Topic
from ingest.topics.facets import read_facets, read_parameters
from ingest.wikitext.scan import link_sites, link_targets, live, named_arguments, templates, without_refs
from ingest.wikitext.titles import Site, read_link, read_title
from ingest.wikitext.values import read_value

LONGEST_TEXT = 2_200_000  # characters; MediaWiki saves 2 MiB at most. The worst of this length takes 2 s and 240 MB


def read_article(page: Page, title: str, topics: Mapping[str, Topic], site: Site, refs: bool = True) -> Article | None:
    """Parse a page's wikitext.

    Parameters
    ----------
    page : Page
        With its text.
    title : str
        The page's title, normalised.
    topics : mapping of str to Topic
        The wanted topics by the case-folded names of their infoboxes.
    site : Site
        The wiki's namespaces and case rule.
    refs : bool
        Whether links in footnotes count.

    Returns
    -------
    Article or None
        None where no infobox of a wanted topic is called; of several the first decides.
    """
    text = live(page.text or "")
    body = without_refs(text)
    found = find_infobox(body, topics, site)
    if found is None:
        return None
    topic, arguments = found
    values = {name: read_value(value, site) for name, value in read_parameters(arguments).items()}
    return Article(
        page_id=page.page_id,
        topic=topic.name,
        title=title,
        infobox={name: str(value) for name, value in values.items() if value.items},
        revision_id=page.revision_id,
        revised_at=page.revised_at,
        text_length=len(page.text or ""),
        links=count_links(link_targets(text if refs else body), link_sites(text if refs else body), title, site),
        facets=read_facets(values, topic),
    )


def find_infobox(text: str, topics: Mapping[str, Topic], site: Site) -> tuple[Topic, dict[str, str]] | None:
    """The first infobox of a wanted topic in a live text, with its arguments."""
    for template in templates(text):
        title = read_title(template.name.strip(), site)
        topic = topics.get(title.name.casefold()) if title else None
        if topic:
            return topic, named_arguments(text, template)
    return None


def count_links(targets: Iterable[str], hosts: Iterable[str], title: str, site: Site) -> Counter[Link]:
    """How often each link occurs; a page's link to itself (or to a section of it) is none."""
    read = (read_link(target, site) for target in targets)
    links = Counter(link for link in read if link is not None)
    links.update(Link("site", host) for host in hosts)
    links.pop(Link("page", title), None)
    return links
