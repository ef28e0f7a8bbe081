"""Every setting of a training in one place, with its unit and the reason for its value."""

from dataclasses import dataclass, replace
from typing import Any

from train.errors import SettingInvalid

OBJECTIVES = ("softmax", "sigmoid", "mse")
KINDS = ("page", "category", "site")
MAX_DIMENSIONS = 2000  # of pgvector's HNSW index on the type vector
MAX_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. None stands for "by the size of the data": `with_max_share` and `settled` fill it in.

    What was measured for each is in docs/training.md.
    """

    objective: str = "softmax"  # or the two pointwise losses: sigmoid, mse
    dimensions: int = 50  # floats a vector
    epochs: int | None = None  # passes over all pairs
    seed: int = 0  # the only source of randomness

    # Which pairs
    min_articles: int = 4  # articles a link stands in, at least: a rarer one connects hardly anything
    max_share: float | None = None  # of the articles a link stands in, at most: a commoner one tells none apart
    kinds: tuple[str, ...] = ("page", "category")
    topics: tuple[str, ...] = ()  # all of them
    drop_titles: tuple[str, ...] = ("Hardcover", "Hardback", "Paperback", "E-book")  # formats, in most book infoboxes

    # softmax
    learning_rate: float = 0.01  # Adam's, at the start; falls to 0 along a cosine
    articles_per_step: int | None = None
    pool: int = 4096  # links that all articles of a step are compared with; all links if there are no more
    pool_power: float = 0.75  # the pool is drawn by articles ** 0.75, as word2vec draws
    temperature: float | None = None  # of the cosine; lower ranks links better and blurs the neighbours
    popularity: float = 0.8  # times log(articles of the link), added to the score: vectors need not encode it
    trained_weight: float = 2.0  # of the trained vector beside the mean of the links' vectors, in what is stored

    # sigmoid, mse
    positives: int = 1024  # true pairs a step
    negatives: int = 2048  # other pairs a step


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
    _require(
        1 <= settings.dimensions <= MAX_DIMENSIONS, "--dimensions", settings.dimensions, f"use 1 to {MAX_DIMENSIONS}"
    )
    _require(settings.epochs is None or settings.epochs >= 1, "--epochs", settings.epochs, "use 1 or more")
    _require(0 <= settings.seed <= MAX_SEED, "--seed", settings.seed, f"use 0 to {MAX_SEED}")
    _require(settings.min_articles >= 1, "--min-articles", settings.min_articles, "use 1 or more")
    share = settings.max_share
    _require(share is None or 0 < share <= 1, "--max-share", share, "use more than 0 and at most 1")
    _require(len(settings.kinds) > 0, "--kinds", '""', kinds)
    for kind in settings.kinds:
        _require(kind in KINDS, "--kinds", f'"{kind}"', kinds)
    return settings


def with_max_share(settings: Settings, n_articles: int) -> Settings:
    """The settings with `max_share` decided, for this many articles before trimming."""
    # With few articles, a link of a fifth of them may be all that holds a topic together.
    return _with_defaults(settings, max_share=0.2 if n_articles >= 2000 else 1.0)


def settled(settings: Settings, n_articles: int) -> Settings:
    """The settings with everything else decided, for this many articles after trimming."""
    return _with_defaults(
        with_max_share(settings, n_articles),
        epochs=40 if settings.objective == "softmax" else 15,
        # At least 32 steps an epoch, or small data hardly moves; steps beyond 512 save no more time.
        articles_per_step=min(max(n_articles // 32, 1), 512),
        # 0.15 up to 1,300 articles, 0.10 from 10,000: the more there are, the finer they must be told apart.
        temperature=round(min(max(0.10 * (10_000 / n_articles) ** 0.2, 0.10), 0.15), 3),
    )


def _with_defaults(settings: Settings, **values: Any) -> Settings:
    return replace(settings, **{name: value for name, value in values.items() if getattr(settings, name) is None})


def _require(allowed: bool, option: str, value: Any, reason: str) -> None:
    if not allowed:
        raise SettingInvalid(option=option, value=value, reason=reason)
