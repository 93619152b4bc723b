"""`whylost trends`; `whylost releases` stands in `trends.release_commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trends.release_commands import releases

if TYPE_CHECKING:
    from db.opened import Opened
    from domain.invocation import Invocation
    from domain.nouns import RunReport
    from trends.series import Overview
    from trends.told import Kept


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
    again: Annotated[
        bool, typer.Option("--again", help="Count and compute everything, not only what changed.")
    ] = False,
) -> None:
    """Count by day, test what changed around releases, and show the latest whole periods.

    With --json everything: series, effects of releases, families, spikes, steps, delays, back-test.
    """
    from dataclasses import asdict

    from db.engine import read
    from db.lock import run_lock
    from db.opened import opened
    from domain.filter import Filter
    from trends.kept import plain
    from trends.periods import Period
    from trends.series import overview_series
    from trends.told import kept, tried

    told: Invocation = context.obj
    wanted = Filter(products=tuple(product or ()), places=tuple(place or ()))
    period = Period.DAY if days else Period.WEEK
    with opened(told.settings) as database:
        with run_lock(database.engine):
            report = refresh(told, database, again=again)
        with read(database.engine) as connection:
            overview = overview_series(connection, wanted, period, told.now())
            held = kept(connection, wanted)
            faults = tried(connection, told.now().date()) if told.json else None
    everything = {"run": asdict(report), "overview": asdict(overview), "back_test": plain(faults)}
    told.tell(everything | held.to_json())
    _show(told, overview)
    _around_releases(told, held)


def refresh(told: Invocation, database: Opened, *, again: bool = False) -> RunReport:
    """Brings series, tests and timeline up to date; call under the run lock."""
    from trends.run import refresh as run

    with told.progress("Counting") as progress:
        report = run(database.engine, told.now(), progress, again=again)
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


def _around_releases(told: Invocation, held: Kept) -> None:
    """What rose or fell around releases, and how much was tested."""
    tested = [one.effect for one in held.effects if one.effect.p is not None]
    if not tested:
        return
    moved = [one for one in tested if one.verdict in ("rose", "fell")]
    told.say(
        f"Around releases: {len(tested):,} tests, of which {len(moved):,} say that reports rose or "
        "fell. `whylost releases compare --release ID` says what stands behind each."
    )
    if moved:
        told.table(
            ("product", "release", "day", "cause", "verdict", "ratio", "low", "high", "q"),
            [
                (
                    one.product,
                    one.cluster,
                    str(one.day),
                    one.cause,
                    one.verdict + (" (preliminary)" if one.preliminary else ""),
                    one.ratio,
                    one.low,
                    one.high,
                    one.q,
                )
                for one in sorted(moved, key=lambda one: one.day, reverse=True)
            ],
        )
