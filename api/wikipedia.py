"""Where a title stands on the web: its page on the shelf's wiki, or the site itself."""

import re
from urllib.parse import quote

# Names of wikis, such as enwiki, zh_min_nanwiki and frwikisource: a language and a project. Others that end in wiki,
# such as commonswiki, are not Wikipedias.
WIKI = re.compile(
    r"(simple|[a-z]{2,3}(?:_[a-z_]+)?)(wiki|wiktionary|wikibooks|wikinews|wikiquote|wikisource|wikiversity|wikivoyage)"
)
SAMPLE = "samplewiki"  # The bundled sample is made of facts of the English Wikipedia.
HOST = re.compile(r"[\w.-]+(?::\d+)?")


def address(wiki: str | None, title: str, kind: str = "page") -> str | None:
    """Return the address of a title; None if the wiki is not known, or not one that Wikimedia has.

    Parameters
    ----------
    wiki : str or None
        The name that the dump gives, such as enwiki.
    title : str
        As the shelf has it: a category without "Category:", a site as its host.
    kind : {"page", "category", "site"}
    """
    if kind == "site":
        return f"https://{title}/" if HOST.fullmatch(title) else None
    named = WIKI.fullmatch("enwiki" if wiki == SAMPLE else wiki or "")
    if named is None:
        return None
    language, project = named.groups()
    domain = "wikipedia" if project == "wiki" else project
    page = quote(title.replace(" ", "_"), safe="/:(),!")
    return f"https://{language.replace('_', '-')}.{domain}.org/wiki/{'Category:' if kind == 'category' else ''}{page}"
