"""The address of an article in the wiki that its dump came from."""

import re
from urllib.parse import quote

# The names of dumps end in these; the language comes before them.
PROJECTS = {
    "wiki": "wikipedia", "wiktionary": "wiktionary", "wikibooks": "wikibooks", "wikinews": "wikinews",
    "wikiquote": "wikiquote", "wikisource": "wikisource", "wikiversity": "wikiversity", "wikivoyage": "wikivoyage",
}  # fmt: skip
# Languages have two or three letters, and maybe a variety, as zh_min_nan has; "commons" and "meta" are not languages.
_NAME = re.compile(rf"([a-z]{{2,3}}(?:_[a-z_]+)?|simple)({'|'.join(PROJECTS)})")


def page_address(wiki: str | None, title: str) -> str | None:
    """Return the address of a page of a Wikimedia wiki in some language, such as enwiki, or None for other wikis."""
    found = _NAME.fullmatch(wiki or "")
    if found is None:
        return None
    host = f"{found[1].replace('_', '-')}.{PROJECTS[found[2]]}.org"
    return f"https://{host}/wiki/{quote(title.replace(' ', '_'), safe='/:@!$*(),;')}"
