"""What a reader of each Wikipedia sees in an infobox, as facets; the expected values are written by hand."""

import pytest

from ingest.topics.facets import READINGS
from ingest.topics.topic_file import Reading
from ingest.topics.years import read_year
from ingest.wikitext.titles import ENGLISH_NAMESPACES, make_site
from ingest.wikitext.values import read_value
from ingest.wikitext.variants import one_variant

LANGUAGES = ["en", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "zh", "hy"]
SITES = {name: make_site(f"{name}wiki", ENGLISH_NAMESPACES, language=name) for name in LANGUAGES}


def values_of(language: str, reading: Reading, wikitext: str) -> list[str]:
    return list(READINGS[reading](read_value(one_variant(wikitext), SITES[language])))


LISTS = """
en plainlist|ubl|unbulleted list|hlist|flatlist|br list|br separated entries|collapsible list
en indented plainlist|vunblist|cslist|bulleted list|hlist-comma
de Liste
es lista|lista simple|lista plana|lista horizontal|lista desplegable
fr liste simple|liste horizontale|liste à puces|liste déroulante
it lista|elenco
ja 箇条書き|折り畳みリスト|Hlist-comma|Plainlist
ko 목록|가로 목록
nl lijst
pl lista|lista rozwijana
pt lista|lista simples|lista horizontal|lista recolhível
ru список|плоский список|скрытый список
sv lista|punktlista
zh 列表|平面列表|折叠列表|可折叠列表
hy ցուցակ|հարթ ցուցակ
"""
LIST_CALLS = [(line[:2], name) for line in LISTS.split("\n") if line for name in line[3:].split("|")]


@pytest.mark.parametrize(("language", "name"), LIST_CALLS)
def test_a_list_gives_all_its_values_and_not_its_title(language: str, name: str) -> None:
    call = f"{{{{{name}|title=Some people|[[Ann A]]|[[Bob B|Bob]]}}}}"
    assert values_of(language, "people", call) == ["Ann A", "Bob B"]
    assert values_of(language, "works", f"{{{{{name}|\n* [[Ann A]]\n* {{{{small|Bob B}}}}\n}}}}") == ["Ann A", "Bob B"]


COUNTRIES = [
    (
        "en",
        "Japan",
        "{{JPN}}; {{flag|Japan}}; {{flagcountry|JPN}}; {{flagicon|Japan}}; {{flagu|JPN}}",
    ),
    (
        "en",
        "Japan",
        "{{Japan}}; JPN; {{flagicon|JPN}} [[Japan]]",
    ),
    ("de", "Deutschland", "{{DEU}}; {{Flagge|DEU}}; {{Deutschland}}; DEU; [[Deutschland]]; {{DEU|#}} [[Deutschland]]"),
    ("es", "España", "{{ESP}}; {{bandera2|España}}; {{bandera|ESP}}; {{bandera|España}} [[España]]; ESP"),
    ("fr", "France", "{{France}}; {{FRA}}; {{drapeau|France}}; {{Drapeau2|FRA}}; FRA; {{drapeau|France}} [[France]]"),
    (
        "it",
        "Germania",
        "DEU; {{DEU}}; {{Bandiera|DEU}}; {{Bandiera2|DEU}}; {{Bandiera|DEU}} [[Germania]]; [[Germania]]",
    ),
    (
        "ja",
        "日本",
        "{{JPN}}; [[日本]]; {{Flagicon|JPN}} [[日本]]; {{flag|Japan}}; {{国旗|日本}}; {{JPN}}<br />{{Flagicon|JPN}}",
    ),
    ("ko", "대한민국", "{{KOR}}; {{국기나라|대한민국}}; {{국기그림|대한민국}} [[대한민국]]; {{국기|KOR}}; KOR"),
    ("nl", "Nederland", "{{NLD}}; {{Vlag|NLD}}; {{vlagland|NL}}; NLD; [[Nederland]]"),
    ("pl", "Polska", "{{POL}}; {{Państwo|POL}}; {{flaga|POL}} [[Polska]]; POL"),
    ("pt", "Brasil", "{{BRA}}; {{flagicon|BRA}} [[Brasil]]; {{Bandeira2|BRA}}; BRA"),
    ("ru", "Россия", "{{RUS}}; {{Флагификация|Россия}}; {{флаг|Россия}} [[Россия]]; {{Россия}}; RUS"),
    ("sv", "Sverige", "{{SWE}}; {{flagga|Sverige}}; {{flaggbild|Sverige}} [[Sverige]]; SWE"),
    ("zh", "中国", "{{CHN}}; {{flag|CHN}}; {{flagicon|CHN}} [[中国]]; {{中国}}; CHN"),
    ("hy", "Հայաստան", "{{ARM}}; {{դրոշավորում|Հայաստան}}; {{դրոշ|Հայաստան}} [[Հայաստան]]; ARM"),
]


