"""Call every SQL function of a shelf with arguments that nobody foresaw.

    python -m fuzz.fuzz_sql [--minutes 20] [--seed 1]

DATABASE_URL or WIKISHELF_HOME names a shelf to ask, such as that of `make demo`; nothing is written. A call may have an
answer or one line that says what is wrong. A fault is an internal error (its SQLSTATE begins with XX, or is none that a
caller's arguments can have), a statement that takes over 5 s, more rows than were asked for, or another answer to the
same call.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg

from db import opening

SECONDS = 5
# 22: bad data; 42804, 42846, 42883, 42725, 42P18: a type that no function takes; 2201W: a negative limit is refused.
ALLOWED = ("22", "42804", "42846", "42883", "42725", "42P18")
FUNCTIONS = """
    select p.proname, array(select format_type(t, null) from unnest(p.proargtypes) with ordinality a(t, n) order by n),
           p.proargnames[:p.pronargs], p.pronargdefaults, p.proretset
    from pg_proc p
    where p.pronamespace = %s::regnamespace and p.proname not like '\\_%%' order by 1, 2"""

TEXTS = (
    "", " ", "_", "%", "#", ":", "'", '"', "\\", "{}", "[]", "null", "1984", "-1", "a" * 255, "a" * 5000, "\u0301", "é",
    "\u200e", "e\u0301", "İ", "ǆ", "ß", "ა", "日本の", "🙂" * 80, "\U0010ffff", "\x01", "\n", "of the", "<b>",
)  # fmt: skip
WHOLE = ("0", "1", "2", "10", "1000", "-1", "2147483647", "-2147483648", "2147483648", "9223372036854775807", "null")
NUMBERS = ("0", "1", "-1", "0.5", "1e-300", "1e300", "-0.0", "'nan'", "'inf'", "'-inf'", "null", "5e-324", "0.3::real")
ODD = (
    "'{}'",
    "'x'",
    "1",
    "true",
    "'[1,2]'",
    "array[1]",
    "row(1)",
    "'2020-01-01'::date",
    "'\\x00'::bytea",
    "7::smallint",
)
FACETS = (
    "null", "{}", "[]", "1", '"x"', '{"genre": null}', '{"genre": []}', '{"genre": [[]]}', '{"genre": "Novel"}',
    '{"year": "1950..1980"}', '{"year": ".."}', '{"year": "9999..0000"}', '{"year": ["..1850", 1869, true]}',
    '{"": ""}', '{"genre": {"a": 1}}', '{"author": ["x", "y"]}', '{"genre": 1e400}', '{"topic": "book"}',
    '{"language": ["English", "French"], "genre": "Novel", "year": "1800.."}',
)  # fmt: skip
# What an argument of this name is in most calls, so that some have an answer.
USUAL = {
    "topic": ("'book'", "'film'"),
    "kind": ("'page'", "'category'", "'site'"),
    "facets": ("""'{"year": "1850.."}'""", """'{"genre": ["Novel", "Satire"]}'"""),
    "count": ("1", "10", "50", "1000"),
    "prominence": ("0", "0.5", "-1"),
    "min_similarity": ("-1", "0.3", "0.9"),
    "diversity": ("0", "0.5", "1"),
    "weights": ("null", "'{1}'", "'{1,2,1e9}'"),
}


class Function(NamedTuple):
    """A public function: its name, and the types and names of its arguments, of which the last ones have defaults."""

    name: str
    types: Sequence[str]
    names: Sequence[str]
    defaults: int
    is_set: bool


def main() -> None:
    """Call until the time is over, print how often each function answered, and end with 1 if there were faults."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--minutes", type=float, default=20, metavar="N")
    command.add_argument("--seed", type=int, default=1, metavar="N")
    options = command.parse_args()
    with opening.connect("require") as database, psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"set statement_timeout = '{SECONDS}s'")
        connection.execute("set default_transaction_read_only = on")
        connection.execute(f"set search_path = {database.schema}, public")
        faults = run(connection, database.schema, random.Random(options.seed), 60 * options.minutes)
    sys.exit(bool(faults))


