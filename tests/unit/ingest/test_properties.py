"""What holds for any text: titles, links, templates, values and the search for candidates."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from urllib.parse import quote
from xml.sax.saxutils import escape

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ingest.article import find_infobox
from ingest.topics.catalogue import Topic, by_infobox, candidate_pattern, in_language, languages, load_topics
from ingest.topics.facets import read_facets, read_parameters
from ingest.wikitext.scan import link_sites, link_targets, live, named_arguments, templates, without_refs
from ingest.wikitext.titles import (
    ENGLISH_NAMESPACES,
    ENGLISH_SITE,
    LONGEST_TITLE,
    MAIN,
    Site,
    Title,
    make_site,
    read_link,
    read_title,
    upper_first,
)
from ingest.wikitext.values import read_value

BOOK = load_topics()[0]

some = settings(max_examples=50, deadline=None)  # test_scan.py and test_facets.py look at how the time grows

SITES = [
    ENGLISH_SITE,
    make_site("dewiki", {0: "", 6: "Datei", 10: "Vorlage", 14: "Kategorie"}, language="de"),
    make_site("enwiktionary", ENGLISH_NAMESPACES, as_written=frozenset({0, 14})),
]
ILLEGAL = re.compile(r"[#<>\[\]{}|_\x00-\x1f\x7f\ufffd\ud800-\udfff]|  |^ | $|%[0-9a-fA-F]{2}|&[A-Za-z0-9#]+;|~~~")

TITLE_TEXT = (
    "x X é e\u0301 \u0301 ı ɐ ß \u200e \u202a \u0085 \u00a0 _ : # % & ; . .. / ~~~ ~ | [ < { \t \n &amp; &nbsp; &#58; "
    "&#x1; &#xd800; &bogus; %41 %C3%A9 %FF %00 %25 category File ımage fr Wikipedia Datei Talk \ufffd \ud800 💥"
)
WIKITEXT = (
    "[[ ]] [ ] {{ }} {{{ }}} { } | || = : # {{!}} <!-- --> <nowiki> </nowiki> <nowiki/> <pre> </pre> <math> </math> "
    "<ref> </ref> <ref/> <includeonly> </includeonly> <noinclude> < > / <br> '' ''' * http:// https:// // &lt; &amp; "
    "· • , and ( ) （ ） ; Infobox_book {{Infobox_book author {{ubl| {{hlist| {{lang| {{start_date| {{USA}} [[A|b]] "
    "[[File: [http://e.org 1869 20२३ by \x00 \x01 \x02 \x7f \ud800"
)
MANY_DIGITS = "&#" + "1" * 5_000 + ";"  # Python makes no number of more than 4,300 digits
ODD = ["x" * 127, "é" * 64, "1" * 200, "e" + "\u0301" * 300, "\x010\x02", " ", "\n", MANY_DIGITS]
odd_titles = st.lists(st.sampled_from([*TITLE_TEXT.split(" "), *ODD]) | st.text(max_size=3), max_size=8).map("".join)
odd_wikitexts = st.lists(st.sampled_from([*WIKITEXT.split(" "), *ODD]) | st.text(max_size=3), max_size=24).map("".join)


@some
@given(odd_titles, st.sampled_from(SITES))
@example("e\u200e\u0301", ENGLISH_SITE)  # the accent joins the letter once the mark between them is gone
@example("ı\u0307x", ENGLISH_SITE)  # the capital letter has an accent that the small one has not
@example("ımage:x", ENGLISH_SITE)  # with its first letter raised it would be a file
@example("ɐ" + "x" * 253, ENGLISH_SITE)  # 255 bytes; the capital letter has one more
@example(":\x85x", ENGLISH_SITE)
@example(MANY_DIGITS, ENGLISH_SITE)
def test_any_text_is_a_legal_title_in_its_normal_form_or_none(text: str, site: Site) -> None:
    title = read_title(text, site)
    if title is not None:
        assert title.name
        assert not ILLEGAL.search(title.name)
        assert len(title.name.encode()) <= LONGEST_TITLE
        assert unicodedata.is_normalized("NFC", title.name)
        assert read_title(site.full(title), site) == title
    link = read_link(text, site)
    assert link is None or link.title.removeprefix(f"{site.names[14]}:") == (title and title.name)


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str]:
    """A title and one of its spellings: letters encoded or decomposed, other spaces or several, a section behind."""
    letters = st.characters(categories=["Lu", "Ll", "Lo", "Nd"], max_codepoint=0xFFFF)
    words = draw(st.lists(st.text(letters, min_size=1, max_size=6), min_size=1, max_size=4))
    title = upper_first(unicodedata.normalize("NFC", " ".join(words)))
    assume(unicodedata.is_normalized("NFC", title))
    spaces = st.sampled_from([" ", "_", "  ", "_ _", "\u00a0", "&nbsp;", "&#32;", "%20", "\u200e ", "\u3000"])
    written = [draw(spaces if letter == " " else st.sampled_from(_spellings(letter))) for letter in title]
    if upper_first(title[0].lower()) == title[0] and draw(st.booleans()):
        written[0] = title[0].lower()
    before, after = st.sampled_from(["", " ", "_", ":", " : "]), st.sampled_from(["", " ", "_", "#x", " # y"])
    return title, draw(before) + "".join(written) + draw(after)


def _spellings(letter: str) -> list[str]:
    decomposed = unicodedata.normalize("NFD", letter)
    return [letter, letter, quote(letter), f"&#{ord(letter)};", f"&#x{ord(letter):X};", decomposed]


@some
@given(spelled())
def test_every_spelling_ends_at_one_title(pair: tuple[str, str]) -> None:
    title, written = pair
    assert read_title(written, ENGLISH_SITE) == Title(MAIN, title)


@some
@given(odd_wikitexts)
@example("http://" + "x" * 9_000 + ".org")
def test_any_text_is_scanned(wikitext: str) -> None:
    text = without_refs(live(wikitext))
    targets = list(link_targets(text))
    assert len(targets) <= text.count("[[")
    assert all(target in text.replace("{{!}}", "|") for target in targets)
    for found in link_sites(text):
        assert "." in found
        assert len(found.encode()) <= 1_000, "PostgreSQL refuses an indexed text of 2,704 bytes"
        assert "\0" not in found
    starts = [text.find("{{" + template.name) for template in templates(text)]
    assert -1 not in starts
    for template in templates(text):
        assert text.startswith("}}", template.end)
        assert all(text[pipe] == "|" for pipe in template.pipes)
        assert all(left < right for left, right in pairwise([*template.pipes, template.end]))
        assert all(name == name.strip() and "=" not in name for name in named_arguments(text, template))


@some
@given(odd_wikitexts)
@example("20२३")  # digits, but PostgreSQL does not read them as a number
def test_any_value_gives_facets_that_the_tables_take(wikitext: str) -> None:
    names = ("author", "genre", "language", "publisher", "pub_date", "1" * 19_000 + wikitext)
    parameters = dict.fromkeys(names, wikitext)
    values = {name: read_value(value, ENGLISH_SITE) for name, value in read_parameters(parameters).items()}
    for name, text in read_facets(values, BOOK):
        assert 0 < len(text.encode()) <= 1_000
        assert not re.search(r"[\x00-\x02\ud800-\udfff]", text), "no NUL, no mark that is left, no half of a pair"
        assert name != "year" or re.fullmatch("[0-9]{4}", text)


PLAIN = "a \n [[b]] {{c|d}} <br> <ref> < > --> -- &lt; é"
plain_pieces = st.sampled_from(PLAIN.split(" "))
hidden = st.text("x-<!\n[]{}|", max_size=8).map("<!--{}-->".format)


@some
@given(st.lists(st.tuples(plain_pieces, hidden)), st.sampled_from(["", "<!--", "<!-- [[x]] {{y}}"]))
def test_live_text_is_all_but_the_comments(pairs: list[tuple[str, str]], unclosed: str) -> None:
    text = "".join(shown + comment for shown, comment in pairs) + unclosed
    assert live(text) == "".join(shown for shown, _ in pairs)


names = st.text("abcdé1", min_size=1, max_size=5).map(upper_first)
# Two spaces or a line break between them; @ stands for the title, or for what is inside.
SHOWING = """
[[@]]  [[@|x]]  [[ @#y|]]  [[File:X.jpg|thumb|in [[@]]]]  <noinclude>[[@]]</noinclude>  [[@<!-- -->]]  <nowiki/>[[@]]
[http://e.org x [[@]]]  [[A [[@]]  {{x|[[@]]  <!-- -->[[:@]]  <ref name=x/>[[@]]  <pre>[[@]]
"""
HIDING = """
<!-- [[@]] -->  [ [@]]  [[@&#10;]]  [[@] x  <includeonly>[[@]]</includeonly>  [[fr:@]]  [[{{{@}}}]]  [[x{{@}}]]
[[User:@]]  <nowiki >[[@]]</nowiki>  <Code><nowiki>[[@]]</nowiki>  <math x="y">[[@]]</math>
<timeline>[[@]]</timeline >
"""
AROUND = """
{{x|y=@}}  {{{x|@}}}  <ref>@</ref>  {| class=x @ |}  '''@'''  <!-- x -->@  [[File:X.jpg|@]]
[http://e.org @]
"""


def _forms(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(re.split("  |\n", text.strip()))


Page = tuple[str, list[str]]  # a text, and the titles of the links that show in it


def _links(forms: str, shows: bool) -> st.SearchStrategy[Page]:
    return st.tuples(_forms(forms), names).map(lambda one: (one[0].replace("@", one[1]), [one[1]] * shows))


def _around(inner: st.SearchStrategy[Page]) -> st.SearchStrategy[Page]:
    def join(form: str, parts: list[Page]) -> Page:
        return form.replace("@", " ".join(text for text, _ in parts)), [title for _, own in parts for title in own]

    return st.tuples(_forms(AROUND), st.lists(inner, max_size=4)).map(lambda one: join(*one))


@some
@given(st.recursive(_links(SHOWING, True) | _links(HIDING, False), _around, max_leaves=20))
def test_a_page_has_the_links_put_into_it(page: Page) -> None:
    text, expected = page
    links = (read_link(target, ENGLISH_SITE) for target in link_targets(live(text)))
    assert [link.title for link in links if link] == expected


@cache
def _search(language: str) -> tuple[Sequence[str], dict[str, Topic], re.Pattern[bytes]]:
    topics = in_language(load_topics(["book", "film", "album", "musician", "opera"]), language)
    return [name for topic in topics for name in topic.infoboxes], by_infobox(topics), candidate_pattern(topics)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, str]:
    """The call of an infobox in any case, with anything that MediaWiki takes before, between and after its words."""
    language = draw(st.sampled_from(["en", *languages()]))
    comments = st.text("ab -!'é\n", max_size=30).map("<!--{}-->".format)
    gaps = st.lists(st.sampled_from([" ", "_", "\u00a0", "&nbsp;"]) | comments, min_size=1, max_size=3).map("".join)
    name = draw(st.sampled_from(_search(language)[0]))
    cases = [st.sampled_from([c for c in (letter, letter.lower(), letter.upper()) if len(c) == 1]) for letter in name]
    written = [draw(gaps if letter == " " else case) for letter, case in zip(name, cases, strict=True)]
    before = draw(st.sampled_from(["", "", "\n ", "Template:", "template : ", ":Template:", "<!-- x -->", "Шаблон:"]))
    after = draw(st.sampled_from(["", "\n", " ", "<!-- x -->", "_"]))
    return language, f"{{{{{before}{''.join(written)}{after}|author=x}}}}"


@some
@given(calls())
def test_no_infobox_is_missed_by_the_search_of_the_raw_bytes(call: tuple[str, str]) -> None:
    language, text = call
    _, topics, pattern = _search(language)
    found = find_infobox(live(text), topics, ENGLISH_SITE)
    assert found is None or pattern.search(escape(text).encode())
    assert found or "<!--" in text or "Шаблон" in text, "a comment may take the only space out"
