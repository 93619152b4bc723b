"""`whylost ingest redact`: today's rules for what is stored already.

Rules grow; texts that were stored before pass through them again here. Only titles and texts that
change are written, in place, a block a transaction; stopped anywhere, the next run goes on there.
What the current model said of them goes with the old text: `whylost classify` judges them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from msgspec import structs

from db import erase, ruleset, runs, texts
from db.engine import open_engine, read, revision, write
from db.handles import Engine
from db.ruleset import Position
from db.texts import Rewritten, Text, Title
from domain.check import Check
from domain.errors import WhylostError
from domain.nouns import RunReport
from domain.settings import Settings
from ingest.privacy import fingerprint, redact

_IN_THE_WAY = (
    "Another program is reading the database, so its files still hold old text. "
    "Close the dashboard; the next run tries again."
)
BLOCK = 500  # titles or texts of one transaction
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Block:
    """Some rows: those that change, as they will be, and where the next block begins."""

    read: int
    changed: tuple[Title | Text, ...]
    reached: Position


def redact_again(
    engine: Engine, *, now: datetime, report: Progress = lambda _done, _total: None
) -> RunReport:
    """Brings every stored title and text under today's rules and says what changed.

    At once where they all passed through them before. Call under the run lock; the run leaves its
    line in the database. The outcome is `partly` where another program kept the old text in the
    database's files.
    """
    return runs.record(engine, "redact", now, partial(_again, engine, now, report))


def would_change(engine: Engine, *, report: Progress = lambda _done, _total: None) -> Rewritten:
    """What `redact_again` would do to titles and texts; nothing is written, no verdict counted."""
    found = Rewritten()
    for block in _blocks(engine, report):
        titles = sum(isinstance(one, Title) for one in block.changed)
        found += Rewritten(titles=titles, texts=len(block.changed) - titles)
    return found


def note_rules(engine: Engine) -> None:
    """Remembers which rules the posts that come in now pass through; call before they do."""
    ruleset.note_rules(engine, fingerprint())


def _again(engine: Engine, now: datetime, report: Progress) -> RunReport:
    began = monotonic()
    done, seen = Rewritten(), 0
    with read(engine) as connection:
        current = ruleset.rules(connection) in (fingerprint(), None)
    if not current:
        for block in _blocks(engine, report):
            with write(engine) as connection:
                done += texts.save(connection, block.changed, block.reached, now)
            seen += block.read
        with write(engine) as connection:
            ruleset.finish(connection, fingerprint())
    erased = erase.erase(engine)
    return RunReport(
        stage="redact",
        started_at=now,
        finished_at=now + timedelta(seconds=monotonic() - began),
        outcome="done" if erased else "partly",
        counts={
            "read": seen,
            "texts_changed": done.texts,
            "titles_changed": done.titles,
            "verdicts_gone": done.verdicts,
        },
        message="" if erased else _IN_THE_WAY,
    )


def _blocks(engine: Engine, report: Progress) -> Iterator[_Block]:
    """Blocks of titles, then of texts, from where the last run stopped."""
    with read(engine) as connection:
        at = ruleset.position(connection, fingerprint())
        total = texts.count(connection)
    seen = 0
    report(seen, total)
    for made in (_titles, _texts):
        while block := made(engine, at):
            yield block
            at = block.reached
            seen += block.read
            report(seen, total)


def _titles(engine: Engine, at: Position) -> _Block | None:
    with read(engine) as connection:
        rows = texts.titles(connection, at, BLOCK)
    if not rows:
        return None
    made = [(row, replace(row, title=redact(row.title))) for row in rows]
    return _Block(
        read=len(rows),
        changed=tuple(after for before, after in made if after != before),
        reached=structs.replace(at, thread=rows[-1].thread),
    )


def _texts(engine: Engine, at: Position) -> _Block | None:
    with read(engine) as connection:
        rows = texts.texts(connection, at, BLOCK)
    if not rows:
        return None
    made = [(row, replace(row, title=_clean(row.title), text=_clean(row.text))) for row in rows]
    last = rows[-1]
    return _Block(
        read=len(rows),
        changed=tuple(after for before, after in made if after != before),
        reached=structs.replace(at, post=last.post, version=last.version),
    )


def _clean(text: str | None) -> str | None:
    return None if text is None else redact(text)


def checks(settings: Settings) -> Iterator[Check]:
    """The doctor's question: has every stored text passed through today's rules?"""
    try:
        engine = open_engine(settings.database)
        if revision(engine) is None:
            return
        with read(engine) as connection:
            held = ruleset.rules(connection)
    except WhylostError:
        return  # what ails the database is told by its own check
    fine = held in (fingerprint(), None)
    yield Check(
        name="redaction",
        ok=fine,
        found="by today's rules" if fine else "some texts were stored under older rules",
        fix="" if fine else "Run `whylost ingest redact --again`.",
    )
