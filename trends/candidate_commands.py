"""`whylost releases candidates`, `confirm` and `dismiss`: what the vendors' feeds brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trends import columns

if TYPE_CHECKING:
    from domain.invocation import Invocation


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


def confirm(
    context: typer.Context,
    candidate: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    kind: Annotated[
        str | None, typer.Option(help="The kind of release; without: what its words suggest.")
    ] = None,
    product: columns.Product = "unknown",
    deployed: columns.Deployed = None,
    effect: columns.Effect = None,
    title: Annotated[
        str | None, typer.Option(help="In your own words; without: the feed's.")
    ] = None,
    affects: columns.Affects = None,
    contained_in: columns.ContainedIn = None,
    confidence: columns.Confidence = "high",
    note: columns.Note = None,
) -> None:
    """Put a candidate on the timeline, after you read its page."""
    from dataclasses import asdict

    from db.lock import run_lock
    from db.opened import opened
    from trends.candidates import confirm as put

    told: Invocation = context.obj
    given = columns.given(
        kind=kind,
        product=product,
        deployed=deployed,
        claimed_effect=effect,
        title=title,
        affects=affects,
        contained_in=contained_in,
        confidence=confidence,
        note=note,
    )
    with opened(told.settings) as database, run_lock(database.engine):
        made = put(database.engine, candidate, given, told.now())
    told.tell(asdict(made))
    told.say(columns.summary(made))


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
