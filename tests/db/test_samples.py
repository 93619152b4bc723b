"""Samples and decisions as rows: what is drawn from, what waits, what is learnt, what compared."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import seeded
from sqlalchemy import Engine, select, update

from classify.sampling import draw_at_random, numbers
from db import retention, samples, terms
from db.audited import audited
from db.choice import choose, chosen
from db.engine import read, write
from db.lessons import AUDIT, DISPUTED, FORBIDDEN, NO_TEXT, disputes, lessons
from db.queries.compared import models, pairs
from db.reviews import save_review
from db.samples import Drawable, Drawn, Stream
from db.tables import ChangeLog, DrawRow, PostRow, PostText, SampleRow, VerdictRow
from db.withdraw import withdraw
from domain.causes import Cause, Decision
from domain.nouns import PostState, Review, Terms

AT = datetime(2026, 11, 1, tzinfo=UTC)
J = seeded.JUDGES


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    return seeded.fill(engine, posts=80, days=12)


def review(
    engine: Engine, post: str, decision: Decision = Decision.OTHER, who: str = "Ada"
) -> None:
    with write(engine) as connection:
        version = connection.execute(
            select(PostRow.version).where(PostRow.key == post)
        ).scalar_one()
        save_review(
            connection,
            Review(
                post=post,
                version=version,
                decision=decision,
                secondary=None,
                reviewer=who,
                blind=True,
                stream="",
                note="",
                decided_at=AT,
            ),
        )


def drawable(engine: Engine, stream: Stream) -> dict[str, Drawable]:
    with read(engine) as connection:
        return {p.post: p for p in samples.drawable(connection, J, stream)}


def draw(engine: Engine, wanted: int, seed: int = 0) -> dict[str, Drawn]:
    """One drawing of the audit sample; gives the whole sample after it."""
    number = numbers(seeded.KEYED, "audit", seed)
    with write(engine) as connection:
        given = samples.drawable(connection, J, Stream.AUDIT)
        before = samples.sample(connection, Stream.AUDIT)
        made = draw_at_random(given, before, number, wanted)
        samples.save_drawing(
            connection,
            Stream.AUDIT,
            made.drawn,
            strata=made.strata,
            seed=seed,
            model=seeded.MODEL,
            now=AT,
        )
        return samples.sample(connection, Stream.AUDIT)


def live(filled: seeded.Seeded) -> list[str]:
    return [p.key for p in filled.posts if p.state is not PostState.DELETED]


def test_what_was_drawn_stays_and_chances_grow(engine: Engine, filled: seeded.Seeded) -> None:
    first = draw(engine, 20)
    second = draw(engine, 20)
    assert (len(first), len(second)) == (20, 40)
    for key, one in first.items():
        assert second[key].chance is not None
        assert second[key].chance >= (one.chance or 1)
        assert second[key].position == one.position
    everything = draw(engine, 10_000)
    assert everything.keys() == drawable(engine, Stream.AUDIT).keys()
    assert {one.chance for one in everything.values()} == {1.0}
    with read(engine) as connection:
        draws = connection.execute(select(DrawRow).order_by(DrawRow.number)).all()
        assert samples.seed_of(connection, Stream.AUDIT) == 0
        assert samples.seed_of(connection, Stream.UNCERTAIN) is None
    assert [d.posts for d in draws] == [20, 20, len(everything) - 40]
    assert sum(held for held, _ in draws[0].strata.values()) == len(everything)


def test_the_two_streams_draw_from_what_they_may(engine: Engine, filled: seeded.Seeded) -> None:
    keys = live(filled)
    drawn, reviewed = keys[0], keys[1]
    seeded.draw(engine, drawn)
    review(engine, reviewed)
    with write(engine) as connection:
        terms.renew(connection, {"hackernews": Terms(train=False)}.get)
    every, learnt = (drawable(engine, stream) for stream in (Stream.AUDIT, Stream.UNCERTAIN))
    assert every.keys() == set(keys)
    wanted = {key for key, one in every.items() if one.source != "hackernews" and one.judged} - {
        audited,
        reviewed,
    }
    assert learnt.keys() == wanted
    for key, one in every.items():
        said = next(v for v in filled.verdicts if v.post == key)
        assert (one.decision, one.report_probability) == (said.decision, said.report_probability)
        assert one.causes == said.causes


def test_a_text_without_words_can_t_be_drawn(engine: Engine, filled: seeded.Seeded) -> None:
    gone, deleted = live(filled)[:2]
    with write(engine) as connection:
        connection.execute(update(PostText).where(PostText.post == gone).values(text=None))
        withdraw(connection, [deleted], AT, seeded.KEYED)
    assert not drawable(engine, Stream.AUDIT).keys() & {gone, deleted}


def test_what_waits_is_kept_and_goes_when_it_is_judged(
    engine: Engine, filled: seeded.Seeded
) -> None:
    sample = draw(engine, 15)
    with read(engine) as connection:
        waiting = samples.waiting(connection)
    assert {one.post for one in waiting} == sample.keys()
    assert [sample[one.post].position for one in waiting] == sorted(
        one.position for one in sample.values()
    )
    retention.expire(engine, retention.Keep(days={}, otherwise=0), filled.now)
    assert sample.keys() <= drawable(engine, Stream.AUDIT).keys()
    done = waiting[0].post
    review(engine, done, Decision.NOT_A_REPORT)
    with read(engine) as connection:
        assert done not in {one.post for one in samples.waiting(connection, Stream.AUDIT)}
        assert samples.waiting(connection, Stream.UNCERTAIN) == []
        assert samples.streams_of(connection, done) == [Stream.AUDIT]


def test_the_audit_pairs_people_with_the_model(engine: Engine, filled: seeded.Seeded) -> None:
    sample = draw(engine, 12)
    one, other, *_ = sample
    review(engine, one, Decision.SAFETY_TRIGGER)
    review(engine, other, Decision.OTHER, "Ada")
    review(engine, other, Decision.CONTEXT_LIMIT, "Grace")
    with read(engine) as connection:
        found = {a.post: a for a in audited(connection, seeded.MODEL)}
        assert {a.said for a in audited(connection, "another")} == {None}
    assert found.keys() == sample.keys()
    assert found[one].decision is Decision.SAFETY_TRIGGER
    assert found[other].decision is Decision.CONTEXT_LIMIT  # the latest counts
    said = {v.post: v.decision for v in filled.verdicts}
    for key, row in found.items():
        assert row.said is said[key]
        assert row.chance == sample[key].chance
        assert (row.decision is None) == (key not in (one, other))


def test_lessons_leave_out_what_may_not_be_learnt(engine: Engine, filled: seeded.Seeded) -> None:
    keys = {p.key: p.place for p in filled.posts if p.state is not PostState.DELETED}
    hub = [key for key, place in keys.items() if place.startswith("github")]
    news = next(key for key, place in keys.items() if place.startswith("hackernews"))
    learnt, drawn, purged, disputed = hub[:4]
    with write(engine) as connection:
        terms.renew(connection, {"hackernews": Terms(train=False)}.get)
    for key in (learnt, drawn, purged, disputed, news):
        review(engine, key, Decision.CONTEXT_LIMIT)
    review(engine, disputed, Decision.OTHER, "Grace")
    seeded.draw(engine, drawn)
    with write(engine) as connection:
        connection.execute(update(PostText).where(PostText.post == purged).values(text=None))
    with read(engine) as connection:
        made = lessons(connection)
        found = disputes(connection)
    assert [one.post for one in made.learn] == [learnt]
    assert [(one.post, one.chance) for one in made.audit] == [(drawn, 0.5)]
    assert made.left_out == {AUDIT: 1, FORBIDDEN: 1, NO_TEXT: 1, DISPUTED: 1}
    assert [(d.post, d.decisions) for d in found] == [
        (disputed, {"Ada": Decision.CONTEXT_LIMIT, "Grace": Decision.OTHER})
    ]
    text = next(p.text for p in filled.posts if p.key == learnt)
    assert made.learn[0].text == text


def test_a_post_of_the_uncertain_stream_that_is_audited_later_is_learnt_no_more(
    engine: Engine, filled: seeded.Seeded
) -> None:
    key = live(filled)[0]
    seeded.draw(engine, key, stream="uncertain", chance=None)
    review(engine, key)
    with read(engine) as connection:
        assert [one.post for one in lessons(connection).learn] == [key]
    seeded.draw(engine, key)
    with read(engine) as connection:
        assert lessons(connection).learn == ()
        assert connection.execute(select(SampleRow).where(SampleRow.post == key)).all()


def test_choosing_a_model_is_logged(engine: Engine, filled: seeded.Seeded) -> None:
    with write(engine) as connection:
        assert chosen(connection) is None
        assert choose(connection, "c1-0123456789ab", "to try it", AT)
        assert not choose(connection, "c1-0123456789ab", "again", AT)
        assert chosen(connection) == "c1-0123456789ab"
        assert choose(connection, None, "", AT)
        assert chosen(connection) is None
        query = select(ChangeLog).where(ChangeLog.what == "chosen").order_by(ChangeLog.number)
        lines = connection.execute(query).all()
    assert [(line.before["model"], line.after["model"]) for line in lines] == [
        ("shipped", "c1-0123456789ab"),
        ("c1-0123456789ab", "shipped"),
    ]
    assert lines[0].after["why"] == "to try it"


def test_pairs_are_the_posts_that_both_judged(engine: Engine, filled: seeded.Seeded) -> None:
    from dataclasses import replace

    from db.judges import know
    from db.verdicts import save_verdicts

    other = [
        replace(v, model="other", decision=Decision.OTHER, causes=dict.fromkeys(Cause, 0.5))
        for v in filled.verdicts[:10]
    ]
    days = {p.key: p.written_at.date() for p in filled.posts}
    with write(engine) as connection:
        know(connection, "other", {}, AT)
        save_verdicts(connection, other, days)
    with read(engine) as connection:
        found = list(pairs(connection, seeded.MODEL, "other"))
        known = dict(models(connection))
        verdicts = len(connection.execute(select(VerdictRow.post)).all())
    current = {p.key for p in filled.posts if p.state is not PostState.EDITED}
    assert {p.post for p in found} <= {v.post for v in other}
    assert {p.post for p in found} >= {v.post for v in other} & current
    assert known["other"] == 10
    assert sum(known.values()) == verdicts
    for pair in found:
        mine = next(v for v in filled.verdicts if v.post == pair.post)
        assert pair.first.decision is mine.decision
        assert pair.second.causes == dict.fromkeys(Cause, 0.5)
        assert pair.day == days[pair.post]
