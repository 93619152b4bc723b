"""The App Store's feed as it really behaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadAnswer, InputError, Refused
from domain.nouns import Frame
from domain.settings import SourceSettings
from ingest.client import client_for
from ingest.source import Missed, Page, RawPost, Window
from ingest.sources.appstore import PAGES, AppStore
from ingest.wires.appstore import entries_of
from tests.support.reading import posts
from tests.support.replay import Asked, QuickClock, Replay, Reply, replaying
from tests.support.services.appstore import APP, FakeAppStore

DAY = timedelta(days=1)


@pytest.fixture
def store(now: datetime) -> FakeAppStore:
    return FakeAppStore(now=now)


@pytest.fixture
def server(store: FakeAppStore) -> Iterator[Replay]:
    with replaying(store) as made:
        yield made


def read(
    server: Replay,
    now: datetime,
    *,
    cursor: dict | None = None,
    entry: str = f"us/{APP}",
    window: Window | None = None,
) -> list[Page]:
    """All pages of one app."""
    settings = SourceSettings(
        base=server.address, search=(entry,), about={entry: "Claude"}, pace_seconds=0
    )
    source = AppStore(settings, now)
    window = window or Window(first=now - 7 * DAY)
    with client_for("appstore", settings, requests=500, clock=QuickClock()) as client:
        return list(source.pages(client, source.places()[0], cursor or {}, window))


def fill(store: FakeAppStore, reviews: int, *, apart: timedelta, first: int = 0) -> None:
    """Reviews numbered upwards, the newest from an hour ago."""
    for place in range(reviews):
        at = store.now - timedelta(hours=1) - apart * place
        store.review(first + reviews - place, at, f"It forgot chat {place}.")


def test_a_place_is_an_app_in_a_country(now: datetime) -> None:
    (place,) = AppStore(SourceSettings(search=("US/6473753684",)), now).places()
    assert (place.name, place.frame) == ("appstore:us/6473753684", Frame.ALL_POSTS)


@pytest.mark.parametrize("bad", ["6473753684", "usa/6473753684", "us/claude", "us/1/2", ""])
def test_what_is_no_app_is_named(bad: str, now: datetime) -> None:
    with pytest.raises(InputError, match="no app in a country"):
        AppStore(SourceSettings(search=(bad,)), now).places()


def test_a_review_becomes_a_thread_of_its_own(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    store.review(14548543799, now - DAY, "It said  \nnothing\u200b.", title="All gone ")
    (post,) = posts(read(server, now)).values()
    assert post.external_id == post.thread == f"appstore:{APP}/14548543799"
    assert (post.parent, post.depth, post.kind) == (None, 0, "review")
    assert (post.title, post.text) == ("All gone", "It said\nnothing.")
    assert post.thread_title == post.title
    assert post.written_at == post.thread_opened_at == now - DAY
    assert post.author == "677"
    assert post.products == ("Claude",)
    assert post.url == f"https://apps.apple.com/us/app/id{APP}?see-all=reviews"


def test_a_review_from_the_future_is_from_now(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    store.review(1, now + DAY, "Tomorrow it forgot me.")
    (post,) = posts(read(server, now)).values()
    assert post.written_at == now


def test_the_app_itself_is_no_review(store: FakeAppStore, server: Replay, now: datetime) -> None:
    store.app_first = True
    fill(store, 3, apart=DAY)
    pages = read(server, now)
    assert len(posts(pages)) == 3


def test_the_first_run_reads_all_and_the_second_stops_at_what_is_known(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    fill(store, 22, apart=DAY)
    first = read(server, now)
    assert len(posts(first)) == 22
    assert [page.cursor is None for page in first] == [True] * 5 + [False]
    assert first[-1].empty
    server.asked.clear()
    store.review(100, now - timedelta(minutes=5), "And again.")
    second = read(server, now, cursor=dict(first[-1].cursor or {}))
    assert len(server.asked) == 1, "the first page reaches three days back"
    assert f"appstore:{APP}/100" in posts(second)
    assert not second[-1].missed


def test_a_cursor_covers_from_the_oldest_to_the_newest(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    fill(store, 4, apart=DAY)
    source = AppStore(SourceSettings(), now)
    covered = source.covered(read(server, now)[-1].cursor or {})
    assert covered is not None
    assert covered.began == now - timedelta(hours=1) - 3 * DAY
    assert covered.ended == now - timedelta(hours=1)
    assert source.covered({}) is None
    assert source.advice({}, now) == ""


def test_what_ten_pages_do_not_reach_is_a_gap(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    fill(store, 5, apart=DAY)
    cursor = dict(read(server, now)[-1].cursor or {})
    known = now - timedelta(hours=1)
    store.now = later = now + 30 * DAY
    fill(store, 5 * PAGES + 20, apart=timedelta(hours=5), first=1_000)
    server.asked.clear()
    pages = read(server, later, cursor=cursor)
    assert len(server.asked) == PAGES
    oldest = min(post.written_at for post in posts(pages).values())
    (missed,) = pages[-1].missed
    assert (missed.began, missed.ended) == (known, oldest)
    assert "500 reviews" in missed.reason
    again = read(server, later, cursor=dict(pages[-1].cursor or {}))
    assert not any(page.missed for page in again), "told once"


def test_ten_full_pages_that_reach_what_is_known_are_no_gap(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    fill(store, 5 * PAGES, apart=timedelta(minutes=10))
    cursor = dict(read(server, now)[-1].cursor or {})
    store.now = later = now + timedelta(hours=2)
    fill(store, 8, apart=timedelta(minutes=5), first=1_000)
    pages = read(server, later, cursor=cursor)
    assert len(pages) == PAGES, "a lively feed doesn't reach three days back"
    assert not any(page.missed for page in pages)


def test_an_empty_page_is_asked_for_by_the_other_address(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    fill(store, 7, apart=DAY)
    store.empty.add(f"/us/rss/customerreviews/page=1/id={APP}/sortby=mostrecent/json")
    pages = read(server, now)
    assert len(posts(pages)) == 7
    assert "sortBy=mostRecent" in server.asked[1].path


def test_an_empty_feed_moves_nothing_and_takes_nothing_away(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    fill(store, 7, apart=DAY)
    cursor = dict(read(server, now)[-1].cursor or {})
    store.reviews.clear()
    (page,) = read(server, now + DAY, cursor=cursor)
    assert (page.empty, page.cursor, page.gone, page.posts) == (True, None, (), ())


def test_a_feed_that_ends_before_what_is_known_moves_nothing(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    fill(store, 5, apart=DAY)
    cursor = dict(read(server, now)[-1].cursor or {})
    store.now = later = now + 20 * DAY
    fill(store, 12, apart=DAY, first=1_000)
    for start in ("page=2/id={}/sortby=mostrecent", "id={}/sortBy=mostRecent/page=2"):
        store.empty.add(f"/us/rss/customerreviews/{start.format(APP)}/json")
    torn = read(server, later, cursor=cursor)
    assert len(posts(torn)) == 5, "what it gave is kept"
    assert torn[-1].cursor is None
    assert not torn[-1].missed
    store.empty.clear()
    assert len(posts(read(server, later, cursor=cursor))) == 17


def test_an_edit_keeps_its_id(store: FakeAppStore, server: Replay, now: datetime) -> None:
    fill(store, 12, apart=DAY)
    cursor = dict(read(server, now)[-1].cursor or {})
    store.review(2, now + timedelta(hours=1), "I said: it lost everything.")
    found = posts(read(server, now + DAY, cursor=cursor))
    assert found[f"appstore:{APP}/2"].text == "I said: it lost everything."


def test_new_reviews_without_a_date_are_from_the_time_of_reading(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    store.dated = False
    fill(store, 3, apart=DAY)
    first = read(server, now)
    assert not posts(first), "nothing tells when they were written"
    assert sum(page.unreadable for page in first) == 3
    cursor = dict(first[-1].cursor or {})
    store.review(50, now + timedelta(hours=1), "No date on this.")
    later = now + timedelta(hours=2)
    second = read(server, later, cursor=cursor)
    (post,) = posts(second).values()
    assert (post.external_id, post.written_at) == (f"appstore:{APP}/50", later)
    assert sum(page.unreadable for page in second) == 0, "the old ones counted once"
    cursor = dict(second[-1].cursor or {})
    store.review(51, now + 5 * DAY, "Nor on this, five days later.")
    third = read(server, now + 5 * DAY, cursor=cursor)
    assert not posts(third)
    assert sum(page.unreadable for page in third) == 1


def test_since_reads_again_from_there(store: FakeAppStore, server: Replay, now: datetime) -> None:
    fill(store, 22, apart=DAY)
    cursor = dict(read(server, now)[-1].cursor or {})
    window = Window(first=now - 7 * DAY, since=now - 14 * DAY)
    assert len(posts(read(server, now, cursor=cursor, window=window))) == 15


def test_there_is_no_history_to_walk_back_to(
    store: FakeAppStore, server: Replay, now: datetime
) -> None:
    fill(store, 3, apart=DAY)
    assert read(server, now, window=Window(first=now, back_to=now - 60 * DAY)) == []
    assert server.asked == []


@pytest.mark.parametrize(
    "body", [b"<?xml version='1.0'?><feed/>", b"<h1>Sorry", b"", b"[1]", b"\xff"]
)
@pytest.mark.parametrize("kind", ["text/javascript", "text/xml", "text/html"])
def test_what_is_no_feed_is_a_bad_answer(body: bytes, kind: str, now: datetime) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(headers={"Content-Type": kind}, body=body)

    with replaying(answer) as server, pytest.raises(BadAnswer, match="no feed"):
        read(server, now)


def test_a_refusal_is_one(now: datetime) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status=403, headers={}, body=b"no")

    with replaying(answer) as server, pytest.raises(Refused, match="forbidden"):
        read(server, now)


RECORDED = {
    "reviews_in_two_entries_2026": (2, 0),
    "reviews_jp_page1_json_2020": (0, 50),  # without dates
    "reviews_no_entry_key": (0, 0),
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_answers_are_read(shared: Path, now: datetime, name: str) -> None:
    body = (shared / "wire" / "appstore" / f"{name}.json").read_bytes()

    def answer(asked: Asked) -> Reply:
        first = "page=1/" in asked.path
        return Reply(
            headers={"Content-Type": "text/javascript"}, body=body if first else b'{"feed":{}}'
        )

    with replaying(answer) as server:
        pages = read(server, now)
    read_, unreadable = RECORDED[name]
    found = posts(pages)
    assert (len(found), sum(page.unreadable for page in pages)) == (read_, unreadable)
    for post in found.values():
        assert post.text
        assert post.title
        assert post.author
        assert post.author.isdigit()
        assert post.written_at.tzinfo is UTC


def test_the_recorded_offset_is_cupertinos(shared: Path, now: datetime) -> None:
    file = shared / "wire" / "appstore" / "reviews_in_two_entries_2026.json"
    one = json.loads(file.read_text(encoding="utf-8"))["feed"]["entry"][0]
    alone = json.dumps({"feed": {"entry": one}}).encode()

    def answer(asked: Asked) -> Reply:
        return Reply(body=alone if "page=1/" in asked.path else b'{"feed":{"entry":null}}')

    with replaying(answer) as server:
        (post,) = posts(read(server, now)).values()
    told = datetime.fromisoformat(one["updated"]["label"])
    assert told.utcoffset() == timedelta(hours=-7)
    assert post.written_at == told


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(JSONS)
def test_any_entry_gives_entries_or_a_bad_answer(entry: object) -> None:
    body = json.dumps({"feed": {"entry": entry}}).encode()
    if entry is None or isinstance(entry, dict | list):
        expected = entry if isinstance(entry, list) else [entry] if entry is not None else []
        assert [json.loads(bytes(raw)) for raw in entries_of(body)] == expected
    else:
        with pytest.raises(BadAnswer):
            entries_of(body)


@settings(max_examples=20, deadline=None)
@given(
    days=st.lists(
        st.tuples(st.integers(0, 30), st.sets(st.integers(1, 4), max_size=2)),
        min_size=1,
        max_size=5,
    )
)
def test_nothing_is_lost_unless_a_gap_says_so(days: list[tuple[int, set[int]]]) -> None:
    """Each day brings so many reviews, and pages that come back empty."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    store = FakeAppStore(now=start)
    found: dict[str, RawPost] = {}
    missed: list[Missed] = []
    cursor: dict = {}
    with replaying(store) as server:
        for day, (reviews, empty) in enumerate([*days, (1, set())]):
            store.now = now = start + day * DAY
            fill(store, reviews, apart=timedelta(minutes=40), first=100 * day)
            store.empty = {
                address
                for page in empty
                for address in (
                    f"/us/rss/customerreviews/page={page}/id={APP}/sortby=mostrecent/json",
                    f"/us/rss/customerreviews/id={APP}/sortBy=mostRecent/page={page}/json",
                )
            }
            pages = read(server, now, cursor=cursor)
            found |= posts(pages)
            missed += (m for page in pages for m in page.missed)
            cursor = next((dict(p.cursor) for p in reversed(pages) if p.cursor), cursor)
    lost = store.belonging() - set(found)
    began = AppStore(SourceSettings(), start).covered(cursor)
    assert began is not None
    for key in lost:
        at = store.times[int(key.rpartition("/")[2])]
        assert at < began.began or any(m.began <= at <= m.ended for m in missed)
