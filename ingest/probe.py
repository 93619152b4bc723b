"""`whylost sources probe`: one first page of a source, live, of which no post is kept.

It says what came, and how much the service still allows. With a folder it leaves the answers there,
without what is personal in them (`ingest.scrub`), as recordings to test against.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import httpx
import msgspec

from db import seen
from db.engine import write
from db.handles import Engine
from domain.errors import BudgetSpent, InputError, SourceError
from domain.keyed import Keyed
from domain.settings import Settings
from ingest.budget import Clock
from ingest.client import Client, client_for
from ingest.live import is_live
from ingest.run import chosen_sources
from ingest.scrub import scrubbed, scrubbed_headers
from ingest.source import Source, Window
from ingest.sources import settings_of
from ingest.standins import StandIns

REQUESTS = 8  # of one probe, repeats included
SECONDS = 60.0
_LIMITS = ("ratelimit", "rate-limit", "retry-after")
_SECRET = ("token", "secret", "key", "auth", "password", "sig")  # parts of parameters' names
_LONG_NUMBER = 5  # digits: an id
_POSITIONS = ("after", "before", "cursor", "max_id", "min_id", "since_id", "page_cursor")


class _Allowance(msgspec.Struct):
    """What some services say of limits in the body."""

    quota_max: int | None = None
    quota_remaining: int | None = None
    backoff: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeReport:
    """What came of a probe. `limits` is what the last answer says of how much is allowed."""

    source: str
    place: str
    posts: int
    others: int  # entries that are no posts: outages, candidates for releases
    unreadable: int
    skipped: int
    requests: int
    seconds: float
    live: bool  # whether the service itself was asked
    limits: dict[str, str] = field(default_factory=dict)
    recorded: tuple[str, ...] = ()
    failure: str = ""


def probe(
    engine: Engine,
    keyed: Keyed,
    settings: Settings,
    name: str,
    *,
    now: datetime,
    record: Path | None = None,
    clock: Clock | None = None,
) -> ProbeReport:
    """Reads the first page that holds anything; at most `REQUESTS` requests, and never for money.

    A real answer that could be read is remembered: see `db.seen`. Raises `InputError` for a source
    that can't be asked, and for a folder that can't be written.
    """
    (kind,) = chosen_sources(settings, [name])
    mine = replace(settings_of(settings, kind), budget_dollars=0.0, budget_dollars_month=0.0)
    if missing := [role for role in kind.needs if not mine.secret(role)]:
        raise InputError(
            f"{name} needs {', '.join(missing)}.",
            "Name the environment variables in whylost.toml, and set them.",
        )
    source = kind(mine, now)
    if not source.places():
        raise InputError(f"{name} has nothing to read.", "Set `search` in whylost.toml.")
    answers: list[httpx.Response] = []
    with client_for(
        name,
        replace(mine, budget_seconds=SECONDS),
        requests=min(REQUESTS, source.requests()),
        contact=settings.contact,
        hosts=kind.hosts,
        addresses=source.addresses(),
        clock=clock,
        record=answers.append,
    ) as client:
        report = _asked(source, client, Window(first=now - timedelta(days=settings.first_run_days)))
    report = replace(
        report,
        live=is_live(source, mine),
        limits=_limits(answers[-1]) if answers else {},
        recorded=_recorded(answers, record / name, keyed, name, now) if record else (),
    )
    if report.live and report.posts + report.others:
        with write(engine) as connection:
            seen.note(connection, name, now)
    return report


def _asked(source: Source, client: Client, window: Window) -> ProbeReport:
    """Pages of the first place until one holds something."""
    place = source.places()[0]
    report = ProbeReport(
        source=source.name,
        place=place.name,
        posts=0,
        others=0,
        unreadable=0,
        skipped=0,
        requests=0,
        seconds=0.0,
        live=False,
    )
    try:
        for page in source.pages(client, place, {}, window):
            report = replace(
                report,
                posts=report.posts + len(page.posts),
                others=report.others + len(page.outages) + len(page.candidates),
                unreadable=report.unreadable + page.unreadable,
                skipped=report.skipped + page.skipped,
            )
            if report.posts + report.others + report.unreadable:
                break
    except BudgetSpent as error:
        report = replace(report, failure="" if report.posts else str(error))
    except SourceError as error:
        report = replace(report, failure=str(error))
    return replace(
        report,
        requests=client.budget.requests_used,
        seconds=round(client.budget.seconds_used(), 3),
    )


def _limits(answer: httpx.Response) -> dict[str, str]:
    """What an answer says of how much may still be asked, in its headers or its body."""
    told = {
        name: value
        for name, value in answer.headers.items()
        if any(word in name.lower() for word in _LIMITS)
    }
    try:
        body = msgspec.json.decode(answer.content, type=_Allowance)
    except msgspec.DecodeError:
        return told
    in_body = {name: getattr(body, name) for name in body.__struct_fields__}
    return told | {name: str(value) for name, value in in_body.items() if value is not None}


def _recorded(
    answers: list[httpx.Response], folder: Path, keyed: Keyed, source: str, now: datetime
) -> tuple[str, ...]:
    """Writes each answer and what was asked, beside those that are there; gives the files."""
    stand_ins = StandIns(keyed, {answer.request.url.host for answer in answers})
    made: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.glob("*.meta.json")))
        for answer in answers:
            number += 1
            kind = answer.headers.get("content-type", "")
            body = scrubbed(answer.content, kind, stand_ins)
            file = folder / f"{number:03}.{_ending(kind)}"
            file.write_bytes(body)
            told = _told(answer, stand_ins, source, file.name, now)
            meta = folder / f"{number:03}.meta.json"
            meta.write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=1))
            made += [str(file), str(meta)]
    except OSError as error:
        raise InputError(f"{folder} can't be written: {error.strerror}.") from error
    return tuple(made)


def _told(
    answer: httpx.Response, stand_ins: StandIns, source: str, file: str, now: datetime
) -> dict[str, object]:
    """What was asked and how it was answered, without credentials and ids."""
    url = answer.request.url
    params = {
        name: stand_ins.name(value) if name in _POSITIONS else _parameter(value, stand_ins)
        for name, value in url.params.items()
        if not any(word in name.lower() for word in _SECRET)
    }
    path = "/".join(_parameter(part, stand_ins) for part in url.path.split("/"))
    return {
        "source": source,
        "body_file": file,
        "request": {"method": answer.request.method, "path": path, "params": params},
        "status": answer.status_code,
        "headers": scrubbed_headers(answer.headers, stand_ins),
        "recorded_at": now.isoformat(timespec="seconds"),
        "scrubbed_by": f"whylost {version('whylost')}",
    }


def _parameter(value: str, stand_ins: StandIns) -> str:
    """Our own words stay; a long number, an address or an opaque position is the service's."""
    stem, dot, ending = value.partition(".")
    if "://" in value:
        return stand_ins.url(value)
    if stem.isdecimal() and len(stem) >= _LONG_NUMBER:
        return stand_ins.name(stem) + dot + ending
    return stand_ins.name(value) if len(value) > 40 and " " not in value else value


def _ending(content_type: str) -> str:
    for word in ("json", "xml", "html"):
        if word in content_type.lower():
            return word
    return "txt"
