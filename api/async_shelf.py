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
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from api.shelf import Shelf, connect
from db import forks
from db.connection import without_password
from db.errors import DatabaseBusy, ShelfClosed
from db.limits import Limits
from db.question import Question

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

    A question that waits for a connection longer than the limits allow raises `db.errors.DatabaseBusy`. Whoever cancels
    the task that awaits an answer calls off the question: its statement is cancelled on the server.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._is_closed = False
        self.part()
        forks.in_children(self)

    def part(self) -> None:
        """Begin with threads of one's own; those of a parent do not pass to its child."""
        self._free = asyncio.Semaphore(self.shelf.database.limits.connections)
        self._threads = ThreadPoolExecutor(self.shelf.database.limits.connections, "wikishelf")

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

    async def _run(self, verb: Callable[[], Given]) -> Given:
        try:
            async with asyncio.timeout(self.shelf.database.limits.wait):
                await self._free.acquire()
        except TimeoutError:
            url, reason = without_password(self.shelf.database.url), "all connections are in use"
            raise DatabaseBusy(url=url, reason=reason) from None
        if self._is_closed:
            self._free.release()
            raise ShelfClosed
        question = Question()
        answering = asyncio.get_running_loop().run_in_executor(self._threads, _answered, question, verb)
        answering.add_done_callback(self._ended)  # The thread needs its place until it has ended.
        try:
            return await asyncio.shield(answering)
        except asyncio.CancelledError:
            question.cancel()
            raise

    def _ended(self, answering: asyncio.Future[Any]) -> None:
        self._free.release()
        answering.exception()  # Somebody has looked, even if nobody awaits the answer any more.

    async def close(self) -> None:
        """Wait for the questions that are being answered, and close the connections."""
        self._is_closed = True
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self.shelf.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _answered(question: Question, verb: Callable[[], Given]) -> Given:
    with question:
        return verb()
