"""What the page's map asks for: its ready-made parts, one article with its nearest, what a selection has in common."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.service import map_answers, picture
from api.service.arguments import shelf_of
from api.service.bodies import body
from api.service.route import Route
from api.service.routes import PROBLEMS
from api.service.sending import known, pack, sent
from api.shelf import Shelf
from db.search.map import map_part, map_parts, map_version

NO_MAP = 'the active model has no map, or not this part of it; run "python -m train map" to make one'
LAYOUT = 1  # counts the ways in which the parts were ever laid out
Responses = dict[int | str, dict[str, Any]]
BYTES: Responses = {200: {"content": {"application/octet-stream": {}}}}
TEXT: Responses = {200: {"content": {"text/plain": {}}}}
PICTURE: Responses = {200: {"content": {"image/png": {}}}}

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


@router.post("/map/selection", response_model=map_answers.Common)
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
    """Send what was made of a part; nothing but its version is read while the client has it already."""

    def find(shelf: Shelf) -> tuple[str, bytes, bytes]:
        version = map_version(shelf.database, part)
        tag = _tag(*version) if version else None
        if tag is not None and known(request, tag):
            return tag, b"", b""
        content = read(shelf) if version else None
        if tag is None or content is None:
            raise HTTPException(404, NO_MAP)
        return tag, content, _packed(content) if media_type != "image/png" else content

    tag, content, packed = await shelf_of(request).ask(find)
    return sent(request, content, media_type, tag, packed=packed)


def _tag(model_id: int, made_at: datetime) -> str:
    return f'W/"{model_id}-{made_at.timestamp():.6f}-{LAYOUT}"'


@lru_cache(maxsize=12)
def _packed(content: bytes) -> bytes:
    return pack(content)


def _picture(shelf: Shelf) -> bytes | None:
    parts = map_parts(shelf.database, "points", "colour/genre", "colour/topic")
    codes = parts.get("colour/genre", parts.get("colour/topic"))
    return picture.drawn(parts["points"], codes) if codes is not None else None
