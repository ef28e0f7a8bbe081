"""The Python API: python examples/shelf.py, or cell by cell in a notebook, which shows answers as tables."""

# %% Open the database that the environment names
import asyncio

import api

shelf = api.connect()
shelf.search_articles("war & peace", count=3)

# %% A film like a book, and novels of the same years by others
film = shelf.similar_articles("War and Peace", count=1, topic="film")[0]
print(f"A film like War and Peace: {film.title} ({film.similarity:.2f})")
for book in shelf.similar_articles("War and Peace", count=3, facets={"year": "1850..1900"}, same_author=False):
    print(f"By another in those years: {book.title} ({book.similarity:.2f})")

# %% Why are two alike? The shares add up to their similarity
reasons = shelf.explain_similarity("War and Peace", "Anna Karenina", count=3)
for reason in reasons:
    print(f"{reason.share:+.2f}  {reason.title or 'all the rest'}")
print(f"{sum(reason.share for reason in reasons):+.2f}  in all")

# %% For somebody who likes two and dislikes one, each answer unlike the others
for book in shelf.recommend_articles(["Dracula", "Frankenstein"], ["War and Peace"], count=3, diversity=0.5):
    print(f"Recommended: {book.title}")

# %% What the book does not link to and could
for link in shelf.links_near_article("War and Peace", count=3):
    print(f"Not linked: {link.title}")
shelf.close()


# %% The same verbs in asyncio, at once
async def nearest(*titles: str) -> None:
    """Ask for the nearest of each."""
    async with await api.connect_async() as asynchronous:
        answers = await asyncio.gather(*(asynchronous.similar_articles(title, count=1) for title in titles))
    for title, (found,) in zip(titles, answers, strict=True):
        print(f"{title}: {found.title}")


ours = nearest("Dracula", "Don Quixote", "Frankenstein")
try:
    task = asyncio.get_running_loop().create_task(ours)  # a notebook has a loop, and shows what the task prints
except RuntimeError:
    asyncio.run(ours)
