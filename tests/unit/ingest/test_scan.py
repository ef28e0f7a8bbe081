"""Links and templates of wikitext, case by case."""

import pytest

from db.importing.title_hashes import title_hashes
from ingest.article import count_links
from ingest.wikitext.raw_links import raw_targets, target_hashes
from ingest.wikitext.scan import link_sites, link_targets, live, named_arguments, templates, without_refs
from ingest.wikitext.titles import ENGLISH_SITE
from tests.support.growth import assert_linear, repeated


def links(wikitext: str) -> list[str]:
    found = count_links(link_targets(live(wikitext)), (), "The page itself", ENGLISH_SITE)
    return sorted(f"{link.kind}:{link.title}" if link.kind != "page" else link.title for link in found.elements())


@pytest.mark.parametrize(
    ("wikitext", "expected", "reason"),
    [
        ("[[novel]]s", ["Novel"], "the tail belongs to the shown text"),
        ("[[Science fiction|sci-fi]]", ["Science fiction"], "the shown text does not count"),
        ("[[a]] [[A]] [[_a_]]", ["A", "A", "A"], "each occurrence counts"),
        ("<!-- [[A]] -->", [], "a comment"),
        ("<!-- [[A]]", [], "an unclosed comment runs to the end"),
        ("<!-- [[A]] --> [[B]] <!-- [[C]] -->", ["B"], "comments end at the first end"),
        ("<nowiki>[[A]]</nowiki>", [], "not wikitext"),
        ("<NoWiki >[[A]]</nowiki >", [], "in any case, with spaces"),
        ("<pre>[[A]]</pre>", [], "not wikitext"),
        ('<syntaxhighlight lang="tex">[[A]]</syntaxhighlight>', [], "not wikitext"),
        ("<source>[[A]]</source>", [], "its old name"),
        ("<math>[[A]]</math>", [], "not wikitext"),
        ("<timeline>[[A]]</timeline>", [], "not wikitext"),
        ("<nowiki/>[[A]]", ["A"], "closed in itself"),
        ("<nowiki>[[A]]", ["A"], "an unclosed tag is plain text"),
        ("<nowiki>[[A]]</pre>[[B]]", ["A", "B"], "closed by another tag is unclosed"),
        ("<preface>[[A]]</preface>", ["A"], "not a pre"),
        ("<nowiki><!--</nowiki>[[A]]<!-- -->", ["A"], "a comment cannot begin in a nowiki"),
        ("<!-- <nowiki> -->[[A]]<!-- </nowiki> -->", ["A"], "a nowiki cannot begin in a comment"),
        ("[[Foo<!-- c -->Bar]]", ["FooBar"], "a comment leaves nothing"),
        ("[[Foo<nowiki/>Bar]]", [], "a nowiki does"),
        ("[[Foo|<nowiki>x</nowiki>]]", ["Foo"], "in the shown text it may stand"),
        ("[[#Plot]]", [], "a section of the page itself"),
        ("[[The page itself]] [[the page itself#Plot|plot]]", [], "a link to the page itself"),
        ("[[Category:X|*]]", ["category:X"], "the sort key does not count"),
        ("[[File:X.jpg|thumb|in [[Abu Simbel]]]]", ["Abu Simbel"], "the caption's link only"),
        ("[[Image:X.jpg|[[A]] and [[B|b]]]]", ["A", "B"], "both of the caption's links"),
        ("[[]]", [], "nothing"),
        ("[[ ]]", [], "nothing"),
        ("[[|x]]", [], "no target"),
        ("[[Bro\nken]]", [], "a line break in the target"),
        ("[[Test|a\nb]]", ["Test"], "a line break in the shown text"),
        ("[[Pipe (computing)|]]", ["Pipe (computing)"], "nothing shown"),
        ("[[{{PAGENAME}}]]", [], "a target that a template makes"),
        ("[[List of {{x}}]]", [], "in part"),
        ("[[Foo{{!}}bar]]", ["Foo"], "a pipe in disguise"),
        ("[[Foo|{{nowrap|bar}}]]", ["Foo"], "a template in the shown text"),
        ("[http://e.org a [[Wikilink]]]", ["Wikilink"], "in an external link"),
        ("[[Foo [[Bar]] baz", ["Bar"], "what closes first"),
        ("[[Foo|a [[Bar]] b]]", ["Bar"], "MediaWiki does not nest links"),
        ("[[Foo|bar] [[Baz]]", ["Baz"], "never closed"),
        ("[[Foo|a] b]]", ["Foo"], "one bracket closes nothing"),
        ("[[A]] ]] [[B]]", ["A", "B"], "a stray end"),
        ("{{lang|fr|[[Paris]]}}", ["Paris"], "in a template's argument"),
        ("{{Infobox book|author=[[A]]}}", ["A"], "in the infobox"),
        ("{| class=x\n| [[A]] || [[B]]\n|}", ["A", "B"], "in a table"),
        ("<noinclude>[[A]]</noinclude><includeonly>[[B]]</includeonly>", ["A"], "what the page itself shows"),
        ("<onlyinclude>[[A]]</onlyinclude>", ["A"], "the page itself shows it"),
        ("<includeonly>[[A]]", [], "unclosed it runs to the end"),
        ("<ref>[[Publishers Weekly]]</ref>", ["Publishers Weekly"], "footnotes count by default"),
        ("<gallery>\nX.jpg|in [[Abu Simbel]]\n</gallery>", ["Abu Simbel"], "a gallery's captions are wikitext"),
        ("<div>[[A]]</div>", ["A"], "HTML"),
    ],
)
def test_links(wikitext: str, expected: list[str], reason: str) -> None:
    assert links(wikitext) == expected, reason


