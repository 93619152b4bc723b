"""Hacker News as Algolia's index really behaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import BadAnswer, Gone
from domain.nouns import Frame
from domain.settings import SourceSettings
from ingest.client import client_for
from ingest.source import Asked as ToAsk
from ingest.source import Page, Window
from ingest.sources.hackernews import MOST_VISITS, HackerNews
from tests.support.fakes import FakeHackerNews
from tests.support.reading import posts
from tests.support.replay import Asked, QuickClock, Replay, Reply, json_reply, replaying

WEEK = timedelta(days=7)


@pytest.fixture
def news() -> FakeHackerNews:
    return FakeHackerNews()


@pytest.fixture
def server(news: FakeHackerNews) -> Iterator[Replay]:
    with replaying(news) as made:
        yield made


def read(
    server: Replay,
    now: datetime,
    *,
    query: str = "Claude",
    search: tuple[str, ...] = ("Claude",),
    cursor: dict | None = None,
    back_to: datetime | None = None,
    since: datetime | None = None,
) -> list[Page]:
    """All pages of one place."""
    settings = at_server(server, search)
    source = HackerNews(settings, now)
    place = next(p for p in source.places() if p.query == f'"{query}"')
    window = Window(first=now - WEEK, since=since, back_to=back_to)
    with client_for("hackernews", settings, requests=500, clock=QuickClock()) as client:
        return list(source.pages(client, place, cursor or {}, window))


def at_server(server: Replay, search: tuple[str, ...] = ("Claude",)) -> SourceSettings:
    return SourceSettings(
        base=f"{server.address}/api/v1",
        also={"firebase": f"{server.address}/v0"},
        search=search,
        pace_seconds=0,
    )


def again(
    server: Replay, now: datetime, number: int, *, whole: bool = False, title: str = ""
) -> list[Page]:
    """What is said of a post that we hold, or of the whole thread that it opened."""
    settings = at_server(server)
    source = HackerNews(settings, now)
    asked = ToAsk(
        place="hackernews:claude",
        external_id=f"hn:{number}",
        url=f"https://news.ycombinator.com/item?id={number}",
        kind="story" if whole else "comment",
        written_at=now - WEEK,
        thread_title=title,
    )
    with client_for("hackernews", settings, requests=500, clock=QuickClock()) as client:
        return list(source.thread(client, asked) if whole else source.check(client, [asked]))


def test_places_are_product_queries() -> None:
    source = HackerNews(SourceSettings(search=("Claude Code",)), datetime.now(UTC))
    assert [(p.name, p.frame, p.query) for p in source.places()] == [
        ("hackernews:claude code", Frame.PRODUCT_QUERY, '"Claude Code"')
    ]


@pytest.mark.parametrize("back", [False, True])
def test_more_than_a_thousand_hits_are_all_found(
    news: FakeHackerNews, server: Replay, now: datetime, back: bool
) -> None:
    news.post(1, now - WEEK + timedelta(hours=1), "", title="A kite")
    for n in range(2, 2_602):  # most of them within one hour
        moment = now - timedelta(days=2, seconds=n if n < 2_502 else 60 * n)
        news.post(n, moment, f"Claude, number {n}", parent=1)
    pages = read(server, now, back_to=now - WEEK if back else None)
    assert set(posts(pages)) >= {f"hn:{n}" for n in range(2, 2_602)}
    assert sum(page.unreadable for page in pages) == 0


def test_what_no_window_can_hold_is_counted(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    news.post(1, now - WEEK, "", title="A kite")
    second = now - timedelta(days=1)
    for n in range(2, 1_012):
        news.post(n, second, "Claude", parent=1)
    pages = read(server, now)
    (missed,) = (missed for page in pages for missed in page.missed)
    assert (missed.began, missed.ended) == (second, second + timedelta(seconds=1))
    assert "1,010 posts in one second" in missed.reason
    assert sum(page.unreadable for page in pages) == 0


def test_a_full_page_is_no_proof_that_it_was_all(server: Replay, now: datetime) -> None:
    """Algolia's count of hits is an estimate: a thousand of them are cut in halves, too."""
    at = int((now - timedelta(hours=5)).timestamp())

    def answer(asked: Asked) -> Reply:
        since, until = (
            int("".join(c for c in part if c.isdigit()))
            for part in asked.params["numericFilters"].split(",")
        )
        numbers = [n for n in range(1_500) if since <= at + n < until]
        hits = [
            {"objectID": str(n), "created_at_i": at + n, "comment_text": "Claude", "story_id": 9}
            | {"parent_id": 9, "story_title": "A kite"}
            for n in numbers[:1_000]
        ]
        return json_reply({"hits": hits, "nbHits": min(len(numbers), 998), "nbPages": 1})

    server.answer = lambda a: answer(a) if "search" in a.path else json_reply({}, 404)
    assert set(posts(read(server, now))) == {f"hn:{n}" for n in range(1_500)}


