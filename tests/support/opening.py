"""Opens a page of the dashboard over a test's database, without a browser or a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from dashboard.database import DATABASE, DEMONSTRATION

Opening = Callable[..., AppTest]

# AppTest can't open a page of `st.navigation` by its address: it is asked for here.
_SCRIPT = """
import streamlit as st
from dashboard import frame
from dashboard.views import (health, incident, incidents, method, model, moderation, overview,
                             release, releases, report, reports)
views = dict(overview=overview, reports=reports, incidents=incidents, releases=releases,
             health=health, model=model, moderation=moderation, method=method,
             release=release, report=report, incident=incident)
pages = dict((name, st.Page(view.page, url_path=name, title=name, default=name == "{view}"))
             for name, view in views.items())
frame.run(st.navigation(list(pages.values()), position="hidden"), pages)
"""


@pytest.fixture
def opening(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Opening:
    """Opens a page over the test's database."""
    monkeypatch.setenv(DATABASE, str(sqlite_engine.url))
    monkeypatch.setenv(DEMONSTRATION, "0")

    def open_page(view: str = "overview", **query: Any) -> AppTest:
        app = AppTest.from_string(_SCRIPT.format(view=view), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return open_page


def words(app: AppTest) -> str:
    """All that the page says in our own HTML; fails where the page failed."""
    assert not app.exception, app.exception
    return "\n".join(str(element.proto.body) for element in app.get("html"))
