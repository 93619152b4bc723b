"""How long texts are kept: what goes when its time is over, what stays, and what stays of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import seeded
from sqlalchemy import Engine, func, insert, select, update

from db import retention, terms
from db.engine import read, write
from db.erase import erase
from db.judges import judges
from db.posts import held, save_places, save_posts, save_threads
from db.queries.report import report
from db.queries.reports import iterate_reports
from db.tables import (
    AddressRow,
    ChangeLog,
    EvidenceRow,
    FactRow,
    IncidentMember,
    PlaceRow,
    PostRow,
    PostText,
    ReviewRow,
    ThreadRow,
    VerdictRow,
)
from db.verdicts import count_unjudged, save_verdicts
from db.withdraw import withdraw
from domain.causes import Abstention, Decision
from domain.filter import Filter
from domain.nouns import Frame, Place, Terms, Thread

DAYS = 150  # of the seeded posts
EVERYTHING = Filter(causes=tuple(Decision), abstentions=tuple(Abstention))


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    """Posts that were collected as they were written."""
    made = seeded.fill(engine, days=DAYS)
    with write(engine) as connection:
        connection.execute(update(PostRow).values(first_seen_at=PostRow.written_at))
    return made


def expire(
    engine: Engine, now: datetime, otherwise: int, days: Mapping[str, int] | None = None
) -> int:
    return retention.expire(engine, retention.Keep(days=days or {}, otherwise=otherwise), now)


def texts(engine: Engine) -> dict[str, str | None]:
    """Post -> its current text."""
    current = (PostText.post == PostRow.key) & (PostText.version == PostRow.version)
    with read(engine) as connection:
        rows = connection.execute(select(PostRow.key, PostText.text).join(PostText, current))
        return dict(rows.all())


def gone(engine: Engine) -> set[str]:
    return {key for key, text in texts(engine).items() if text is None}


def none_of(filled: seeded.Seeded, days: int, source: str = "") -> set[str]:
    """Posts that are no reports and were written more than so many days ago."""
    written = {p.key: p for p in filled.posts}
    return {
        key
        for key in filled.keys(Decision.NOT_A_REPORT)
        if filled.now - written[key].written_at > timedelta(days=days)
        and written[key].place.startswith(source)
    }


def test_only_old_texts_that_are_no_reports_go(engine: Engine, filled: seeded.Seeded) -> None:
    expected = none_of(filled, 60)
    assert expected
    assert expire(engine, filled.now, 60) == len(expected)
    assert gone(engine) == expected
    assert expire(engine, filled.now, 60) == 0
    later = filled.now + timedelta(days=10)
    assert expire(engine, later, 60) == len(none_of(filled, 50)) - len(expected)


def test_what_was_judged_stays(engine: Engine, filled: seeded.Seeded) -> None:
    def kept() -> dict[str, Any]:
        with read(engine) as connection:
            found = {
                table.__tablename__: sorted(
                    map(repr, connection.execute(select(*table.__table__.columns)))
                )
                for table in (PostRow, VerdictRow, EvidenceRow, FactRow, IncidentMember)
            }
            found["hash"] = sorted(connection.scalars(select(PostText.raw_hash)))
            rows = iterate_reports(connection, EVERYTHING, seeded.JUDGES)
            found["lists"] = [
                replace(
                    row, title=None, text=None, thread_title="", address=None, purged_because=None
                )
                for row in rows
            ]
            return found

    before = kept()
    assert expire(engine, filled.now, 0)
    assert kept() == before


def test_the_shorter_of_terms_and_settings_counts(engine: Engine, filled: seeded.Seeded) -> None:
    with write(engine) as connection:
        terms.renew(connection, {"github": Terms(keep_days=30)}.get)
    expire(engine, filled.now, 100, {"github": 90, "hackernews": 50})
    assert gone(engine) == none_of(filled, 30, "github") | none_of(filled, 50, "hackernews")
    with write(engine) as connection:
        terms.renew(connection, {"github": Terms(keep_days=90)}.get)
    expire(engine, filled.now, 20)
    assert gone(engine) == none_of(filled, 20)


def test_a_history_that_was_collected_today_is_kept(engine: Engine, filled: seeded.Seeded) -> None:
    with write(engine) as connection:
        connection.execute(update(PostRow).values(first_seen_at=filled.now))
    assert expire(engine, filled.now + timedelta(days=60), 60) == 0
    assert expire(engine, filled.now + timedelta(days=61), 60) > 0


def test_a_day_is_counted_to_the_moment(engine: Engine, filled: seeded.Seeded) -> None:
    key = filled.keys(Decision.NOT_A_REPORT)[0]
    written = next(p for p in filled.posts if p.key == key).written_at
    expire(engine, written + timedelta(days=400), 400)
    assert key not in gone(engine)
    expire(engine, written + timedelta(days=400, seconds=1), 400)
    assert key in gone(engine)


def test_what_the_model_refused_to_judge_is_no_report(
    engine: Engine, filled: seeded.Seeded
) -> None:
    key = filled.keys(Decision.UNDETERMINED)[0]
    because = Abstention.UNSUPPORTED_LANGUAGE
    with write(engine) as connection:
        connection.execute(
            update(VerdictRow)
            .where(VerdictRow.post == key)
            .values(judged=False, abstained_because=because.value)
        )
    expire(engine, filled.now, 0)
    assert key in gone(engine)


def test_people_s_work_keeps_a_text(engine: Engine, filled: seeded.Seeded) -> None:
    called, agreed, drawn, done, member = filled.keys(Decision.NOT_A_REPORT)[:5]
    seeded.review(engine, called, Decision.SESSION_MANAGEMENT)
    seeded.review(engine, agreed, Decision.NOT_A_REPORT)
    seeded.review(engine, done, Decision.NOT_A_REPORT)
    seeded.draw(engine, drawn, done)
    with write(engine) as connection:
        row = {"post": member, "model": seeded.MODEL, "incident": member}
        connection.execute(insert(IncidentMember), [row])
    expire(engine, filled.now, 0)
    assert not {called, drawn, member} & gone(engine)
    assert {agreed, done} <= gone(engine)
    with write(engine) as connection:
        connection.execute(update(ReviewRow).values(replaced=True))
    seeded.review(engine, drawn, Decision.NOT_A_REPORT)
    expire(engine, filled.now, 0)
    assert {called, drawn} <= gone(engine)


def test_a_text_that_was_never_judged_waits(engine: Engine, filled: seeded.Seeded) -> None:
    post = replace(filled.posts[0], key="e" * 24, text="New here.", raw_hash="e" * 24)
    with write(engine) as connection:
        save_posts(connection, [post], filled.now, seeded.KEYED)
    expire(engine, filled.now + timedelta(days=4000), 0)
    assert texts(engine)[post.key] == "New here."
    with read(engine) as connection:
        assert count_unjudged(connection, seeded.JUDGES) == 1


def test_before_the_first_judging_nothing_goes(engine: Engine, now: datetime) -> None:
    place = Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS)
    with write(engine) as connection:
        save_places(connection, [place])
        assert judges(connection) is None
    assert expire(engine, now, 0) == 0


def test_the_same_post_again_brings_no_text_back_and_an_edit_does(
    engine: Engine, filled: seeded.Seeded
) -> None:
    none = set(filled.keys(Decision.NOT_A_REPORT))
    post = next(p for p in filled.posts if p.key in none and p.address)
    key = post.key
    expire(engine, filled.now, 0)
    with write(engine) as connection:
        assert save_posts(connection, [post], filled.now, seeded.KEYED).unchanged == 1
        assert held(connection, [key])[key].raw_hash == post.raw_hash
    assert texts(engine)[key] is None
    edited = replace(post, text="Now it forgot all of it.", raw_hash="d" * 24)
    with write(engine) as connection:
        assert save_posts(connection, [edited], filled.now, seeded.KEYED).changed == 1
    assert texts(engine)[key] == "Now it forgot all of it."
    with read(engine) as connection:
        assert count_unjudged(connection, seeded.JUDGES) == 1
        assert connection.scalar(select(AddressRow.url).where(AddressRow.post == key)) == (
            post.address.url if post.address else None
        )


def test_a_thread_keeps_its_title_as_long_as_one_of_its_texts(
    engine: Engine, filled: seeded.Seeded
) -> None:
    expire(engine, filled.now, 0)
    threads = {p.key: p.thread for p in filled.posts}
    alive = {threads[key] for key, text in texts(engine).items() if text is not None}
    with read(engine) as connection:
        titles = dict(connection.execute(select(ThreadRow.key, ThreadRow.title)).all())
    assert {key for key, title in titles.items() if title} == alive
    assert set(titles) - alive


def test_the_address_goes_unless_its_thread_is_still_read_by_it(
    engine: Engine, filled: seeded.Seeded
) -> None:
    openers = {p.key for p in filled.posts if p.parent is None and p.address}
    with write(engine) as connection:
        read_on = select(PostRow.thread).where(PostRow.parent.is_(None)).limit(1).scalar_subquery()
        thread = connection.scalar(select(read_on))
        connection.execute(
            update(ThreadRow).where(ThreadRow.key != thread).values(due_at=filled.now)
        )
    expire(engine, filled.now, 0)
    lost = gone(engine)
    with read(engine) as connection:
        left = set(connection.scalars(select(AddressRow.post)))
        silent = set(connection.scalars(select(PostRow.key).where(PostRow.thread == thread)))
    assert lost & left == (lost & openers) - silent
    assert lost - left


def test_texts_that_may_not_be_stored_go_once_judged_reports_too(
    engine: Engine, filled: seeded.Seeded
) -> None:
    shy = {p.key for p in filled.posts if p.place.startswith("hackernews")}
    drawn = next(iter(shy))
    with write(engine) as connection:
        terms.renew(connection, {"hackernews": Terms(store_text=False)}.get)
    seeded.draw(engine, drawn)
    assert expire(engine, filled.now, 400) == len(shy)
    assert gone(engine) == shy
    reports = shy & set(filled.keys(Decision.SESSION_MANAGEMENT))
    with read(engine) as connection:
        shown = report(connection, min(reports), seeded.JUDGES)
        facts = connection.scalar(
            select(func.count()).where(FactRow.post.in_(reports), FactRow.name == "symptom")
        )
    assert shown is not None
    assert shown.verdict is not None
    assert shown.verdict.evidence  # offsets
    assert shown.current.purged_because == retention.TERMS
    assert facts == len(reports)


def test_only_what_was_judged_just_now_is_dropped(engine: Engine, filled: seeded.Seeded) -> None:
    first = filled.posts[0]
    place = Place(name="shy:a", source="shy", frame=Frame.ALL_POSTS, terms=Terms(store_text=False))
    thread = Thread(key="c" * 24, place=place.name, title="Shy", opened_at=first.written_at)
    posts = [
        replace(first, key=key, place=place.name, thread=thread.key, raw_hash=key)
        for key in ("d" * 24, "e" * 24)
    ]
    verdict = replace(filled.verdicts[0], post=posts[0].key)
    with write(engine) as connection:
        save_places(connection, [place])
        save_threads(connection, [thread], filled.now)
        save_posts(connection, posts, filled.now, seeded.KEYED)
        save_verdicts(connection, [verdict], {verdict.post: first.written_at.date()})
        retention.drop_judged(connection, [verdict.post, filled.posts[1].key], filled.now)
    assert gone(engine) == {verdict.post}


def test_a_deletion_afterwards_is_shown_as_one(engine: Engine, filled: seeded.Seeded) -> None:
    key = filled.keys(Decision.NOT_A_REPORT)[0]
    expire(engine, filled.now, 0)
    with write(engine) as connection:
        withdraw(connection, [key], filled.now, seeded.KEYED)
    with read(engine) as connection:
        found = report(connection, key, seeded.JUDGES)
        lines = connection.execute(
            select(ChangeLog.what, ChangeLog.after)
            .where(ChangeLog.key == key)
            .order_by(ChangeLog.number)
        ).all()
    assert found is not None
    assert found.state.value == "deleted"
    assert [what for what, _after in lines] == ["purged", "deleted"]
    assert lines[0].after == {"reason": "retention"}


def test_a_stopped_run_goes_on(
    engine: Engine, filled: seeded.Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 7)
    monkeypatch.setattr(retention, "_purge", _dies_after(3, retention._purge))
    with pytest.raises(KeyboardInterrupt):
        expire(engine, filled.now, 60)
    assert len(gone(engine)) == 21
    monkeypatch.undo()
    expire(engine, filled.now, 60)
    assert gone(engine) == none_of(filled, 60)


def _dies_after(times: int, work: Any) -> Any:
    left = [times]

    def dying(*args: Any) -> Any:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return work(*args)

    return dying


def test_a_person_who_reviews_meanwhile_keeps_the_text(
    engine: Engine, filled: seeded.Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = min(none_of(filled, 60))
    monkeypatch.setattr(retention, "write", _after_review(engine, key))
    expire(engine, filled.now, 60)
    assert gone(engine) == none_of(filled, 60) - {key}


def _after_review(engine: Engine, key: str) -> Any:
    reviewed: list[str] = []

    def writing(given: Engine) -> Any:
        if not reviewed:
            reviewed.append(key)
            seeded.review(engine, key, Decision.OTHER)
        return write(given)

    return writing


def test_expired_words_are_not_in_the_files(sqlite_engine: Engine) -> None:
    filled = seeded.fill(sqlite_engine, posts=40)
    secret = b"A question to people who work on long projects"
    file = Path(str(sqlite_engine.url.database))
    assert any(secret in part.read_bytes() for part in file.parent.glob(file.name + "*"))
    assert expire(sqlite_engine, filled.now + timedelta(days=1), 0)
    assert erase(sqlite_engine)
    for part in file.parent.glob(file.name + "*"):
        assert secret not in part.read_bytes(), part


def test_places_are_read_with_their_own_terms(engine: Engine, filled: seeded.Seeded) -> None:
    with write(engine) as connection:
        connection.execute(
            update(PlaceRow).where(PlaceRow.name == seeded.PLACES[0].name).values(keep_days=1)
        )
    expire(engine, filled.now, 4000)
    lost = {p.key for p in filled.posts if p.place == seeded.PLACES[0].name} & none_of(filled, 1)
    assert gone(engine) == lost
    assert lost
