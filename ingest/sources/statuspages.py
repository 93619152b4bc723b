"""Vendors' status pages as outages: Statuspage, incident.io's copy of its API, and Instatus.

An outage can explain reports of its time; it never confirms a cause. Statuspage's API
(https://metastatuspage.com/api) gives the newest 50 incidents with their updates, and edits them in
place. incident.io serves the same paths with other habits: keys without content are left out, words
are its own. Instatus has neither: what lasts is in `/v3/summary.json`, what was is in a feed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from domain.errors import BadAnswer, Gone, InputError
from domain.nouns import Frame, Outage, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.feeds import Entry, NewestOnly, parse
from ingest.products import products_of
from ingest.source import Missed, Page, Source, Terms, Window
from ingest.text import from_html
from ingest.wires.statuspages import Incident, Incidents, Lasting, Summary, Update

NEWEST = 50  # incidents that Statuspage gives
LONGEST = 200  # of a name
STATUSPAGE, INSTATUS = "statuspage", "instatus"


class StatusPages(NewestOnly):
    """One place a page; `about` in the settings names its vendor."""

    name: ClassVar[str] = "statuspages"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=(
            "https://status.claude.com",
            "https://status.openai.com",
            "https://www.githubstatus.com",
            "https://status.cursor.com",
            "https://status.perplexity.com",
        ),
        about={
            "https://status.claude.com": "Anthropic",
            "https://status.openai.com": "OpenAI",
            "https://www.githubstatus.com": "Microsoft",
            "https://status.cursor.com": "Anysphere",
            "https://status.perplexity.com": "Perplexity",
        },
        budget_requests=40,
        budget_seconds=120.0,
    )
    terms: ClassVar[Terms] = Terms(
        attribution="the vendors' status pages", written_at="https://metastatuspage.com/api"
    )
    hosts: ClassVar[tuple[str, ...]] = ("status.claude.com",)  # status.anthropic.com leads there

    def places(self) -> tuple[Place, ...]:
        """One for each page."""
        return tuple(
            Place(
                name=f"statuspages:{_page(address)}",
                source=self.name,
                frame=Frame.OFFICIAL,
                query=address,
            )
            for address in self._settings.search
        )

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """One page, without posts: the outages that the answer tells of."""
        if window.back_to is not None:
            return
        found, unreadable, kind = self._read(client, place.query, str(cursor.get("kind", "")))
        missed = _missed(found, cursor) if kind == STATUSPAGE else ()
        oldest = min((o.started_at for o in found), default=self._now)
        yield Page(
            outages=tuple(found),
            cursor={
                "kind": kind,
                "from": cursor.get("from", oldest.isoformat()),
                "to": self._now.isoformat(),
            },
            unreadable=unreadable,
            empty=not found,
            missed=missed,
        )

    def _read(self, client: Client, address: str, kind: str) -> tuple[list[Outage], int, str]:
        """The outages of a page, how many entries could not be read, and the kind of page."""
        vendor = self._settings.about.get(address, _page(address))
        if kind != INSTATUS:
            try:
                return *self._statuspage(client, address, vendor), STATUSPAGE
            except (Gone, BadAnswer):
                if kind:  # it was one until now: its trouble is no reason to take it for another
                    raise
        return *self._instatus(client, address, vendor), INSTATUS

    def _statuspage(self, client: Client, address: str, vendor: str) -> tuple[list[Outage], int]:
        answer = client.get(f"{address.rstrip('/')}/api/v2/incidents.json", Incidents).content
        found: list[Outage] = []
        unreadable = 0
        for raw in answer.incidents if answer else ():
            try:
                told = msgspec.json.decode(raw, type=Incident)
            except msgspec.ValidationError:
                unreadable += 1
                continue
            found.append(_outage(told, address, vendor))
        return found, unreadable

    def _instatus(self, client: Client, address: str, vendor: str) -> tuple[list[Outage], int]:
        page = address.rstrip("/")
        feed = parse(
            client.get_bytes(f"{page}/history.atom").content or b"", f"{page}/history.atom"
        )
        found = {o.key: o for e in feed.entries if (o := _from_feed(e, address, vendor))}
        unreadable = len(feed.entries) - len(found)
        summary = client.get(f"{page}/v3/summary.json", Summary).content
        for raw in summary.active_incidents if summary else ():
            try:
                told = msgspec.json.decode(raw, type=Lasting)
            except msgspec.ValidationError:
                unreadable += 1
                continue
            lasting = _lasting(told, address, vendor, self._now)
            found.setdefault(lasting.key, lasting)
        return list(found.values()), unreadable


def _outage(told: Incident, address: str, vendor: str) -> Outage:
    parts = [c.name for c in told.components]
    parts += [c.name for u in told.incident_updates for c in u.affected_components or ()]
    ends = [u.created_at for u in told.incident_updates if u.status == "resolved"]
    over = told.status in ("resolved", "postmortem")
    tellings = [told.created_at, told.updated_at, *(u.created_at for u in told.incident_updates)]
    tellings += [u.updated_at for u in told.incident_updates]
    return Outage(
        key=_key(address, told.id),
        vendor=vendor,
        product=_product(told.name, parts),
        name=told.name[:LONGEST],
        impact=(told.impact or "")[:LONGEST],
        started_at=told.started_at or told.created_at,
        # An entry that is open again has no end, whatever an earlier update said.
        resolved_at=told.resolved_at or (max(ends, default=None) if over else None),
        url=told.shortlink or f"{address.rstrip('/')}/incidents/{told.id}",
        state=told.status[:LONGEST],
        told_at=max(moment for moment in tellings if moment),
        body_hash=_hash(told.incident_updates),
    )


def _from_feed(entry: Entry, address: str, vendor: str) -> Outage | None:
    """The key is the last part of the link: the entry's own id is another number."""
    number = entry.link.rstrip("/").rpartition("/")[2]
    if not number or entry.published is None:
        return None
    words = from_html(entry.html)
    told_at = entry.updated or entry.published
    state = _first_state(words)
    return Outage(
        key=_key(address, number),
        vendor=vendor,
        product=_product(entry.title, [words]),
        name=entry.title[:LONGEST],
        impact="",
        started_at=entry.published,
        resolved_at=told_at if state == "resolved" else None,
        url=entry.link,
        state=state,
        told_at=told_at,
        body_hash=hashlib.sha256(words.encode()).hexdigest()[:24],
    )


