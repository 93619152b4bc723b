"""The case that the project began with, in our own words, from texts to incidents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from classify import artifact, run
from db.engine import read
from db.judges import judges
from db.queries.incident import incident
from db.tables import IncidentMember, PostRow, PostText
from domain.keyed import Keyed
from ingest.demo import load_demo

LOST = "%four hours with it on a joint piece of research%"
CORROBORATING = ("Mine went as well,%", "Same pattern here:%")
COMMENTS = ("Could be a filter,%", "Nice paper,%", "Agreed. A one-line cause%")


def test_replies_join_what_they_answer_and_comments_join_nothing(
    sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    load_demo(sqlite_engine, keyed, now)
    run.classify(sqlite_engine, artifact.load(), keyed, now=now, report=lambda _done, _total: None)

    def of(beginning: str) -> str:
        query = select(PostRow.key).join(PostText, PostText.post == PostRow.key)
        with read(sqlite_engine) as connection:
            return connection.scalars(query.where(PostText.text.like(beginning))).one()

    lost = of(LOST)
    with read(sqlite_engine) as connection:
        shown = judges(connection)
        assert shown is not None
        found = incident(connection, lost, shown)
        grouped = set(connection.scalars(select(IncidentMember.post)))
    assert found is not None
    assert found.members[0].post == lost
    members = {member.post for member in found.members}
    assert {of(text) for text in CORROBORATING} <= members
    assert found.spread.reporters >= 3
    assert not {of(text) for text in COMMENTS} & grouped
