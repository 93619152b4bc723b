"""Where people decided otherwise than the model; what two models decide; reports by step."""

from __future__ import annotations

import pytest
import seeded
from sqlalchemy import Engine, update

from db.engine import read, write
from db.queries.compared import decided_otherwise
from db.queries.contradicted import contradictions
from db.queries.reports import count_reports
from db.queries.thresholds import reports_by_step
from db.tables import ReviewRow, VerdictRow
from domain.causes import Abstention, Cause, Decision
from domain.filter import Filter


@pytest.fixture
def known(engine: Engine) -> seeded.Seeded:
    return seeded.fill(engine)


def test_the_surest_contradiction_comes_first(engine: Engine, known: seeded.Seeded) -> None:
    wrong = known.keys(Decision.OTHER)[:3]
    for post in wrong:
        seeded.review(engine, post, Decision.CONTEXT_LIMIT)
    none = known.keys(Decision.NOT_A_REPORT)[0]
    seeded.review(engine, none, Decision.SESSION_MANAGEMENT)
    seeded.review(engine, known.keys(Decision.OTHER)[3], Decision.OTHER)
    seeded.review(engine, known.keys(Decision.UNDETERMINED)[0], Decision.OTHER)
    with read(engine) as connection:
        found = contradictions(connection, seeded.JUDGES)
        two = contradictions(connection, seeded.JUDGES, limit=2)
    assert (found.reviewed, found.posts, len(found.surest)) == (5, 4, 4)
    assert found.surest[0].post == none
    assert found.surest[0].probability == pytest.approx(0.98)
    sure = [one.probability for one in found.surest]
    assert sure == sorted(sure, reverse=True)
    assert two.surest == found.surest[:2]
    assert two.posts == 4


def test_a_second_cause_that_a_person_named_is_no_contradiction(
    engine: Engine, known: seeded.Seeded
) -> None:
    post = known.keys(Decision.SAFETY_TRIGGER)[0]
    seeded.review(engine, post, Decision.CONTEXT_LIMIT)
    with write(engine) as connection:
        connection.execute(update(ReviewRow).values(secondary=Cause.SAFETY_TRIGGER.value))
    with read(engine) as connection:
        found = contradictions(connection, seeded.JUDGES)
    assert (found.reviewed, found.posts) == (1, 0)


def test_steps_add_up_to_the_reports(engine: Engine, known: seeded.Seeded) -> None:
    with read(engine) as connection:
        found = reports_by_step(connection, Filter(), seeded.JUDGES)
        every = count_reports(connection, Filter(), seeded.JUDGES)
        few = reports_by_step(connection, Filter(words="firewall"), seeded.JUDGES)
    assert sum(counts.total() for counts in found.values()) == every
    expected = [v for v in known.verdicts if v.likely_cause is Cause.SAFETY_TRIGGER]
    assert found[Cause.SAFETY_TRIGGER].total() == len(expected)
    for verdict in expected:
        assert found[Cause.SAFETY_TRIGGER][int(verdict.causes[Cause.SAFETY_TRIGGER] * 20)] > 0
    assert few[Cause.CONTEXT_LIMIT].total() == 0 < few[Cause.SAFETY_TRIGGER].total()


def test_what_speaks_for_two_causes_is_named_at_no_step(
    engine: Engine, known: seeded.Seeded
) -> None:
    with read(engine) as connection:
        before = reports_by_step(connection, Filter(), seeded.JUDGES)
    contradictory = known.keys(Decision.UNDETERMINED)
    with write(engine) as connection:
        connection.execute(
            update(VerdictRow)
            .where(VerdictRow.post.in_(contradictory))
            .values(abstained_because=Abstention.CONTRADICTORY.value)
        )
    with read(engine) as connection:
        after = reports_by_step(connection, Filter(), seeded.JUDGES)
    lost = sum(c.total() for c in before.values()) - sum(c.total() for c in after.values())
    assert lost == len(contradictory) > 0


def test_a_model_decides_as_it_does(engine: Engine, known: seeded.Seeded) -> None:
    with read(engine) as connection:
        same = decided_otherwise(connection, seeded.MODEL, seeded.MODEL)
        assert decided_otherwise(connection, seeded.MODEL, "nobody") == {}
    assert all(first is second for first, second in same)
    assert sum(same.values()) == len(known.verdicts)
