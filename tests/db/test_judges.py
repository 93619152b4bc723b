"""Which model is shown on which days: as data, as a condition, and from an older database on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from db.engine import _alembic, open_engine, read, upgrade, write
from db.judges import Judges, Span, judges, know, show

FIRST = date(2026, 3, 1)


@given(st.lists(st.integers(0, 40), unique=True, max_size=5), st.integers(-5, 50))
def test_every_day_has_one_model(borders: list[int], day: int) -> None:
    spans = [Span(date.min, "model-0")]
    spans += [
        Span(FIRST + timedelta(days=border), f"model-{n}")
        for n, border in enumerate(sorted(borders), 1)
    ]
    asked = FIRST + timedelta(days=day)
    assert Judges(tuple(spans)).of_day(asked) == f"model-{sum(b <= day for b in borders)}"


def test_what_is_shown_is_what_was_told(engine: Engine, now: datetime) -> None:
    with write(engine) as connection:
        assert judges(connection) is None
        for model in ("m1", "m2"):
            know(connection, model, {}, now)
    told = Judges((Span(date.min, "m1"), Span(FIRST, "m2")))
    for wanted in (Judges.only("m1"), told, told, Judges.only("m2")):
        with write(engine) as connection:
            show(connection, wanted, now)
        with read(engine) as connection:
            assert judges(connection) == wanted
            lines = connection.execute(text("SELECT count(*) FROM change_log")).scalar_one()
    assert lines == 3  # the same again changes nothing


@pytest.mark.parametrize("current", ["m1", "m2", None])
def test_an_older_database_keeps_its_current_model(database_url: str, current: str | None) -> None:
    engine = open_engine(database_url)
    config = _alembic()
    with write(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for model in ("m1", "m2"):
            row = {"id": model, "current": model == current, "at": "2026-01-01 00:00:00+00:00"}
            connection.execute(
                text("INSERT INTO model VALUES (:id, :current, :at, '{}')"),
                row,
            )
    upgrade(engine)
    with read(engine) as connection:
        assert judges(connection) == (Judges.only(current) if current else None)
    engine.dispose()
