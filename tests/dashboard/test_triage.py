"""The triage form on a report's page, without a browser."""

from __future__ import annotations

import pytest
import seeded
from opening import Opening, opening, words
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from db.engine import read
from db.triage import UNTOUCHED, standing
from domain.causes import Decision
from domain.triage import Triage

__all__ = ["opening"]


@pytest.fixture
def post(sqlite_engine: Engine) -> str:
    return seeded.fill(sqlite_engine).keys(Decision.SAFETY_TRIGGER)[0]


def saved(app: AppTest, state: str, person: str, reason: str = "") -> AppTest:
    app.selectbox[0].set_value(state)
    labels = {box.label: box for box in app.text_input}
    labels["Your name"].set_value(person)
    labels["Why"].set_value(reason)
    return app.button[-1].click().run()


def test_a_state_is_set_and_its_history_shown(
    opening: Opening, post: str, sqlite_engine: Engine
) -> None:
    app = opening("report", report=post)
    assert "Nobody has looked at it yet." in words(app)
    told = words(saved(app, "escalated", "Ada <i>", "Hours <b> lost."))
    assert "It was passed on to those who can act." in told
    assert "escalated, set by Ada &lt;i&gt;" in told
    assert "Hours &lt;b&gt; lost." in told
    with read(sqlite_engine) as connection:
        assert standing(connection, post).state is Triage.ESCALATED


def test_without_a_name_nothing_is_saved(
    opening: Opening, post: str, sqlite_engine: Engine
) -> None:
    told = words(saved(opening("report", report=post), "closed", " "))
    assert "Nothing was saved." in told
    with read(sqlite_engine) as connection:
        assert standing(connection, post) == UNTOUCHED
