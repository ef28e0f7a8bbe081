"""Who answers which question: cheap and dear ones have connections of their own, and so has /readyz.

A question of somebody who has hung up, or who waits for longer than `--seconds`, is called off.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

from api.async_shelf import AsyncShelf
from api.shelf import Shelf
from db.connection import Database, without_password
from db.errors import DatabaseBusy
from db.limits import Limits
from db.models.registry import Model

# All others are cheap, unless a parameter makes them dear, or they ask for more rows than CHEAP_COUNT.
DEAR_ROUTES = {"/recommend", "/explain", "/match", "/map/selection", "/map.png", "/compare", "/taste"}
DEAR_PARAMETERS = {"facet", "same_author", "same_series", "least", "exact", "min_similarity", "diversity"}
CHEAP_COUNT = 100
QUEUE = 8  # So many questions may wait for each connection.
READY_SECONDS, READY_KEPT = 1.5, 0.5
SECONDS_TO_CLOSE = 1.5
LEFT, LATE = "the client left", "the question waited or ran for too long"
Given = TypeVar("Given")


class Pool:
    """The connections for one kind of question, and how many questions have them or wait for them."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = AsyncShelf(shelf)
        self.most = shelf.database.limits.connections * (1 + QUEUE)
        self.asked = 0


class Questions(AsyncShelf):
    """What one request asks of a pool."""

    def __init__(self, pool: Pool, request: Request) -> None:
        self.shelf, self._pool, self._wire = pool.shelf.shelf, pool, getattr(request.state, "wire", None)

    async def _run(self, verb: Callable[[], Given]) -> Given:
        task = asyncio.current_task()
        if task is None or self._pool.asked >= self._pool.most:
            raise _busy(self.shelf, "too many questions wait already")
        self._pool.asked += 1
        late = task.get_loop().call_later(self.shelf.database.limits.query or 3600, task.cancel, LATE)
        if self._wire is not None:
            self._wire.asking = task
        try:
            return await self._pool.shelf._run(verb)
        except asyncio.CancelledError as error:
            if error.args not in {(LATE,), (LEFT,)}:
                raise
            task.uncancel()
            raise _busy(self.shelf, LATE) if error.args == (LATE,) else HTTPException(400, LEFT) from None
        finally:
            late.cancel()
            self._pool.asked -= 1
            if self._wire is not None:
                self._wire.asking = None


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
        Those of the cheap questions. A quarter of their connections is for the dear ones, in addition.
    """

    def __init__(self, shelf: Shelf, limits: Limits) -> None:
        self.readiness = Readiness(shelf)
        self.cheap = Pool(_beside(shelf, limits))
        self.dear = Pool(_beside(shelf, replace(limits, connections=max(1, limits.connections // 4))))

    def of(self, request: Request) -> Questions:
        """Return what answers the questions of this request."""
        return Questions(self.dear if is_dear(request) else self.cheap, request)

    @property
    def in_use(self) -> int:
        """How many connections are answering questions at this moment."""
        return self.cheap.shelf.shelf.database.in_use + self.dear.shelf.shelf.database.in_use

    async def close(self) -> None:
        """Close the connections; one to a server that is silent is left to the end of the process."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_CLOSE):
                for shelf in (self.cheap.shelf, self.dear.shelf, self.readiness.shelf):
                    await shelf.close()


def is_dear(request: Request) -> bool:
    """Whether a question may cost much more than most."""
    route, asked = request.scope["route"].path, request.query_params
    if route in DEAR_ROUTES or not DEAR_PARAMETERS.isdisjoint(asked):
        return True
    count = asked.get("count", "")
    return not (len(count) <= 3 and (not count.isdecimal() or int(count) <= CHEAP_COUNT))


def _busy(shelf: Shelf, reason: str) -> DatabaseBusy:
    return DatabaseBusy(url=without_password(shelf.database.url), reason=reason)


def _beside(shelf: Shelf, limits: Limits) -> Shelf:
    return Shelf(Database(*shelf.database.address, limits=limits))
