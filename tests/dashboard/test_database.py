"""The demonstration gives way to real posts as soon as these are judged, and not before."""

from __future__ import annotations

import os
from datetime import datetime

import pytest
from sqlalchemy import Engine

from dashboard.database import AWAITED, DATABASE, DEMONSTRATION, address, told_demonstration
from db import posts
from db.engine import write
from db.judges import Judges, know, show
from domain.keyed import Keyed
from domain.nouns import Frame, Place, Post, Thread


def test_real_posts_take_the_demonstrations_place(
    sqlite_engine: Engine, keyed: Keyed, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = str(sqlite_engine.url)
    for name, value in ((DATABASE, "sqlite:///demo.db"), (DEMONSTRATION, "1"), (AWAITED, real)):
        monkeypatch.setenv(name, value)
    assert address() == "sqlite:///demo.db"

    place = Place(name="github:a/b", source="github", frame=Frame.ALL_POSTS)
    thread = Thread(key=keyed.hash("thread", "1"), place=place.name, title="", opened_at=now)
    post = Post(
        key=keyed.hash("post", "1"),
        thread=thread.key,
        parent=None,
        place=place.name,
        kind="issue",
        author=None,
        title="",
        text="Gone.",
        raw_hash=keyed.hash("raw", "Gone."),
        written_at=now,
    )
    with write(sqlite_engine) as connection:
        posts.save_places(connection, [place])
        posts.save_threads(connection, [thread], now)
        posts.save_posts(connection, [post], now, keyed)
    assert address() == "sqlite:///demo.db"
    assert told_demonstration()

    with write(sqlite_engine) as connection:
        know(connection, "a model", {}, now)
        show(connection, Judges.only("a model"), now)
    assert address() == real
    assert not told_demonstration()
    assert os.environ[AWAITED] == ""
