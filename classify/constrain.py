"""What a person decides about incidents: these are one, or these don't belong to it.

A decision names posts, not incidents, so that it holds on when members come and go, when a post is
judged again, and under other models. A later decision counts before an earlier one, so each can be
taken back by its contrary; none is ever altered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from classify.regroup import answering, regroup
from db.constraints import Kind, constrain
from db.engine import read, write
from db.handles import Engine
from db.incidents import incident_of, members_of
from db.judges import Judges
from domain.errors import InputError
from domain.keyed import Keyed


def merge(
    engine: Engine,
    judges: Judges,
    keyed: Keyed,
    posts: Sequence[str],
    *,
    person: str,
    reason: str,
    now: datetime,
) -> str:
    """Makes the incidents of these posts one; gives its key. Call under the run lock.

    Raises `InputError` where a post is in no incident, or all are in the same one.
    """
    incidents = _incidents(engine, judges, posts)
    if len(set(incidents)) < 2:
        raise InputError("These posts are in one incident already.", "Name posts of two.")
    with read(engine) as connection:
        side = [m for one in sorted(set(incidents)) for m in members_of(connection, judges, one)]
    _decide(engine, judges, keyed, "merge", [side], person, reason, now)
    return _incidents(engine, judges, posts[:1])[0]


def split(
    engine: Engine,
    judges: Judges,
    keyed: Keyed,
    posts: Sequence[str],
    *,
    person: str,
    reason: str,
    now: datetime,
) -> str | None:
    """Takes these posts out of their incident, to be one of their own; gives its key.

    What joined the incident by answering them goes with them; everything else stays where it is.
    None where none of them is a report: a reply that says "same here" founds no incident. Call
    under the run lock.

    Raises `InputError` where a post is in no incident, they are in several, or none would be left.
    """
    incidents = _incidents(engine, judges, posts)
    if len(set(incidents)) > 1:
        raise InputError("These posts are in several incidents.", "Split one at a time.")
    with read(engine) as connection:
        members = members_of(connection, judges, incidents[0])
        going = answering(connection, judges, posts)
    sides = [[m for m in members if m in going], [m for m in members if m not in going]]
    if not sides[1]:
        raise InputError(
            "These, with what answers them, are all posts of the incident.",
            "Name those that are to leave it.",
        )
    _decide(engine, judges, keyed, "split", sides, person, reason, now)
    with read(engine) as connection:
        return incident_of(connection, judges, posts[0])


def _incidents(engine: Engine, judges: Judges, posts: Sequence[str]) -> list[str]:
    found = []
    with read(engine) as connection:
        for post in posts:
            incident = incident_of(connection, judges, post)
            if incident is None:
                raise InputError(
                    f"{post} is in no incident: it counts as no report.",
                    "`whylost review` decides that it is one.",
                )
            found.append(incident)
    return found


def _decide(
    engine: Engine,
    judges: Judges,
    keyed: Keyed,
    kind: Kind,
    sides: Sequence[Sequence[str]],
    person: str,
    reason: str,
    now: datetime,
) -> None:
    if not person.strip() or not reason.strip():
        raise InputError("A decision needs a person and a reason.", "Say --as NAME --reason TEXT.")
    with write(engine) as connection:
        constrain(connection, kind, sides, person=person, reason=reason, now=now)
    regroup(engine, judges, keyed, now)
