"""Windows fill the time they are given, without a hole and without reading twice."""

from __future__ import annotations

from itertools import pairwise, zip_longest

from hypothesis import given
from hypothesis import strategies as st

from ingest.windows import DAY, in_turn, walk

START = 1_700_000_000


@given(
    posts=st.lists(st.integers(START, START + 40 * DAY - 1), max_size=120).map(sorted),
    most=st.integers(1, 30),
    newest_first=st.booleans(),
)
def test_every_second_is_read_once(posts: list[int], most: int, newest_first: bool) -> None:
    end = START + 40 * DAY

    def read(since: int, until: int) -> tuple[list[int], bool] | None:
        inside = [p for p in posts if since <= p < until]
        return (
            None if len(inside) > most and until - since > 1 else (inside, len(inside) * 4 < most)
        )

    parts = list(walk(START, end, read, newest_first=newest_first))
    edges = sorted((since, until) for since, until, _ in parts)
    assert edges[0][0] == START
    assert edges[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    assert sorted(p for *_, found in parts for p in found) == posts
    starts = [since for since, *_ in parts]
    assert starts == sorted(starts, reverse=newest_first)


def test_an_empty_stretch_has_no_windows() -> None:
    assert list(walk(5, 5, lambda _s, _u: ((), False))) == []


@given(st.lists(st.lists(st.integers(), max_size=5), max_size=5))
def test_in_turn_takes_one_of_each(lists: list[list[int]]) -> None:
    over = object()
    expected = [item for row in zip_longest(*lists, fillvalue=over) for item in row]
    assert list(in_turn(map(iter, lists))) == [item for item in expected if item is not over]
