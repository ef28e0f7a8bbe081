"""Articles: a page of the dump that calls an infobox of a wanted topic, or a row of an .ndjson file."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from db.importing.records import Article, Link
from ingest.dumps.ndjson import Row
from ingest.dumps.page import Page
from ingest.topics.catalogue import Topic
from ingest.topics.facets import read_facets, read_parameters
from ingest.wikitext.scan import link_sites, link_targets, live, named_arguments, templates, without_refs
from ingest.wikitext.sections import see_also_targets
from ingest.wikitext.titles import ENGLISH_SITE, Site, read_link, read_title
from ingest.wikitext.values import read_value
from ingest.wikitext.variants import one_variant

_SPACED_START = re.compile(r"<\s++(?=[!/a-zA-Z])")
_SPACED_END = re.compile(r"(</?[a-zA-Z][^<>\s]*+(?: [^<>]*?)?)\s>")
_SPACED_ENTITY = re.compile(r"&\s++(?=#?\w{1,10};)")
_NEXT_PARAMETER = re.compile(r"\n\s*\|\s*\w+\s*=")


def article_of_page(
    page: Page, title: str, topics: Mapping[str, Topic], site: Site, refs: bool = True
) -> Article | None:
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
        None where no infobox of a wanted topic is called. Where several are called, the first decides.
    """
    text = live(page.text or "")
    body = without_refs(text)
    found = find_infobox(one_variant(body), topics, site)
    if found is None:
        return None
    topic, arguments = found
    values = {name: read_value(value, site) for name, value in read_parameters(arguments).items()}
    links = count_links(link_targets(text if refs else body), link_sites(text if refs else body), title, site)
    related = (read_link(target, site) for target in see_also_targets(body, site.language))
    return Article(
        page_id=page.page_id,
        topic=topic.name,
        title=title,
        infobox={name: str(value) for name, value in values.items() if value.items},
        revision_id=page.revision_id,
        revised_at=page.revised_at,
        text_length=len(page.text or ""),
        links=links,
        facets=read_facets(values, topic),
        see_also=frozenset(link for link in related if link and link.kind == "page" and link in links),
    )


def article_of_row(row: Row, topic: Topic) -> Article | None:
    """Make an article of a row, with English namespaces; None where its title is not a title.

    Whoever wrote the row says that it is an article, so its namespace is not looked at and its topic is given.
    """
    title = read_title(row.title, ENGLISH_SITE)
    if title is None:
        return None
    name = ENGLISH_SITE.full(title)
    parameters = {key: text for key, text in read_parameters(row.infobox).items() if not key.isdigit()}
    values = {key: read_value(without_refs(live(_tight(text))), ENGLISH_SITE) for key, text in parameters.items()}
    return Article(
        page_id=None,
        topic=topic.name,
        title=name,
        infobox={key: str(value) for key, value in values.items() if value.items},
        revision_id=None,
        revised_at=row.revised_at,
        text_length=row.text_length,
        links=count_links(row.wikilinks, link_sites("\n".join(row.addresses)), name, ENGLISH_SITE),
        facets=read_facets(values, topic),
    )


def _tight(text: str) -> str:
    """A row's value with its markup as a wiki has it, `<br>` for `< br >`, and without a parameter that ran into it."""
    tight = _SPACED_START.sub("<", text).replace("-- >", "-->") if "< " in text else text
    tight = _SPACED_ENTITY.sub("&", tight) if "& " in tight else tight
    return _SPACED_END.sub(r"\1>", _NEXT_PARAMETER.split(tight)[0])


def find_infobox(text: str, topics: Mapping[str, Topic], site: Site) -> tuple[Topic, dict[str, str]] | None:
    """The first infobox of a wanted topic in a live text, with its arguments."""
    for template in templates(text):
        title = read_title(template.name.strip(), site)
        topic = topics.get(title.name.casefold()) if title else None
        if topic:
            return topic, named_arguments(text, template)
    return None


def count_links(targets: Iterable[str], sites: Iterable[str], title: str, site: Site) -> Counter[Link]:
    """Count how often each link occurs, without the links of the page to itself and to its own sections."""
    found = (read_link(target, site) for target in targets)
    links = Counter(link for link in found if link is not None)
    links.update(Link("site", host) for host in sites)
    links.pop(Link("page", title), None)
    return links
