"""`whylost incidents`: one incident with all that belongs to it, and people's say in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from db.judges import Judges
    from db.opened import Opened
    from db.queries.incident import InFull
    from domain.invocation import Invocation

app = typer.Typer(
    no_args_is_help=True, help="Reports of the same failure: show one, merge some, split one."
)

_Posts = Annotated[
    list[str], typer.Argument(metavar="POST ...", help="Keys, addresses or ids at the source.")
]
_Person = Annotated[str, typer.Option("--as", metavar="NAME", help="Who you are.")]
_Reason = Annotated[str, typer.Option(help="Why; without words of the posts.")]
_Demonstration = Annotated[bool, typer.Option(help="The demonstration instead.")]


@app.command()
def show(
    context: typer.Context,
    post: Annotated[str, typer.Argument(help="A post of it: key, address or id at the source.")],
    demonstration: _Demonstration = False,
) -> None:
    """One incident: its members and why they belong to it, decisions, outages at that time."""
    told: Invocation = context.obj
    with _opened(told, demonstration) as (database, judges):
        _show(told, database, judges, _keys(database, [post])[0])


@app.command()
def merge(
    context: typer.Context,
    posts: _Posts,
    person: _Person,
    reason: _Reason,
    demonstration: _Demonstration = False,
) -> None:
    """Say that the incidents of these posts are one; it stays so until somebody splits it."""
    from classify.constrain import merge as decide
    from db.lock import run_lock

    told: Invocation = context.obj
    with _opened(told, demonstration) as (database, judges), run_lock(database.engine):
        keys = _keys(database, posts)
        key = decide(
            database.engine,
            judges,
            database.keyed,
            keys,
            person=person,
            reason=reason,
            now=told.now(),
        )
        _show(told, database, judges, key)


@app.command()
def split(
    context: typer.Context,
    posts: _Posts,
    person: _Person,
    reason: _Reason,
    demonstration: _Demonstration = False,
) -> None:
    """Take these posts, and what answers them, out of their incident until somebody merges them."""
    from classify.constrain import split as decide
    from db.lock import run_lock

    told: Invocation = context.obj
    with _opened(told, demonstration) as (database, judges), run_lock(database.engine):
        keys = _keys(database, posts)
        key = decide(
            database.engine,
            judges,
            database.keyed,
            keys,
            person=person,
            reason=reason,
            now=told.now(),
        )
        if key is None:
            told.tell({"incident": None})
            told.say("They are in no incident now: none of them is a report by itself.")
            return
        _show(told, database, judges, key)


@contextmanager
def _opened(told: Invocation, demonstration: bool) -> Iterator[tuple[Opened, Judges]]:
    from db.engine import read
    from db.judges import judges
    from db.opened import opened
    from domain.errors import InputError

    with opened(told.settings, demonstration=demonstration) as database:
        with read(database.engine) as connection:
            shown = judges(connection)
        if shown is None:
            raise InputError("Nothing was judged yet.", "Run `whylost classify` first.")
        yield database, shown


def _keys(database: Opened, names: Sequence[str]) -> list[str]:
    from db.engine import read
    from db.queries.named import post_named

    with read(database.engine) as connection:
        return [post_named(connection, name) for name in names]


def _show(told: Invocation, database: Opened, judges: Judges, post: str) -> None:
    from dataclasses import asdict

    from classify.membership import why_here
    from classify.regroup import links
    from db.engine import read
    from db.incidents import incident_of
    from db.queries.incident import incident
    from domain.errors import InputError

    with read(database.engine) as connection:
        key = incident_of(connection, judges, post)
        found = incident(connection, key, judges) if key else None
        if found is None:
            raise InputError(f"{post} is in no incident.", "It counts as no report, or not yet.")
        linked = links(connection, judges, [m.post for m in found.members])
    why = {m.post: why_here(m, found, linked) for m in found.members}
    told.tell({**asdict(found), "why": why})
    if not told.json:
        _tell(told, found, why)


def _tell(told: Invocation, found: InFull, why: dict[str, str]) -> None:
    spread = found.spread
    told.say(
        f"Incident {found.key}",
        f"reports: {spread.reports:,}, replies that corroborate them: {spread.corroborations:,}, "
        f"reporters: {spread.reporters:,}, threads: {spread.threads:,}",
        "",
    )
    heads = ("post", "written", "place", "role", "decision", "why it is here")
    rows = [(m.post, m.written_at, m.place, m.role, m.decision, why[m.post]) for m in found.members]
    told.table(heads, rows)
    if found.constraints:
        told.say("", "What people decided, the latest first:")
    for decided in found.constraints:
        told.say(f"  {decided.kind} by {decided.person}, {decided.at:%Y-%m-%d}: {decided.reason}")
    if found.explanations:
        told.say("", "Official outages at that time, a possible explanation:")
    for one in found.explanations:
        outage = one.outage
        ended = f"{outage.resolved_at:%Y-%m-%d %H:%M}" if outage.resolved_at else "not resolved yet"
        told.say(
            f"  {outage.vendor} {outage.product}: {outage.name} ({outage.impact}), "
            f"{outage.started_at:%Y-%m-%d %H:%M} to {ended} UTC; {one.posts:,} of the reports"
        )
