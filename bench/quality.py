"""How good the vectors are beside other ways, on real articles: held-out links are ranked, neighbours are compared.

    python -m bench.quality [--librarything RECORDS] [--books RECORDS] [--wikispeedia LINKS.tsv] [--splits 3]

The records (.ndjson) are such as `python -m ingest` takes. --books keeps links of at least 2 books, --librarything
links of at least 4. LINKS.tsv has an article and one of its links in each line. A data set that is not given is left
out, LSA is left out without scikit-learn, and ALS without implicit. No database is needed. The splits, the ranking and
the measures are those of `python -m train evaluate`.
"""

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import quality_peers as peers
from bench.quality_data import Dataset, read_books, read_wikispeedia
from train.config import Settings, decide
from train.evaluation.measure import Estimate, estimates, measure
from train.evaluation.rankers import Way, by_popularity, by_tfidf, by_vectors
from train.evaluation.split import Split, hold_out
from train.fit import fit

TUNING_SPLIT = 100  # ALS is tuned on it, and it is never reported.
MEASURES = ("recall@20", "recall@50", "NDCG@20", "MRR", "genre", "author", "series")

OURS = {
    "ours, 50 dimensions": Settings(),
    "ours, 128 dimensions": Settings(dimensions=128),
    "the tutorial's sigmoid": Settings(objective="sigmoid"),
    "the tutorial's mse": Settings(objective="mse"),
}


def main() -> None:
    """Print a table for each data set, as Markdown."""
    arguments = parsed()
    for dataset in datasets(arguments):
        tuning = peers.tuned(hold_out(dataset.pairs, TUNING_SPLIT)) if importlib.util.find_spec("implicit") else None
        measured, seconds = [], dict[str, list[float]]()
        for seed in range(arguments.splits):
            split = hold_out(dataset.pairs, seed)
            found = {}
            for name, make in ways(split, tuning):
                start = time.process_time()
                way = make()
                seconds.setdefault(name, []).append(time.process_time() - start)
                found.update(measure({name: way}, split, dataset.facets))
                print(f"{dataset.name}, split {seed}: {name}", file=sys.stderr, flush=True)
            measured.append(found)
        show(dataset, tuning, estimates(measured), {name: sum(all) / len(all) for name, all in seconds.items()})


def parsed() -> argparse.Namespace:
    """The command line. If a file is missing or none is named, it says so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("librarything", "books", "wikispeedia"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    parser.add_argument("--splits", type=int, default=3, help="the figures are means over them (default 3)")
    arguments = parser.parse_args()
    given = [path for path in (arguments.librarything, arguments.books, arguments.wikispeedia) if path]
    missing = [str(path) for path in given if not path.is_file()]
    if missing or not given:
        parser.error(f"no such file: {', '.join(missing)}" if missing else "give at least one file of real articles")
    return arguments


def datasets(arguments: argparse.Namespace) -> Iterator[Dataset]:
    """Those that were given; only one at a time is in memory."""
    if arguments.librarything:
        yield read_books("LibraryThing", arguments.librarything, 4)
    if arguments.books:
        yield read_books("books", arguments.books, 2)
    if arguments.wikispeedia:
        yield read_wikispeedia("Wikispeedia", arguments.wikispeedia)


def ways(split: Split, tuning: peers.Tuning | None) -> Iterator[tuple[str, Callable[[], Way]]]:
    """The name of each way, and a function that fits it."""
    for name, settings in OURS.items():
        yield name, partial(ours, split, settings)
    yield "popularity", lambda: by_popularity(split.train)
    yield "TF-IDF cosine, 50 neighbours", lambda: by_tfidf(split.train)
    if importlib.util.find_spec("sklearn"):
        yield "LSA, 50 dimensions", lambda: peers.lsa(split.train)
    if tuning:
        yield "ALS, 50 dimensions", lambda: peers.als(split.train, tuning)


def ours(split: Split, asked: Settings) -> Way:
    """Wikishelf's vectors. The pairs are trimmed already, so all of them are kept."""
    pairs, settings = decide(replace(asked, min_articles=1, max_share=1.0), split.train)
    fitted = fit(pairs, settings)
    return by_vectors(fitted.articles, fitted.trained, fitted.links, pairs, settings)


def show(
    dataset: Dataset,
    tuning: peers.Tuning | None,
    found: dict[tuple[str, str], Estimate],
    seconds: dict[str, float],
) -> None:
    """Print one table, and below it the widest confidence intervals."""
    pairs = dataset.pairs
    print(f"\n{dataset.name}: {len(pairs.article_ids):,} articles, {len(pairs.link_ids):,} links", end="")
    print(f", {len(pairs.article_index):,} pairs; {tuning}\n")
    measures = [one for one in MEASURES if any(measure == one for _, measure in found)]
    print(f"| | {' | '.join(measures)} | CPU s |\n|---{'|---' * len(measures)}|---|")
    for way in dict.fromkeys(way for way, _ in found):
        means = (f"{found[way, one].mean:.3f}" if (way, one) in found else "" for one in measures)
        print(f"| {way} | {' | '.join(means)} | {f'{seconds[way]:.0f}' if way in seconds else ''} |")
    widest = {one: max(e.high - e.low for (_, measure), e in found.items() if measure == one) / 2 for one in measures}
    print("\n95 %: at most ±" + ", ±".join(f"{half:.3f} {one}" for one, half in widest.items()), flush=True)


if __name__ == "__main__":
    main()
