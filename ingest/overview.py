"""`whylost sources` and `whylost sources probe`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import PartlyDone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.invocation import Invocation
    from ingest.status import SourceStatus

app = typer.Typer(help="Each source: enabled, last run, lag, posts; `probe` asks one live.")


@app.callback(invoke_without_command=True)
def overview(context: typer.Context) -> None:
    """Each source: enabled, credentials, last run, lag, posts, what was counted, what is due."""
    if context.invoked_subcommand:
        return
    from dataclasses import asdict

    from db.opened import opened
    from ingest.run import sources_status

    told: Invocation = context.obj
    with opened(told.settings) as database:
        rows = sources_status(database.engine, told.settings, told.now())
    told.tell([asdict(row) for row in rows])
    _places(told, rows)
    told.say("")
    _sources(told, rows)


def _places(told: Invocation, rows: Sequence[SourceStatus]) -> None:
    heads = ("place", "enabled", "last run", "outcome", "lag hours", "posts", "note")
    told.table(
        heads,
        [(r.place, r.enabled, r.last_run, r.outcome, r.lag_hours, r.posts, r.note) for r in rows],
    )


def _sources(told: Invocation, rows: Sequence[SourceStatus]) -> None:
    heads = (
        *("source", "seen live", "credentials", "texts kept", "due again"),
        "the latest run also counted",
    )
    by_source = {row.source: row for row in rows}
    told.table(
        heads,
        [
            (r.source, r.seen_live, r.credentials, r.texts_kept, _due(r), r.counted or "nothing")
            for r in by_source.values()
        ],
    )
    messages = [f"{r.source}: {r.message}" for r in by_source.values() if r.message]
    if messages:  # a source's message says itself which of its places it means
        told.say("", *messages)


def _due(row: SourceStatus) -> str:
    return f"{row.due_threads:,} threads, {row.due_posts:,} posts"


@app.command()
def probe(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A source, enabled or not.")],
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Leave the answers in DIR/NAME, without what is personal in them."
        ),
    ] = None,
) -> None:
    """Ask a source's service for one first page, live, and say what came; no post is kept."""
    from dataclasses import asdict

    from db.opened import opened
    from ingest.probe import probe as ask

    told: Invocation = context.obj
    with opened(told.settings) as database:
        report = ask(
            database.engine,
            database.keyed,
            told.settings,
            name,
            now=told.now(),
            record=record,
        )
    told.tell(asdict(report))
    told.say(
        f"{report.place}: {report.posts:,} posts, {report.others:,} other entries, "
        f"{report.unreadable:,} unreadable, {report.skipped:,} left out on purpose; "
        f"{report.requests:,} requests, {report.seconds:.1f} s",
        "Asked was " + ("the service itself." if report.live else "another address than its own."),
        "Allowance: " + (", ".join(f"{k}: {v}" for k, v in report.limits.items()) or "not told"),
        *report.recorded,
    )
    if report.failure:
        raise PartlyDone(f"Not read to the end: {report.failure}")
