"""`whylost trends` and `whylost releases`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from db.opened import Opened
    from domain.invocation import Invocation
    from domain.nouns import RunReport
    from trends.series import Overview

releases = typer.Typer(no_args_is_help=True, help="The timeline of the vendors' releases.")


def mount(parent: typer.Typer) -> None:
    """Adds this stage's commands to the command line."""
    parent.command()(trends)
    parent.add_typer(releases, name="releases")


def trends(
    context: typer.Context,
    days: Annotated[bool, typer.Option("--days", help="Show days instead of ISO weeks.")] = False,
    product: Annotated[
        list[str] | None, typer.Option(help="Only this product; may be repeated.")
    ] = None,
    place: Annotated[
        list[str] | None, typer.Option(help="Only this place; may be repeated.")
    ] = None,
) -> None:
    """Count by day, and show the latest whole period of every series (all with --json)."""
    from dataclasses import asdict

    from db.engine import read
    from db.lock import run_lock
    from db.opened import opened
    from domain.filter import Filter
    from trends.periods import Period
    from trends.series import overview_series

    told: Invocation = context.obj
    wanted = Filter(products=tuple(product or ()), places=tuple(place or ()))
    period = Period.DAY if days else Period.WEEK
    with opened(told.settings) as database:
        with run_lock(database.engine):
            report = refresh(told, database)
        with read(database.engine) as connection:
            overview = overview_series(connection, wanted, period, told.now())
    told.tell({"run": asdict(report), "overview": asdict(overview)})
    _show(told, overview)


def refresh(told: Invocation, database: Opened) -> RunReport:
    """Brings series and timeline up to date; call under the run lock."""
    from trends.run import refresh as run

    with told.progress("Counting") as progress:
        report = run(database.engine, told.now(), progress)
    counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in report.counts.items())
    told.say(f"trends: {counts}")
    return report


def _show(told: Invocation, overview: Overview) -> None:
    """The latest period with a value of every series, what is missing, and the notes."""
    rows = []
    for line in overview.series:
        known = [n for n, value in enumerate(line.values) if value is not None]
        if known:
            n = known[-1]
            values = (line.values[n], line.low[n], line.high[n])
            counts = (line.reports[n], line.reporters[n], line.posts[n])
            rows.append((line.place, line.decision.value, str(line.starts[n]), *counts, *values))
    if rows:
        unit = next(line.unit for line in overview.series if any(line.values))
        told.say(f"Value: {unit}; low, high: 95 % interval.")
        heads = ("place", "decision", "from", "reports", "reporters", "posts")
        told.table((*heads, "value", "low", "high"), rows)
    told.say(*(item.text for item in overview.missing), *overview.notes)


@releases.command(name="list")
def list_(
    context: typer.Context,
    product: Annotated[
        list[str] | None, typer.Option(help="Only this product; may be repeated.")
    ] = None,
) -> None:
    """The timeline, the latest first."""
    from dataclasses import asdict

    from db.engine import read
    from db.opened import opened
    from db.queries.releases import releases as known

    told: Invocation = context.obj
    with opened(told.settings) as database, read(database.engine) as connection:
        found = known(connection, products=product or ())
    told.tell([asdict(release) for release in found])
    told.table(
        ("announced", "deployed", "product", "kind", "title", "id"),
        [
            (
                str(r.announced)[: 10 if r.date_precision == "day" else 7],
                r.deployed and str(r.deployed),
                r.product,
                r.kind,
                r.title,
                r.id,
            )
            for r in found
        ],
    )
    if not found:
        told.say("No release is known yet: `whylost trends` brings the catalogue in.")


@releases.command(name="import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV file with the catalogue's columns.")],
) -> None:
    """Add or change releases from a CSV file; what it doesn't name stays."""
    from dataclasses import asdict

    from db.lock import run_lock
    from db.opened import opened
    from trends.catalogue import import_releases

    told: Invocation = context.obj
    with opened(told.settings) as database, run_lock(database.engine):
        saved = import_releases(database.engine, file, told.now())
    told.tell(asdict(saved))
    told.say(
        f"releases: {saved.new:,} new, {saved.changed:,} changed, {saved.unchanged:,} unchanged"
    )


@releases.command()
def candidates(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those whose words suggest no kind of release.")
    ] = False,
) -> None:
    """What vendors published, waiting for a person to confirm or dismiss it."""
    from dataclasses import asdict

    from db.candidates import count_new, waiting
    from db.engine import read
    from db.opened import opened

    told: Invocation = context.obj
    with opened(told.settings) as database, read(database.engine) as connection:
        found = waiting(connection, suggested=not everything)
        others = count_new(connection) - len(found)
    told.tell([asdict(candidate) for candidate in found])
    told.table(
        ("published", "vendor", "suggested", "title", "id", "page"),
        [(str(c.published_at.date()), c.vendor, c.suggested, c.title, c.id, c.url) for c in found],
    )
    if others:
        told.say(f"{others:,} more suggest no kind of release: --all shows them.")
    if not found and not others:
        told.say("No candidate waits. `whylost ingest vendorfeeds` reads the vendors' feeds.")


@releases.command()
def confirm(
    context: typer.Context,
    candidate: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    kind: Annotated[
        str | None, typer.Option(help="The kind of release; without: what its words suggest.")
    ] = None,
    product: Annotated[str, typer.Option(help="The product that changed, if known.")] = "unknown",
    deployed: Annotated[
        str | None, typer.Option(help="The day on which the product changed for its users.")
    ] = None,
    effect: Annotated[str, typer.Option(help="What the vendor claims, in your own words.")] = "",
    title: Annotated[str, typer.Option(help="In your own words; without: the feed's.")] = "",
) -> None:
    """Put a candidate on the timeline, after you read its page."""
    from dataclasses import asdict

    from db.lock import run_lock
    from db.opened import opened
    from trends.candidates import confirm as put

    told: Invocation = context.obj
    with opened(told.settings) as database, run_lock(database.engine):
        made = put(
            database.engine,
            candidate,
            kind=kind,
            product=product,
            deployed=deployed,
            effect=effect,
            title=title,
            now=told.now(),
        )
    told.tell(asdict(made))
    told.say(f"{made.id}: {made.kind}, announced {made.announced}: {made.title}")


@releases.command()
def dismiss(
    context: typer.Context,
    candidates: Annotated[list[str], typer.Argument(help="Their ids, or the beginnings of them.")],
) -> None:
    """Say that candidates are no releases; they are not shown again."""
    from db.lock import run_lock
    from db.opened import opened
    from trends.candidates import dismiss as drop

    told: Invocation = context.obj
    with opened(told.settings) as database, run_lock(database.engine):
        dropped = drop(database.engine, candidates, told.now())
    told.tell(dropped)
    told.say(f"{len(dropped):,} dismissed.")
