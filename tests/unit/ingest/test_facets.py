"""Infobox values to plain texts and to facets."""

import pytest

from ingest.topics.catalogue import load_topics
from ingest.topics.facets import READINGS, read_facets, read_parameters
from ingest.topics.topic_file import Reading
from ingest.wikitext.titles import ENGLISH_SITE
from ingest.wikitext.values import LONGEST_VALUE, read_value
from tests.support.growth import assert_linear, repeated

TOPICS = {topic.name: topic for topic in load_topics(["book", "settlement"])}


def values_of(reading: Reading, wikitext: str) -> list[str]:
    return list(READINGS[reading](read_value(wikitext, ENGLISH_SITE)))


def shown(wikitext: str) -> str:
    return str(read_value(wikitext, ENGLISH_SITE))


@pytest.mark.parametrize(
    ("wikitext", "expected", "reason"),
    [
        ("Fantasy", "Fantasy", "a text"),
        ("[[Fantasy literature|Fantasy]]", "Fantasy", "a link as it is shown"),
        ("'''''Animalia'''''", "Animalia", "bold and italic"),
        ("a<br>b<br />c<BR/>d", "a, b, c, d", "line breaks"),
        ("{{plainlist|\n* [[A]]\n* [[B|b]]\n}}", "A, b", "a list"),
        ("{{Plainlist}}\n* a\n* b\n{{Endplainlist}}", "a, b", "its older form"),
        ("{{ubl|a|[[B|c]]|class=x}}", "a, c", "a list of arguments"),
        ("{{hlist|a|b}}", "a, b", "in a row"),
        ("{{flatlist|\n* a\n* b\n}}", "a, b", "in a row"),
        ("{{unbulleted_list|a|b}}", "a, b", "an underscore in the name"),
        ("a {{·}} b • c", "a, b, c", "bullets"),
        ("Col·lecció", "Col·lecció", "a letter and not a bullet"),
        ("{{nowrap|[[A]] (b)}}", "A (b)", "a template that shows its argument"),
        ("{{small|{{nowrap|a}}}}", "a", "one in another"),
        ("{{lang|fr|[[Paris]]}}", "Paris", "the second argument"),
        ("{{lang-fr|Paris}}", "Paris", "the first"),
        ("{{nowrap|1=a=b}}", "a=b", "named by a number"),
        ("{{start date|1995|6|2|df=y}}", "1995-6-2", "a date"),
        ("{{film date|1997|1|17|[[Spain]]}}", "1997-1-17", "the first of several"),
        ("{{birth date and age|1960|1|2}}", "1960-1-2", "a date of birth"),
        ("{{flagicon|USA}} [[United States]]", "United States", "a picture"),
        ("{{bandera|España}} [[España]]", "España", "a picture in Spanish"),
        ("{{JPN}}", "JPN", "a country by its code"),
        ("{{Clear}}", "", "not a code"),
        ("{{vgrelease|NA|[[Atari]]|EU|[[Sega]]}}", "Atari, Sega", "regions and what belongs to them"),
        ("{{ДР|22|10|1929}}", "22-10-1929", "a date by any name"),
        ("{{date|8|juin|1949|en littérature}}", "8-1949", "a month as a word"),
        ("{{生年月日と年齢|1960|1|2}}", "1960-1-2", "a date in Japanese"),
        ("{{langue|en|Sense}}", "Sense", "the second argument in French"),
        ("[[File:Flag.svg|20px]] [[France]]", "France", "a picture"),
        ("Orwell{{sfn|Smith|2001}}{{refn|x}}", "Orwell", "footnotes by templates"),
        ("[http://a.org the site] b", "the site b", "an external link"),
        ("a&nbsp;&amp; b", "a & b", "entities"),
        ("<small>a</small> <span style='x'>b</span>", "a b", "HTML"),
        ("[[:fr:Y|Y]]", "Y", "a link to another wiki is a text"),
        ("[[Category:X]]a", "a", "a category shows nothing"),
        ("{{unclosed|a", "unclosed|a", "broken wikitext keeps its text"),
        ("", "", "nothing"),
        ("{{start date}}", "", "a template without arguments"),
        ("<br>", "", "nothing but a break"),
    ],
)
def test_values_as_shown(wikitext: str, expected: str, reason: str) -> None:
    assert shown(wikitext) == expected, reason


