"""What the audit sample says of the model's answers, as trends read it."""

from __future__ import annotations

import pytest
import seeded
from sqlalchemy import Engine, update

from db.engine import read, write
from db.judges import Judges, Span
from db.queries.answers import answers
from db.series import refresh
from db.tables import VerdictRow
from domain.causes import Decision


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    made = seeded.fill(engine)
    refresh(engine, made.now)
    return made


def test_audited_posts_with_their_weights(engine: Engine, filled: seeded.Seeded) -> None:
    first, second = filled.keys(Decision.OTHER)[:2]
    (refused,) = filled.keys(Decision.UNDETERMINED)[:1]
    (waiting,) = filled.keys(Decision.CONTEXT_LIMIT)[:1]
    seeded.draw(engine, first, second, refused, waiting, chance=0.25)
    seeded.review(engine, first, Decision.OTHER)
    seeded.review(engine, second, Decision.NOT_A_REPORT)
    seeded.review(engine, refused, Decision.OTHER)
    with write(engine) as connection:
        mine = update(VerdictRow).where(VerdictRow.post == refused)
        connection.execute(mine.values(judged=False))
    with read(engine) as connection:
        made = answers(connection, seeded.JUDGES)
    assert made.model == seeded.MODEL
    assert made.said == (Decision.OTHER, Decision.OTHER)
    assert sorted(made.true) == [Decision.NOT_A_REPORT, Decision.OTHER]
    assert made.weights == (4.0, 4.0)
    assert made.blind == 2


def test_totals_are_the_models_own_counts(engine: Engine, filled: seeded.Seeded) -> None:
    seeded.review(engine, filled.keys(Decision.OTHER)[0], Decision.CONTEXT_LIMIT)
    refresh(engine, filled.now)
    with read(engine) as connection:
        made = answers(connection, seeded.JUDGES)
        border = filled.now.date()
        two = Judges((*seeded.JUDGES.spans, Span(border, "model-2")))
        assert answers(connection, two).totals is None
    assert made.totals == {decision: len(filled.keys(decision)) for decision in Decision}
