"""Politeness under the client: pace, budget, retries, rate limits, and limits on what is read.

A request that comes through here was sent no sooner than the pace allows, was repeated only where
repeating helps, and gives a whole body of bounded size, or one of the errors of `domain.errors`.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import httpx
import msgspec

from domain.errors import BadAnswer, BudgetSpent, SourceError, Throttled, Unreachable
from ingest.budget import Budget
from ingest.limits import wait_asked, wait_before_next
from ingest.reach import Reach

TRIES = 4  # of one request, where the server or the way to it is at fault
LIMITS_OBEYED = 3  # waits for one request, however short the server asks for
BACK_OFF_SECONDS = 1.0  # before the second try; doubled each time, with jitter
QUICK_RETRY_SECONDS = 0.3  # once, where nothing answered at all
ONCE = "once"  # a request's extension: not to be repeated where it may have been served
LARGEST_BODY = 32_000_000  # bytes, decompressed
_ENCODINGS = ("", "identity", "gzip")  # what we ask for; others could unpack to any size


class PoliteTransport(httpx.BaseTransport):
    """Wraps the wire. One object serves one source for one run."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        budget: Budget,
        *,
        pace_seconds: float,
        largest_body: int = LARGEST_BODY,
        reach: Reach | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._inner = inner
        self._budget = budget
        self._pace = pace_seconds
        self._largest = largest_body
        self._reach = reach or Reach()
        self._jitter = jitter
        self._free_at: dict[str, float] = {}  # host -> when it may be asked again
        self._limits_met = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its whole body, whatever its status.

        Raises `Unreachable`, `Throttled`, `BadAnswer`, `BudgetSpent`.
        """
        failures = limits = 0
        while True:
            if self._reach.offline():
                raise Unreachable(
                    "It was not asked: nothing in the network answers.",
                    "Is this machine online? Try again later.",
                )
            try:
                answer = self._send(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failures += 1
                self._reach.unanswered(request.url.host)
                # Offline must show within seconds: no long series of retries.
                if failures > 1 or isinstance(error, httpx.ConnectTimeout):
                    raise _unreachable(request, error) from error
                self._budget.wait(QUICK_RETRY_SECONDS)
                continue
            except (httpx.TimeoutException, httpx.ReadError) as error:
                failures += 1
                if request.extensions.get(ONCE):
                    raise _unreachable(request, error) from error
                self._back_off(failures, _unreachable(request, error))
                continue
            wait = self._wait_asked(answer)
            if wait is not None:
                limits += 1
                self._obey(request, wait, limits)
            elif answer.status_code >= 500:
                failures += 1
                self._back_off(failures, _unserved(request, answer.status_code))
            elif _is_torn(answer):
                failures += 1
                torn = _broken(request, "sent JSON that breaks off")
                if request.extensions.get(ONCE):
                    raise torn
                self._back_off(failures, torn)
            else:
                return answer

    def rest(self, host: str, seconds: float) -> None:
        """Leaves a host (as in an address, with its port) alone for so long."""
        until = self._budget.clock.monotonic() + seconds
        self._free_at[host] = max(self._free_at.get(host, 0.0), until)

    def close(self) -> None:
        """Closes the wire."""
        self._inner.close()

    def _send(self, request: httpx.Request) -> httpx.Response:
        host = request.url.netloc.decode("ascii")
        clock = self._budget.clock
        self._budget.wait(self._free_at.get(host, 0.0) - clock.monotonic())
        self._budget.take_request()
        self._free_at[host] = clock.monotonic() + self._pace
        answer = self._inner.handle_request(request)
        self._reach.answered()
        try:
            body = self._read(request, answer)
        finally:
            answer.close()
        headers = [  # as bytes: some servers write dates in their own alphabet
            (name, told)
            for name, told in answer.headers.raw
            if name.lower() not in (b"content-encoding", b"content-length", b"transfer-encoding")
        ]
        if answer.status_code < 400:
            pause = wait_before_next(answer.headers, now=clock.time())
            self._free_at[host] = max(self._free_at[host], clock.monotonic() + pause)
        return httpx.Response(answer.status_code, headers=headers, content=body, request=request)

    def _read(self, request: httpx.Request, answer: httpx.Response) -> bytes:
        encoding = answer.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            raise _broken(request, f"answered in the encoding {encoding[:20]}, not asked for")
        most = min(self._largest, self._budget.bytes_left())
        body = bytearray()
        try:
            for part in answer.iter_bytes():
                body += part
                if len(body) > most:
                    raise self._too_large(request, most)
        except httpx.DecodingError as error:
            raise httpx.ReadError("the compressed body is damaged", request=request) from error
        finally:
            self._budget.bytes_used += max(len(body), answer.num_bytes_downloaded)
        return bytes(body)

    def _too_large(self, request: httpx.Request, most: int) -> SourceError:
        if most < self._largest:
            return BudgetSpent(
                f"{self._budget.source}: this run's {self._budget.bytes // 1_000_000} MB are "
                "used up.",
                "The next run goes on.",
            )
        return _broken(request, f"sent more than {most // 1_000_000} MB")

    def _wait_asked(self, answer: httpx.Response) -> float | None:
        wait = wait_asked(
            answer.status_code,
            answer.headers,
            answer.content,
            now=self._budget.clock.time(),
            times_before=self._limits_met,
        )
        if wait is not None:
            self._limits_met += 1
        return wait

    def _obey(self, request: httpx.Request, wait: float, limits: int) -> None:
        if wait > self._budget.seconds_left() or limits > LIMITS_OBEYED:
            raise Throttled(
                f"{request.url.host} asks for a pause of {wait:.0f} s.",
                "The next run goes on where this one stopped.",
                wait_seconds=wait,
            )
        self._budget.wait(wait)

    def _back_off(self, failures: int, error: SourceError) -> None:
        """Waits for longer each time, or raises `error` when tries or seconds are used up."""
        wait = BACK_OFF_SECONDS * 2 ** (failures - 1) * (0.5 + self._jitter())
        if failures >= TRIES or wait > self._budget.seconds_left():
            raise error
        self._budget.wait(wait)


def _is_torn(answer: httpx.Response) -> bool:
    """Whether a good answer calls itself JSON and is not: cut on the way, worth another try."""
    kind = answer.headers.get("content-type", "")
    if answer.status_code != 200 or (kind and not is_json(kind)):
        return False
    try:
        msgspec.json.decode(answer.content, type=msgspec.Raw)
    except msgspec.DecodeError:
        return True
    return False


def is_json(content_type: str) -> bool:
    """Whether a Content-Type header names JSON (`application/json`, `...+json`)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _unreachable(request: httpx.Request, error: Exception) -> Unreachable:
    made = Unreachable(
        f"{request.url.host} can't be reached: {error}.", "Is this machine online? Try again later."
    )
    made.served = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    return made


def _unserved(request: httpx.Request, status: int) -> BadAnswer:
    made = _broken(request, f"answered {status}")
    made.served = False
    return made


def _broken(request: httpx.Request, what: str) -> BadAnswer:
    return BadAnswer(f"{request.url.host} {what}.", "The next run tries again.")