@pytest.mark.parametrize(
    ("reading", "wikitext", "expected", "reason"),
    [
        ("words", "[[Science fiction|Sci-fi]], [[satire]]", ["Science fiction", "Satire"], "targets, normalised"),
        ("words", "Fantasy, horror; crime/mystery", ["Fantasy", "Horror", "Crime", "Mystery"], "separators"),
        (
            "words",
            "[[Fantasy]] novel, thriller",
            ["Fantasy novel", "Thriller"],
            "a link beside a text is a part of a phrase",
        ),
        ("words", "[[Novel#History|novel]]", ["Novel"], "the section is cut"),
        ("words", "Sword and sorcery", ["Sword and sorcery"], "one genre"),
        ("words", "Trinidad and Tobago<br>Cuba", ["Trinidad and Tobago", "Cuba"], "one country"),
        ("words", "France ([[Vichy]])", ["France"], "what stands in brackets is an aside"),
        ("words", "(Fantasy)", ["Fantasy"], "unless there is nothing else"),
        ("words", "none", [], "not a value"),
        ("words", "—", [], "not a value"),
        ("words", "x" * 201, [], "a sentence"),
        ("words", "[[小説]]、[[随筆]]（晩年）", ["小説", "随筆"], "East Asian commas and brackets"),
        ("words", "неизвестно", [], "not a value in Russian"),
        ("languages", "English and French", ["English", "French"], "two"),
        ("languages", "[[English language|English]], German language", ["English", "German"], "spellings meet"),
        ("languages", "Deutsch und Englisch", ["Deutsch", "Englisch"], "two in German"),
        ("languages", "francese e tedesco", ["Francese", "Tedesco"], "two in Italian"),
        ("languages", "[[Deutsche Sprache|Deutsch]]", ["Deutsch"], "spellings meet in German"),
        ("languages", "[[русский язык|русский]]", ["Русский"], "in Russian"),
        ("languages", "[[lingua inglese|inglese]], [[język polski]]", ["Inglese", "Polski"], "in Italian and Polish"),
        ("languages", "[[Lingua]]", ["Lingua"], "the word alone"),
        ("people", "[[Neil Gaiman]] and [[Terry Pratchett]]", ["Neil Gaiman", "Terry Pratchett"], "two links"),
        ("people", "[[Neil Gaiman]] and Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"], "a link and a name"),
        ("people", "Rich Redman, James Wyatt", ["Rich Redman", "James Wyatt"], "full names"),
        ("people", "A. Bee, C. Dee, and E. Eff", ["A. Bee", "C. Dee", "E. Eff"], "three"),
        ("people", "Ian Stewart &amp; Jack Cohen", ["Ian Stewart", "Jack Cohen"], "an ampersand"),
        ("people", "Harry Warner, Jr.", ["Harry Warner, Jr."], "one man"),
        ("people", "Baker, Richard", ["Baker, Richard"], "one man, surname first"),
        ("people", "Arkady and Boris Strugatsky", ["Arkady and Boris Strugatsky"], "no full name on the left"),
        ("people", "edited by L. Sprague and C. Cook", ["L. Sprague", "C. Cook"], "the role does not count"),
        ("people", "黒澤明、橋本忍", ["黒澤明", "橋本忍"], "names without spaces, an East Asian comma"),
        ("people", "Hans Eins und Eva Zwei", ["Hans Eins", "Eva Zwei"], "two in German"),
        ("people", "José Ortega y Gasset", ["José Ortega y Gasset"], "one man with two surnames"),
        ("people", "[[Maj Sjöwall]]<br>[[Per Wahlöö]]", ["Maj Sjöwall", "Per Wahlöö"], "line breaks"),
        ("works", "Farrar, Straus and Giroux", ["Farrar, Straus and Giroux"], "one firm"),
        (
            "works",
            "[[Doubleday (publisher)|Doubleday]] (US)<br>Cape (UK)",
            ["Doubleday (publisher)", "Cape"],
            "two firms",
        ),
        ("works", "DAW Books / Donald A. Wollheim", ["DAW Books", "Donald A. Wollheim"], "a slash between spaces"),
        ("works", "{{based on|''[[The War]]''|[[A. Bee]]}}", ["The War"], "the work and not its author"),
        ("year", "17 August 1945 ([[Secker and Warburg]])", ["1945"], "the first year"),
        ("year", "{{start date|1995|6|2}}", ["1995"], "in a template"),
        ("year", "1964 (US)<br>1965 (UK)", ["1964"], "the first of two"),
        ("year", "1937年6月12日", ["1937"], "in Japanese"),
        ("year", "ISBN 0434098002", [], "no year in a longer number"),
        ("year", "soon", [], "none"),
    ],
)
def test_readings(reading: Reading, wikitext: str, expected: list[str], reason: str) -> None:
    assert values_of(reading, wikitext) == expected, reason