ADDRESSES = """
    https://a.org~x http://a.org|x HTTPS://A.org //a.org~x ~https://a.org~x ftp://a.org ftps://a.org
    mailto:x@a.org MailTo:x news:a.b News:~x nntp://a.org irc://a.org/x ircs://a.org gopher://a.org git://a.org ssh://a.org
    svn://a.org sftp://a.org tel:+123 telnet://a.org sms:+123 sip:x sips:x urn:isbn:1 xmpp:x geo:1,2 magnet:?xt=x
    matrix:r/x bitcoin:x redis://a.org mms://a.org worldwind://a.org
"""
TITLES = """
    2001:~A~Space~Odyssey Http Http: HTTP:~The~Definitive~Guide Https:x Ftp:~x Ircd:~x Ssh:x Tel~Aviv Telnet News Mailto
    Sip Urn Urns:~x /a A//b https.org Geography:~x :https://a.org SMSs:~x Dune:~//x
"""


@pytest.mark.parametrize("written", (ADDRESSES + TITLES).split())
def test_a_target_that_begins_with_a_protocol_is_an_address(written: str) -> None:
    target = written.replace("~", " ")
    there = [] if written in ADDRESSES.split() else [target.lstrip(":")[:1].upper() + target.lstrip(":")[1:]]
    for text in (f"[[{target}]]", f"[[{target}]]]", f"x [[{target}|shown]] y", f"[[A|b [[{target}]]"):
        assert links(text) == there
        raw = target_hashes(sorted(raw_targets(text)), ENGLISH_SITE).tolist()
        assert [one for one in raw if one] == title_hashes(there).tolist()


@pytest.mark.parametrize(
    "text", ["[[https://a.org x]]", "[[https://a.org|x]]", "[[//a.org x]]]", "[[[https://a.org x]]]"]
)
def test_the_address_in_brackets_is_a_site(text: str) -> None:
    assert (links(text), list(link_sites(text))) == ([], ["a.org"])


@pytest.mark.parametrize(
    ("wikitext", "expected", "reason"),
    [
        ("a<ref>[[A]]</ref>[[B]]", ["B"], "a footnote"),
        ('a<ref name="x">[[A]]</ref>[[B]]', ["B"], "a named one"),
        ('<ref name="x" />[[B]]<ref>[[C]]</ref>', ["B"], "one used again closes in itself"),
        ("<references>[[A]]</references>", ["A"], "another tag"),
        ("<ref>[[A]]", ["A"], "an unclosed one is plain text"),
    ],
)
def test_footnotes_can_be_left_out(wikitext: str, expected: list[str], reason: str) -> None:
    assert links(without_refs(live(wikitext))) == expected, reason


