"""A real HTTP server on loopback that says what a test tells it to, faults included.

`Replay(answer)` asks `answer` for each request's `Reply`. `replay.faults[n]` replaces the answer to
the n-th request (from 0). `replay.asked` holds what was asked, in order.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came in. Header names are in lower case; `body` is a POST's."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes = b""
    query: str = ""  # as it came, for what is asked for more than once

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer, or a way not to answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: dict(JSON))
    body: bytes = b""
    hang: float = 0.0  # seconds of silence before the first byte
    trickle: float = 0.0  # seconds between single bytes of the body
    trickle_head: float = 0.0  # seconds between single bytes of the status line
    promised: int | None = None  # a Content-Length that differs from what is sent
    reset: bool = False  # the connection breaks instead of an answer


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON answer; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): told for name, told in headers.items()}
    return Reply(status=status, headers=JSON | named, body=json.dumps(value).encode())


class Replay:
    """The running server; see the module."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.faults: dict[int, Reply] = {}
        self._lock = threading.Lock()
        replay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body go out at once, not 40 ms apart

            def do_GET(self) -> None:
                replay._handle(self)

            def do_POST(self) -> None:
                replay._handle(self)

            def log_message(self, *_: object) -> None:
                """Tests read `asked` instead."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        # The waiting time of a hanging reply must not hold up the end of a test.
        self._server.block_on_close = False
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = Asked(
            path=parts.path,
            params=dict(parse_qsl(parts.query)),
            headers={k.lower(): v for k, v in handler.headers.items()},
            method=handler.command,
            body=handler.rfile.read(int(handler.headers.get("Content-Length", 0))),
            query=parts.query,
        )
        with self._lock:
            number = len(self.asked)
            self.asked.append(asked)
            reply = self.faults.get(number) or self.answer(asked)
        with suppress(OSError):  # the other side may have had enough
            _send(handler, reply)


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    if reply.reset:
        # A linger time of zero makes close() send RST.
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RD)
        handler.connection.close()
        return
    time.sleep(reply.hang)
    if reply.trickle_head:
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000:
            handler.wfile.write(bytes([byte]))
            time.sleep(reply.trickle_head)
    handler.send_response(reply.status)
    for name, told in reply.headers.items():
        handler.send_header(name, told)
    if reply.status not in (204, 304):
        length = len(reply.body) if reply.promised is None else reply.promised
        handler.send_header("Content-Length", str(length))
    handler.end_headers()
    if reply.trickle:
        for byte in reply.body:
            handler.wfile.write(bytes([byte]))
            time.sleep(reply.trickle)
    else:
        handler.wfile.write(reply.body)
    if reply.promised is not None:
        handler.close_connection = True


@contextmanager
def replaying(answer: Callable[[Asked], Reply]) -> Iterator[Replay]:
    """A server for the time of a `with`."""
    server = Replay(answer)
    try:
        yield server
    finally:
        server.close()


class QuickClock:
    """A clock whose sleep costs nothing and is remembered: time only jumps ahead."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._ahead = 0.0

    def monotonic(self) -> float:
        """Real time, plus what was slept."""
        return time.monotonic() + self._ahead

    def time(self) -> float:
        """Real time, plus what was slept."""
        return time.time() + self._ahead

    def stop(self) -> None:
        """Nothing waits here."""

    def stopped(self) -> bool:
        """Never."""
        return False

    def sleep(self, seconds: float) -> None:
        """Jumps ahead."""
        self.slept.append(seconds)
        self._ahead += seconds