def test_loose_matches_are_left_out(news: FakeHackerNews, server: Replay, now: datetime) -> None:
    at = now - timedelta(days=1)
    news.post(1, at, "", title="Show HN: A kite")
    news.post(2, at, "Nice.", parent=1, author="claude")
    news.post(3, at, "Jean-Claude said so.", parent=1)
    news.post(4, at, "Claude said so.", parent=1)
    assert set(posts(read(server, now))) == {"hn:4"}


def test_a_post_belongs_to_the_narrowest_query_whichever_found_it(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    at = now - timedelta(days=1)
    news.post(1, at, "", title="A kite")
    news.post(2, at, "Claude Code and Claude", parent=1)
    search = ("Claude", "Claude Code")
    for query in search:
        found = posts(read(server, now, query=query, search=search))
        assert found["hn:2"].place == "hackernews:claude code"


def test_a_thread_about_a_product_is_read_whole_and_once(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    at = now - timedelta(days=6)
    news.post(1, at, "Ask away.", title="Claude lost my chats")
    news.post(2, at + timedelta(days=1), "Claude did that to me.", parent=1)
    news.post(3, at + timedelta(days=3), "Same here.", parent=2)
    news.post(4, at + timedelta(days=4), "Claude again.", parent=3)
    news.delete(2)
    found = posts(read(server, now))
    assert set(found) == {"hn:1", "hn:2", "hn:3", "hn:4"}
    assert [found[f"hn:{n}"].depth for n in (1, 2, 3, 4)] == [0, 1, 2, 3]
    assert found["hn:3"].parent == "hn:2"
    assert found["hn:2"].deleted
    assert not found["hn:3"].deleted
    assert {p.thread_title for p in found.values()} == {"Claude lost my chats"}
    assert {p.products for p in found.values()} == {("Claude",)}
    assert [a.path for a in server.asked].count("/api/v1/items/1") == 1


def test_a_busy_unrelated_thread_gives_matches_and_their_answers(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    at = now - timedelta(days=1)
    news.post(1, at, "", title="A kite")
    for n in (2, 3, 4):
        news.post(n, at, f"Claude {n}", parent=1)
    news.post(5, at, "Same here.", parent=4)
    news.post(6, at, "Windy today.", parent=1)
    assert set(posts(read(server, now))) == {"hn:2", "hn:3", "hn:4", "hn:5"}


def test_an_empty_answer_moves_no_cursor_and_is_counted(server: Replay, now: datetime) -> None:
    pages = read(server, now)
    assert all(page.empty for page in pages)
    assert all(page.cursor is None for page in pages)


def test_the_next_run_reads_a_day_again(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    news.post(1, now - timedelta(hours=30), "", title="Claude and a kite")
    cursor = read(server, now)[-1].cursor
    assert cursor is not None
    # Indexed late: written before the cursor, seen after it.
    news.post(2, now - timedelta(hours=20), "", title="Claude is late")
    later = now + timedelta(hours=1)
    asked_before = len(server.asked)
    assert "hn:2" in posts(read(server, later, cursor=dict(cursor)))
    first = server.asked[asked_before].params["numericFilters"]
    assert f"created_at_i>={int((now - timedelta(hours=24)).timestamp())}" in first


def test_a_tree_that_cannot_be_read_is_owed_to_the_next_runs(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    at = now - timedelta(days=5)
    news.post(1, at, "", title="Claude lost my chats")
    news.post(2, at, "Same here.", parent=1)
    plain = server.answer
    server.answer = lambda asked: (
        Reply(headers={"Content-Type": "text/html"}) if "/items/" in asked.path else plain(asked)
    )
    pages = read(server, now)
    cursor = dict(pages[-1].cursor or {})
    assert set(posts(pages)) == {"hn:1"}
    assert cursor["owed"] == {"1": 1}
    server.answer = plain
    again = read(server, now + timedelta(hours=1), cursor=cursor)
    assert set(posts(again)) == {"hn:1", "hn:2"}
    assert (again[-1].cursor or again[0].cursor)["owed"] == {}


@pytest.mark.parametrize(
    ("tree", "unreadable"), [(json_reply({}, 404), 0), (json_reply({"id": "x"}), 1)]
)
def test_a_tree_is_not_owed_for_ever(
    news: FakeHackerNews, server: Replay, now: datetime, tree: Reply, unreadable: int
) -> None:
    news.post(1, now - timedelta(days=5), "", title="Claude lost my chats")
    plain = server.answer
    server.answer = lambda asked: tree if "/items/" in asked.path else plain(asked)
    cursor: dict = {}
    for run in range(MOST_VISITS):
        asked_before = len(server.asked)
        pages = read(server, now + timedelta(hours=run), cursor=cursor)
        assert sum(page.unreadable for page in pages) == unreadable
        assert any("/items/" in asked.path for asked in server.asked[asked_before:])
        cursor = dict(next(p.cursor for p in reversed(pages) if p.cursor))
    assert cursor["owed"] == {}


def test_a_tree_is_read_again_only_where_something_new_was_found(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    def trees(since: datetime | None = None) -> int:
        nonlocal cursor
        asked_before = len(server.asked)
        pages = read(server, now, cursor=cursor, since=since)
        cursor = dict(next(p.cursor for p in reversed(pages) if p.cursor))
        return sum("/items/" in asked.path for asked in server.asked[asked_before:])

    cursor: dict = {}
    news.post(1, now - timedelta(hours=9), "", title="Claude lost my chats")
    news.post(2, now - timedelta(hours=8), "Claude did that to me.", parent=1)
    assert [trees(), trees()] == [1, 0]
    news.post(3, now - timedelta(hours=1), "And Claude to me.", parent=1)
    assert [trees(), trees()] == [1, 0]
    assert trees(since=now - WEEK) == 1


def test_the_page_behind_the_cap_is_no_end(server: Replay, now: datetime) -> None:
    def answer(asked: Asked) -> Reply:
        hit = {"objectID": "5", "created_at_i": int(now.timestamp()) - 5, "comment_text": "Claude"}
        if asked.params["page"] == "0":
            return json_reply({"hits": [hit], "nbHits": 2, "nbPages": 2})
        return json_reply({"hits": [], "nbHits": 0, "nbPages": 0, "message": "cap"})

    server.answer = answer
    with pytest.raises(BadAnswer, match="empty"):
        read(server, now)


def test_a_strange_hit_costs_only_itself(server: Replay, now: datetime) -> None:
    good = {
        "objectID": "5",
        "created_at_i": int(now.timestamp()) - 5,
        "comment_text": "Claude",
        "story_id": 1,
        "parent_id": 1,
    }
    hits = [good, {"objectID": "x"}, {"created_at_i": "soon"}, 7, good | {"created_at_i": 10**18}]
    server.answer = lambda _: json_reply({"hits": hits, "nbHits": 5, "nbPages": 1})
    pages = read(server, now)
    assert set(posts(pages)) == {"hn:5"}
    assert pages[-1].unreadable == 4


def test_a_thread_is_read_again_with_what_was_deleted(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    at = now - timedelta(days=6)
    news.post(1, at, "", title="Show HN: A kite")
    news.post(2, at, "Claude flew it.", parent=1)
    news.post(3, at, "Same here.", parent=2)
    news.post(4, at, "Claude again.", parent=1)
    news.post(5, at, "Claude and a wind.", parent=1)
    for number in (3, 4):
        news.delete(number)
    news.kill(5)
    (page,) = again(server, now, 1, whole=True)
    found = posts([page])
    assert set(found) == {"hn:2", "hn:3"}
    assert found["hn:3"].deleted  # beside what it answered
    assert page.gone == ("hn:4",)  # nothing is left to say what it was about
    assert "hn:5" not in repr(page)  # only Firebase tells: it is asked for what is missing


def test_a_story_that_was_deleted_is_gone(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    news.post(1, now - WEEK, "", title="Claude lost my chats")
    news.post(2, now - WEEK, "Claude did that to me.", parent=1)
    news.delete(1)
    (page,) = again(server, now, 1, whole=True)
    assert page.gone == ("hn:1",)
    (reply,) = page.posts
    assert (reply.external_id, reply.thread_title) == ("hn:2", None)


def test_a_thread_that_the_index_lost_is_told(server: Replay, now: datetime) -> None:
    with pytest.raises(Gone):
        again(server, now, 1, whole=True)


def test_a_strange_node_costs_only_itself(server: Replay, now: datetime) -> None:
    good = {"id": 3, "created_at_i": 5, "author": "a", "text": "Claude", "children": None}
    strange = [{"id": "x"}, {"id": 4, "author": "a", "text": "Claude", "created_at_i": None}, 7]
    tree = good | {"id": 1, "title": "A kite", "text": None, "children": [good, *strange]}
    server.answer = lambda _: json_reply(tree)
    (page,) = again(server, now, 1, whole=True)
    assert set(posts([page])) == {"hn:3"}
    assert page.unreadable == 3


def test_one_post_is_asked_for_at_firebase(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    news.post(1, now, "", title="A kite")
    news.post(2, now, "Claude flew it,<p>higher &amp; <i>higher</i>.", parent=1)
    ((post,),) = (page.posts for page in again(server, now, 2, title="Claude Code and a kite"))
    assert server.asked[-1].path == "/v0/item/2.json"
    assert (post.external_id, post.thread, post.parent) == ("hn:2", "", "hn:1")
    assert post.text == "Claude flew it,\n\nhigher & higher."
    assert post.written_at == now - WEEK  # not Firebase's time, which a second chance moves
    assert post.products == ("Claude Code",)  # that its thread is about


@pytest.mark.parametrize("how", ["delete", "kill"])
def test_deleted_and_killed_posts_are_gone(
    news: FakeHackerNews, server: Replay, now: datetime, how: str
) -> None:
    news.post(2, now, "Claude flew it.", parent=1)
    getattr(news, how)(2)
    (page,) = again(server, now, 2)
    assert (page.gone, page.posts) == (("hn:2",), ())


def test_what_firebase_does_not_hold_yet_is_nothing_certain(
    news: FakeHackerNews, server: Replay, now: datetime
) -> None:
    news.post(2, now, "Claude flew it.", parent=1)
    news.late.add(2)
    assert again(server, now, 2) == []
    server.answer = lambda _: json_reply({"id": "two"})
    (page,) = again(server, now, 2)
    assert (page.unreadable, page.gone, page.posts) == (1, (), ())


@pytest.mark.parametrize("text", ["[dead]", "[deleted]", " [flagged] "])
def test_a_text_that_says_that_there_is_none_is_a_deletion(
    server: Replay, now: datetime, text: str
) -> None:
    server.answer = lambda _: json_reply({"id": 2, "by": "a", "text": text})
    (page,) = again(server, now, 2)
    assert page.gone == ("hn:2",)


def test_titles_read_the_same_from_both_services(server: Replay, now: datetime) -> None:
    def title(told: str, *, firebase: bool) -> str:
        item = {"id": 1, "by": "a", "author": "a", "created_at_i": 5, "title": told}
        server.answer = lambda _: json_reply(item)
        (page,) = again(server, now, 1, whole=not firebase)
        return page.posts[0].title

    assert title("Claude &amp; a kite", firebase=True) == "Claude & a kite"
    assert title("Claude & a kite", firebase=False) == "Claude & a kite"


def recorded(folder: Path, name: str) -> bytes:
    return (folder / "wire" / "hackernews" / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "query", "names"),
    [
        ("algolia_search_by_date_comment", "Fibonacci", True),
        ("algolia_search_by_date_comment", "gohrt", False),
        ("algolia_search_by_date_comment_query", "Starbucks", True),
        ("algolia_search_by_date_page2", "Swag", True),
        ("algolia_search_by_date_poll", "Hum", True),
    ],
)
def test_recorded_searches_are_read(
    shared: Path, now: datetime, name: str, query: str, names: bool
) -> None:
    """The answers of 2014, one hit each, as if they were all there is."""
    told = json.loads(recorded(shared, name))
    hit = told["hits"][0]
    body = json.dumps(told | {"nbHits": 1, "nbPages": 1}).encode()
    with replaying(
        lambda a: Reply(body=body) if "search" in a.path else Reply(status=404)
    ) as there:
        pages = read(there, now, query=query, search=(query,))
    found = posts(pages)
    key = f"hn:{hit['objectID']}"
    if not names:  # only its author does: the search finds that, we leave it out
        assert key not in found
        return
    post = found[key]
    assert post.author == hit["author"]
    assert post.written_at == datetime.fromisoformat(hit["created_at"])
    assert "<p>" not in post.text
    assert "&#x27;" not in post.text
    if hit.get("story_id"):
        assert post.thread == f"hn:{hit['story_id']}"
        assert post.parent == f"hn:{hit['parent_id']}"
        assert post.thread_title == hit["story_title"]
    else:
        assert (post.kind, post.title, post.parent) == ("story", hit["title"], None)


def test_a_recorded_tree_is_read(shared: Path, now: datetime) -> None:
    story = {"objectID": "17", "created_at_i": 1160423565, "title": "Where to eat on Sandhill"}
    search = json_reply({"hits": [story], "nbHits": 1, "nbPages": 1})
    tree = Reply(body=recorded(shared, "algolia_items_17"))
    with replaying(lambda a: search if "search" in a.path else tree) as there:
        pages = read(there, now, query="Sandhill", search=("Sandhill",))
    found = posts(pages[:1])
    assert set(found) == {"hn:17", "hn:1079", "hn:454426"}
    assert found["hn:454426"].text == "This is why we can't have nice things."
    assert found["hn:454426"].parent == "hn:17"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("firebase_item_null", None),
        ("firebase_item_comment_deleted", "gone"),
        ("firebase_item_story", "Structure and Interpretation of Computer Programs (1996) [pdf]"),
        ("firebase_item_story_unicode", "‘It’s Mutilation’"),
    ],
)
def test_recorded_items_are_read(shared: Path, now: datetime, name: str, said: str | None) -> None:
    with replaying(lambda _: Reply(body=recorded(shared, name))) as there:
        pages = again(there, now, 7)
    match said:
        case None:
            assert pages == []
        case "gone":
            assert pages == [Page(gone=("hn:7",))]
        case title:
            assert pages[0].posts[0].title.startswith(title)