@pytest.mark.parametrize(
    ("wikitext", "expected", "reason"),
    [
        ("[http://www.Example.org/a b]", ["example.org"], "lower-case, without www."),
        ("see https://example.org:8080/x?y, and", ["example.org"], "bare, without the port"),
        ("[//example.org x]", ["example.org"], "the page's own scheme"),
        ("https://web.archive.org/web/2010/http://example.org/", ["archive.org"], "one address has one site"),
        ("{{cite web|url=http://a.org/x|title=y}}", ["a.org"], "in a template"),
        ("http://user:word@a.org/", ["a.org"], "without the user"),
        ("http://localhost/", [], "not a host of the open network"),
        ("// comment", [], "not an address"),
    ],
)
def test_sites(wikitext: str, expected: list[str], reason: str) -> None:
    assert list(link_sites(wikitext)) == expected, reason


@pytest.mark.parametrize(
    ("wikitext", "expected", "reason"),
    [
        ("{{a}}{{b|c}}", ["a", "b"], "in their order"),
        ("{{a|{{b}}}}", ["a", "b"], "the outer first"),
        ("{{a|{{b}} {{c", ["b"], "only what closes"),
        ("{{{a}}}", [], "a parameter"),
        ("{{{{a}}}}", [], "MediaWiki reads a parameter in single braces"),
        ("{{{{a}}|b}}", ["{{a}}", "a"], "a name that a template makes"),
        ("{{a|[[b|c}} d", ["a"], "an unclosed link does not outlive its template"),
        ("}} {{a}} ]]", ["a"], "stray ends"),
    ],
)
def test_templates(wikitext: str, expected: list[str], reason: str) -> None:
    assert [template.name for template in templates(wikitext)] == expected, reason


@pytest.mark.parametrize(
    ("arguments", "expected", "reason"),
    [
        ("|a=b", {"a": "b"}, "one"),
        ("| a = b \n| c = d\n", {"a": "b", "c": "d"}, "spaces around"),
        ("|a=", {"a": ""}, "an empty one"),
        ("|x|a=b", {"a": "b"}, "unnamed ones do not count"),
        ("|a=b=c", {"a": "b=c"}, "the first sign divides"),
        ("|a=[[b|c]]|d=e", {"a": "[[b|c]]", "d": "e"}, "a link's pipe"),
        ("|a={{b|c=d}}|e=f", {"a": "{{b|c=d}}", "e": "f"}, "a template's pipe and sign"),
        ("|{{b|c=d}}|e=f", {"e": "f"}, "a sign in an unnamed one"),
        ("|a=1|a=2", {"a": "2"}, "the last of two"),
        ("|a={{{b|c}}}|d=e", {"a": "{{{b|c}}}", "d": "e"}, "a parameter's pipe"),
    ],
)
def test_arguments(arguments: str, expected: dict[str, str], reason: str) -> None:
    text = "{{Infobox book" + arguments + "}}"
    assert named_arguments(text, next(templates(text))) == expected, reason


OPENINGS = ["[[", "{{", "{{a|", "[[a|", "<!--", "<nowiki>", "<ref>", "<pre ", "{{Infobox book|", "}}", "]]", "|a="]


@pytest.mark.parametrize("piece", OPENINGS)
def test_no_text_hangs_the_scans(piece: str) -> None:
    """Nothing but openings; a megabyte of the slowest takes 2 s, and would take minutes were it not linear."""

    def scan(text: str) -> None:
        body = without_refs(live(text))
        assert not list(link_sites(body))
        assert not list(link_targets(body))
        assert not list(templates(body))

    assert_linear(scan, repeated("", piece), 20_000)


def test_deep_nesting_is_read_to_the_bottom() -> None:
    depth = 20_000
    text = "{{a|b=" * depth + "}}" * depth
    assert sum(1 for _ in templates(text)) == depth