@pytest.mark.parametrize(
    ("language", "country", "call"),
    [(language, name, call) for language, name, calls in COUNTRIES for call in calls.split("; ")],
)
def test_a_country_has_one_name_on_a_wiki(language: str, country: str, call: str) -> None:
    assert set(values_of(language, "countries", call)) == {country}


YEARS = """
en c. 2100–1200 BC = -2100; 20 or 21 July 356 BC = -0356; 63 BCE = -0063; AD 79 = 0079; 79 AD = 0079; c. 742 = 0742
en 2 April 742 = 0742; April 2, 742 = 0742; 384/383 BC = -0384
en 27 BC – AD 14 = -0027; between 356 and 355 BC = -0356
en 5th century BC = None; 71-77 AM = None; 300 copies = None; pp. 1200, 1965 = 1965
en ISBN 0-434-1995-2 = None; 1234 pages = None
en {{birth date|-44|3|15}} = -0044; {{start date|1999|5}} = 1999; {{circa|742}} = 0742
en {{Film date|1999|1|2}} = 1999; 0476 = 0476
de 44 v. Chr. = -0044; 13. Juli 100 v. Chr. = -0100; um 742 = 0742; 10 n. Chr. = 0010; 5. Jahrhundert v. Chr. = None
es 551 a. C. = -0551; 12 de julio de 100 a. C. = -0100; 2 de abril de 742 = 0742; siglo V a. C. = None
fr 428 av. J.-C. = -0428; vers 428 avant J.-C. = -0428; 14 ap. J.-C. = 0014; 2 avril 742 = 0742
fr Ve siècle av. J.-C. = None
it 551 a.C. = -0551; 14 d.C. = 0014; 2 aprile 742 = 0742; V secolo a.C. = None
ja 紀元前470年 = -0470; 前470年 = -0470; 紀元前100年7月12日 = -0100; 742年4月2日 = 0742
ja 昭和3年（1928年） = 1928; 紀元前5世紀 = None
ko 기원전 384년 = -0384; 742년 4월 2일 = 0742; 1984년 = 1984; 기원전 5세기 = None
nl 384 v.Chr. = -0384; omstreeks 742 = 0742; 2 april 742 = 0742; 10 n.Chr. = 0010
pl 384 p.n.e. = -0384; 384 p. n. e. = -0384; 14 n.e. = 0014; 2 kwietnia 742 = 0742
pt 384 a.C. = -0384; 2 de abril de 742 = 0742; 14 d.C. = 0014; século V a.C. = None
ru 384 до н. э. = -0384; 384 г. до н. э. = -0384; 14 н. э. = 0014; около 742 = 0742
ru 5 век до н. э. = None; {{ДР|22|10|1929}} = 1929
sv 384 f.Kr. = -0384; 384 f. Kr. = -0384; 14 e.Kr. = 0014; 2 april 742 = 0742
zh 公元前551年9月28日 = -0551; 前551年 = -0551; 公元742年 = 0742; 民國100年 = None; 前5世纪 = None
hy մ.թ.ա. 384 = -0384; մ. թ. ա. 384 = -0384; 384 մ.թ.ա. = -0384; 1984 թ. = 1984
"""
DATES = [(line[:2], *text.split(" = ")) for line in YEARS.split("\n") if line for text in line[3:].split("; ")]


@pytest.mark.parametrize(("language", "text", "year"), DATES)
def test_years(language: str, text: str, year: str) -> None:
    assert values_of(language, "year", text) == ([] if year == "None" else [year])


def test_a_year_is_four_digits_or_nothing() -> None:
    assert [read_year(text) for text in ("0", "", "12", "2150", "9999 BC")] == [None, None, None, None, "-9999"]


