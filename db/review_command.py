"""`whylost review`: what waits for people, one post to read, a decision about it, filled sheets.

`whylost review [POST]` is short for `whylost review post [POST]`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from db.handles import Connection
    from db.opened import Opened
    from db.returned import Ended
    from domain.invocation import Invocation

app = typer.Typer(
    no_args_is_help=True,
    help="What waits for people, one post to read and decide about, sheets that came back.",
)

SOMETHING_LISTED = 3  # the exit code

_Post = Annotated[
    str | None, typer.Argument(help="A post's key, address or id at its source; none: what waits.")
]
_Decision = Annotated[
    str | None,
    typer.Option(
        help="context_limit, safety_trigger, session_management, other, undetermined, not_a_report."
    ),
]
_Secondary = Annotated[str | None, typer.Option(help="A second cause that the post names.")]
_Reviewer = Annotated[str, typer.Option("--as", metavar="NAME", help="Who you are.")]
_Note = Annotated[str, typer.Option(help="Anything worth saying.")]
_Blind = Annotated[bool, typer.Option("--blind", help="You haven't seen what the model says.")]
_Version = Annotated[
    int | None, typer.Option(help="The version that you read, if not the current one.")
]
_TakeBack = Annotated[bool, typer.Option("--take-back", help="Your decision counts no more.")]
_Stream = Annotated[str | None, typer.Option(help="What waits in `audit` or `uncertain` only.")]
_Demonstration = Annotated[bool, typer.Option(help="Review the demonstration instead.")]


@app.command("post")
def review(
    context: typer.Context,
    post: _Post = None,
    decision: _Decision = None,
    secondary: _Secondary = None,
    reviewer: _Reviewer = "",
    note: _Note = "",
    blind: _Blind = False,
    version: _Version = None,
    take_back: _TakeBack = False,
    stream: _Stream = None,
    demonstration: _Demonstration = False,
) -> None:
    """Decide what a post tells of; without a decision read it, without a post see what waits."""
    from db.engine import read
    from db.opened import opened
    from db.queries.named import post_named
    from domain.errors import InputError

    told: Invocation = context.obj
    with opened(told.settings, demonstration=demonstration) as database:
        with read(database.engine) as connection:
            if post is None:
                _show_waiting(told, connection, stream)
                return
            key = post_named(connection, post)
            if decision is None and not take_back:
                if secondary or note:
                    raise InputError("There is no decision.", "Add --decision.")
                _show(told, connection, key, version)
                return
        if decision is None:
            _take_back(told, database, key, reviewer)
            return
        given = {"secondary": secondary, "reviewer": reviewer, "note": note, "blind": blind}
        _decide(told, database, key, decision, version, given)


@app.command("import")
def import_sheet(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV file that people filled in.")],
    reviewer: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Who filled in rows that name nobody.")
    ] = "",
    blind: Annotated[bool, typer.Option("--blind", help="Nobody saw what the model says.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of what the same person decided before.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare only.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the rows that were not taken, with the reason.")
    ] = None,
    demonstration: _Demonstration = False,
) -> None:
    """Take decisions from a sheet; exit code 3 where rows conflict or are wrong, and are listed."""
    from db.export import whole_file
    from db.filled import read_filled
    from db.opened import opened
    from db.returned import Taking, rest, take
    from domain.errors import InputError

    told: Invocation = context.obj
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} can't be read: {error.strerror}.", "Name a CSV file.") from error
    sheet = read_filled(content, str(file))
    how = Taking(reviewer=reviewer, blind=blind, replace=replace, now=told.now())
    with opened(told.settings, demonstration=demonstration) as database:
        ended = take(database.engine, sheet, how, dry=dry_run)
    if out:
        with whole_file(out) as written:
            written.write(rest(sheet, ended))
    _tell_taken(told, ended, dry=dry_run)


def _tell_taken(told: Invocation, ended: list[Ended], *, dry: bool) -> None:
    from db.returned import counted

    counts = counted(ended)
    listed = [one for one in ended if one.fault]
    told.tell({"dry_run": dry, "counts": counts, "listed": [one.to_json() for one in listed]})
    if listed:
        told.table(
            ("row", "line", "ending", "column", "value", "why"),
            [
                (
                    o.row.number,
                    o.row.line,
                    o.ending.value,
                    o.fault.column or None,
                    _shown(o.fault.value) or None,
                    _shown(f"{o.fault.why} {o.fault.fix}"),
                )
                for o in listed
                if o.fault
            ],
        )
    told.say(", ".join(f"{number:,} {ending}" for ending, number in counts.items()) + ".")
    if dry:
        told.say("Nothing was saved: this was a dry run.")
    if listed:
        raise typer.Exit(SOMETHING_LISTED)


def _show_waiting(told: Invocation, connection: Connection, stream: str | None) -> None:
    from dataclasses import asdict

    from db.samples import waiting

    found = waiting(connection, _one_of("stream", stream))
    told.tell([asdict(one) for one in found])
    told.table(
        ("post", "stream", "place", "drawn at"),
        [(one.post, one.stream, one.place, one.drawn_at) for one in found],
    )
    if not found:
        told.say("Nothing waits. `whylost classify draw --posts 100` draws posts to judge.")


def _show(told: Invocation, connection: Connection, key: str, version: int | None) -> None:
    """The text with nothing of what the model or others say of it."""
    from dataclasses import asdict

    from db.queries.posttext import readable
    from domain.errors import InputError, Outdated

    post = readable(connection, key)
    if post is None:
        raise InputError(f"There is no post {key}.")
    if version is not None and version != post.version:
        raise Outdated(f"The post {key} has version {post.version} now.", "Leave --version out.")
    told.tell(asdict(post))
    told.say(
        f"{post.post}, version {post.version}: {post.kind} in {post.place}, "
        f"{post.written_at:%Y-%m-%d %H:%M} UTC"
    )
    if post.thread_title and post.thread_title != post.title:
        told.say(f"Thread: {_shown(post.thread_title)}")
    if post.text is None:
        told.say("Its text is no longer held.")
        return
    told.say(*(_shown(part) for part in (post.title, post.text) if part))


def _shown(text: str) -> str:
    """Text from outside without characters that a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _decide(
    told: Invocation,
    database: Opened,
    key: str,
    decision: str,
    version: int | None,
    given: dict[str, str | bool | None],
) -> None:
    from db.engine import write
    from db.queries.posttext import readable
    from db.reviews import save_review
    from db.samples import streams_of
    from domain.errors import InputError
    from domain.nouns import Review

    with write(database.engine) as connection:
        post = readable(connection, key)
        if post is None or (post.text is None and version is None):
            raise InputError(
                f"The text of {key} is no longer held.",
                "Name with --version which one you read elsewhere.",
            )
        made = Review(
            post=key,
            version=post.version if version is None else version,
            decision=_one_of("decision", decision),
            secondary=_one_of("secondary", given["secondary"]),
            reviewer=str(given["reviewer"]).strip(),
            blind=bool(given["blind"]),
            stream=" ".join(streams_of(connection, key)),
            note=str(given["note"]),
            decided_at=told.now(),
        )
        number = save_review(connection, made)
    told.tell({"review": number, "post": key, "version": made.version, "decision": made.decision})
    told.say(f"Review {number:,}: {key} is {made.decision.value}, says {made.reviewer}.")


def _take_back(told: Invocation, database: Opened, key: str, reviewer: str) -> None:
    from db.engine import write
    from db.reviews import take_back
    from domain.errors import InputError

    with write(database.engine) as connection:
        if not take_back(connection, key, reviewer.strip(), told.now()):
            raise InputError(f"{reviewer or 'Nobody'} has no decision about {key}.", "Say --as.")
    told.tell({"post": key, "taken_back": True})
    told.say(f"What {reviewer.strip()} decided about {key} counts no more.")


def _one_of(what: str, value: object) -> Any:
    """`value` as a decision, a cause or a stream; None stays None."""
    from db.samples import Stream
    from domain.causes import Cause, Decision
    from domain.errors import InputError

    kind = {"decision": Decision, "secondary": Cause, "stream": Stream}[what]
    try:
        return None if value is None else kind(str(value))
    except ValueError as error:
        known = ", ".join(kind)
        raise InputError(f"--{what} can't be {value}.", f"It is one of {known}.") from error
