"""How a report ended: the reporter's last word, in the post, its edits and later replies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import seeded
from sqlalchemy import Engine

from db.engine import read, write
from db.export import stream
from db.incidents import save_incidents
from db.judges import Judges
from db.posts import save_posts
from db.queries.facets import values
from db.queries.outcomes import Ended, outcomes_of, outcomes_of_incidents
from db.queries.report import report
from db.queries.reports import count_reports
from db.verdicts import save_verdicts
from domain.causes import Decision
from domain.facts import Outcome
from domain.filter import Filter
from domain.nouns import Fact, Incident, Post, Verdict

JUDGES = seeded.JUDGES
HOUR = timedelta(hours=1)


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    """The engine of this test holds the seeded posts."""
    return seeded.fill(engine)


@pytest.fixture
def told(filled: seeded.Seeded) -> Post:
    """A report of which nothing says how it ended."""
    keys = set(filled.keys(Decision.CONTEXT_LIMIT))
    return next(p for p in filled.posts if p.key in keys and p.author and p.parent is None)


def say(
    engine: Engine, filled: seeded.Seeded, post: Post, outcome: str | None, version: int = 1
) -> None:
    """Saves a post and a verdict on it that takes it for no report."""
    verdict = next(v for v in filled.verdicts if v.decision is Decision.NOT_A_REPORT)
    facts = (Fact(name="outcome", value=outcome, span=None),) if outcome else ()
    made = replace(verdict, post=post.key, version=version, facts=facts)
    with write(engine) as connection:
        save_posts(connection, [post], filled.now, seeded.KEYED)
        save_verdicts(connection, [made], {post.key: post.written_at.date()})


def later(told: Post, key: str, hours: int = 1, **changed: object) -> Post:
    """A reply in the thread of `told`, by the same author unless told otherwise."""
    return replace(
        told,
        key=key * 24,
        parent=told.key,
        kind="comment",
        title="",
        text=f"reply {key}",
        raw_hash=key * 24,
        written_at=told.written_at + hours * HOUR,
        address=None,
        **changed,  # type: ignore[arg-type] # fields of a post
    )


def ended(engine: Engine, key: str, judges: Judges = JUDGES) -> Ended | None:
    with read(engine) as connection:
        return outcomes_of(connection, [key], judges).get(key)


def test_nobody_says_how_it_ended(engine: Engine, filled: seeded.Seeded, told: Post) -> None:
    assert ended(engine, told.key) is None


def test_a_report_s_own_word_counts(engine: Engine, filled: seeded.Seeded) -> None:
    key = filled.keys(Decision.SESSION_MANAGEMENT)[0]
    found = ended(engine, key)
    assert found is not None
    assert (found.outcome, found.post) == (Outcome.LOST, key)


def test_a_later_reply_of_the_reporter_counts_though_it_is_no_report(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    say(engine, filled, later(told, "b", 2), "lost")
    say(engine, filled, later(told, "c", 5), "recovered")
    say(engine, filled, later(told, "d", 9), None)
    found = ended(engine, told.key)
    assert found is not None
    assert (found.outcome, found.post) == (Outcome.RECOVERED, "c" * 24)
    assert found.at == told.written_at + 5 * HOUR
    with read(engine) as connection:
        shown = report(connection, told.key, JUDGES)
    assert shown is not None
    assert shown.ended == found


def test_another_s_word_and_an_earlier_one_do_not_count(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    say(engine, filled, later(told, "b", author="e" * 24), "workaround")
    say(engine, filled, later(told, "c", author=None), "workaround")
    say(engine, filled, later(told, "d", -3), "recovered")
    assert ended(engine, told.key) is None


def test_posts_without_an_author_have_only_their_own_word(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    one, two = (later(told, key, n, author=None) for n, key in enumerate("bc", 1))
    say(engine, filled, one, "lost")
    say(engine, filled, two, "recovered")
    found = ended(engine, one.key)
    assert found is not None
    assert found.outcome is Outcome.LOST


def edit(
    engine: Engine, filled: seeded.Seeded, post: Post, outcome: str | None, at: datetime
) -> None:
    changed = replace(post, text=f"{post.text} edited", raw_hash="e" * 24, edited_at=at)
    say(engine, filled, changed, outcome, version=2)


def test_an_edit_that_says_it_anew_is_the_last_word(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    first = later(told, "b", 1)
    say(engine, filled, first, "lost")
    say(engine, filled, later(told, "c", 5), "workaround")
    edit(engine, filled, first, "recovered", told.written_at + 9 * HOUR)
    found = ended(engine, told.key)
    assert found is not None
    assert found.outcome is Outcome.RECOVERED


def test_an_edit_of_something_else_does_not_make_a_word_newer(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    first = later(told, "b", 1)
    say(engine, filled, first, "lost")
    say(engine, filled, later(told, "c", 5), "recovered")
    edit(engine, filled, first, "lost", told.written_at + 9 * HOUR)
    found = ended(engine, told.key)
    assert found is not None
    assert found.outcome is Outcome.RECOVERED


def test_an_edit_may_take_a_word_back(engine: Engine, filled: seeded.Seeded, told: Post) -> None:
    first = later(told, "b", 1)
    say(engine, filled, first, "lost")
    edit(engine, filled, first, None, told.written_at + 9 * HOUR)
    assert ended(engine, told.key) is None


def test_other_models_words_are_not_shown(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    say(engine, filled, later(told, "b", 1), "lost")
    assert ended(engine, told.key, Judges.only("another")) is None


def test_filter_facet_and_export_follow_the_last_word(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    say(engine, filled, later(told, "b", 1), "recovered")
    wanted = Filter(outcomes=("recovered",))
    with read(engine) as connection:
        every = count_reports(connection, Filter(), JUDGES)
        assert count_reports(connection, wanted, JUDGES) == 1
        silent = count_reports(connection, Filter(outcomes=("unknown",)), JUDGES)
        lost = len(filled.keys(Decision.SESSION_MANAGEMENT))
        assert silent == every - lost - 1
        choices = {v.value: v.reports for v in values(connection, Filter(), JUDGES, "outcomes")}
    assert choices == {"lost": lost, "recovered": 1, "unknown": silent}
    line = "".join(stream(engine, "reports", wanted, JUDGES)).split("\r\n")[1]
    assert f",recovered,{'b' * 24}," in line


def test_an_incident_counts_how_its_reports_ended(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    members = (told.key, *filled.keys(Decision.SESSION_MANAGEMENT)[:2])
    say(engine, filled, later(told, "b", 1), "recovered")
    with write(engine) as connection:
        save_incidents(
            connection, seeded.MODEL, list(members), [Incident(key=told.key, members=members)]
        )
    with read(engine) as connection:
        found = outcomes_of_incidents(connection, [told.key, "nothing"], JUDGES)
    assert found == {told.key: {Outcome.RECOVERED: 1, Outcome.LOST: 2}}


def test_a_verdict_without_the_fact_says_nothing(
    engine: Engine, filled: seeded.Seeded, told: Post
) -> None:
    verdicts: list[Verdict] = [v for v in filled.verdicts if v.post == told.key]
    assert all(fact.name != "outcome" for v in verdicts for fact in v.facts)
    assert ended(engine, "0" * 24) is None
