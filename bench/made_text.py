"""Made-up wikitext for make_dump.py: words that follow Zipf's law, links, infoboxes, tables and footnotes."""

from itertools import accumulate
from random import Random

YEARS = range(1850, 2025)
OTHER_INFOBOXES = ("Infobox settlement", "Speciesbox")  # so half of the other articles call an "Infobox ..."

# A link's target is a page, given by its number. It is drawn from one of these ranges, by what the link is about.
ANYTHING, GENRES, PLACES = range(1, 200_000), range(10, 50), range(50, 130)
PUBLISHERS, PEOPLE, SUBJECTS = range(200, 700), range(1_000, 9_000), range(10_000, 12_000)


def title_of(number: int) -> str:
    """The title of the page of this number: two or more made-up words that no other page has."""
    rest, first = divmod(number, len(NAMES))
    further, second = divmod(rest, len(NAMES))
    end = f" ({further})" if further else ""  # from 25 million pages on
    joint = "&" if number % 40 == 0 else "of" if number % 40 == 1 else ""
    return " ".join(f"{NAMES[first]} {joint} {NAMES[(second + 7 * first) % len(NAMES)]}{end}".split()).capitalize()


def book(random: Random, title: str) -> str:
    """The text of a book, with about 20 links: 7 in the infobox, 3 categories, and the rest in the text."""
    author, genre, year = target(random, PEOPLE), target(random, GENRES), random.choice(YEARS)
    return f"""{{{{short description|{year} novel by {author}}}}}
{{{{Infobox book <!-- {words(random, 4)} -->
| name         = {title}
| author       = [[{author}]]
| country      = [[{target(random, PLACES)}]]
| language     = [[{target(random, PLACES)}]]
| series       = {words(random, 2).capitalize()}
| genre        = {{{{plainlist|\n* [[{genre}]]\n* [[{target(random, GENRES)}|{words(random, 1)}]]\n}}}}
| publisher    = [[{target(random, PUBLISHERS)}]]
| release_date = {year}
}}}}
'''''{title}''''' is a {year} [[novel]] by [[{author}|{author.split()[0]}]].

{prose(random, random.randrange(2, 5))}
{_end(random)}
[[Category:{genre} books]]
[[Category:Books by {author}]]
[[Category:{year} novels]]"""


def article(random: Random, title: str) -> str:
    """Another article. Its length is lognormal, 10 KB on average, so that the average page of all kinds has 4 KB."""
    place, sections = target(random, PLACES), min(40, int(random.lognormvariate(1.3, 0.9)))
    body = "".join(f"== {words(random, 2).capitalize()} ==\n{_section(random)}" for _ in range(sections))
    return f"""{{{{short description|{words(random, 4)}}}}}
{{{{{random.choice(OTHER_INFOBOXES)}
| name             = {title}
| subdivision_name = [[{place}]]
| population_total = {random.randrange(100, 10**6)}
| website          = {{{{URL|{_address(random)}}}}}
}}}}
'''{title}''' is a {words(random, 2)} in [[{place}]].

{prose(random, 2)}{body}
{_end(random)}
[[Category:{words(random, 1).capitalize()} in {place}]]
[[Category:{target(random, GENRES)}]]"""


def _end(random: Random) -> str:
    return f"""== References ==
{{{{reflist|30em}}}}

== External links ==
* [{_address(random)} {words(random, 3)}]
"""


def _section(random: Random) -> str:
    draw = random.random()
    if draw < 0.15:
        return _table(random)
    picture = f"[[File:{words(random, 2)}.jpg|thumb|right|In [[{target(random, ANYTHING)}]]]]\n" if draw < 0.4 else ""
    return picture + prose(random, random.randrange(1, 5))


def _table(random: Random) -> str:
    rows = "".join(
        f'|-\n| {year} || [[{target(random, ANYTHING)}]] || style="text-align:right" | {random.randrange(10**4)}\n'
        for year in range(1990, 1990 + random.randrange(3, 25))
    )
    return f'{{| class="wikitable sortable"\n! Year !! {words(random, 1)} !! {words(random, 1)}\n{rows}|}}\n\n'


def prose(random: Random, count: int) -> str:
    """So many paragraphs."""
    return "".join(_paragraph(random) for _ in range(count))


def _paragraph(random: Random) -> str:
    """Some 70 words, with a link or other markup at every 15th and a full stop at every 20th."""
    words = random.choices(WORDS, cum_weights=WEIGHTS, k=random.randrange(30, 110))
    for place in range(0, len(words), 20):
        words[place] = words[place].capitalize()
        words[place - 1] += "."
    for place in range(random.randrange(15), len(words), 15):
        words[place] = _markup(random, words[place])
    return " ".join(words) + _reference(random) + "\n\n"


def _markup(random: Random, word: str) -> str:
    draw = random.random()
    if draw < 0.55:
        return f"[[{target(random, ANYTHING)}]]"
    if draw < 0.8:
        return f"[[{target(random, SUBJECTS)}|{word}]]"
    if draw < 0.86:
        return f'{word},<ref name="{word}" />'
    return f"{word} {random.choice(ODD_MARKUP)}"


def _reference(random: Random) -> str:
    if random.random() < 0.4:
        return ""
    cited = f"url={_address(random)} |title={words(random, 5).capitalize()} |last={words(random, 1)}"
    return f"<ref>{{{{cite web |{cited} |date={random.choice(YEARS)}-{day(random)} |access-date=2019-05-04}}}}</ref>"


def words(random: Random, count: int) -> str:
    """So many words."""
    return " ".join(random.choices(WORDS, cum_weights=WEIGHTS, k=count))


def _address(random: Random) -> str:
    return f"https://www.{random.choice(NAMES[:800])}.org/{random.choice(NAMES)}/{random.randrange(10**5)}"


def target(random: Random, numbers: range) -> str:
    """The title of one of these pages; the nth is drawn 1/n as often as the first."""
    return title_of(numbers[int(len(numbers) ** random.random()) - 1])


def day(random: Random) -> str:
    """A month and a day."""
    return f"{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"


def _vocabulary(count: int) -> list[str]:
    """Made-up words. The frequent ones are short, and 3 of 100 have a letter outside ASCII."""
    random = Random(count)
    onsets, vowels, codas = "b c d f g h k l m n p r s t v w st tr pl sh ch", "a a e e e i o u ai ou", "   n r s l t nd"
    words: dict[str, None] = {}
    while len(words) < count:
        syllables = 1 + (len(words) > random.randrange(400)) + (len(words) > random.randrange(30_000))
        word = "".join(random.choice(part.split(" ")) for part in (onsets, vowels, codas) * syllables)
        words[word.replace("ou", random.choice("éüøł")) if random.random() < 0.2 else word] = None
    return list(words)


WORDS = _vocabulary(40_000)
WEIGHTS = list(accumulate(1 / (rank + 2) for rank in range(len(WORDS))))
NAMES = WORDS[1_000:6_000]
ODD_MARKUP = (
    "''sic''", "&nbsp;km", "{{convert|12|km|mi}}", "{{lang|ru|Москва}}", "<!-- [[hidden]] -->", "– 1", '("quoted")',
    "{{citation needed|date=May 2020}}", "<br />", "<nowiki>[[shown]]</nowiki>", "東京", "R&D",
)  # fmt: skip
