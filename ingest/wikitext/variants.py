"""Variants of a language: of `-{zh-hans:科幻;zh-hant:科幻小說}-` a reader sees one.

The syntax is that of https://www.mediawiki.org/wiki/Writing_systems/Syntax.
"""

import re

DEEPEST_NESTING = 5  # variants inside variants; each level reads the text once
FIRST_CHOICE = ("zh-hans", "zh-cn", "zh-sg")

_INNERMOST = re.compile(r"-\{((?:(?!-\{|\}-).)*)\}-", re.S)
_FLAGS = re.compile(r"\s*([A-Za-z;\s-]*)\|")
_CODE = r"[a-z]{2,3}(?:-[a-z]+)*"
_VARIANT = re.compile(rf"(?:^|;)\s*({_CODE})\s*:(.*?)(?=;\s*(?:{_CODE}\s*:|$)|$)", re.S)
_HIDDEN = frozenset("TH-")  # the title, a rule for the rest of the page, and the end of one


def one_variant(text: str) -> str:
    """The text with one variant in the place of each `-{...}-`: simplified Chinese, or the first one."""
    for _ in range(DEEPEST_NESTING):
        if "-{" not in text:
            break
        text = _INNERMOST.sub(lambda found: _chosen(found[1]), text)
    return text


def _chosen(rule: str) -> str:
    flags = _FLAGS.match(rule)
    if flags:
        rule = rule[flags.end() :]
        if _HIDDEN & set(map(str.strip, flags[1].split(";"))):
            return ""
    variants = dict(_VARIANT.findall(rule))
    return next(
        (variants[code] for code in FIRST_CHOICE if code in variants), next(iter(variants.values()), rule)
    ).strip()
