"""The same verbs for asyncio.

Each question runs in a thread, and there are as many threads as the pool has connections. The server takes most of the
time; a thread adds a tenth of a millisecond. So there is one pool, one way to ask, and one place that translates
errors.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from api.shelf import Shelf, connect
from db.connection import without_password
from db.errors import DatabaseBusy
from db.read_pool import Limits

Arguments = ParamSpec("Arguments")
Given = TypeVar("Given")


async def connect_async(limits: Limits | None = None) -> "AsyncShelf":
    """Open the shelf that the environment names, as `connect` does.

    Raises
    ------
    db.errors.WikishelfError
        The database cannot be reached, or nothing was ever ingested into the shelf.
    """
    return AsyncShelf(await asyncio.to_thread(connect, limits))


def _in_thread(
    verb: Callable[Concatenate[Shelf, Arguments], Given],
) -> Callable[Concatenate["AsyncShelf", Arguments], Awaitable[Given]]:
    @wraps(verb)
    async def ask(self: "AsyncShelf", /, *given: Arguments.args, **named: Arguments.kwargs) -> Given:
        return await self._run(partial(verb, self.shelf, *given, **named))

    return ask


class AsyncShelf:
    """Questions to one shelf, to be awaited; close it, or use it in an `async with`.

    A question that waits for a connection longer than the limits allow raises `db.errors.DatabaseBusy`.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._free = asyncio.Semaphore(shelf.database.limits.connections)
        self._threads = ThreadPoolExecutor(shelf.database.limits.connections, "wikishelf")

    similar_articles = _in_thread(Shelf.similar_articles)
    similar_links = _in_thread(Shelf.similar_links)
    articles_near_link = _in_thread(Shelf.articles_near_link)
    links_near_article = _in_thread(Shelf.links_near_article)
    recommend_articles = _in_thread(Shelf.recommend_articles)
    explain_similarity = _in_thread(Shelf.explain_similarity)
    search_articles = _in_thread(Shelf.search_articles)
    series_articles = _in_thread(Shelf.series_articles)
    match_articles = _in_thread(Shelf.match_articles)
    match_history = _in_thread(Shelf.match_history)
    recommend_for = _in_thread(Shelf.recommend_for)
    models = _in_thread(Shelf.models)
    active_model = _in_thread(Shelf.active_model)

    async def ask(self, question: Callable[[Shelf], Given]) -> Given:
        """Ask several questions in one thread, as a page needs them."""
        return await self._run(partial(question, self.shelf))

    async def _run(self, question: Callable[[], Given]) -> Given:
        try:
            async with asyncio.timeout(self.shelf.database.limits.wait):
                await self._free.acquire()
        except TimeoutError:
            url, reason = without_password(self.shelf.database.url), "all connections are in use"
            raise DatabaseBusy(url=url, reason=reason) from None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, question)
        finally:
            self._free.release()

    async def close(self) -> None:
        """Wait for the questions that are being answered, and close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self.shelf.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
