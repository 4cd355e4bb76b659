"""The browser application: pages and scripts that ``scripts/web.py`` builds from ``web/`` into ``static/``."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from earmark.server import reference
from earmark.server.ranges import matches

router = APIRouter(include_in_schema=False)

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
"""Names of scripts and styles hold a hash of what is in them."""
ALWAYS_ASK = "no-cache"
PAGES = ("projects", "recordings", "live", "jobs", "models", "people", "account", "system")
"""First parts of the addresses that the application shows by itself; see ``web/src/app.tsx``."""
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}


@lru_cache(maxsize=256)
def _read(path: Path) -> tuple[bytes, str, str]:
    """Bytes, media type and ETag of a built file; it does not change while the server runs."""
    data = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return data, kind, f'"{hashlib.sha256(data).hexdigest()[:20]}"'


def _send(request: Request, path: Path, caching: str) -> Response:
    try:
        data, kind, etag = _read(path)
    except OSError as error:
        raise HTTPException(404) from error
    headers = {"Cache-Control": caching, "ETag": etag}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=kind, headers=headers)


def is_built() -> bool:
    """Whether there is an application to show."""
    return (STATIC / "index.html").is_file()


def application(request: Request) -> Response:
    """Show the application, or say what is here where it was not built."""
    if is_built():
        return _send(request, STATIC / "index.html", ALWAYS_ASK)
    return Response(reference.home(), media_type="text/html")


def asset(request: Request, name: str) -> Response:
    """Give a script or a style."""
    return _send(request, STATIC / "assets" / Path(name).name, FOREVER)


def icon(request: Request) -> Response:
    """Give the picture in the browser's tab."""
    return _send(request, STATIC / "icon.svg", ALWAYS_ASK)


def theme(request: Request) -> Response:
    """Give the script that chooses the colours before anything is drawn."""
    return _send(request, STATIC / "theme.js", ALWAYS_ASK)


for _path in ("/", *(f"/{page}{below}" for page in PAGES for below in ("", "/{rest:path}"))):
    router.add_api_route(_path, application, methods=["GET", "HEAD"])
router.add_api_route("/assets/{name}", asset, methods=["GET", "HEAD"])
router.add_api_route("/icon.svg", icon, methods=["GET", "HEAD"])
router.add_api_route("/favicon.ico", icon, methods=["GET", "HEAD"])
router.add_api_route("/theme.js", theme, methods=["GET", "HEAD"])
