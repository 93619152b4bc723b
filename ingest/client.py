"""The one HTTP client: what a source asks with, and what it gets back.

Answers are decoded into the type that the source names. Redirects are followed by hand: each
target must be a host that the settings or the source allow, and credentials stay at their host.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Generic, TypeVar

import httpx
import msgspec

from domain.errors import BadAnswer, Gone, Refused, SettingsError
from domain.settings import SourceSettings
from ingest.budget import Budget, Clock
from ingest.transport import PoliteTransport, is_json
from ingest.wire import Wire, proxy_for

REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*?\brel\s*=\s*"?next"?', re.IGNORECASE)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer(Generic[T]):
    """A decoded answer; `content` is None where nothing changed since the given ETag (304)."""

    content: T | None
    etag: str = ""
    last_modified: str = ""
    next_page: str = ""  # the address of `Link: rel="next"`, as it was sent; "" at the end


class Client:
    """Asks one source, politely. A context manager: leaving it closes the connections."""

    def __init__(
        self,
        settings: SourceSettings,
        budget: Budget,
        *,
        contact: str = "",
        hosts: Collection[str] = (),
        inner: httpx.BaseTransport | None = None,
    ) -> None:
        """`hosts` are names beside the base address's own that redirects may lead to."""
        self._base = httpx.URL(settings.base)
        if self._base.scheme not in ("http", "https") or not self._base.host:
            raise SettingsError(
                f"sources.{budget.source}: base = {settings.base!r} is no address.",
                "Write https://host/path.",
            )
        self._origins = {_origin(self._base)} | {("https", h, 443) for h in hosts}
        self.budget = budget
        self._transport = PoliteTransport(
            inner or Wire(3 * settings.timeout_seconds, proxy_for(settings.base)),
            budget,
            pace_seconds=settings.pace_seconds,
        )
        self._headers = {
            "User-Agent": user_agent(contact),
            "Accept-Encoding": "gzip",
            "Host": "",
        }

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._transport.close()

    def get(
        self,
        where: str,
        of: type[T],
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str = "",
        last_modified: str = "",
    ) -> Answer[T]:
        """GETs `where`, a path under the base address or a whole address, as JSON of type `of`.

        Raises `Refused` for 4xx, `BadAnswer` for anything that isn't `of`, and the errors of the
        transport.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        asked = dict(headers or {}) | {k: v for k, v in conditions.items() if v}
        url = self._address(where)
        if _origin(url) != _origin(self._base):
            asked.pop("Authorization", None)
        answer = self._follow(url.copy_merge_params(params) if params else url, asked)
        if answer.status_code == 304:
            return Answer(content=None, etag=etag, last_modified=last_modified)
        if answer.status_code >= 400:
            raise _refused(answer)
        return Answer(
            content=_decoded(answer, of),
            etag=answer.headers.get("etag", ""),
            last_modified=answer.headers.get("last-modified", ""),
            next_page=_next_page(answer),
        )

    def _address(self, where: str) -> httpx.URL:
        if "://" in where:
            return httpx.URL(where)
        return self._base.copy_with(path=f"{self._base.path.rstrip('/')}/{where.lstrip('/')}")

    def _follow(self, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        sent = {**self._headers, **headers}
        for _ in range(REDIRECTS + 1):
            self._check(url)
            sent["Host"] = url.netloc.decode("ascii")
            answer = self._transport.handle_request(httpx.Request("GET", url, headers=sent))
            if answer.status_code not in _MOVED:
                return answer
            target = _target(url, answer)
            if _origin(target) != _origin(url):
                sent.pop("Authorization", None)
            url = target
        raise BadAnswer(f"{url.host} redirects in circles.", "Check the address in the settings.")

    def _check(self, url: httpx.URL) -> None:
        if _origin(url) not in self._origins:
            raise Refused(
                f"{self._base.host} sends us on to {url.scheme}://{url.host}, which is not a "
                "configured host.",
                "If it moved, change `base` in whylost.toml.",
            )


def user_agent(contact: str) -> str:
    """The program, its version, and whom to write to where the settings name someone."""
    try:
        program = f"whylost/{version('whylost')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        program = "whylost/0"
    clean = "".join(c for c in contact if c.isascii() and c.isprintable()).strip()
    return f"{program} (+{clean})" if clean else program


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def _target(url: httpx.URL, answer: httpx.Response) -> httpx.URL:
    """Where a redirect leads; what was asked for goes along where the target names no query."""
    try:
        target = url.join(answer.headers.get("location", ""))
    except httpx.InvalidURL as error:
        raise BadAnswer(f"{url.host} redirects to something that is no address.") from error
    return target if target.query else target.copy_with(query=url.query or None)


def _refused(answer: httpx.Response) -> Refused:
    where = f"{answer.request.url.host}{answer.request.url.path}"
    match answer.status_code:
        case 401:
            return Refused(f"{where} wants other credentials (401).", "Check the variable's value.")
        case 403:
            return Refused(f"{where} is forbidden to us (403).", "Check address and credentials.")
        case 404 | 410:
            return Gone(
                f"{where} is not there ({answer.status_code}).", "Check `search` in whylost.toml."
            )
        case 451:
            return Refused(f"{where} is closed for legal reasons (451).")
        case status:
            return Refused(f"{where} refused the request ({status}).", "Please report this.")


def _decoded(answer: httpx.Response, of: type[T]) -> T:
    kind = answer.headers.get("content-type", "")
    host = answer.request.url.host
    if kind and not is_json(kind):  # without a Content-Type the body decides (RFC 9110, 8.3)
        raise BadAnswer(
            f"{host} answered with {kind.partition(';')[0][:40]}, not JSON.",
            "The next run tries again.",
        )
    try:
        return msgspec.json.decode(answer.content, type=of)
    except msgspec.DecodeError as error:
        raise BadAnswer(f"{host} answered in another shape: {error}.") from error


def _next_page(answer: httpx.Response) -> str:
    found = _NEXT.search(answer.headers.get("link", ""))
    return found[1] if found else ""


def client_for(
    source: str,
    settings: SourceSettings,
    *,
    requests: int,
    contact: str = "",
    hosts: Collection[str] = (),
    clock: Clock | None = None,
) -> Client:
    """A client with the budget of `settings`, of at most `requests` requests."""
    budget = Budget(
        source=source,
        requests=requests,
        seconds=settings.budget_seconds,
        bytes=int(settings.budget_megabytes * 1_000_000),
        clock=clock or Clock(),
    )
    return Client(settings, budget, contact=contact, hosts=hosts)
