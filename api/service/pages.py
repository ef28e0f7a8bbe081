"""The pages for people."""

from fastapi import APIRouter, Request, Response

from api.service import contents
from api.service.arguments import shelf_of
from api.service.page_route import PageRoute, shown

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def home(request: Request) -> Response:
    """The map, the search, and what this shelf is."""
    return shown(request, await shelf_of(request).ask(contents.home))
