"""Every setting of a training in one place: what can be asked for, and what the size of the data decides."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from train.errors import SettingInvalid

if TYPE_CHECKING:
    from db.pairs import Pairs

OBJECTIVES = ("softmax", "sigmoid", "mse")
KINDS = ("page", "category", "site")
UNUSED_BY_SOFTMAX = ("positives", "negatives")
UNUSED_BY_POINTWISE = (
    "learning_rate",
    "articles_per_step",
    "pool",
    "pool_power",
    "temperature",
    "popularity",
    "trained_weight",
    "sharpness",
)
MAX_DIMENSIONS = 2000  # pgvector's HNSW index takes no more for the type vector.
MAX_SEED = 2**31 - 1
POINTWISE_EPOCHS = 15  # The tutorial's own number, whatever the size of the data.

# A link is ranked with a sharper cosine than it was trained with. recall@20 with 1 / 1.25 / 1.5: LibraryThing
# .537 / .544 / .541, 1,413 books .465 / .467 / .464; Wikispeedia, among common links, .425 / .423 / .416.
SHARPNESS = 1.25

# The range of each number, both ends included. Beyond it a training learns nothing or never ends.
LIMITS: dict[str, tuple[float, float]] = {
    "dimensions": (1, MAX_DIMENSIONS),
    "epochs": (1, 10_000),
    "seed": (0, MAX_SEED),
    "threads": (1, 256),
    "min_articles": (1, 1_000_000),
    "max_share": (0.0001, 1),
    "learning_rate": (0.00001, 1),
    "articles_per_step": (1, 65_536),
    "pool": (1, 1_000_000),
    "pool_power": (0, 2),
    "temperature": (0.025, 10),
    "popularity": (0, 2),
    "trained_weight": (0, 100),
    "positives": (1, 1_000_000),
    "negatives": (1, 1_000_000),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked of a training. None leaves the choice to `decide`, which goes by the size of the data.

    What was measured for each setting is in docs/measured-training.md.
    """

    objective: str = "softmax"  # The other two, sigmoid and mse, are pointwise losses.
    dimensions: int = 50  # This many floats make a vector.
    epochs: int | None = None  # An epoch is one pass over all pairs.
    seed: int = 0  # It is the only source of randomness.
    threads: int = 4  # They share each sum. The number of cores as the default would make the last bits differ.

    # Which pairs
    min_articles: int | None = None  # A link that stands in fewer articles connects hardly anything.
    max_share: float | None = None  # A link that stands in a greater share of the articles tells none of them apart.
    kinds: tuple[str, ...] = ("page", "category")
    topics: tuple[str, ...] = ()  # An empty tuple stands for all topics.
    drop_titles: tuple[str, ...] = ("Hardcover", "Hardback", "Paperback", "E-book")  # Most book infoboxes have one.

    # softmax
    learning_rate: float = 0.02  # Links start with 2 times, articles with 5 times this. It falls along a line.
    articles_per_step: int | None = None
    pool: int = 4096  # All articles of a step are compared with this many links, or with all links if there are fewer.
    pool_power: float = 0.75  # The pool is drawn by articles ** 0.75, as word2vec draws.
    temperature: float | None = None  # It divides the cosine. A lower one ranks links better and blurs the neighbours.
    popularity: float = 0.8  # This times log(articles of the link) joins the score, so vectors need not encode it.
    trained_weight: float = 0.0  # Neighbours are found by this times the trained vector, plus the mean of the links.

    # sigmoid, mse
    positives: int = 1024  # A step has this many true pairs.
    negatives: int = 2048  # A step has this many other pairs.


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedSettings(Settings):
    """The settings that a model is trained and evaluated with: nothing is open any more. `decide` makes them."""

    epochs: int
    min_articles: int
    max_share: float
    articles_per_step: int
    temperature: float
    sharpness: float = SHARPNESS  # Links are ranked by cosine x sharpness / temperature.


