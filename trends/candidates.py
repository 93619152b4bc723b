"""From what a vendor's feed said to an entry of the timeline: a person's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from db import candidates
from db.candidates import Waiting
from db.engine import write
from db.handles import Connection, Engine
from db.releases import save_releases
from domain.errors import InputError
from domain.nouns import Release
from domain.products import UNKNOWN
from trends.catalogue import KINDS
from trends.entries import entry


def confirm(engine: Engine, candidate: str, told: Mapping[str, str], now: datetime) -> Release:
    """Makes a release of a candidate; the announcement's day is that of the feed.

    `told` are columns of the catalogue as text: what the feed doesn't know, or has otherwise; the
    kind is the one that its words suggest unless told. Raises `InputError` for a candidate that
    there isn't or that suggests no kind, and as `entries.add` does.
    """
    with write(engine) as connection:
        found = _one(connection, candidate)
        if not (told.get("kind") or found.suggested):
            raise InputError("Its words suggest no kind.", f"Give --kind: {', '.join(KINDS)}.")
        product = told.get("product", UNKNOWN)
        known = {
            "affects": "" if product == UNKNOWN else product,
            "announced": str(found.published_at.date()),
            "vendor": found.vendor,
            "kind": found.suggested,
            "title": found.title,
            "source_url": found.url,
            "source_title": found.title,
            "confidence": "high",
        }
        release = entry(connection, {**known, **told})
        save_releases(connection, [release], "imported", now)
        candidates.decide(connection, found.id, candidates.CONFIRMED, release.id, now)
    return release


def dismiss(engine: Engine, chosen: Sequence[str], now: datetime) -> list[str]:
    """Dismisses candidates, all or none; gives their ids.

    Raises `InputError` for one unknown, and for one that was confirmed: its release would stay.
    """
    with write(engine) as connection:
        found = [_one(connection, candidate) for candidate in chosen]
        for one in found:
            if one.state == candidates.CONFIRMED:
                raise InputError(
                    f"{one.id} was confirmed as {one.release}.",
                    f"`whylost releases retire {one.release} --because ...` takes it back.",
                )
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