def run(connection: psycopg.Connection, schema: str, chance: random.Random, seconds: float) -> list[str]:
    """Print the table; return the faults, each with the call that shows it."""
    functions = [Function(*row) for row in connection.execute(FUNCTIONS, [schema]).fetchall()]
    titles = [title for (title,) in connection.execute("select title from articles order by 1 limit 300").fetchall()]
    outcomes: dict[str, Counter[str]] = {one.name: Counter() for one in functions}
    faults: list[str] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        function = chance.choice(functions)
        call, count = made(function, chance, titles)
        outcome, fault = judged(connection, call, count, function.is_set)
        outcomes[function.name][outcome] += 1
        if fault:
            faults.append(f"{fault}: {call}")
            print(faults[-1][:2000], flush=True)
    for name, counted in outcomes.items():
        print(f"{name:22} {sum(counted.values()):8,}  {dict(counted.most_common())}")
    print(f"{sum(map(Counter.total, outcomes.values())):,} calls, {len(faults)} faults")
    return faults


def made(function: Function, chance: random.Random, titles: Sequence[str]) -> tuple[str, int | None]:
    """A call, and the count that it asks for if that is a plain one."""
    least = len(function.types) - function.defaults
    given = [n for n in range(len(function.types)) if n < least or chance.random() < 0.4]
    values = {
        n: chance.choice(USUAL[function.names[n]])
        if function.names[n] in USUAL and chance.random() < 0.7
        else value(function.types[n], chance, titles)
        for n in given
    }
    named = {n: f'"{function.names[n]}" => {text}' for n, text in values.items()}
    call = f"{function.name}({', '.join(named[n] for n in given)})"
    counts = [values[n] for n in given if function.names[n] == "count"]
    count = (
        int(counts[0]) if counts and counts[0].isdigit() else None if counts or "count" not in function.names else 10
    )
    if function.name == "articles_in_region" and not counts:
        count = 100
    return f"select * from {call}", None if function.name == "explain_similarity" else count


def value(kind: str, chance: random.Random, titles: Sequence[str]) -> str:
    """A literal of the type, mostly: null, odd, extreme, of another type, or one that finds something."""
    draw = chance.random()
    if draw < 0.05:
        return "null"
    if draw < 0.08:
        return chance.choice(ODD)
    if kind.endswith("[]") and kind != "vector[]":
        items = [value(kind[:-2], chance, titles) for _ in range(chance.choice((0, 1, 1, 2, 3, 40)))]
        return f"array[{', '.join(items)}]::{kind}"
    return literal(kind, chance, titles)


def literal(kind: str, chance: random.Random, titles: Sequence[str]) -> str:
    """A literal of a type other than an array."""
    match kind:
        case "text":
            text = chance.choice(titles) if chance.random() < 0.6 else chance.choice(TEXTS)
            return quoted(_spoilt(text, chance))
        case "boolean":
            return chance.choice(("true", "false", "null"))
        case "jsonb":
            return f"{quoted(chance.choice(FACETS))}::jsonb"
        case "double precision":
            return chance.choice((*NUMBERS, str(chance.random()), str(chance.random())))
        case "vector":
            odd = ("'[1]'", "'[0]'", "article_embedding(null)", "article_embedding(1) - article_embedding(1)")
            return chance.choice(("article_embedding(1)", "article_embedding(2)", *odd))
        case _:
            return chance.choice((*WHOLE, str(chance.randrange(1, 700)), str(chance.randrange(1, 20))))


def _spoilt(text: str, chance: random.Random) -> str:
    draw = chance.random()
    if draw < 0.7 or not text:
        return text
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(TEXTS[:30]) + text[at + chance.randrange(2) :]


def quoted(text: str) -> str:
    """The text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def judged(connection: psycopg.Connection, call: str, count: int | None, is_set: bool) -> tuple[str, str | None]:
    """Ask twice; return what came, and what is wrong with it."""
    answers: list[Any] = []
    for _ in range(2):
        try:
            answers.append(connection.execute(call).fetchall())
        except psycopg.OperationalError as error:
            return str(error.sqlstate), f"{error.sqlstate} {str(error).splitlines()[0]}"
        except psycopg.Error as error:
            state = str(error.sqlstate)
            return state, None if state.startswith(ALLOWED) else f"{state} {str(error).splitlines()[0]}"
    if answers[0] != answers[1] and "nan" not in repr(answers[0]):
        return "unlike", "two answers to one call"
    if is_set and count is not None and len(answers[0]) > count:
        return "too many", f"{len(answers[0])} rows where {count} were asked for"
    return "rows" if answers[0] else "none", None


if __name__ == "__main__":
    main()
