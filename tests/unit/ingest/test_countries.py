"""A country is one value in a wiki's own language, however an infobox gives it."""

import pytest

from ingest.topics.facets import READINGS
from ingest.wikitext.countries import is_country
from ingest.wikitext.titles import ENGLISH_NAMESPACES, make_site
from ingest.wikitext.values import read_value

JAPAN = {
    "en": "Japan", "de": "Japan", "es": "Japón", "fr": "Japon", "hy": "Ճապոնիա", "it": "Giappone", "ja": "日本",
    "ko": "일본", "nl": "Japan", "pl": "Japonia", "pt": "Japão", "ru": "Япония", "sv": "Japan", "zh": "日本",
}  # fmt: skip
GERMANY = {
    "en": "Germany", "de": "Deutschland", "es": "Alemania", "fr": "Allemagne", "hy": "Գերմանիա", "it": "Germania",
    "ja": "ドイツ", "ko": "독일", "nl": "Duitsland", "pl": "Niemcy", "pt": "Alemanha", "ru": "Германия",
    "sv": "Tyskland", "zh": "德国",
}  # fmt: skip
SOVIET_UNION = {
    "en": "Soviet Union", "de": "Sowjetunion", "it": "Unione Sovietica", "ru": "СССР", "pt": "União Soviética",
    "ja": "ソビエト連邦",
}  # fmt: skip


def countries(language: str, wikitext: str) -> list[str]:
    site = make_site(f"{language}wiki", ENGLISH_NAMESPACES, language=language)
    return list(READINGS["countries"](read_value(wikitext, site)))


@pytest.mark.parametrize("language", JAPAN)
def test_codes_and_templates_are_the_country_in_the_language_of_the_wiki(language: str) -> None:
    japan, germany = JAPAN[language], GERMANY[language]
    for text in (
        "{{JPN}}",
        "JPN",
        "JP",
        "{{JPN|#}}",
        "{{flag|JPN}}",
        f"{{{{flagicon|JPN}}}} [[{japan}]]",
        f"[[{japan}]]",
        japan,
    ):
        assert countries(language, text) == [japan], text
    for text in (
        "{{GER}} / JPN",
        "DEU, JPN",
        "{{ubl|{{DEU}}|{{JPN}}}}",
        "{{DEU}}・{{JPN}}",
        "* DE\n* JP",
        "DEU<br />{{JPN}}",
    ):
        assert countries(language, text) == [germany, japan], text
    assert countries(language, f"{{{{{germany}}}}}") == [germany]


@pytest.mark.parametrize("language", SOVIET_UNION)
def test_states_that_are_no_more_have_names(language: str) -> None:
    for text in ("{{SUN}}", "{{URS}}", "SU", f"{{{{{SOVIET_UNION[language]}}}}}"):
        assert countries(language, text) == [SOVIET_UNION[language]]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "[[United States]] and [[Canada]]", ["United States", "Canada"]),
        ("en", "Bosnia and Herzegovina, UK", ["Bosnia and Herzegovina", "United Kingdom"]),
        ("en", "Trinidad and Tobago", ["Trinidad and Tobago"]),
        ("en", "England", ["England"]),
        ("en", "{{ISO}}", []),
        ("en", "{{PDF}} [[France]]", ["France"]),
        ("zh", "{{flag|Japan}}", ["日本"]),
        ("ja", "ボスニア・ヘルツェゴビナ", ["ボスニア・ヘルツェゴビナ"]),
        ("cs", "CZE", ["CZE"]),
        ("zh-yue", "{{JPN}}", ["日本"]),
        ("it", "Stato di nessuno", ["Stato di nessuno"]),
    ],
)
def test_names_stay_whole_and_other_texts_as_they_are(language: str, text: str, found: list[str]) -> None:
    assert countries(language, text) == found


def test_what_is_a_country() -> None:
    assert all(map(is_country, ("France", "USA", "NL", "СССР", "日本", "Côte d’Ivoire", "GER")))
    assert not any(map(is_country, ("Template", "XXX", "", "usa", "start date")))
