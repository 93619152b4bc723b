"""The HTML around the application: Streamlit's own, told at once where its server is.

Without that, a page opened at a deep link first asks for the server below its own path, and leaves
two errors in the browser's console before it finds it. If a later Streamlit no longer reads this
setting, the page still works as it did.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
_TOLD = "<head><script>window.__streamlit = {BACKEND_BASE_URL: window.location.origin}</script>"
# A broken line: a conversation that stops.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" '
    'rx="6" fill="#1f5f8b"/><path d="M6 16h8m4 0h2m3 0h3" stroke="#fff" stroke-width="4" '
    'stroke-linecap="round"/></svg>'
)


def routes() -> list[Route]:
    """One for each page, by the name of its file, and the icon."""
    pages = Path(__file__).with_name("views").glob("[!_]*.py")
    paths = ["/", *(f"/{page.stem}" for page in sorted(pages))]
    return [Route("/favicon.png", _icon), *(Route(path, _page) for path in paths)]


def _page(_request: Request) -> Response:
    return HTMLResponse(_html(), headers={"Cache-Control": "no-cache"})


def _icon(_request: Request) -> Response:
    return Response(_ICON, media_type="image/svg+xml")


@cache
def _html() -> str:
    html = _INDEX.read_text(encoding="utf-8")
    return html.replace("<head>", _TOLD, 1).replace(
        "<title>Streamlit</title>", "<title>whylost</title>", 1
    )
