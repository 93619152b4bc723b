"""The server: Streamlit's application under uvicorn, on this machine only, silent towards others.

No file of the user's is read or written for it: theme and options are given here. Every answer
forbids the browser, by content security policy, to ask another host for anything.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import shell
from dashboard.database import AWAITED, DATABASE, DEMONSTRATION
from dashboard.download import download
from dashboard.theme import OPTIONS
from domain.errors import InputError

HOST = "127.0.0.1"
SCRIPT = Path(__file__).with_name("app.py")

_OPTIONS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",  # a reader sees what to do; the log has the traceback
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "global.showWarningOnDirectExecution": False,
    "logger.hideWelcomeMessage": True,
    "logger.level": "warning",
    "server.address": HOST,
    "server.allowedHosts": [HOST, "localhost"],
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.runOnSave": False,
    "server.showEmailPrompt": False,
    "server.maxUploadSize": 32,  # megabytes: a sheet of some ten thousand posts
}

# Streamlit's own scripts and styles are inline in places, and Vega compiles its expressions.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws://127.0.0.1:* ws://localhost:* data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class Headers:
    """Adds to every answer what keeps the browser on this host."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and adds the headers to what is answered."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self.app(scope, receive, with_headers)


def serve(
    database_url: str,
    port: int,
    demonstration: bool,
    ready: Callable[[str], None] = lambda _address: None,
    *,
    awaited: str = "",
) -> None:
    """Serves the pages until it is interrupted; `ready` is told the address once it answers.

    `awaited` is a database that is shown instead as soon as it holds judged posts. Port 0 takes
    any that is free. Raises `InputError` where the port is taken.
    """
    listening = _listen(port)
    taken = listening.getsockname()[1]
    os.environ[DATABASE] = database_url
    os.environ[DEMONSTRATION] = "1" if demonstration else "0"
    os.environ[AWAITED] = awaited
    ready(f"http://{HOST}:{taken}")
    server = uvicorn.Server(
        uvicorn.Config(
            application({"server.port": taken}),
            log_level="warning",
            access_log=False,
            server_header=False,
        )
    )
    server.run(sockets=[listening])


def application(more: dict[str, Any]) -> ASGIApp:
    """The pages and the download as one ASGI application; `more` are options of Streamlit's."""
    from streamlit.starlette import App
    from streamlit.web import bootstrap

    bootstrap.load_config_options({**_OPTIONS, **OPTIONS, **more})
    return App(
        SCRIPT,
        routes=[Route("/download/{what}.{form}", download, methods=["GET"]), *shell.routes()],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
            Middleware(Headers),
        ],
    )


def _listen(port: int) -> socket.socket:
    """A socket that listens already: nobody can take the port between here and the server."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            why, fix = "is taken by another program", "Name another with --port."
        else:
            why, fix = f"can't be opened: {error.strerror}", "Name one above 1023 with --port."
        raise InputError(f"Port {port} {why}.", fix) from error
    return listening
