"""`whylost triage`: where a report stands in people's work, and setting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from domain.invocation import Invocation
    from domain.triage import Triage

_Post = Annotated[str, typer.Argument(help="A post's key, address or id at its source.")]
_State = Annotated[str | None, typer.Option(help="new, watching, escalated, known or closed.")]
_Assignee = Annotated[str, typer.Option(help="Who follows it up.")]
_Reason = Annotated[str, typer.Option(help="Why.")]
_Person = Annotated[str, typer.Option("--as", metavar="NAME", help="Who you are.")]
_Demonstration = Annotated[bool, typer.Option(help="The demonstration instead.")]


def triage(
    context: typer.Context,
    post: _Post,
    state: _State = None,
    assignee: _Assignee = "",
    reason: _Reason = "",
    person: _Person = "",
    demonstration: _Demonstration = False,
) -> None:
    """Where a report stands and stood; with --state, set it."""
    from dataclasses import asdict

    from db.engine import read, write
    from db.opened import opened
    from db.queries.named import post_named
    from db.triage import history, place, standing
    from domain.errors import InputError

    told: Invocation = context.obj
    with opened(told.settings, demonstration=demonstration) as database:
        with read(database.engine) as connection:
            key = post_named(connection, post)
        if state is not None:
            given = {"person": person, "assignee": assignee, "reason": reason}
            with write(database.engine) as connection:
                place(connection, key, _state(state), **given, now=told.now())
        elif assignee or reason:
            raise InputError("There is no state.", "Add --state.")
        with read(database.engine) as connection:
            now, steps = standing(connection, key), history(connection, key)
    told.tell({"post": key, **asdict(now), "history": [asdict(step) for step in steps]})
    told.say(
        f"{key} is {now.state}{f', followed up by {now.assignee}' if now.assignee else ''}."
        f"{f' {now.reason}' if now.reason else ''}"
    )
    if steps:
        told.table(
            ("at", "state", "assignee", "set by"),
            [(step.at, step.state, step.assignee, step.person) for step in steps],
        )


def _state(named: str) -> Triage:
    from domain.errors import InputError
    from domain.triage import Triage

    try:
        return Triage(named)
    except ValueError as error:
        raise InputError(
            f"--state can't be {named}.", f"It is one of {', '.join(Triage)}."
        ) from error
