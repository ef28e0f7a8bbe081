"""Who answers which question: light, middling and dear ones have connections of their own, and so has /readyz.

A question of somebody who has hung up, or who waits for longer than `--seconds`, is called off.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

from api.async_shelf import AsyncShelf
from api.shelf import Shelf
from db.connection import Database, without_password
from db.errors import DatabaseBusy
from db.limits import Limits
from db.models.model import Model

# All other routes are light: one read by an index. A parameter, or many rows, make every question but a search dear.
MIDDLING = {"/search", "/suggest", "/find", "/article/{title:path}", "/link/{title:path}", "/map/article/{article_id}"}
DEAR = {"/recommend", "/explain", "/match", "/map/selection", "/map.png", "/compare", "/taste"}
DEAR_PARAMETERS = {
    "facet", "topic", "kind", "same_author", "same_series", "least", "exact", "min_similarity", "diversity",
}  # fmt: skip
LIGHT_COUNT = 100
QUEUE = 8  # So many questions may wait for each connection.
READY_SECONDS, READY_KEPT = 1.5, 0.5
SECONDS_TO_CLOSE = 1.5
LEFT, LATE = "the client left", "the question waited or ran for too long"
Given = TypeVar("Given")


class NotLight(Exception):
    """A light question wants to know why there is no answer."""


class SingleReads(Database):
    """A shelf for light questions, which are single reads; the search for a reason, a transaction, is not light."""

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Refuse."""
        raise NotLight
        yield


class Pool:
    """The connections for one kind of question, and how many questions have them or wait for them."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = AsyncShelf(shelf)
        self.most = shelf.database.limits.connections * (1 + QUEUE)
        self.asked = 0

    async def answer(self, verb: Callable[..., Given], wire: Any) -> Given:
        """Return what the verb says of the shelf of this pool."""
        shelf, task = self.shelf.shelf, asyncio.current_task()
        if task is None or self.asked >= self.most:
            raise _busy(shelf, "too many questions wait already")
        self.asked += 1
        late = task.get_loop().call_later(shelf.database.limits.query or 3600, task.cancel, LATE)
        if wire is not None:
            wire.asking = task
        try:
            return await self.shelf.ask(verb)
        except asyncio.CancelledError as error:
            if error.args not in {(LATE,), (LEFT,)}:
                raise
            task.uncancel()
            raise _busy(shelf, LATE) if error.args == (LATE,) else HTTPException(400, LEFT) from None
        finally:
            late.cancel()
            self.asked -= 1
            if wire is not None:
                wire.asking = None


class Questions(AsyncShelf):
    """What one request asks: of a pool and, if that is for light questions and this is none, of the other one."""

    def __init__(self, pool: Pool, other: Pool, request: Request) -> None:
        self.shelf, self._pool, self._other = pool.shelf.shelf, pool, other
        self._wire = getattr(request.state, "wire", None)

    async def _run(self, verb: Callable[[], Given]) -> Given:
        # Whoever calls this gives the shelf as the first argument.
        asked: Any = verb
        question = lambda shelf: asked.func(shelf, *asked.args[1:], **asked.keywords)  # noqa: E731
        try:
            return await self._pool.answer(question, self._wire)
        except NotLight:
            return await self._other.answer(question, self._wire)


class Readiness:
    """Whether a model answers: asked over a connection of its own, and once for all who want to know."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = AsyncShelf(shelf)
        self._asking: asyncio.Task[Model] | None = None
        self._at = 0.0

    async def model(self) -> Model:
        """Return the model that answers; the word of half a second ago counts.

        Raises
        ------
        db.errors.WikishelfError
        """
        now = asyncio.get_running_loop().time()
        if self._asking is None or (self._asking.done() and now > self._at + READY_KEPT):
            self._asking, self._at = asyncio.create_task(self.shelf.active_model()), now  # type: ignore[arg-type]
        try:
            async with asyncio.timeout(READY_SECONDS):
                return await asyncio.shield(self._asking)
        except TimeoutError:
            raise _busy(self.shelf.shelf, "it does not say whether it is ready") from None


class Desk:
    """All connections of the service.

    Parameters
    ----------
    shelf : Shelf
        What says whether the service is ready; it is closed at the end.
    limits : Limits
        Those of the light questions. In addition a quarter of their connections is for the middling ones, and an eighth
        for the dear ones.
    """

    def __init__(self, shelf: Shelf, limits: Limits) -> None:
        self.readiness = Readiness(shelf)
        address = shelf.database.address
        self.light = Pool(Shelf(SingleReads(*address, limits=limits)))
        self.middling, self.dear = (
            Pool(Shelf(Database(*address, limits=replace(limits, connections=max(1, limits.connections // share)))))
            for share in (4, 8)
        )

    def of(self, request: Request) -> Questions:
        """Return what answers the questions of this request."""
        route, asked = request.scope["route"].path, request.query_params
        count = asked.get("count", "")
        is_long = len(count) > 3 or (count.isdecimal() and int(count) > LIGHT_COUNT)
        if route in DEAR or is_long or (route not in MIDDLING and not DEAR_PARAMETERS.isdisjoint(asked)):
            pool = self.dear
        else:
            pool = self.middling if route in MIDDLING else self.light
        return Questions(pool, self.middling, request)

    @property
    def in_use(self) -> int:
        """How many connections are answering questions at this moment."""
        return sum(pool.shelf.shelf.database.in_use for pool in (self.light, self.middling, self.dear))

    async def close(self) -> None:
        """Close the connections; one to a server that is silent is left to the end of the process."""
        shelves = [pool.shelf for pool in (self.light, self.middling, self.dear)]
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_CLOSE):
                for shelf in (*shelves, self.readiness.shelf):
                    await shelf.close()


def _busy(shelf: Shelf, reason: str) -> DatabaseBusy:
    return DatabaseBusy(url=without_password(shelf.database.url), reason=reason)