def facets(topic: str = "book", **parameters: str) -> tuple[tuple[str, str], ...]:
    values = {name: read_value(text, ENGLISH_SITE) for name, text in read_parameters(parameters).items()}
    return read_facets(values, TOPICS[topic])


@pytest.mark.parametrize("name", ["followed_by", "followed by", "Followed by", "followed-by", " FOLLOWED_BY "])
def test_spellings_of_parameters_meet(name: str) -> None:
    assert facets(**{name: "[[B]]"}) == (("followed_by", "B"),)


def test_numbered_parameters_belong_together() -> None:
    assert facets(author="[[A]]", author2="[[B]]") == (("author", "A"), ("author", "B"))


def test_an_article_has_one_year() -> None:
    assert facets(pub_date="1901", pub_date2="1902") == (("year", "1901"),)


def test_numbers_tell_parameters_apart_where_a_topic_lists_one() -> None:
    names = {"subdivision_name": "Turkey", "subdivision_name1": "Anatolia", "subdivision_name2": "Ankara"}
    expected = (("country", "Turkey"), ("region", "Anatolia"), ("place", "Ankara"))
    assert facets("settlement", **names, subdivision_name3="Ulus") == expected


def test_the_first_parameter_with_a_value_counts() -> None:
    assert facets(editor="[[E]]", author="[[A]]") == (("author", "A"),)
    assert facets(editor="[[E]]", author="{{cn}}") == (("author", "E"),)


def test_repeats_are_dropped_and_order_is_kept() -> None:
    assert facets(genre="[[B]], [[A]], b") == (("genre", "B"), ("genre", "A"))


PIECES = ["[//", "<", "< ", "{{a|", "[[", "[[a|", "(", "a ", " =", "{{a| ", "''", "1,", "by ", "()", "{{!}}", "book 1 "]
MANY = [", ed.", "(a),", "a of\n", "[[a]] as ", "[[a]]s ", "[[a]] and ", "UK: a;", "a:\n"]


@pytest.mark.parametrize(
    ("start", "piece", "end"), [*(("", piece, "") for piece in PIECES), ("x", "()", "y"), ("[//", "x", "")]
)
def test_no_value_hangs_the_readings(start: str, piece: str, end: str) -> None:
    def read_all(wikitext: str) -> None:
        value = read_value(wikitext, ENGLISH_SITE)
        assert sum(len(list(reading(value))) for reading in READINGS.values()) < 100

    assert_linear(read_all, repeated(start, piece, end), LONGEST_VALUE // 4)


@pytest.mark.parametrize("piece", MANY)
def test_no_list_hangs_the_readings(piece: str) -> None:
    def read_all(wikitext: str) -> None:
        value = read_value(wikitext, ENGLISH_SITE)
        for reading in READINGS.values():
            list(reading(value))

    assert_linear(read_all, repeated("", piece, ""), LONGEST_VALUE // 4)


def test_no_name_hangs_the_parameters() -> None:

    def read_name(name: str) -> None:
        assert read_facets({name: read_value("x", ENGLISH_SITE)}, TOPICS["book"]) == ()

    assert_linear(read_name, repeated("", "1", "x"), 5_000)


def test_a_value_is_read_to_its_limit_only() -> None:
    assert len(shown("a" * (LONGEST_VALUE + 1))) == LONGEST_VALUE
