"""The doctor's question to each enabled source: its first page, of which nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from domain.check import Check
from domain.errors import WhylostError
from domain.settings import Settings, SourceSettings
from ingest.client import client_for
from ingest.source import Source, Window
from ingest.sources import known, settings_of
from ingest.transport import TRIES

SECONDS = 30.0  # that one source may take


def checks(settings: Settings, now: datetime) -> Iterator[Check]:
    """One check a source; a disabled one is named and not asked."""
    for name, kind in known().items():
        mine = settings_of(settings, kind)
        if not mine.enabled:
            yield Check(name=name, ok=True, found="not enabled, not asked")
            continue
        missing = [role for role in kind.needs if not mine.secret(role)]
        if missing:
            yield Check(
                name=name,
                ok=False,
                found=f"no {', '.join(missing)}",
                fix="Name the environment variables in whylost.toml, and set them.",
            )
            continue
        if mine.budget_dollars:
            yield Check(name=name, ok=True, found="costs money, not asked")
            continue
        yield _asked(kind, mine, settings.contact, now)


def _asked(kind: type[Source], settings: SourceSettings, contact: str, now: datetime) -> Check:
    window = Window(first=now - timedelta(hours=1))
    try:
        source = kind(settings, now)
        with client_for(
            kind.name,
            replace(settings, budget_seconds=SECONDS),
            requests=TRIES,
            contact=contact,
            hosts=kind.hosts,
            addresses=source.addresses(),
        ) as client:
            for place in source.places()[:1]:
                next(source.pages(client, place, {}, window), None)
    except WhylostError as error:
        return Check(name=kind.name, ok=False, found=error.what.rstrip("."), fix=error.fix)
    return Check(name=kind.name, ok=True, found=_answers(settings, source))


def _answers(settings: SourceSettings, source: Source) -> str:
    asked = [settings.base, *source.addresses()] if settings.base else source.addresses()
    return f"{asked[0]} answers" if asked else "nothing to read is set"
