"""`whylost ingest` with `import` and `redact`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import PartlyDone

if TYPE_CHECKING:
    from db.opened import Opened
    from domain.invocation import Invocation
    from domain.nouns import RunReport

app = typer.Typer(
    no_args_is_help=True,
    help="Read posts: `whylost ingest [SOURCE ...]` from the sources, `import` from files.",
)


@app.command()
def live(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE ...]", help="All that are enabled.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="From when on: 36h, 7d, 2w or 2026-05-08.")
    ] = None,
    back_to: Annotated[
        str | None, typer.Option(help="Walk back through history to this day, newest first.")
    ] = None,
) -> None:
    """Read the sources (the word `live` can be left out)."""
    from db.lock import run_lock
    from db.opened import opened
    from domain.settings import since as moment

    told: Invocation = context.obj
    now = told.now()
    with opened(told.settings) as database, run_lock(database.engine):
        report = read_sources(
            told,
            database,
            sources or [],
            since=moment(since, now) if since else None,
            back_to=moment(back_to, now) if back_to else None,
        )
    show(told, report)
    complain(report)


def read_sources(
    told: Invocation,
    database: Opened,
    sources: Sequence[str],
    *,
    since: datetime | None = None,
    back_to: datetime | None = None,
) -> RunReport:
    """Reads the sources with a bar on a terminal; call under the run lock."""
    from ingest.run import ingest

    with told.progress("Reading posts") as progress:
        return ingest(
            database.engine,
            database.keyed,
            told.settings,
            sources,
            since=since,
            back_to=back_to,
            now=told.now(),
            report=progress,
        )


@app.command(name="import")
def import_(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE ...", help="Patterns too; '-' is standard input."),
    ],
    format_: Annotated[
        str, typer.Option("--format", help="A format's name, or auto: told by the content.")
    ] = "auto",
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only r/NAME, owner/name or what names a product; repeatable."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="A TOML file that says what the columns of a table of one's own are."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The place to file the posts under, instead of the format's.")
    ] = None,
    window: Annotated[
        int, typer.Option(help="Largest zstd window in MB that may be decompressed.")
    ] = 128,
) -> None:
    """Import files of posts: .csv, .json, .ndjson, plain or as .gz, .xz, .zst."""
    from db.lock import run_lock
    from db.opened import opened
    from ingest.archive import import_files
    from ingest.paths import files as named

    told: Invocation = context.obj
    with (
        opened(told.settings) as database,
        run_lock(database.engine),
        told.progress("Importing") as progress,
    ):
        report = import_files(
            database.engine,
            database.keyed,
            named(files),
            format=format_,
            mapping=mapping,
            source=source,
            only=only or (),
            window_bytes=window * 2**20,
            now=told.now(),
            report=progress,
        )
    show(told, report)
    if orphans := report.counts["orphans"]:
        told.say(f"In these places {orphans:,} answers have no parent that is held.")
    complain(report)


@app.command()
def redact(
    context: typer.Context,
    again: Annotated[
        bool, typer.Option("--again", help="Rewrite what changes; without it, only count.")
    ] = False,
) -> None:
    """Bring stored texts and titles under today's rules of redaction."""
    from dataclasses import asdict

    from db.lock import run_lock
    from db.opened import opened
    from ingest.redact import redact_again, would_change

    told: Invocation = context.obj
    with opened(told.settings) as database, told.progress("Redacting") as progress:
        if not again:
            found = would_change(database.engine, report=progress)
            told.tell({"texts": found.texts, "titles": found.titles})
            told.say(
                f"{found.texts:,} texts and {found.titles:,} titles would change. "
                "`whylost ingest redact --again` rewrites them."
            )
            return
        with run_lock(database.engine):
            report = redact_again(database.engine, now=told.now(), report=progress)
    told.tell(asdict(report))
    counts = report.counts
    told.say(
        f"{counts['texts_changed']:,} texts and {counts['titles_changed']:,} titles changed; "
        f"{counts['verdicts_gone']:,} verdicts went with them."
    )
    if counts["verdicts_gone"]:
        told.say("`whylost classify` judges these posts anew.")
    if report.outcome != "done":
        raise PartlyDone(report.message)


def show(told: Invocation, report: RunReport) -> None:
    """Says what came of each source or file."""
    from dataclasses import asdict

    told.tell(asdict(report))
    for source in report.sources:
        counted = (
            f"{source.posts_new:,} new, {source.posts_changed:,} changed, "
            f"{source.posts_unchanged:,} known, {source.posts_deleted:,} deleted"
        )
        unreadable = f", {source.unreadable:,} unreadable" if source.unreadable else ""
        note = f". {source.message}" if source.message else ""
        told.say(f"{source.source}: {counted}{unreadable}, {source.seconds:.1f} s{note}")


def complain(report: RunReport) -> None:
    """Ends with exit code 3 where some of it failed; call when all else is done."""
    if report.outcome != "done":
        failed = ", ".join(s.source for s in report.sources if s.outcome != "done")
        raise PartlyDone(f"Not read to the end: {failed}.", "What was read is kept.")
