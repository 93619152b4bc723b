"""Stack Exchange as it really behaves: vectors that leave things out, pauses and days in bodies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadAnswer, BudgetSpent, InputError, Refused, Throttled
from domain.nouns import Frame
from domain.settings import SourceSettings
from ingest.client import client_for
from ingest.questions import Reader
from ingest.source import Asked as Held
from ingest.source import Page, RawPost, Window
from ingest.sources.stackexchange import StackExchange
from ingest.stackexchange import LONGER, decoded
from ingest.wires.stackexchange import Answer, Comment, Question, Wrapper
from tests.support.reading import cursor_of
from tests.support.replay import JSON, Asked, QuickClock, Replay, Reply, json_reply, replaying
from tests.support.services.stackexchange import FakeStackExchange

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def site(now: datetime) -> FakeStackExchange:
    return FakeStackExchange(now=now)


@pytest.fixture
def server(site: FakeStackExchange) -> Iterator[Replay]:
    with replaying(site) as made:
        yield made


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


def source_at(server: Replay, now: datetime, **changes: Any) -> StackExchange:
    told = {
        "base": f"{server.address}/2.3",
        "search": ("stackoverflow/codex",),
        "pace_seconds": 0.0,
        "timeout_seconds": 1.0,
    }
    return StackExchange(SourceSettings(**told | changes), now)


def read(
    server: Replay,
    now: datetime,
    cursor: dict[str, Any] | None = None,
    window: Window | None = None,
    clock: QuickClock | None = None,
    **changes: Any,
) -> Iterator[Page]:
    """The pages of one run."""
    source = source_at(server, now, **changes)
    (place,) = source.places()
    with client_for(
        "stackexchange",
        source._settings,
        requests=source.requests(),
        clock=clock or QuickClock(),
    ) as client:
        window = window or Window(first=now - 7 * DAY)
        yield from source.pages(client, place, cursor or {}, window)


def posts(pages: Sequence[Page]) -> dict[str, RawPost]:
    return {
        p.external_id.removeprefix("se:stackoverflow/"): p for page in pages for p in page.posts
    }


def check(server: Replay, now: datetime, *keys: str) -> list[Page]:
    held = [
        Held(
            place="stackexchange:stackoverflow/codex",
            external_id=f"se:stackoverflow/{key}",
            url="https://stackoverflow.com/a/1",
            kind="reply",
            written_at=now,
            thread_title="Codex forgot all",
        )
        for key in keys
    ]
    source = source_at(server, now)
    with client_for("x", source._settings, requests=9, clock=QuickClock()) as client:
        return list(source.check(client, held))


# What was recorded.


def recorded(shared: Path, name: str) -> Wrapper:
    body = (shared / f"wire/stackexchange/{name}.json").read_bytes()
    return msgspec.json.decode(body, type=Wrapper)


@pytest.mark.parametrize(
    ("name", "items", "left", "more"),
    [
        ("questions_page", 2, 9989, True),
        ("questions_page_backoff", 2, 9989, True),
        ("questions_japanese_last_item", 1, 261, False),
        ("questions_search_page_2020", 100, 161, True),
        ("questions_unanswered_2016", 30, 9995, True),
    ],
)
def test_recorded_pages(shared: Path, name: str, items: int, left: int, *, more: bool) -> None:
    told = recorded(shared, name)
    assert (told.quota_remaining, told.has_more) == (left, more)
    assert decoded(told.items, Question)[1] == len(told.items)  # none has a body: another filter
    whole = [_with(raw, body="<p>x</p>") for raw in told.items]
    read_, bad = decoded(whole, Question)
    assert (bad, len(read_)) == (0, len(told.items))
    assert len(read_) >= min(items, 2)
    reader = Reader(place="stackexchange:a/b", site="a", about=())
    for question in read_:
        made = reader.question(question)
        assert made.parent is None
        assert made.external_id == made.thread
        assert "&#" not in made.title
        assert "&quot;" not in made.title


def _with(raw: msgspec.Raw, **more: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(json.loads(bytes(raw)) | more).encode())


def test_the_recorded_answers_and_comments(shared: Path) -> None:
    item = json.loads(bytes(recorded(shared, "questions_page").items[0]))
    (answer,), (comment,) = (
        decoded([msgspec.Raw(json.dumps(told | {"body": "x"}).encode())], of)[0]
        for told, of in ((item["answers"][0], Answer), (item["comments"][0], Comment))
    )
    assert isinstance(answer, Answer)
    assert isinstance(comment, Comment)
    assert (answer.question_id, comment.post_id) == (1, 1)


def test_the_recorded_backoff_is_kept_and_two_seconds_longer(
    shared: Path, now: datetime, clock: QuickClock
) -> None:
    body = json.loads((shared / "wire/stackexchange/questions_page_backoff.json").read_bytes())
    body["backoff"] = 10
    empty = {"items": [], "has_more": False, "quota_max": 300, "quota_remaining": 250}

    def answer(asked: Asked) -> Reply:
        return json_reply(body | {"has_more": False} if asked.path.endswith("questions") else empty)

    body["items"] = [item | {"body": "<p>x</p>"} for item in body["items"]]
    with replaying(answer) as server:
        list(read(server, now, clock=clock))
    assert max(clock.slept) == pytest.approx(10 + LONGER, abs=0.5)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("error_400_backoff_violated", 60), ("error_400_throttle_violation_ip", 67_194)],
)
def test_recorded_violations_are_pauses(
    shared: Path, site: FakeStackExchange, now: datetime, clock: QuickClock, name: str, seconds: int
) -> None:
    body = (shared / f"wire/stackexchange/{name}.json").read_bytes()
    site.question(1, now, "Codex forgot")
    with replaying(site) as server:
        server.faults = {0: Reply(status=400, headers=JSON, body=body)}
        if seconds > 600:
            with pytest.raises(Throttled, match=f"{seconds} s"):
                list(read(server, now, clock=clock))
            return
        assert list(posts(list(read(server, now, clock=clock)))) == ["question/1"]
    assert max(clock.slept) == pytest.approx(seconds, abs=1)


# Reading on.


def test_a_question_comes_with_its_answers_and_comments(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.question(1, now - 3 * HOUR, "Codex &quot;forgot&quot; &lt;all&gt; &#39;it&#39;")
    site.answer(2, 1, now - 2 * HOUR)
    site.comment(3, 1, now - HOUR)
    site.comment(4, 2, now - HOUR)
    got = posts(list(read(server, now, about={"StackOverflow/codex": "Codex"})))
    question, answer = got["question/1"], got["answer/2"]
    assert question.title == question.thread_title == "Codex \"forgot\" <all> 'it'"
    assert question.text == "Post 1: it's gone."
    assert question.products == answer.products == ("Codex",)
    assert [(p.parent and p.parent[16:], p.depth, p.kind) for p in got.values()] == [
        (None, 0, "post"),
        ("/question/1", 1, "reply"),
        ("/question/1", 1, "comment"),
        ("/answer/2", 2, "comment"),
    ]
    assert {p.thread for p in got.values()} == {"se:stackoverflow/question/1"}
    assert answer.url == "https://stackoverflow.com/a/2"
    assert got["comment/4"].url.endswith("#comment4_2")
    assert question.author == "stackoverflow/2"


def test_an_account_that_is_gone_has_no_name(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.question(7, now, "Codex forgot")
    assert posts(list(read(server, now)))["question/7"].author is None


def test_a_known_question_costs_no_more_requests(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.question(1, now - DAY, "Codex forgot")
    site.answer(2, 1, now - HOUR)
    cursor = cursor_of(list(read(server, now)))
    server.asked.clear()
    pages = list(read(server, now + HOUR, cursor))
    assert posts(pages) == {}
    assert [a.path for a in server.asked] == ["/2.3/questions"]
    site.answer(3, 1, now + HOUR)
    assert len(posts(list(read(server, now + 2 * HOUR, cursor)))) == 3


def test_what_is_asked_for_again_brings_the_comments_that_came_since(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.question(1, now - 20 * DAY, "Codex forgot")
    site.answer(2, 1, now - 6 * DAY)
    site.comment(8, 1, now)
    site.comment(9, 2, now)
    got = posts(check(server, now, "question/1", "answer/2", "comment/9"))
    one, other = got["comment/8"], got["comment/9"]
    assert (one.parent, one.thread_title) == ("se:stackoverflow/question/1", "Codex forgot")
    assert (other.parent, other.thread) == (
        "se:stackoverflow/answer/2",
        "se:stackoverflow/question/1",
    )
    assert other.thread_title is None  # the answer doesn't say
    assert other.products == ("Codex",)
    assert other.url == "https://stackoverflow.com/a/2#comment9_2"
    assert len(server.asked) == 3


def test_cursors_hold_no_ids_of_posts(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.question(987_654, now - HOUR, "Codex forgot")
    cursor = cursor_of(list(read(server, now)))
    assert len(cursor["seen"]) == 1
    assert "987654" not in json.dumps(cursor)


def test_pages_of_a_moving_list_skip_nothing(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    for key in range(1, 31):
        site.question(key, now - timedelta(hours=40 - key), "Codex forgot")
    pages = read(server, now)
    got = {*posts([next(pages)])}
    site.answer(100, 1, now - HOUR)  # what was read moves to the end: a page later all has moved
    site.answer(101, 2, now - HOUR)
    got |= {*posts(list(pages))}
    assert got == {*(f"question/{key}" for key in range(1, 31)), "answer/100", "answer/101"}


def test_more_than_a_page_of_one_second(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    for key in range(1, 31):
        site.question(key, now - DAY, "Codex forgot")
    assert len(posts(list(read(server, now)))) == 30
    window = Window(first=now, back_to=now - 30 * DAY)
    cursor = {"from": int(now.timestamp()), "to": int(now.timestamp())}
    assert len(posts(list(read(server, now, cursor, window)))) == 30


def test_no_page_beyond_the_25th_is_asked_for(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.largest = 1
    for key in range(1, 31):
        site.question(key, now - DAY, "Codex forgot")
    with pytest.raises(BadAnswer, match="of one second"):
        list(read(server, now))
    assert max(int(a.params["page"]) for a in server.asked) == 25


def test_a_vector_that_gives_too_much_is_halved(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.largest = 5
    for key in (1, 2, 3):
        site.question(key, now - DAY, "Codex forgot")
        for more in range(60):
            site.comment(100 * key + more, key, now - HOUR)
    got = posts(list(read(server, now, budget_requests=200)))
    assert sum(p.kind == "comment" for p in got.values()) == 180


def test_the_walk_back_goes_down_by_activity(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    for key in range(1, 21):
        site.question(key, now - key * 2 * DAY, "Codex forgot")
    cursor = cursor_of(list(read(server, now)))
    assert cursor["from"] == int((now - 7 * DAY).timestamp())
    back = Window(first=now - 7 * DAY, back_to=now - 31 * DAY)
    pages = list(read(server, now, cursor, back))
    assert sorted(posts(pages)) == sorted(f"question/{key}" for key in range(4, 16))
    assert cursor_of(pages)["from"] == int((now - 31 * DAY).timestamp())


def test_an_empty_end_is_believed_the_second_time(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    cursor = cursor_of(list(read(server, now)))
    back = Window(first=now - 7 * DAY, back_to=now - 31 * DAY)
    (first,) = read(server, now, cursor, back)
    assert first.empty
    assert cursor_of([first])["from"] == cursor["from"]
    (second,) = read(server, now, cursor_of([first]), back)
    assert cursor_of([second])["from"] == int((now - 31 * DAY).timestamp())
    assert not list(read(server, now, cursor_of([second]), back))


def test_a_stop_within_an_older_stretch_claims_nothing(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    for key in range(1, 31):
        site.question(key, now - key * DAY, "Codex forgot")
    cursor = cursor_of(list(read(server, now)))
    again = Window(first=now - 7 * DAY, since=now - 25 * DAY)
    first = next(read(server, now, cursor, again))
    assert cursor_of([first])["from"] == cursor["from"]


def test_an_empty_answer_moves_nothing(server: Replay, now: datetime) -> None:
    pages = list(read(server, now))
    assert [page.empty for page in pages] == [True]
    cursor = cursor_of(pages)
    assert cursor["to"] == cursor["from"] == int((now - 7 * DAY).timestamp())
    assert "read_at" not in cursor


# The day's requests.


def test_reading_stops_before_the_day_is_used_up(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.quota, site.quota_max = 9, 300
    for key in range(1, 60):
        site.question(key, now - timedelta(hours=key), "Codex forgot")
    pages = read(server, now)
    got = [next(pages)]
    with pytest.raises(BudgetSpent, match="6 of today's 300 requests are left"):
        list(pages)
    assert site.quota > 0
    source = source_at(server, now)
    assert "only 6 of the day's requests were left" in source.advice(cursor_of(got), now)


def test_the_walk_back_leaves_half_the_day_to_what_is_new(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.quota, site.quota_max = 152, 300
    for key in range(1, 60):
        site.question(key, now - key * DAY, "Codex forgot")
    cursor = cursor_of(list(read(server, now)))
    site.quota = 152
    back = Window(first=now - 7 * DAY, back_to=now - 90 * DAY)
    with pytest.raises(BudgetSpent, match="of today's 300"):
        list(read(server, now, cursor, back))
    assert site.quota >= 148


def test_a_key_goes_along(
    site: FakeStackExchange, server: Replay, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", "made-up")
    list(read(server, now, credentials={"key": "A_KEY"}))
    list(read(server, now))
    assert [a.params.get("key") for a in server.asked] == ["made-up", None]


# Asked for again.


def test_what_a_vector_leaves_out_is_gone(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.question(1, now, "Codex forgot")
    site.answer(2, 1, now)
    site.comment(3, 2, now)
    pages = check(server, now, "question/1", "answer/2", "answer/5", "comment/3", "comment/6")
    assert [key for page in pages for key in page.gone] == [
        "se:stackoverflow/answer/5",
        "se:stackoverflow/comment/6",
    ]
    assert sorted(posts(pages)) == ["answer/2", "comment/3", "question/1"]
    assert posts(pages)["answer/2"].products == ("Codex",)
    assert len(server.asked) == 4


def test_a_comment_alone_stays_in_its_thread(
    site: FakeStackExchange, server: Replay, now: datetime
) -> None:
    site.question(1, now, "Codex forgot")
    site.comment(3, 1, now)
    (post,) = posts(check(server, now, "comment/3")).values()
    assert (post.thread, post.url) == ("", "https://stackoverflow.com/a/1")


def test_of_a_long_vector_that_gives_nothing_nothing_is_believed(
    server: Replay, now: datetime
) -> None:
    (page,) = check(server, now, *(f"answer/{key}" for key in range(1, 20)))
    assert (page.gone, page.empty) == ((), True)
    (page,) = check(server, now, "answer/1")
    assert page.gone == ("se:stackoverflow/answer/1",)


def test_an_unreadable_item_of_a_vector_is_not_gone(now: datetime) -> None:
    told = {"items": [{"answer_id": "new shape"}], "has_more": False}
    with replaying(lambda asked: json_reply(told)) as server:
        (page,) = check(server, now, "answer/1")
    assert (page.gone, page.unreadable) == ((), 1)


# Shapes.


def test_a_body_that_was_not_sent_is_unreadable_not_empty(
    site: FakeStackExchange, now: datetime
) -> None:
    told = {
        **{"question_id": 1, "title": "x", "link": "https://a/q/1"},
        **{"creation_date": 1, "last_activity_date": 1},
    }
    items = [msgspec.Raw(json.dumps(told | more).encode()) for more in ({}, {"body": "x"})]
    assert len(decoded(items, Question)[0]) == 1


JSON_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.none())


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*Question.__struct_fields__, *Comment.__struct_fields__]), JSON_VALUES
        ),
        max_size=4,
    )
)
def test_any_item_is_read_or_counted(items: list[dict[str, Any]]) -> None:
    raw = [msgspec.Raw(json.dumps(item).encode()) for item in items]
    reader = Reader(place="p", site="s", about=())
    for of in (Question, Answer, Comment):
        read_, bad = decoded(raw, of)
        assert len(read_) + bad == len(items)
    for question in decoded(raw, Question)[0]:
        assert reader.question(question).written_at.tzinfo is UTC


# Settings.


def test_places_are_tags_at_sites(now: datetime) -> None:
    told = ("StackOverflow/claude-code", "stackoverflow/claude-code", "ja.stackoverflow/c#")
    places = StackExchange(SourceSettings(search=told), now).places()
    assert [p.name for p in places] == [
        "stackexchange:stackoverflow/claude-code",
        "stackexchange:ja.stackoverflow/c#",
    ]
    assert {p.frame for p in places} == {Frame.PRODUCT_QUERY}
    assert places[0].query == "[claude-code]"


@pytest.mark.parametrize("wrong", ["claude-code", "a/b/c", "/x", "x/", ""])
def test_what_is_no_tag_is_named(now: datetime, wrong: str) -> None:
    with pytest.raises(InputError, match="is no tag at a site"):
        StackExchange(SourceSettings(search=(wrong,)), now).places()


def test_an_unknown_site_is_named(server: Replay, now: datetime) -> None:
    with pytest.raises(Refused, match="'nowhere' or what is asked of it is unknown"):
        list(read(server, now, search=("nowhere/codex",)))


def test_titles_are_needed_for_nothing_but_words(now: datetime) -> None:
    cursor = {"from": 0, "to": 10, "read_at": now.isoformat()}
    source = StackExchange(SourceSettings(), now)
    covered = source.covered(cursor)
    assert covered is not None
    assert (covered.began.year, covered.ended) == (1970, now)
    assert source.covered({}) is None