@pytest.mark.parametrize(
    ("language", "reading", "wikitext", "expected"),
    [
        ("en", "works", "Heinemann<br />(UK)<br />[[Knopf]]<br />(US)", ["Heinemann", "Knopf"]),
        ("de", "works", "[[Rowohlt]]<br />(Deutschland)", ["Rowohlt"]),
        ("ja", "works", "[[講談社]]<br />（日本）", ["講談社"]),
        ("en", "series", "[[Discworld]]<br />1st novel", ["Discworld"]),
        ("en", "series", "[[Discworld]]<br />#4", ["Discworld"]),
        ("en", "works", "Ranger's Apprentice<br>(Book no. 5)", ["Ranger's Apprentice"]),
        ("de", "series", "[[Perry Rhodan]]<br />Bd. 3", ["Perry Rhodan"]),
        ("fr", "series", "[[Fondation]]<br />tome 2", ["Fondation"]),
        ("it", "series", "[[Fondazione]]<br />3º romanzo", ["Fondazione"]),
        ("nl", "series", "[[Foundation]]<br />deel 4", ["Foundation"]),
        ("ru", "series", "[[Основание]]<br />книга 2", ["Основание"]),
        ("ja", "series", "[[銀河英雄伝説]]<br />第1巻", ["銀河英雄伝説"]),
        ("zh", "series", "[[三体]]<br />第2部", ["三体"]),
        ("en", "works", "3000 Years of Fantasy", ["3000 Years of Fantasy"]),
        ("en", "works", "Doctor Who book:<br />Bernice Summerfield", ["Bernice Summerfield"]),
        ("en", "works", "Warner Books (New York), Arrow (London)", ["Warner Books", "Arrow"]),
        ("en", "works", "Walker Books (UK) Candlewick Press (US)", ["Walker Books", "Candlewick Press"]),
        ("en", "people", "Kingsley Amis, edited by Zachary Leader", ["Kingsley Amis", "Zachary Leader"]),
        ("en", "people", "Ben Zed, ed.<br>Tom Rob, ed.", ["Ben Zed", "Tom Rob"]),
        ("it", "people", "*[[Nino M]]: [[Mica A]]\n*[[Ann A]]: la madre, Bob", ["Nino M", "Ann A"]),
        ("ja", "works", "『[[まんが]]』<br />『ランド』", ["まんが", "ランド"]),
        ("en", "words", "French{{\\}}[[Bulgaria]]n", ["French", "Bulgaria"]),
        ("en", "works", "Greenwillow Books/ HarperCollins", ["Greenwillow Books", "HarperCollins"]),
        ("en", "works", "UK: Walker Books; US: Knopf", ["Walker Books", "Knopf"]),
        ("en", "people", "[[Leo Tolstoy{{!}}Tolstoy]]", ["Leo Tolstoy"]),
        ("en", "works", "[[A]] {{=}} B{{'}}s", ["A"]),
        ("en", "works", "Bob{{'}}s Books{{snd}}Press{{nbsp}}One", ["Bob's Books – Press One"]),
        ("zh", "words", "-{zh-hans:科幻;zh-hant:科幻小說}-", ["科幻"]),
        ("zh", "words", "-{zh-cn:科幻; zh-tw:科幻小說;}-、[[奇幻]]", ["科幻", "奇幻"]),
        ("zh", "words", "-{科幻}-", ["科幻"]),
        ("zh", "words", "-{zh-hans|科幻}-", ["科幻"]),
        ("zh", "words", "-{H|zh-hans:科幻;zh-hant:科幻小說}-奇幻", ["奇幻"]),
        ("zh", "words", "[[科幻小說|-{zh-hant:科幻;zh-hans:科幻}-]]", ["科幻小說"]),
        ("en", "words", "[[Automobile]] engineer", ["Automobile engineer"]),
        ("de", "words", "Professor für [[Mathematik]]", ["Professor für Mathematik"]),
        ("it", "words", "[[Canto (musica)|Canto]] ed [[Chitarra]]", ["Canto (musica)", "Chitarra"]),
        ("fr", "words", "[[roman]]s, [[essai]]", ["Roman", "Essai"]),
        ("en", "words", "[[novel]]s and [[poem|poetry]]", ["Novel", "Poem"]),
        ("ja", "works", "[[新宿区]] {{Coord|format=dms|type:adm3rd_region:JP-13}}", ["新宿区"]),
        ("ja", "works", "東京 {{Coord|format=dms|type:adm3rd_region:JP-13}}", ["東京"]),
        ("ru", "works", "Москва {{координаты|55|45|region:RU}}", ["Москва"]),
        ("en", "works", "[[File:A.jpg|20px|in [[Paris]]]] London", ["London"]),
        ("ja", "people", "{{仮リンク|ボブ・ビー|en|Bob Bee}}", ["ボブ・ビー"]),
        ("zh", "people", "{{tsl|en|Bob Bee|鮑勃}}", ["鮑勃"]),
        ("en", "people", "{{ill|Bob Bee|fr}}<br>{{sortname|Ann|Aye}}", ["Bob Bee", "Ann Aye"]),
        ("it", "works", "no", []),
        ("fr", "works", "voir ci-dessous", []),
        ("es", "works", "véase abajo", []),
        ("de", "people", "diverse", []),
        ("ja", "people", "各種", []),
        ("en", "countries", "UK, US", ["United Kingdom", "United States"]),
        ("en", "countries", "{{flagicon|USA}}, {{flagicon|GBR}}", ["United States", "United Kingdom"]),
        ("ru", "countries", "{{флаг|СССР}} [[СССР]]<br>{{USA}}", ["СССР", "США"]),
        ("ja", "works", "{{NLD1581}}・[[アムステルダム]]", ["アムステルダム"]),
    ],
)  # fmt: skip
def test_kinds_of_values(language: str, reading: Reading, wikitext: str, expected: list[str]) -> None:
    assert values_of(language, reading, wikitext) == expected
