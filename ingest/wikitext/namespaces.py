"""Names and aliases of the namespaces in every language of Wikipedia (namespaces.toml)."""

from collections.abc import Mapping
from functools import cache

from ingest.wikitext.data import line_of


@cache
def namespace_names(language: str) -> Mapping[str, int]:
    """The names on a wiki of this language, as written, and the number of the namespace that each means.

    Parameters
    ----------
    language : str
        As a dump's `xml:lang` has it, such as "de", "zh-Hans-CN" or "nds-NL". Where nothing is known of a variant, the
        names of its language count.

    Returns
    -------
    mapping of str to int
        Without the English names; empty for an unknown language.
    """
    found = line_of("namespaces.toml", language.lower())
    if found is None:
        shorter = language.rpartition("-")[0]
        return namespace_names(shorter) if shorter else {}
    if isinstance(found, str):
        return namespace_names(found)
    return {name: int(number) for number, names in found.items() for name in names}
