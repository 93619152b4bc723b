"""The one HTTP client: what a source asks with, and what it gets back.

One request is under way at a time. Answers are decoded into the type that the source names.
Redirects are followed by hand: each target must be a host that the settings or the source allow,
and credentials stay at their host.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from domain.errors import BadAnswer, Refused, SettingsError
from domain.settings import SourceSettings
from ingest.answer import Answer, answered, decoded, refused
from ingest.budget import Budget, Clock
from ingest.reach import Reach
from ingest.transport import ONCE, PoliteTransport
from ingest.wire import Wire, proxy_for

REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)

T = TypeVar("T")
Recorder = Callable[[httpx.Response], None]


class Client:
    """Asks one source, politely. A context manager: leaving it closes the connections."""

    def __init__(
        self,
        settings: SourceSettings,
        budget: Budget,
        *,
        contact: str = "",
        hosts: Collection[str] = (),
        addresses: Collection[str] = (),
        inner: httpx.BaseTransport | None = None,
        record: Recorder | None = None,
        reach: Reach | None = None,
    ) -> None:
        """`addresses` may be asked beside the settings' own; redirects may also lead to `hosts`.

        `record` is told each answer that was not a failure of the way to it.
        """
        asked = [*filter(None, [settings.base]), *settings.also.values(), *addresses]
        urls = [_whole(address, budget.source) for address in asked]
        if not urls:
            raise SettingsError(
                f"sources.{budget.source} names no address.", "Set `base` or `search`."
            )
        self._base = urls[0]
        self._own = {_origin(u) for u in urls}
        self._origins = self._own | {("https", h, 443) for h in hosts}
        self.budget = budget
        self._record = record
        self._transport = PoliteTransport(
            inner or Wire(3 * settings.timeout_seconds, proxy_for(str(self._base))),
            budget,
            pace_seconds=settings.pace_seconds,
            reach=reach,
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
        once: bool = False,
    ) -> Answer[T]:
        """GETs `where`, a path under the base address or a whole address, as JSON of type `of`.

        Where the base is not set, `where` must be a whole address. Credentials given in `headers`
        go to the host of `where` where the settings name it, and to no other. `once`, for what
        costs money: it is not repeated where it may have been served already.

        Raises `Refused` for 4xx, `BadAnswer` for anything that isn't `of`, and the errors of the
        transport.
        """
        answer = self._get(where, params, headers, etag, last_modified, once=once)
        if answer.status_code == 304:
            return Answer(content=None, etag=etag, last_modified=last_modified)
        return answered(answer, decoded(answer, of))

    def get_bytes(
        self,
        where: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str = "",
        last_modified: str = "",
    ) -> Answer[bytes]:
        """GETs `where` as it is, for a source that reads something other than JSON."""
        answer = self._get(where, params, headers, etag, last_modified)
        if answer.status_code == 304:
            return Answer(content=None, etag=etag, last_modified=last_modified)
        return answered(answer, answer.content)

    def post(
        self,
        where: str,
        of: type[T],
        *,
        form: Mapping[str, str] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer[T]:
        """POSTs a form or a JSON document to `where`; what comes back is JSON of type `of`.

        A POST is repeated like any request: use it only for what may happen twice.
        """
        url = self._address(where)
        self._check(url)
        if form is not None:
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = msgspec.json.encode(json), "application/json"
        sent = {**self._headers, "Content-Type": kind, **(headers or {})}
        sent["Host"] = url.netloc.decode("ascii")
        request = httpx.Request("POST", url, headers=sent, content=body)
        answer = self._told(self._transport.handle_request(request))
        if answer.status_code in _MOVED:
            raise BadAnswer(f"{url.host}{url.path} has moved.", "Check the address.")
        return answered(answer, decoded(answer, of))

    def rest(self, seconds: float, where: str = "") -> None:
        """Leaves the host of `where` (the base's without) alone for so long before the next."""
        self._transport.rest(self._address(where).netloc.decode("ascii"), seconds)

    def _get(
        self,
        where: str,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
        etag: str,
        last_modified: str,
        *,
        once: bool = False,
    ) -> httpx.Response:
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        # What was sent in another alphabet can't be sent back: then the whole is asked for.
        asked = dict(headers or {}) | {k: v for k, v in conditions.items() if v and v.isascii()}
        url = self._address(where)
        if _origin(url) not in self._own:
            asked.pop("Authorization", None)
        answer = self._follow(url.copy_merge_params(params) if params else url, asked, once=once)
        return self._told(answer)

    def _told(self, answer: httpx.Response) -> httpx.Response:
        if self._record:
            self._record(answer)
        if answer.status_code >= 400:
            raise refused(answer)
        return answer

    def _address(self, where: str) -> httpx.URL:
        if "://" in where:
            return httpx.URL(where)
        return self._base.copy_with(path=f"{self._base.path.rstrip('/')}/{where.lstrip('/')}")

    def _follow(self, url: httpx.URL, headers: Mapping[str, str], *, once: bool) -> httpx.Response:
        sent = {**self._headers, **headers}
        for _ in range(REDIRECTS + 1):
            self._check(url)
            sent["Host"] = url.netloc.decode("ascii")
            request = httpx.Request("GET", url, headers=sent, extensions={ONCE: once})
            answer = self._transport.handle_request(request)
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


def _whole(address: str, source: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(
            f"sources.{source}: {address!r} is no address.", "Write https://host/path."
        )
    return url


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def _target(url: httpx.URL, answer: httpx.Response) -> httpx.URL:
    """Where a redirect leads; what was asked for goes along where the target names no query."""
    try:
        target = url.join(answer.headers.get("location", ""))
    except httpx.InvalidURL as error:
        raise BadAnswer(f"{url.host} redirects to something that is no address.") from error
    return target if target.query else target.copy_with(query=url.query or None)


def client_for(
    source: str,
    settings: SourceSettings,
    *,
    requests: int,
    contact: str = "",
    hosts: Collection[str] = (),
    addresses: Collection[str] = (),
    clock: Clock | None = None,
    record: Recorder | None = None,
    reach: Reach | None = None,
) -> Client:
    """A client with the budget of `settings`, of at most `requests` requests."""
    budget = Budget(
        source=source,
        requests=requests,
        seconds=settings.budget_seconds,
        bytes=int(settings.budget_megabytes * 1_000_000),
        dollars=settings.budget_dollars,
        clock=clock or Clock(),
    )
    return Client(
        settings,
        budget,
        contact=contact,
        hosts=hosts,
        addresses=addresses,
        record=record,
        reach=reach,
    )
