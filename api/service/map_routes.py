"""What the page's map asks for: its ready-made parts, one article with its nearest, what a selection has in common."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.service import map_answers, picture
from api.service.arguments import shelf_of
from api.service.bodies import body, described
from api.service.route import Route
from api.service.routes import PROBLEMS
from api.service.sending import known, pack, sent
from api.shelf import Shelf
from db.search.map import map_part, map_parts, map_version

NO_MAP = 'the active model has no map, or not this part of it; run "python -m train map" to make one'
MOST_KEPT = 12
LAYOUT = 1  # counts the ways in which the parts were ever laid out
Responses = dict[int | str, dict[str, Any]]
BYTES: Responses = {200: {"content": {"application/octet-stream": {}}}}
TEXT: Responses = {200: {"content": {"text/plain": {}}}}
PICTURE: Responses = {200: {"content": {"image/png": {}}}}

_kept: dict[tuple[str, str, str], tuple[bytes, bytes]] = {}
router = APIRouter(responses=PROBLEMS, route_class=Route)


@router.get("/map/points", response_class=Response, responses=BYTES)
async def map_points(request: Request) -> Response:
    """The points of the map and all that is said of it; docs/map.md describes the bytes."""
    return await _part(request, "points", "application/octet-stream")


@router.get("/map/titles", response_class=Response, responses=TEXT)
async def map_titles(request: Request) -> Response:
    """The titles of the points, one in each line, in the order of the points."""
    return await _part(request, "titles", "text/plain; charset=utf-8")


@router.get("/map/colour/{field}", response_class=Response, responses=BYTES)
async def map_colour(request: Request, field: str) -> Response:
    """One byte for each point: which value of the field it has."""
    return await _part(request, f"colour/{field}", "application/octet-stream")


@router.get("/map.png", response_class=Response, responses=PICTURE)
async def map_picture(request: Request) -> Response:
    """A picture of the map, coloured by topic or by genre."""
    return await _sent(request, "points", "image/png", _picture)


@router.get("/map/article/{article_id}", response_model=map_answers.PlacedArticle)
async def map_article(request: Request, article_id: int) -> Response:
    """An article, its place on the map, and the ten nearest in the space of the model, each with a reason."""
    found = await shelf_of(request).ask(lambda shelf: map_answers.placed_article(shelf, article_id))
    return sent(request, found.model_dump_json().encode(), "application/json")


@router.post("/map/selection", response_model=map_answers.Common, openapi_extra=described(map_answers.Selection))
async def map_selection(request: Request) -> Response:
    """What the articles {"ids": [...]} have in common, beside all articles."""
    ids = (await body(request, map_answers.Selection)).ids
    found = await shelf_of(request).ask(lambda shelf: map_answers.common(shelf, ids))
    return Response(found.model_dump_json(), media_type="application/json")


async def _part(request: Request, part: str, media_type: str) -> Response:
    def read(shelf: Shelf) -> bytes | None:
        found = map_part(shelf.database, part)
        return found.content if found else None

    return await _sent(request, part, media_type, read)


async def _sent(request: Request, part: str, media_type: str, read: Callable[[Shelf], bytes | None]) -> Response:
    """Send what was made of a part; nothing but its version is read while the client or this process has it."""

    def find(shelf: Shelf) -> tuple[str, bytes, bytes]:
        tag = _tag(shelf, part)
        if tag is None:
            raise HTTPException(404, NO_MAP)
        if known(request, tag):
            return tag, b"", b""
        kept = _kept.get((media_type, part, tag))
        if kept is None:
            content = read(shelf)
            if _tag(shelf, part) != tag:  # the model was switched, or the map made anew, in between
                return find(shelf)
            if content is None:
                raise HTTPException(404, NO_MAP)
            kept = content, pack(content) if media_type != "image/png" else content
            _keep((media_type, part, tag), kept)
        return tag, *kept

    tag, content, packed = await shelf_of(request).ask(find)
    return sent(request, content, media_type, tag, packed=packed)


def _keep(name: tuple[str, str, str], kept: tuple[bytes, bytes]) -> None:
    """Keep it for the next clients; however many read it slowly, it is in memory once."""
    while len(_kept) >= MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[name] = kept


def _tag(shelf: Shelf, part: str) -> str | None:
    version = map_version(shelf.database, part)
    return f'W/"{version[0]}-{version[1].timestamp():.6f}-{LAYOUT}"' if version else None


def _picture(shelf: Shelf) -> bytes | None:
    parts = map_parts(shelf.database, "points", "colour/genre", "colour/topic")
    codes = parts.get("colour/genre", parts.get("colour/topic"))
    return picture.drawn(parts["points"], codes) if codes is not None else None
