"""The stage on a real database: what waits is judged, in batches, and killing it does no harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from classify import artifact, run
from db.engine import read, write
from db.judges import Judges, judges
from db.posts import save_places, save_posts, save_threads
from db.tables import EvidenceRow, IncidentMember, VerdictRow
from domain.keyed import Keyed
from domain.nouns import Frame, Place, Post, Thread

MODEL = artifact.load()
KEYED = Keyed(b"a key for tests, never for data.")
TEXTS = (
    "My whole chat history is gone since the update, I can't resume anything.",
    "Same here, all conversations are gone after the update.",
    "Prompt is too long, and /compact fails with the same error. Stuck.",
    "I love it, five stars.",
)


def quiet(_done: int, _total: int | None) -> None:
    """No bar in a test."""


@pytest.fixture
def filled(engine: Engine, keyed: Keyed, now: datetime) -> Engine:
    place = Place(name="github:a/b", source="github", frame=Frame.ALL_POSTS)
    thread = Thread(key="t" * 24, place=place.name, title="History gone", opened_at=now)
    posts = [
        Post(
            key=f"{i:024d}",
            thread=thread.key,
            parent=f"{0:024d}" if i else None,
            place=place.name,
            kind="comment" if i else "issue",
            author=None,
            title="" if i else "History gone",
            text=text,
            raw_hash=f"{i:024d}",
            written_at=now + timedelta(minutes=i),
        )
        for i, text in enumerate(TEXTS)
    ]
    with write(engine) as connection:
        save_places(connection, [place])
        save_threads(connection, [thread], now)
        save_posts(connection, posts, now, keyed)
    return engine


def stored(engine: Engine) -> dict[tuple[str, str], tuple[str, float]]:
    with read(engine) as connection:
        rows = connection.execute(
            select(
                VerdictRow.model,
                VerdictRow.post,
                VerdictRow.decision,
                VerdictRow.report_probability,
            )
        )
        return {(model, post): (decision, p) for model, post, decision, p in rows}


def test_every_post_is_judged_once(filled: Engine, now: datetime) -> None:
    report = run.classify(filled, MODEL, KEYED, now=now, report=quiet)
    assert report.counts["judged"] == len(TEXTS)
    first = stored(filled)
    assert len(first) == len(TEXTS)
    again = run.classify(filled, MODEL, KEYED, now=now, report=quiet)
    assert again.counts["judged"] == 0
    assert stored(filled) == first


def test_again_judges_everything_and_changes_nothing(filled: Engine, now: datetime) -> None:
    run.classify(filled, MODEL, KEYED, now=now, report=quiet)
    first = stored(filled)
    again = run.classify(filled, MODEL, KEYED, again=True, now=now, report=quiet)
    assert again.counts["judged"] == len(TEXTS)
    assert stored(filled) == first


def test_killed_between_batches_and_run_again(
    filled: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 1)
    monkeypatch.setattr(run, "judge", _dies_after(2, run.judge))
    with pytest.raises(KeyboardInterrupt):
        run.classify(filled, MODEL, KEYED, now=now, report=quiet)
    assert len(stored(filled)) == 2
    monkeypatch.undo()
    report = run.classify(filled, MODEL, KEYED, now=now, report=quiet)
    assert report.counts["judged"] == 2
    assert len(stored(filled)) == len(TEXTS)


def _dies_after(times: int, work):  # type: ignore[no-untyped-def] # a stand-in for one function
    left = [times]

    def dying(*args):  # type: ignore[no-untyped-def] # the same
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return work(*args)

    return dying


def test_another_model_s_verdicts_stay(filled: Engine, now: datetime) -> None:
    run.classify(filled, MODEL, KEYED, now=now, report=quiet)
    other = replace(MODEL, card={**MODEL.card, "id": "another"})
    run.classify(filled, other, KEYED, now=now, report=quiet)
    assert {model for model, _ in stored(filled)} == {MODEL.id, "another"}
    with read(filled) as connection:
        assert judges(connection) == Judges.only("another")


def test_a_corroborating_reply_joins_the_incident(filled: Engine, now: datetime) -> None:
    run.classify(filled, MODEL, KEYED, now=now, report=quiet)
    with read(filled) as connection:
        rows = connection.execute(select(IncidentMember.post, IncidentMember.incident))
        members = dict(rows.all())
        spans = connection.scalar(select(func.count()).select_from(EvidenceRow))
    assert members[f"{1:024d}"] == f"{0:024d}"
    assert f"{3:024d}" not in members  # praise is no report
    assert spans
