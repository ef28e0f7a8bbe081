"""The files of the page: styles, scripts and a picture for the tab. They are read once, as the service starts."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.service.sending import pack, sent, tag

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class File:
    """One file."""

    content: bytes
    packed: bytes
    media_type: str
    etag: str


@cache
def stored() -> dict[str, File]:
    """Return the files by their names; only these can be asked for, so no path leads elsewhere."""
    found = {}
    for path in files("api.service").joinpath("static").iterdir():
        media_type = TYPES.get(path.name.rpartition(".")[2])
        if media_type is not None:
            content = path.read_bytes()
            found[path.name] = File(content, pack(content), media_type, tag(content))
    return found


@router.get("/static/{name}")
async def static_file(request: Request, name: str) -> Response:
    """Return a file of the page."""
    file = stored().get(name)
    if file is None:
        raise HTTPException(404)
    return sent(request, file.content, file.media_type, file.etag, packed=file.packed)
