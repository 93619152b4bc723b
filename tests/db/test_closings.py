"""How threads stand at their places: kept as it was told last, counted, and selected by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import seeded
from sqlalchemy import Engine

from db.closings import Standing, closings_of, save
from db.engine import read, write
from db.queries.closings import endings
from db.queries.reports import count_reports
from domain.closing import Closed, Closer, Closing, Ending
from domain.filter import Filter

AT = datetime(2026, 11, 1, tzinfo=UTC)
OPEN = Closing(ending=Ending.OPEN, told_at=AT)


def closing(ending: Ending, closer: Closer = Closer.BOT, *, days: int = 0) -> Closing:
    return Closing(ending=ending, closer=closer, closed_at=AT, told_at=AT + timedelta(days=days))


@pytest.fixture
def threads(engine: Engine) -> list[str]:
    """Threads with a report, one of them with more than one."""
    known = seeded.fill(engine)
    said = {v.post for v in known.verdicts if v.likely_cause}
    return sorted({p.thread for p in known.posts if p.key in said})


def keep(engine: Engine, thread: str, told: Closing | None, original: str | None = None) -> None:
    with write(engine) as connection:
        save(connection, [Standing(thread=thread, closing=told, original=original)])


def test_what_was_told_last_counts_whenever_it_comes_in(engine: Engine, threads: list[str]) -> None:
    thread, late = threads[0], closing(Ending.STALE, days=2)
    for told in (closing(Ending.COMPLETED, days=1), late, OPEN):
        keep(engine, thread, told)
    with read(engine) as connection:
        assert closings_of(connection, [thread]) == {thread: late}


def test_an_answer_that_names_nobody_forgets_nobody(engine: Engine, threads: list[str]) -> None:
    thread = threads[0]
    keep(engine, thread, closing(Ending.STALE, Closer.BOT))
    keep(engine, thread, closing(Ending.STALE, Closer.UNKNOWN, days=3))
    with read(engine) as connection:
        assert closings_of(connection, [thread])[thread].closer is Closer.BOT
    reopened_and_closed = Closing(
        ending=Ending.COMPLETED, told_at=AT + timedelta(days=9), closed_at=AT + timedelta(days=9)
    )
    keep(engine, thread, reopened_and_closed)
    with read(engine) as connection:
        assert closings_of(connection, [thread])[thread].closer is Closer.UNKNOWN


def test_a_thread_that_isn_t_held_is_left_out(engine: Engine, threads: list[str]) -> None:
    keep(engine, "f" * 24, closing(Ending.STALE), original=threads[0])
    with read(engine) as connection:
        assert closings_of(connection, ["f" * 24]) == {}


def test_each_thread_counts_once_and_the_filter_finds_its_reports(
    engine: Engine, threads: list[str]
) -> None:
    stale, first, second, unnamed, *rest = threads
    keep(engine, stale, closing(Ending.STALE))
    keep(engine, first, closing(Ending.INVALID, Closer.OTHER))
    keep(engine, second, closing(Ending.DUPLICATE, Closer.AUTHOR), original=first)
    keep(engine, unnamed, closing(Ending.DUPLICATE, Closer.UNKNOWN))
    keep(engine, rest[0], OPEN)
    with read(engine) as connection:
        found = endings(connection, Filter(), seeded.JUDGES)
        counts = {
            closed: count_reports(connection, Filter(closed=(closed,)), seeded.JUDGES)
            for closed in Closed
        }
        every = count_reports(connection, Filter(), seeded.JUDGES)
    assert sum(one.threads for one in found) == len(threads)
    assert sum(one.reports for one in found) == every
    told = {(e.ending, e.closer): e for e in found if e.ending}
    assert sum(e.threads for e in told.values()) == 5
    assert told[Ending.DUPLICATE, Closer.AUTHOR].of_closed is True
    assert told[Ending.DUPLICATE, Closer.UNKNOWN].of_closed is None
    reports = {ending: e.reports for (ending, _), e in told.items() if ending != Ending.DUPLICATE}
    assert counts[Closed.STALE] == counts[Closed.BOT] == reports[Ending.STALE]
    assert counts[Closed.INVALID] == reports[Ending.INVALID]
    assert counts[Closed.OPEN] == reports[Ending.OPEN]
    of_closed = told[Ending.DUPLICATE, Closer.AUTHOR].reports
    assert counts[Closed.DUPLICATE_OF_CLOSED] == of_closed
    named_or_not = of_closed + told[Ending.DUPLICATE, Closer.UNKNOWN].reports
    assert counts[Closed.DUPLICATE] == named_or_not
    assert counts[Closed.UNKNOWN] == sum(e.reports for e in found if e.ending is None)
    assert counts[Closed.COMPLETED] == counts[Closed.NOT_PLANNED] == counts[Closed.CLOSED] == 0


def test_a_duplicate_of_an_open_one_is_told_from_one_of_a_closed_one(
    engine: Engine, threads: list[str]
) -> None:
    keep(engine, threads[0], closing(Ending.DUPLICATE), original=threads[1])
    keep(engine, threads[1], OPEN)
    with read(engine) as connection:
        found = endings(connection, Filter(), seeded.JUDGES)
        wanted = Filter(closed=(Closed.DUPLICATE_OF_CLOSED,))
        assert count_reports(connection, wanted, seeded.JUDGES) == 0
    assert [e.of_closed for e in found if e.ending is Ending.DUPLICATE] == [False]
