"""Incidents a page at a time: the same as all of them in one stream, by size and by filter."""

from __future__ import annotations

import pytest
import seeded
from sqlalchemy import Engine

from db import incidents as kept
from db.engine import read, write
from db.queries.incidents import Group, count_incidents, iterate_incidents, list_incidents
from db.queries.reports import Mark
from domain.causes import Decision
from domain.filter import Filter
from domain.nouns import Incident

SIZES = (1, 3, 1, 2, 5, 1, 2)


@pytest.fixture
def grouped(engine: Engine) -> Engine:
    """Reports of safety triggers in incidents of these sizes, beside the one of session reports."""
    known = seeded.fill(engine)
    at = {p.key: p.written_at for p in known.posts}
    posts = sorted(known.keys(Decision.SAFETY_TRIGGER), key=at.__getitem__)[: sum(SIZES)]
    assert len(posts) == sum(SIZES)
    made, begin = [], 0
    for size in SIZES:
        members = tuple(posts[begin : begin + size])
        made.append(Incident(key=members[0], members=members))
        begin += size
    with write(engine) as connection:
        kept.save_incidents(connection, seeded.MODEL, posts, made)
    return engine


def paged(engine: Engine, wanted: Filter, *, size: int, least: int = 1) -> list[Group]:
    found: list[Group] = []
    after: Mark | None = None
    with read(engine) as connection:
        while True:
            part = list_incidents(
                connection, wanted, seeded.JUDGES, limit=size, least_reports=least, after=after
            )
            if not part:
                return found
            found += part
            after = Mark(part[-1].first, part[-1].incident)


@pytest.mark.parametrize("wanted", [Filter(), Filter(sources=("github",))])
@pytest.mark.parametrize("least", [1, 2])
def test_pages_come_to_all_of_them(grouped: Engine, wanted: Filter, least: int) -> None:
    with read(grouped) as connection:
        every = list(iterate_incidents(connection, wanted, seeded.JUDGES))
        count = count_incidents(connection, wanted, seeded.JUDGES, least)
    expected = [group for group in every if group.reports >= least]
    assert 0 < len(expected) <= len(every)
    for size in (1, 3, 50):
        assert paged(grouped, wanted, size=size, least=least) == expected
    assert count == len(expected)


def test_a_filter_counts_only_what_matches(grouped: Engine) -> None:
    with read(grouped) as connection:
        everything = count_incidents(connection, Filter(), seeded.JUDGES)
        safety = Filter(causes=(Decision.SAFETY_TRIGGER,))
        assert everything == len(SIZES) + 1
        assert count_incidents(connection, safety, seeded.JUDGES) == len(SIZES)
        assert count_incidents(connection, Filter(words="nobody says this"), seeded.JUDGES) == 0
