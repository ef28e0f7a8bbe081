"""Every setting of a training in one place, with its unit and the reason for its value."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from train.errors import SettingInvalid

OBJECTIVES = ("softmax", "sigmoid", "mse")
KINDS = ("page", "category", "site")
NOT_OF_SOFTMAX = ("positives", "negatives")
NOT_OF_POINTWISE = (
    "learning_rate",
    "articles_per_step",
    "pool",
    "pool_power",
    "temperature",
    "popularity",
    "trained_weight",
)
MAX_DIMENSIONS = 2000  # of pgvector's HNSW index on the type vector
MAX_SEED = 2**31 - 1

# What the numbers may be, both ends included; beyond them a training learns nothing or never ends.
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
    "trained_weight": (1.01, 100),
    "positives": (1, 1_000_000),
    "negatives": (1, 1_000_000),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. None stands for "by the size of the data": `with_max_share` and `settled` fill it in.

    What was measured for each is in docs/training.md.
    """

    objective: str = "softmax"  # or the two pointwise losses: sigmoid, mse
    dimensions: int = 50  # floats a vector
    epochs: int | None = None  # passes over all pairs
    seed: int = 0  # the only source of randomness
    threads: int = 4  # that share a sum: by default not the number of cores, which would change the last bits

    # Which pairs
    min_articles: int = 4  # articles a link stands in, at least: a rarer one connects hardly anything
    max_share: float | None = None  # of the articles a link stands in, at most: a commoner one tells none apart
    kinds: tuple[str, ...] = ("page", "category")
    topics: tuple[str, ...] = ()  # all of them
    drop_titles: tuple[str, ...] = ("Hardcover", "Hardback", "Paperback", "E-book")  # formats, in most book infoboxes

    # softmax
    learning_rate: float = 0.02  # Adam's, at the start; falls to 0 along a line
    articles_per_step: int | None = None
    pool: int = 4096  # links that all articles of a step are compared with; all links if there are no more
    pool_power: float = 0.75  # the pool is drawn by articles ** 0.75, as word2vec draws
    temperature: float | None = None  # of the cosine; lower ranks links better and blurs the neighbours
    popularity: float = 0.8  # times log(articles of the link), added to the score: vectors need not encode it
    trained_weight: float = 3.0  # of the trained vector beside the mean of the links' vectors, in what is stored

    # sigmoid, mse
    positives: int = 1024  # true pairs a step
    negatives: int = 2048  # other pairs a step


def option(name: str) -> str:
    """A setting as the command line has it."""
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
        allowed = value is None or least <= value <= most  # NaN is not
        _require(allowed, option(name), value, f"use {least} to {most}")
    _require(len(settings.kinds) > 0, "--kinds", '""', kinds)
    for kind in settings.kinds:
        _require(kind in KINDS, "--kinds", f'"{kind}"', kinds)
    for title in settings.drop_titles:
        _require(
            title.isprintable(), "--drop-title", ascii(title), "use a title as it stands in the database, in UTF-8"
        )
    return settings


def with_max_share(settings: Settings, n_articles: int) -> Settings:
    """The settings with `max_share` decided, for this many articles before trimming."""
    # With few articles, a link of a fifth of them may be all that holds a topic together.
    return _with_defaults(settings, max_share=0.2 if n_articles >= 2000 else 1.0)


def settled(settings: Settings, n_articles: int) -> Settings:
    """The settings with everything else decided, for this many articles after trimming."""
    return _with_defaults(
        with_max_share(settings, n_articles),
        # Fewer articles need more epochs, which cost little there: 15 from 20,000 articles, 40 up to 7,500.
        epochs=min(max(300_000 // n_articles, 15), 40) if settings.objective == "softmax" else 15,
        # At least 32 steps an epoch, or small data hardly moves. Beyond 1,024 larger ones save time only where Adam's
        # passes over the tables are most of a step: from 131,072 articles on, 128 steps; 8,192 take 134 MB a matrix.
        articles_per_step=min(max(n_articles // 32, 1), min(max(n_articles // 128, 1024), 8192)),
        # 0.17 up to 4,800 articles, 0.10 from 9,300: the more there are, the finer they must be told apart.
        temperature=round(min(max(0.10 * (10_000 / n_articles) ** 0.7, 0.10), 0.17), 2),
    )


def used(settings: Settings) -> dict[str, Any]:
    """The settings without those that the objective does not look at."""
    unused = NOT_OF_SOFTMAX if settings.objective == "softmax" else NOT_OF_POINTWISE
    return {name: value for name, value in asdict(settings).items() if name not in unused}


def _with_defaults(settings: Settings, **values: Any) -> Settings:
    return replace(settings, **{name: value for name, value in values.items() if getattr(settings, name) is None})


def _require(allowed: bool, option: str, value: Any, reason: str) -> None:
    if not allowed:
        raise SettingInvalid(option=option, value=value, reason=reason)
