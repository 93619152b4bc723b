"""`whylost releases`: the timeline as people keep it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trends import columns
from trends.candidate_commands import candidates, confirm, dismiss
from trends.compare_command import compare

if TYPE_CHECKING:
    from domain.invocation import Invocation

releases = typer.Typer(no_args_is_help=True, help="The timeline of the vendors' releases.")
for _command in (compare, candidates, confirm, dismiss):
    releases.command()(_command)


@releases.command(name="list")
def list_(
    context: typer.Context,
    product: Annotated[
        list[str] | None, typer.Option(help="Only this product; may be repeated.")
    ] = None,
    retired: Annotated[
        bool, typer.Option("--retired", help="Also those that no longer stand, and why.")
    ] = False,
) -> None:
    """The timeline, the latest first."""
    from dataclasses import asdict

    from db.engine import read
    from db.opened import opened
    from db.queries.releases import releases as known

    told: Invocation = context.obj
    with opened(told.settings) as database, read(database.engine) as connection:
        found = known(connection, products=product or (), retired=retired)
    told.tell([asdict(release) for release in found])
    told.table(
        ("announced", "deployed", "product", "kind", "title", "id", *["retired"] * retired),
        [
            (
                str(r.announced)[: 10 if r.date_precision == "day" else 7],
                r.deployed and str(r.deployed),
                r.product,
                r.kind,
                r.title,
                r.id,
                *[r.retired] * retired,
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
def add(
    context: typer.Context,
    announced: Annotated[str, typer.Option(help="The day of its source, such as 2026-05-08.")],
    vendor: Annotated[str, typer.Option(help="Whose release it is.")],
    kind: Annotated[str, typer.Option(help="The kind of release, as `releases list` has it.")],
    title: Annotated[str, typer.Option(help="What it is, in your own words.")],
    source_url: Annotated[str, typer.Option(help="The page that says so.")],
    product: columns.Product = "unknown",
    deployed: columns.Deployed = None,
    effect: columns.Effect = None,
    affects: columns.Affects = None,
    contained_in: columns.ContainedIn = None,
    source_title: Annotated[str | None, typer.Option(help="The title of that page.")] = None,
    confidence: columns.Confidence = "medium",
    note: columns.Note = None,
    date_precision: Annotated[
        str, typer.Option(help="How exact the day of the source is: day or month.")
    ] = "day",
    named: Annotated[
        str | None, typer.Option("--id", help="Its id; without: vendor, day and title.")
    ] = None,
) -> None:
    """Put a release on the timeline. Without --deployed it is drawn and not tested."""
    from dataclasses import asdict

    from db.lock import run_lock
    from db.opened import opened
    from trends.entries import add as put

    told: Invocation = context.obj
    given = columns.given(
        id=named,
        announced=announced,
        date_precision=date_precision,
        deployed=deployed,
        vendor=vendor,
        product=product,
        affects=affects,
        kind=kind,
        title=title,
        claimed_effect=effect,
        source_url=source_url,
        source_title=source_title,
        confidence=confidence,
        note=note,
        contained_in=contained_in,
    )
    with opened(told.settings) as database, run_lock(database.engine):
        made = put(database.engine, given, told.now())
    told.tell(asdict(made))
    told.say(columns.summary(made))


@releases.command()
def retire(
    context: typer.Context,
    release: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    because: Annotated[str, typer.Option(help="Why it no longer stands, in words.")] = "",
    restored: Annotated[
        bool, typer.Option("--restore", help="Let it stand again instead.")
    ] = False,
) -> None:
    """Say that a release no longer stands: it is neither drawn nor tested, and stays on record."""
    from dataclasses import asdict

    from db.lock import run_lock
    from db.opened import opened
    from domain.errors import InputError
    from trends.entries import restore
    from trends.entries import retire as put

    told: Invocation = context.obj
    if restored and because:
        raise InputError("--restore takes no reason.", "Leave --because out.")
    with opened(told.settings) as database, run_lock(database.engine):
        if restored:
            made = restore(database.engine, release, told.now())
        else:
            made = put(database.engine, release, because, told.now())
    told.tell(asdict(made))
    told.say(f"{made.id}: {f'retired: {made.retired}' if made.retired else 'stands again'}")