def decide(asked: Settings, pairs: "Pairs") -> tuple["Pairs", DecidedSettings]:
    """Trim the pairs, and decide what was left open by the number of articles.

    What trimming needs goes by the number before it, and all the rest by the number after it.

    Raises
    ------
    NothingToTrain
        Trimming leaves no pair.
    """
    from train.trimming import trim  # here, because it loads NumPy, which the command line does without

    before = len(pairs.article_ids)
    # With few articles, a link of two may say much: neighbours of 2,913 books were liked better by 1 %, or by 3 % among
    # the well known. A link of a fifth of them may be all that holds a topic together.
    min_articles = (2 if before < 5000 else 4) if asked.min_articles is None else asked.min_articles
    max_share = (1.0 if before < 2000 else 0.2) if asked.max_share is None else asked.max_share
    trimmed = trim(pairs, min_articles, max_share)
    n_articles = len(trimmed.article_ids)
    by_size = {
        "min_articles": min_articles,
        "max_share": max_share,
        # Fewer articles need more epochs, which cost little there: 15 from 20,000 articles on, 40 up to 7,500.
        "epochs": min(max(300_000 // n_articles, 15), 40) if asked.objective == "softmax" else POINTWISE_EPOCHS,
        # An epoch needs at least 11 steps, or small data hardly moves. Steps of fewer than 128 articles swing: 1,413
        # books had a recall@20 of .475 with 44 and of .483 with 128.
        "articles_per_step": max(min(n_articles // 11, 128), min(n_articles // 32, 1024), 1),
        # 0.17 up to 4,800 articles, 0.10 from 9,300: the more articles there are, the finer they must be told apart.
        "temperature": round(min(max(0.10 * (10_000 / n_articles) ** 0.7, 0.10), 0.17), 2),
    }
    left_open = {name: value for name, value in by_size.items() if getattr(asked, name) is None}
    return trimmed, DecidedSettings(**{**asdict(asked), **left_open})


def option(name: str) -> str:
    """The command-line option of a setting."""
    return f"--{name.replace('_', '-')}"


def checked(settings: Settings) -> Settings:
    """The settings themselves, if a training can follow them.

    Raises
    ------
    SettingInvalid
        Names the option, its value and what is allowed.
    """
    one_of = f"use one of {', '.join(OBJECTIVES)}"
    kinds = f"use {', '.join(KINDS)} or several of them with commas between"
    _require(settings.objective in OBJECTIVES, "--objective", settings.objective, one_of)
    for name, (least, most) in LIMITS.items():
        value = getattr(settings, name)
        allowed = value is None or least <= value <= most  # NaN fails this comparison.
        _require(allowed, option(name), value, f"use {least} to {most}")
    _require(len(settings.kinds) > 0, "--kinds", '""', kinds)
    for kind in settings.kinds:
        _require(kind in KINDS, "--kinds", f'"{kind}"', kinds)
    for title in settings.drop_titles:
        _require(
            title.isprintable(), "--drop-title", ascii(title), "use a title as it stands in the database, in UTF-8"
        )
    return settings


def as_stored(settings: DecidedSettings) -> dict[str, Any]:
    """What the row of a model holds: the settings that its objective uses, as JSON values."""
    unused = UNUSED_BY_SOFTMAX if settings.objective == "softmax" else UNUSED_BY_POINTWISE
    return {name: value for name, value in asdict(settings).items() if name not in unused}


def from_stored(stored: Mapping[str, Any]) -> Settings:
    """The settings in the row of a model, to train like it again.

    A setting that an older version did not store has its default. One that only a later version knows is left out.
    """
    known = [(field.name, stored[field.name]) for field in fields(Settings) if field.name in stored]
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in known}
    return Settings(**given)


def _require(allowed: bool, option: str, value: Any, reason: str) -> None:
    if not allowed:
        raise SettingInvalid(option=option, value=value, reason=reason)
