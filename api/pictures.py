"""The pictures of a shelf as methods; matplotlib is imported when the first is drawn."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.errors import MatplotlibMissing
from api.opened import OpenShelf
from db.search import Facets

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Pictures(OpenShelf):
    """What `api.Shelf` draws. Each method returns the matplotlib axes, new ones unless it was given some as `ax`.

    Without matplotlib they raise `api.errors.MatplotlibMissing`.
    """

    def map(self, colour: str | None = None, like: str | Sequence[str] = (), ax: "Axes | None" = None) -> "Axes":
        """Draw all articles of the active model where `python -m train map` has laid them out, with names of regions.

        Parameters
        ----------
        colour : str or None
            topic, genre, country, author, language, year or prominence: the commonest values have colours of their own,
            and the legend counts each; a number has a scale.
        like : str or sequence of str
            Titles or aliases of articles that get a ring; the first 30 have their title beside the map.

        Raises
        ------
        db.errors.MapMissing, db.errors.NoActiveModel, api.errors.ColourInvalid
        db.errors.ArticleNotFound, db.errors.ArticleWithoutVector, db.errors.TextInvalid
        """
        with matplotlib_needed():
            from api.plots import map as drawing
            from api.plots import points
        return drawing.draw(*points.read(self.database, colour, [like] if isinstance(like, str) else like), ax)

    def plot_similar(
        self,
        title: str,
        count: int = 5,
        topic: str | None = None,
        facets: Facets | None = None,
        ax: "Axes | None" = None,
    ) -> "Axes":
        """Draw the cosine similarities of the `count` articles most like one, 1 to 50, and of as many least like it.

        Raises
        ------
        api.errors.NothingToDraw
        db.errors.WikishelfError
            As in `similar_articles`.
        """
        with matplotlib_needed():
            from api.plots import bars
        return bars.similar(self.database, title, count, topic, facets, ax)

    def plot_linked(self, kind: str = "page", count: int = 10, ax: "Axes | None" = None) -> "Axes":
        """Draw the pages, categories or sites, or the articles of a topic, that most articles of the shelf link to.

        Parameters
        ----------
        kind : str
            page, category or site, or a topic such as book.
        count : int
            How many, 1 to 100.

        Raises
        ------
        api.errors.NothingToDraw, db.errors.LinkedKindInvalid, db.errors.CountInvalid
        """
        with matplotlib_needed():
            from api.plots import bars
        return bars.linked(self.database, kind, count, ax)

    def plot_vector(self, title: str, ax: "Axes | None" = None) -> "Axes":
        """Draw the numbers of an article's vector, by which neighbours are found.

        Raises
        ------
        db.errors.ArticleNotFound, db.errors.ArticleWithoutVector, db.errors.NoActiveModel
        """
        with matplotlib_needed():
            from api.plots import bars
        return bars.vector(self.database, title, ax)


@contextmanager
def matplotlib_needed() -> Iterator[None]:
    """Import what needs matplotlib in here.

    Raises
    ------
    MatplotlibMissing
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise MatplotlibMissing from error
