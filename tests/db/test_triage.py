"""Where reports stand: set, kept, shown where reports are chosen, forgotten with their words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import seeded
from sqlalchemy import Engine, select

from db.engine import read, write
from db.queries.facets import values
from db.queries.reports import count_reports
from db.tables import ChangeLog
from db.triage import UNTOUCHED, history, place, standing
from db.withdraw import withdraw
from domain.causes import Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.triage import Triage

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def post(engine: Engine) -> str:
    return seeded.fill(engine).keys(Decision.SAFETY_TRIGGER)[0]


def placed(engine: Engine, post: str, state: Triage, *, later: int = 0, **more: str) -> bool:
    with write(engine) as connection:
        told = {"person": "Ada", **more}
        return place(connection, post, state, **told, now=AT + timedelta(hours=later))


def test_nobody_has_touched_it(engine: Engine, post: str) -> None:
    with read(engine) as connection:
        assert standing(connection, post) == UNTOUCHED
        assert history(connection, post) == []


def test_what_was_set_is_shown_and_what_was_before_stays(engine: Engine, post: str) -> None:
    assert placed(engine, post, Triage.WATCHING)
    assert placed(engine, post, Triage.ESCALATED, later=1, assignee=" Grace ", reason="Hours lost.")
    with read(engine) as connection:
        now, steps = standing(connection, post), history(connection, post)
        escalated = Filter(triage=(Triage.ESCALATED.value,))
        assert count_reports(connection, escalated, seeded.JUDGES) == 1
        told = values(connection, Filter(), seeded.JUDGES, "triage")
    assert (now.state, now.assignee, now.reason) == (Triage.ESCALATED, "Grace", "Hours lost.")
    assert now.changed_at == AT + timedelta(hours=1)
    assert [(s.state, s.assignee, s.person) for s in steps] == [
        (Triage.ESCALATED, "Grace", "Ada"),
        (Triage.WATCHING, "", "Ada"),
    ]
    assert {value.value: value.reports for value in told}["escalated"] == 1


def test_the_same_again_is_no_change(engine: Engine, post: str) -> None:
    assert placed(engine, post, Triage.KNOWN, reason="Seen before.")
    assert not placed(engine, post, Triage.KNOWN, later=1, reason="Seen before.", person="Grace")
    with read(engine) as connection:
        assert len(history(connection, post)) == 1


def test_the_log_holds_no_reason_and_a_deletion_takes_it(engine: Engine, post: str) -> None:
    placed(engine, post, Triage.KNOWN, assignee="Grace", reason="They wrote: four hours gone.")
    with read(engine) as connection:
        rows = connection.execute(select(ChangeLog.before, ChangeLog.after)).all()
        assert all("four hours" not in str(row) for row in rows)
    with write(engine) as connection:
        withdraw(connection, [post], AT + timedelta(days=1), seeded.KEYED)
    with read(engine) as connection:
        now = standing(connection, post)
    assert (now.state, now.assignee, now.reason) == (Triage.KNOWN, "Grace", "")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"person": " "}, "A name has 1 to"),
        ({"assignee": "a" * 121}, "An assignee has at most"),
        ({"reason": "a" * 501}, "A reason has at most"),
    ],
)
def test_what_can_t_be_kept_changes_nothing(
    engine: Engine, post: str, more: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        placed(engine, post, Triage.CLOSED, **more)
    with pytest.raises(InputError, match="There is no post"):
        placed(engine, "f" * 24, Triage.CLOSED)
    with read(engine) as connection:
        assert standing(connection, post) == UNTOUCHED
