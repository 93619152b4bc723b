"""From what a vendor's feed said to an entry of the timeline: a person's decision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from db import candidates
from db.candidates import Waiting
from db.engine import write
from db.handles import Connection, Engine
from db.releases import save_releases
from domain.errors import InputError
from domain.nouns import Release
from domain.products import PRODUCTS, UNKNOWN
from trends.catalogue import KINDS

_NO_SLUG = re.compile(r"[^a-z0-9]+")


def confirm(
    engine: Engine,
    candidate: str,
    *,
    kind: str | None,
    product: str,
    deployed: str | None,
    effect: str,
    title: str,
    now: datetime,
) -> Release:
    """Makes a release of a candidate; the announcement's day is that of the feed.

    Raises `InputError` for a candidate, kind, product or day that there isn't.
    """
    if product not in {UNKNOWN, *(p.name for p in PRODUCTS)}:
        names = ", ".join(p.name for p in PRODUCTS)
        raise InputError(f"No product is called {product!r}.", f"Known: {names}, {UNKNOWN}.")
    day = _day(deployed) if deployed else None
    with write(engine) as connection:
        found = _one(connection, candidate)
        chosen = kind or found.suggested
        if chosen not in KINDS:
            raise InputError(
                f"{chosen!r} is no kind of release." if chosen else "Its words suggest no kind.",
                f"Give --kind: {', '.join(KINDS)}.",
            )
        release = Release(
            id=_id(found),
            announced=found.published_at.date(),
            date_precision="day",
            deployed=day,
            vendor=found.vendor,
            product=product,
            affects=product if product != UNKNOWN else "",
            kind=chosen,
            title=title or found.title,
            claimed_effect=effect,
            source_url=found.url,
            source_title=found.title,
            confidence="high",
            note="",
        )
        save_releases(connection, [release], "imported", now)
        candidates.decide(connection, found.id, candidates.CONFIRMED, release.id, now)
    return release


def dismiss(engine: Engine, chosen: Sequence[str], now: datetime) -> list[str]:
    """Dismisses candidates, all or none; gives their ids. Raises `InputError` for one unknown."""
    with write(engine) as connection:
        found = [_one(connection, candidate) for candidate in chosen]
        for one in found:
            candidates.decide(connection, one.id, candidates.DISMISSED, None, now)
    return [one.id for one in found]


def _one(connection: Connection, candidate: str) -> Waiting:
    found = candidates.one(connection, candidate)
    if found is None:
        raise InputError(
            f"{candidate!r} names no candidate, or more than one.",
            "`whylost releases candidates --all` lists them.",
        )
    return found


def _day(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError as error:
        raise InputError(f"{told!r} is no day.", "Write --deployed 2026-05-08.") from error


def _id(found: Waiting) -> str:
    words = _NO_SLUG.sub("-", found.title.lower()).strip("-")[:50].strip("-")
    return f"{_NO_SLUG.sub('-', found.vendor.lower())}-{found.published_at.date()}-{words}"