def _lasting(told: Lasting, address: str, vendor: str, now: datetime) -> Outage:
    number = told.url.rstrip("/").rpartition("/")[2] or told.started.isoformat()
    return Outage(
        key=_key(address, number),
        vendor=vendor,
        product=_product(told.name, ()),
        name=told.name[:LONGEST],
        impact=told.impact.lower()[:LONGEST],
        started_at=told.started,
        resolved_at=None,
        url=told.url or address,
        state=told.status.lower()[:LONGEST],
        told_at=told.started,
        body_hash="",
    )


def _missed(found: Sequence[Outage], cursor: Mapping[str, Any]) -> tuple[Missed, ...]:
    """Where a full answer doesn't reach back to the last one, entries between are unknown."""
    if "to" not in cursor or len(found) < NEWEST:
        return ()
    last, oldest = datetime.fromisoformat(cursor["to"]), min(o.started_at for o in found)
    if oldest <= last:
        return ()
    return (Missed(began=last, ended=oldest, reason=f"only the newest {NEWEST} entries are given"),)


def _first_state(words: str) -> str:
    """The state that the newest telling begins with."""
    lower = words.lower()
    states = ("resolved", "completed", "monitoring", "identified", "investigating")
    named = [(lower.find(state), state) for state in states if state in lower]
    found = min(named)[1] if named else ""
    return "resolved" if found == "completed" else found


def _product(name: str, parts: Sequence[str]) -> str:
    """The one product that the parts concern, or else the name; "" for none, or for several."""
    for words in ("\n".join(dict.fromkeys(parts)), name):
        named = products_of((), words, "")
        if named:
            return named[0] if len(named) == 1 else ""
    return ""


def _hash(updates: Sequence[Update]) -> str:
    told = sorted((u.id, u.status, u.body or "") for u in updates)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]


def _key(address: str, number: str) -> str:
    return f"{_page(address)}/{number}"[:120]


def _page(address: str) -> str:
    """A page's address without what all have."""
    scheme, _, rest = address.rstrip("/").partition("://")
    if scheme not in ("http", "https") or not rest:
        raise InputError(f"sources.statuspages: {address!r} is no page.", "Write https://host.")
    return rest.lower()


SOURCE: type[Source] = StatusPages
