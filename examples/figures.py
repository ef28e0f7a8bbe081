"""Every figure of the tutorial from your own shelf: python examples/figures.py, or cell by cell in a notebook.

The tutorial is Will Koehrsen's "Building a recommendation system using neural network embeddings" (2018). Its figures
show a book among its neighbours, what is linked to most, a vector, what is most and least alike, and maps of all books.
The script needs matplotlib (the extra `plots`) and a map (python -m train map). It writes figures/figure_01.png to
figures/figure_11.png.
"""

# %% Open the shelf that the environment names
from pathlib import Path

from matplotlib import pyplot
from matplotlib.axes import Axes

import api

TITLE = "War and Peace"
shelf = api.connect()
Path("figures").mkdir(exist_ok=True)


def save(number: int, ax: Axes) -> None:
    """Write the newest figure; a notebook shows it as well."""
    pyplot.sca(ax)
    pyplot.savefig(f"figures/figure_{number:02}.png", dpi=150)


# %% 1. A book and the ten most like it, among all articles
neighbours = shelf.similar_articles(TITLE)
save(1, shelf.map(like=[TITLE, *(one.title for one in neighbours)]))

# %% 2. The pages that most articles link to
save(2, shelf.plot_linked("page"))

# %% 3. The books that most articles link to
save(3, shelf.plot_linked("book"))

# %% 4. The vector of a book
save(4, shelf.plot_vector(TITLE))

# %% 5. The books most like it, and least
save(5, shelf.plot_similar(TITLE, topic="book"))

# %% 6. All articles
save(6, shelf.map())

# %% 7. By genre
save(7, shelf.map(colour="genre"))

# %% 8. By country
save(8, shelf.map(colour="country"))

# %% 9. By author
save(9, shelf.map(colour="author"))

# %% 10. Books that are near it, but unlike each other
chosen = shelf.recommend_articles([TITLE], diversity=1, topic="book")
save(10, shelf.map(colour="topic", like=[one.title for one in chosen]))

# %% 11. By year; the tutorial's projector is a page here that one can search and zoom: python -m api serve
save(11, shelf.map(colour="year"))
shelf.close()
print("figures/figure_01.png to figures/figure_11.png")
