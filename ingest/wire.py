"""One request on the wire, with an end: whatever the other side does, it is over by a deadline.

httpx limits each single read. A server that sends one byte a second passes that limit for hours,
and the lookup of a name has no limit at all. So the sockets here share one deadline for a whole
exchange, and names are looked up in a thread that is left behind when it takes too long.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

CONNECT_SECONDS = 5.0  # for the name and all its addresses together
_UNREACHED = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.ProxyError)


class Wire(httpx.BaseTransport):
    """Sends a request once. `seconds` bounds the exchange from the first byte to the last.

    Raises `httpx.ConnectTimeout` or `httpx.ConnectError` where nothing answers,
    `httpx.ReadTimeout` at the deadline, `httpx.ReadError` for a connection that broke.
    """

    def __init__(self, seconds: float, proxy: str | None = None) -> None:
        self._seconds = seconds
        self._network = _Network()
        self._proxy = proxy
        self._pool: httpcore.ConnectionPool | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer's head; its body is read from the stream, under the same deadline."""
        self._network.deadline = time.monotonic() + self._seconds
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.read(),
        )
        try:
            got = self._opened().handle_request(asked)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise _named(error, request) from error
        return httpx.Response(
            status_code=got.status, headers=got.headers, stream=_Body(got, request)
        )

    def close(self) -> None:
        """Closes the connections that were kept open."""
        if self._pool is not None:
            self._pool.close()

    def _opened(self) -> httpcore.ConnectionPool:
        if self._pool is None:
            context = _trusted()
            self._pool = (
                httpcore.HTTPProxy(self._proxy, ssl_context=context, network_backend=self._network)
                if self._proxy
                else httpcore.ConnectionPool(ssl_context=context, network_backend=self._network)
            )
        return self._pool


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts; loading them takes longer than most requests."""
    return httpx.create_ssl_context()


def proxy_for(address: str) -> str | None:
    """The proxy that the environment names for this address (HTTPS_PROXY, NO_PROXY), if any."""
    url = httpx.URL(address)
    found = getproxies().get(url.scheme)
    return found if found and not proxy_bypass(url.host) else None


class _Body(httpx.SyncByteStream):
    def __init__(self, got: httpcore.Response, request: httpx.Request) -> None:
        self._got = got
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._got.iter_stream()
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise _named(error, self._request) from error

    def close(self) -> None:
        self._got.close()


def _named(error: Exception, request: httpx.Request) -> httpx.TransportError:
    kind: type[httpx.TransportError]
    match error:
        case httpcore.ConnectTimeout():
            kind = httpx.ConnectTimeout
        case httpcore.ConnectError() | httpcore.ProxyError():
            kind = httpx.ConnectError
        case httpcore.TimeoutException():
            kind = httpx.ReadTimeout
        case _:
            kind = httpx.ReadError
    return kind(str(error) or type(error).__name__, request=request)


class _Network(httpcore.NetworkBackend):
    """Sockets whose every wait ends at `deadline` (a time of `time.monotonic`)."""

    def __init__(self) -> None:
        self.deadline = 0.0
        self._plain = httpcore.SyncBackend()

    def left(self) -> float:
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("the answer took too long")
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        end = time.monotonic() + min(CONNECT_SECONDS, self.left())
        addresses = _look_up(host, port, end - time.monotonic())
        for tried, address in enumerate(addresses, start=1):
            share = max(end - time.monotonic(), 0.1) / (len(addresses) - tried + 1)
            try:
                plain = self._plain.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if tried == len(addresses):
                    raise
            else:
                return _Stream(plain, self)
        raise httpcore.ConnectError(f"{host} has no address")


class _Stream(httpcore.NetworkStream):
    """A connection that never waits past its network's deadline."""

    def __init__(self, plain: httpcore.NetworkStream, network: _Network) -> None:
        self._plain = plain
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._plain.read(max_bytes, self._network.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._plain.write(buffer, self._network.left())

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = min(CONNECT_SECONDS, self._network.left())
        return _Stream(self._plain.start_tls(ssl_context, server_hostname, seconds), self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of `host`. The resolver can't be stopped: its thread is left to end alone."""
    found: list[str] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise httpcore.ConnectError(f"the name {host} was not found") from failed[0]
    if not found:
        raise httpcore.ConnectTimeout(f"looking up {host} took more than {seconds:.0f} s")
    return found
