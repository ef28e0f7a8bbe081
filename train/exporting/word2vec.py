"""The text format of word2vec, which gensim's `KeyedVectors.load_word2vec_format` and many others read."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from db.models.labelled import Described
from train.exporting.lines import numbers, unbroken


def write(folder: Path, tables: Sequence[Described], about: Mapping[str, Any]) -> None:
    """Write `articles.word2vec.txt` and `links.word2vec.txt`: a line with the shape, then one line per vector."""
    for table in tables:
        path = folder / f"{table.kind}.word2vec.txt"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write("{} {}\n".format(*table.embedding.shape))
            rows = zip(words(table), numbers(table.embedding, " "), strict=True)
            file.writelines(f"{word} {row}\n" for word, row in rows)


def words(table: Described) -> Iterator[str]:
    """Titles with underscores, as in Wikipedia's addresses, because a space ends a word in this format.

    A page, a category and a site may have the same title, so a link's word begins with its kind: `page:War_and_Peace`.
    """
    prefixes = [f"{kind}:" for kind in table.facts["kind"]] if table.kind == "links" else [""] * len(table.ids)
    return (prefix + unbroken(title, "_") for prefix, title in zip(prefixes, table.titles, strict=True))
