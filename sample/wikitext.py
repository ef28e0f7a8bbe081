"""Write records as wikitext, in the many forms that editors use and a parser must see through."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar
from zlib import crc32

from sample.tables import Record

Option = TypeVar("Option")
Aliases = Mapping[str, Sequence[str]]

TEMPLATES = {
    "book": ("Infobox book", "infobox book", "Infobox_book", "Infobox novel", "Infobox book<!-- see the template -->"),
    "film": ("Infobox film", "infobox film", "Infobox_film"),
}
LISTS = (
    ("{{{{plainlist|\n{}\n}}}}", "* {}", "\n"),
    ("{{{{ubl|{}}}}}", "{}", "|"),
    ("{}", "{}", "<br>"),
    ("{}", "{}", "<br />"),
    ("{}", "{}", ", "),
)
TAKES_S = {"Vampire", "Robot", "Dragon", "Ghost", "Hobbit", "Orphan", "Elf", "Angel", "Dinosaur", "Witch", "Knight"}
# Links to these two titles are hidden where no parser may count them.
HIDDEN_IN_COMMENT = "Hidden in a comment"
HIDDEN_IN_NOWIKI = "Hidden in nowiki"


def pick(options: Sequence[Option], *key: str) -> Option:
    """Choose by a checksum of the key, so that choices vary and are the same at every build and in every Python."""
    return options[crc32("|".join(key).encode()) % len(options)]


def write_article(record: Record, aliases: Aliases) -> str:
    """Write the whole article.

    Parameters
    ----------
    aliases : mapping of str to sequence of str
        For the title of a page, the redirects that lead to it.
    """
    links = [write_link(target, record.title, aliases) for target in record.links]
    half = len(links) // 2
    return "\n".join(
        (
            write_infobox(record, aliases),
            write_lead(record, aliases),
            f"[[File:{record.title}.jpg|thumb|upright|Seen here with {links[0]}]]",
            "",
            "== Subjects ==",
            *(f"* {link}" for link in links[:half]),
            f"<!-- [[{HIDDEN_IN_COMMENT}]], to be checked -->",
            "",
            "== See also ==",
            f"{', '.join(links[half:-1])}.<ref>{links[-1]}, in {write_source(record)}</ref>",
            f"Written as <nowiki>[[{HIDDEN_IN_NOWIKI}]]</nowiki>; a [[wikt:{record.topic}|{record.topic}]].",
            "",
            "{{reflist}}",
            *write_categories(record),
        )
    )


def write_infobox(record: Record, aliases: Aliases) -> str:
    """Write the infobox, with the facts as linked values."""
    rows = [f"| name = {without_disambiguation(record.title)}", f"| image = {record.title}.jpg"]
    for name, values in record.facts.items():
        linked = [value if value == record.year else write_link(value, record.title, aliases) for value in values]
        shown = f"{{{{based on|{linked[0]}}}}}" if name == "based_on" and linked else write_list(linked, record.title)
        rows.append(f"| {name} = {shown}")
    return "\n".join(("{{" + pick(TEMPLATES[record.topic], record.title), *rows, "}}"))


def write_list(items: Sequence[str], *key: str) -> str:
    """Write one item as it is, and several as one of the lists of infoboxes."""
    if len(items) < 2:
        return "".join(items)
    whole, item, separator = pick(LISTS, *key)
    return whole.format(separator.join(item.format(text) for text in items))


def write_lead(record: Record, aliases: Aliases) -> str:
    """Write the first line, all of it from the facts."""
    facts = {name: [write_link(value, "lead", aliases) for value in values] for name, values in record.facts.items()}
    title = f"'''''{without_disambiguation(record.title)}'''''"
    genres = " and ".join(facts["genre"])
    if record.topic == "film":
        people = f"directed by {' and '.join(facts['director'])}, with {', '.join(facts['starring'])}"
        source = "".join(f", after {work}" for work in facts["based_on"])
        return f"{title} ({record.year}) is a work of {genres} {people}{source}."
    authors = " and ".join(facts["author"])
    publisher = "".join(f" by {name}" for name in facts["publisher"][:1])
    series = "".join(f" Part of {name}." for name in facts["series"])
    return f"{title} is a work of {genres} by {authors}, published in {record.year}{publisher}.{series}"


def write_link(target: str, article: str, aliases: Aliases) -> str:
    """Write a link in one of the forms that MediaWiki takes as the same page."""
    label = without_disambiguation(target)
    if target in TAKES_S:
        return f"[[{target}]]s"
    forms = [f"[[{target}]]", f"[[{target.replace(' ', '_')}|{label}]]", f"[[{target}#Background|{label}]]"]
    if target[1:2].islower():
        forms.append(f"[[{target[0].lower()}{target[1:]}|{label}]]")
    forms += [f"[[{alias}|{label}]]" for alias in aliases.get(target, ())]
    return pick(forms, target, article)


def write_source(record: Record) -> str:
    """Write a link to the site where such a work is described."""
    if record.topic == "film":
        return "[https://www.imdb.com/ IMDb]"
    if record.year < "1928":  # in the public domain in the United States
        return "[https://www.gutenberg.org/ Project Gutenberg]"
    return "[https://openlibrary.org/ Open Library]"


def write_categories(record: Record) -> list[str]:
    """Write the sort key and the categories, some with a sort key of their own."""
    article, _, rest = record.title.partition(" ")
    key = f"{rest}, {article}" if article in {"A", "An", "The"} else record.title
    categories = [f"[[Category:{name}{pick(('', f'|{key}', '| '), name, record.title)}]]" for name in record.categories]
    return [f"{{{{DEFAULTSORT:{key}}}}}", *categories]


def without_disambiguation(title: str) -> str:
    """Cut the words in brackets at the end: "Dune (novel)" is shown as "Dune"."""
    return re.sub(r" \([^()]*\)$", "", title)
