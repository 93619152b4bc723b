"""X: money that is never overspent, versions of a post, what a week's reach leaves out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from db.engine import read, write
from db.tables import Cursor, Gap, PostText, Table
from domain.errors import BadAnswer, BudgetSpent, Refused, SourceError, Throttled, Unreachable
from domain.keyed import Keyed
from domain.nouns import RunReport
from domain.settings import Settings
from ingest.check import checks
from ingest.client import Client
from ingest.run import ingest
from ingest.source import Asked as Held
from ingest.source import Page, RawPost, Window
from ingest.sources import known, x
from ingest.sources.x import X
from ingest.wires.x import Found, gone, id_at, made_at, plain, posts_of, raw_post
from ingest.x import PRICES, price
from tests.support.reading import posts, source_and_service
from tests.support.replay import Asked, QuickClock, Replay, Reply, json_reply, replaying
from tests.support.services.x import SECRETS, FakeX

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ONE = {"search": ("Claude",)}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up token."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)


@contextmanager
def asking(
    answer: Callable[[Asked], Reply], at: datetime = NOW, **told: Any
) -> Iterator[tuple[X, Client, Replay]]:
    """The source of one search, a client, and the server that both ask."""
    more = {"budget_seconds": 60.0} | ONE | told
    with source_and_service(X, answer, lambda base: FakeX().settings(base) | more, at) as given:
        yield given


def until_stopped(pages: Iterator[Page]) -> tuple[list[Page], SourceError | None]:
    """The pages up to an error, and the error."""
    got: list[Page] = []
    while True:
        try:
            got.append(next(pages))
        except StopIteration:
            return got, None
        except SourceError as error:
            return got, error


def forward(
    source: X, client: Client, cursor: dict[str, Any] | None = None, days: int = 6
) -> list[Page]:
    place = source.places()[0]
    return list(source.pages(client, place, cursor or {}, Window(first=NOW - timedelta(days=days))))


def spent(pages: list[Page] | dict[str, Any]) -> int:
    """What a cursor says was spent, in mills."""
    cursor = pages if isinstance(pages, dict) else pages[-1].cursor
    assert cursor is not None
    return sum(told for told in cursor["money"].values() if isinstance(told, int))


def held(number: str, place: str = "x:claude") -> Held:
    return Held(place=place, external_id=f"x:{number}", url="", kind="post", written_at=NOW)


def busy(posts: int, page: int = 100) -> FakeX:
    fake = FakeX(page=page)
    for number in range(posts):
        fake.add(NOW - timedelta(minutes=10 * number + 10), f"claude {number}")
    return fake


@pytest.mark.parametrize(
    ("name", "posts", "mills"),
    [
        ("search_all_page", 10, 50),
        ("search_recent_async_rt", 10, 50),
        ("search_page_brexit", 100, 100 * 5 + 59 * 5 + 177 * 10),
        ("tweets_lookup_multi", 2, 10),
        ("tweet_lookup_media", 1, 5 + 5 + 10),
        ("user_tweets_page", 2, 10),
        ("user_mentions_page", 10, 50),
        ("quote_tweets_page", 9, 45),
        ("home_timeline", None, None),
    ],
)
def test_recorded_answers(shared: Path, name: str, posts: int | None, mills: int | None) -> None:
    found = msgspec.json.decode((shared / f"wire/x/{name}.json").read_bytes(), type=Found)
    told, unreadable = posts_of(found.data)
    assert unreadable == 0
    assert len(told) == (len(found.data) if posts is None else posts)
    assert mills is None or price(found) == mills
    for post in told:
        made = raw_post(post, "x:y")
        assert made.external_id == f"x:{post.versions[0]}"
        if post.created_at and len(post.versions) == 1:
            assert abs(made.written_at - post.created_at) < timedelta(seconds=1)


def test_recorded_versions_are_one_post(shared: Path) -> None:
    before, after = (
        posts_of(
            msgspec.json.decode(
                (shared / f"wire/x/tweet_lookup_{when}_edit.json").read_bytes(), type=Found
            ).data
        )[0][0]
        for when in ("before", "after")
    )
    assert before.id != after.id
    assert raw_post(before, "x:y").external_id == raw_post(after, "x:y").external_id
    made = raw_post(after, "x:y")
    assert made.edited_at == after.created_at
    assert made.written_at < after.created_at  # type: ignore[operator] # it has one
    source = X(X.defaults, NOW)
    assert [p.id for p in source._kept([before, after])] == [after.id]
    assert source._post(after, "x:y").thread == made.external_id


def test_recorded_marks_are_undone_and_no_link_names_an_account(shared: Path) -> None:
    for name in ("user_mentions_page", "search_page_brexit", "tweet_lookup_media"):
        found = msgspec.json.decode((shared / f"wire/x/{name}.json").read_bytes(), type=Found)
        for post in posts_of(found.data)[0]:
            text = plain(post)
            assert "&amp;" not in text or "&amp;amp;" in post.text
            for link in (post.entities.urls or ()) if post.entities else ():
                assert not link.expanded_url or link.url not in text
            for user in found.includes.users:
                assert f".com/{json.loads(bytes(user))['username']}/status" not in text


def told(**more: Any) -> Any:
    fake = FakeX()
    number = fake.add(NOW, "text")
    raw = fake._shown(fake.posts[number]) | more
    (post,), _ = posts_of([msgspec.Raw(json.dumps(raw).encode())])
    return post


def test_a_long_post_is_read_whole_with_its_own_links() -> None:
    note = {
        "text": "a < b &amp; c https://t.co/1 and https://t.co/2",
        "entities": {
            "urls": [
                {"url": "https://t.co/1", "expanded_url": "https://x.com/some_one/status/12?s=20"},
                {
                    "url": "https://t.co/2",
                    "expanded_url": "https://x.com/some_one/status/13/photo/1",
                },
            ]
        },
    }
    post = told(text="a &lt; b &amp; c…", note_tweet=note)
    assert plain(post) == "a < b & c https://x.com/i/web/status/12 and"
    assert plain(told(text="&amp;lt; &gt;")) == "&lt; >"


@given(st.integers(1_300_000_000, 2_200_000_000))
def test_an_id_tells_its_time(seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert made_at(id_at(at)) == at


def test_strange_posts_cost_only_themselves() -> None:
    strange = [{"id": 12, "text": "x"}, {"id": "a", "text": "x"}, {"id": "1"}, None, "x"]
    posts, unreadable = posts_of([msgspec.Raw(json.dumps(v).encode()) for v in strange])
    assert (posts, unreadable) == ([], 5)
    assert gone([msgspec.Raw(b'{"type": 3}'), msgspec.Raw(b"7")]) == set()


def test_without_a_budget_nothing_is_asked(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    for money in ({"budget_dollars": 0.0}, {"budget_dollars_month": 0.0}):
        with replaying(busy(5)) as server:
            report = run(sqlite_engine, keyed, tmp_path, server, **money)
            assert server.asked == []
        assert report.outcome == "failed"
        assert "may spend no money" in report.message


def test_the_cost_is_saved_before_the_question_and_what_it_did_not_cost_given_back() -> None:
    with asking(busy(7), budget_dollars=1.0) as (source, client, server):
        pages = source.pages(client, source.places()[0], {}, Window(first=NOW - timedelta(days=6)))
        first = next(pages)
        assert server.asked == []
        assert first.posts == ()
        assert spent([first]) == 100 * PRICES.post
        last = list(pages)
        assert spent(last) == 7 * PRICES.post == round(client.budget.dollars_used * 1_000)


def test_a_killed_run_has_spent_what_it_set_aside() -> None:
    with asking(busy(7), budget_dollars_month=1.0) as (source, client, _):
        pages = source.pages(client, source.places()[0], {}, Window(first=NOW - timedelta(days=6)))
        cursor = dict(next(pages).cursor or {})
        del pages  # the process ends here
    with asking(busy(7), budget_dollars_month=1.0) as (source, client, server):
        with pytest.raises(SourceError, match="money for reading is used up"):
            forward(source, client, cursor)
        assert server.asked == []


def test_a_question_that_another_place_kept_from_being_asked_costs_nothing() -> None:
    with asking(busy(7)) as (source, client, _):
        pages = source.pages(client, source.places()[0], {}, Window(first=NOW - timedelta(days=6)))
        next(pages)
        pages.close()  # type: ignore[attr-defined] # a generator
        assert client.budget.dollars_used == 0
        assert spent(source._purses["x:claude"].state) == 0


@pytest.mark.parametrize(
    ("fault", "error", "paid"),
    [
        (Reply(hang=2.0), Unreachable, True),
        (Reply(body=b'{"data": [{"id"', promised=900), Unreachable, True),
        (Reply(body=b'{"data": [{"id"'), BadAnswer, True),
        (Reply(headers={"Content-Type": "text/html"}, body=b"<h1>Welcome"), BadAnswer, True),
        (json_reply({"title": "Unauthorized"}, 401), Refused, False),
        (json_reply({"title": "Forbidden", "reason": "client-not-enrolled"}, 403), Refused, False),
        (json_reply({"title": "CreditsDepleted"}, 402), BudgetSpent, False),
        (json_reply({"title": "UsageCapExceeded", "period": "Monthly"}, 429), Throttled, False),
    ],
)
def test_a_question_is_paid_for_unless_it_certainly_was_not_served(
    fault: Reply, error: type[SourceError], paid: bool
) -> None:
    with asking(busy(5)) as (source, client, server):
        server.faults = {0: fault}
        window = Window(first=NOW - timedelta(days=6))
        pages, raised = until_stopped(source.pages(client, source.places()[0], {}, window))
        assert type(raised) is error
        assert len(server.asked) == 1
    assert spent(pages) == (100 * PRICES.post if paid else 0)
    assert round(client.budget.dollars_used * 1_000) == spent(pages)


def test_a_closed_port_costs_nothing() -> None:
    with asking(busy(1), base="http://127.0.0.1:9") as (source, client, _):
        with pytest.raises(Unreachable):
            forward(source, client)
        assert client.budget.dollars_used == 0


def test_a_short_limit_is_waited_for_and_costs_nothing() -> None:
    with asking(busy(5)) as (source, client, server):
        server.faults = {
            0: json_reply({"title": "Too Many Requests"}, 429, Retry_After="3"),
            1: Reply(status=503),
        }
        pages = forward(source, client)
        assert len(server.asked) == 3
    assert spent(pages) == 5 * PRICES.post


def run(
    engine: Engine,
    keyed: Keyed,
    home: Path,
    server: Replay,
    at: datetime = NOW,
    **told: Any,
) -> RunReport:
    quick = {"enabled": True, "pace_seconds": 0.0, "timeout_seconds": 0.5}
    mine = quick | FakeX().settings(server.address) | ONE | told
    made = Settings(home=home, database="unused", sources={"x": mine})
    return ingest(engine, keyed, made, ("x",), now=at, clock=QuickClock())


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    run_mills=st.integers(0, 900),
    month_mills=st.integers(0, 2_500),
    faults=st.sets(st.integers(0, 30), max_size=6),
)
def test_no_series_of_runs_and_faults_costs_more_than_was_set(
    keyed: Keyed,
    tmp_path_factory: pytest.TempPathFactory,
    run_mills: int,
    month_mills: int,
    faults: set[int],
    fresh: Callable[[], Engine],
) -> None:
    engine, fake = fresh(), busy(300, page=40)
    money = {"budget_dollars": run_mills / 1_000, "budget_dollars_month": month_mills / 1_000}
    two = {"search": ("Claude", "Claude 1")}
    with replaying(fake) as server:
        # An answer that breaks off was served, and paid for.
        server.faults = dict.fromkeys(faults, Reply(body=b'{"data": [{"id"'))
        for hours in range(6):
            before = fake.mills
            home = tmp_path_factory.mktemp("home")
            report = run(engine, keyed, home, server, NOW + timedelta(hours=hours), **money, **two)
            assert fake.mills - before <= run_mills
            assert sum(s.dollars for s in report.sources) <= run_mills / 1_000 + 1e-9
    with read(engine) as connection:
        cursors = connection.scalars(select(Cursor.value)).all()
    booked = [spent(cursor) for cursor in cursors if "money" in cursor]
    assert fake.mills <= sum(booked) <= month_mills
    assert all(one <= month_mills / 2 for one in booked)


@pytest.fixture
def fresh(sqlite_engine: Engine, keyed: Keyed) -> Callable[[], Engine]:
    """The same database, emptied of what an earlier example left."""

    def empty() -> Engine:
        with write(sqlite_engine) as connection:
            for table in reversed(Table.metadata.sorted_tables):
                if table.name != "meta":
                    connection.execute(table.delete())
        return sqlite_engine

    return empty


def test_a_new_month_has_new_money() -> None:
    with asking(busy(5), budget_dollars_month=0.1) as (source, client, _):
        cursor = {"money": {"month": "2026-10", "reading": 50, "checking": 50}}
        assert posts(forward(source, client, cursor))


def test_a_walk_that_ran_out_of_money_goes_on_below_what_was_paid_for() -> None:
    fake = busy(100)
    seen: dict[str, RawPost] = {}
    cursor: dict[str, Any] = {}
    window, stops = Window(first=NOW - timedelta(days=6)), 0
    while "to" not in cursor:
        with asking(fake, budget_dollars=0.2) as (source, client, _):
            place = source.places()[0]
            pages, stopped = until_stopped(source.pages(client, place, cursor, window))
        cursor = dict(next(p.cursor for p in reversed(pages) if p.cursor))
        seen |= posts(pages)
        stops += stopped is not None
    assert stops >= 4
    assert len(seen) == 100
    assert fake.mills <= 101 * PRICES.post  # each post once
    assert "walk" not in cursor


def test_half_of_the_money_is_kept_for_following_deletions(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = busy(12)
    with replaying(fake) as server:
        run(sqlite_engine, keyed, tmp_path, server, budget_dollars_month=0.12)
        for number in range(200):
            fake.add(NOW + timedelta(minutes=number), f"claude, later {number}")
        oldest = min(fake.posts, key=int)
        fake.closed.add(oldest)
        tomorrow = NOW + timedelta(hours=24)
        report = run(sqlite_engine, keyed, tmp_path, server, tomorrow, budget_dollars_month=0.12)
        assert "money for reading is used up" in report.message
        assert report.counts["deleted"] == 1
        assert report.counts["posts_checked"] == 12
        later = NOW + timedelta(hours=49)
        report = run(sqlite_engine, keyed, tmp_path, server, later, budget_dollars_month=0.12)
    assert "posts that were deleted there may still be here" in report.message
    assert fake.mills <= 120


def test_a_week_of_silence_is_a_gap(sqlite_engine: Engine, keyed: Keyed, tmp_path: Path) -> None:
    fake = busy(5)
    with replaying(fake) as server:
        run(sqlite_engine, keyed, tmp_path, server)
        later = NOW + timedelta(days=10)
        fake.now = later
        fake.add(later - timedelta(hours=1), "claude again")
        report = run(sqlite_engine, keyed, tmp_path, server, later)
    assert "no more than seven days" in report.message
    with read(sqlite_engine) as connection:
        (gap,) = connection.execute(select(Gap).where(Gap.reason.contains("seven"))).all()
    assert gap.began == NOW
    assert gap.ended == later - x.REACH
    assert report.counts["new"] == 1


def test_a_quiet_place_that_was_asked_every_day_has_no_gap(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = busy(2)
    with replaying(fake) as server:
        for days in range(0, 20, 3):
            fake.now = NOW + timedelta(days=days)
            report = run(sqlite_engine, keyed, tmp_path, server, fake.now)
            assert "seven days" not in report.message
    with read(sqlite_engine) as connection:
        assert not connection.execute(select(Gap).where(Gap.reason.contains("seven"))).all()


def test_a_walk_that_lay_too_long_says_what_it_lost() -> None:
    cursor = {
        "money": {"month": "2026-11", "reading": 0, "checking": 0},
        "walk": {
            "top": x._iso(NOW - timedelta(days=6)),
            "floor": x._iso(NOW - timedelta(days=12)),
            "at": id_at(NOW - timedelta(days=6, hours=12)),
        },
    }
    fake = busy(3)
    fake.now = NOW
    middle = fake.add(NOW - timedelta(days=6, hours=18), "claude, nearly lost")
    with asking(fake) as (source, client, _):
        pages = forward(source, client, cursor)
    (missed,) = [m for page in pages for m in page.missed]
    assert (missed.began, missed.ended) == (NOW - timedelta(days=12), NOW - x.REACH)
    assert f"x:{middle}" in posts(pages)


def test_nothing_found_has_no_data_and_moves_nothing_but_costs_nothing() -> None:
    with asking(FakeX()) as (source, client, _):
        pages = forward(source, client)
    assert pages[-1].empty
    assert spent(pages) == 0
    assert source.covered(dict(pages[-1].cursor or {})) is None


def test_a_short_page_is_not_the_last() -> None:
    fake = busy(9, page=4)
    with asking(fake) as (source, client, server):
        assert len(posts(forward(source, client))) == 9
    assert len(server.asked) == 3


def test_reposts_and_old_versions_are_left_out() -> None:
    fake = FakeX()
    first = fake.add(NOW - timedelta(hours=2), "claude lost it")
    fake.change(first, NOW - timedelta(hours=1, minutes=50), "claude lost all of it")
    fake.add(NOW - timedelta(hours=1), "RT claude", retweet=True)
    with asking(fake) as (source, client, _):
        pages = forward(source, client)
    (post,) = posts(pages).values()
    assert (post.external_id, post.text) == (f"x:{first}", "claude lost all of it")
    assert post.edited_at == NOW - timedelta(hours=1, minutes=50)
    assert sum(page.skipped for page in pages) == 1


def test_partial_errors_beside_what_was_found_are_no_failure() -> None:
    fake = busy(1)

    def answer(asked: Asked) -> Reply:
        body = json.loads(fake(asked).body)
        errors = [{"type": "x/resource-not-found", "parameter": "author_id", "value": "7"}, 3]
        return json_reply(body | {"errors": errors})

    with asking(answer) as (source, client, _):
        pages = forward(source, client)
    assert len(posts(pages)) == 1
    assert not any(page.gone for page in pages)


def test_the_wider_search_does_not_pay_for_the_narrower() -> None:
    with asking(FakeX(), search=("Claude", "Claude Code", "Codex")) as (source, _, _):
        assert source._question("Claude") == '"Claude" -"Claude Code" -is:retweet'
        assert source._question("Codex") == '"Codex" -is:retweet'


def test_a_conversation_is_read_with_what_names_nothing() -> None:
    fake = FakeX(page=2)
    root = fake.add(NOW - timedelta(hours=3), "claude code lost it")
    reply = fake.add(NOW - timedelta(hours=2), "Same", parent=root)
    deep = fake.add(NOW - timedelta(hours=1), "And here", parent=reply)
    with asking(fake) as (source, client, _):
        forward(source, client)
        pages = list(source.thread(client, held(root)))
    found = posts(pages)
    assert set(found) == {f"x:{n}" for n in (root, reply, deep)}
    assert [found[f"x:{n}"].depth for n in (root, reply, deep)] == [0, 1, 2]
    assert {p.thread for p in found.values()} == {f"x:{root}"}
    assert found[f"x:{deep}"].products == ("Claude",)
    assert spent(pages) == fake.mills


def test_a_lookup_names_what_is_gone_and_follows_an_edit() -> None:
    fake = busy(3)
    newest, edited, gone_ = sorted(fake.posts, key=int, reverse=True)
    fake.closed.add(gone_)
    fake.change(edited, NOW, "claude, again")
    with asking(fake) as (source, client, _):
        forward(source, client)
        pages = list(source.check(client, [held(n) for n in (newest, edited, gone_)]))
    assert posts(pages)[f"x:{edited}"].text == "claude, again"
    assert set(posts(pages)) == {f"x:{newest}", f"x:{edited}"}
    assert [name for page in pages for name in page.gone] == [f"x:{gone_}"]


@pytest.mark.parametrize(
    ("kind", "is_gone"),
    [("resource-not-found", True), ("not-authorized-for-resource", True), ("new-word", False)],
)
def test_only_known_words_say_that_a_post_is_gone(kind: str, is_gone: bool) -> None:
    problem = {"type": f"https://api.x.com/2/problems/{kind}", "value": "12", "parameter": "ids"}
    with asking(lambda _: json_reply({"errors": [problem]})) as (source, client, _):
        source._purses["x:claude"] = x.purse(source._settings, "x:claude", 1, {}, "2026-11")
        pages = list(source.check(client, [held("12")]))
    assert [name for page in pages for name in page.gone] == (["x:12"] if is_gone else [])


def test_deleted_texts_are_purged_within_a_day(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = busy(3)
    with replaying(fake) as server:
        run(sqlite_engine, keyed, tmp_path, server)
        fake.closed.add(max(fake.posts, key=int))
        run(sqlite_engine, keyed, tmp_path, server, NOW + timedelta(hours=24))
    with read(sqlite_engine) as connection:
        texts = set(connection.scalars(select(PostText.text)))
    assert texts == {None, "claude 1", "claude 2"}


def test_a_retweeted_text_is_never_kept_and_the_token_goes_in_a_header() -> None:
    fake = busy(1)
    with asking(fake) as (source, client, server):
        forward(source, client)
    assert all(a.headers["authorization"] == "Bearer made-up" for a in server.asked)
    assert all("made-up" not in a.query for a in server.asked)
    assert all("-is:retweet" in a.params["query"] for a in server.asked)


def test_conversations_take_no_more_than_a_quarter() -> None:
    fake = FakeX()
    root = fake.add(NOW - timedelta(hours=3), "claude lost it")
    for number in range(60):
        fake.add(NOW - timedelta(minutes=100 - number), "Same", parent=root)
    fake.page = 100
    with asking(fake, budget_dollars_month=0.8) as (source, client, _):
        forward(source, client)
        pages, stopped = until_stopped(source.thread(client, held(root)))
        assert isinstance(stopped, SourceError)
        assert "money for threads" in str(stopped)
        money = dict(pages[-1].cursor or {})["money"]
        assert 0 < money["threads"] <= 200
        assert source._purses["x:claude"].most(client.budget, x.Use.READING) >= 195


def test_the_doctor_spends_nothing(tmp_path: Path) -> None:
    told: dict[str, Any] = {name: {"enabled": False} for name in known()}
    with replaying(busy(3)) as server:
        told["x"] = {"enabled": True} | FakeX().settings(server.address)
        made = Settings(home=tmp_path, database="unused", sources=told)
        (check,) = [c for c in checks(made, NOW) if c.name == "x"]
        assert (check.ok, check.found) == (True, "costs money, not asked")
        told["x"]["budget_dollars"] = 0.0
        (check,) = [c for c in checks(made, NOW) if c.name == "x"]
        assert (check.ok, check.found) == (False, "x may spend no money")
        assert server.asked == []
