"""Lemmy's two APIs, caps and flags as they really behave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadAnswer, BudgetSpent, Gone, InputError, Refused
from domain.nouns import Frame
from domain.settings import SourceSettings
from ingest.source import Asked as Post
from ingest.source import RawPost
from ingest.sources.lemmy import MOST_TRIES, Lemmy
from ingest.wires.lemmy import Comment, CommentView, Listed, OneComment, comment_of
from ingest.wires.lemmy import Post as Opener
from tests.support import reading
from tests.support.reading import Runs, cursor_of, posts, until
from tests.support.replay import Asked, Replay, Reply, json_reply, replaying
from tests.support.services.lemmy import FakeLemmy

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
VERSIONS = ("0.18.5", "0.19.9", "1.0.0")


@pytest.fixture(params=VERSIONS)
def every(request: pytest.FixtureRequest, now: datetime) -> FakeLemmy:
    """Each API that is out there."""
    return FakeLemmy(now=now, version=request.param)


@pytest.fixture
def service(now: datetime) -> FakeLemmy:
    return FakeLemmy(now=now)


@pytest.fixture
def server(service: FakeLemmy) -> Iterator[Replay]:
    with replaying(service) as made:
        yield made


class Reader(reading.Reader):
    """One run over one community."""

    def __init__(
        self, server: Replay, now: datetime, *, name: str = "chatgpt", requests: int = 900
    ) -> None:
        place = f"{server.address}/c/{name}"
        told = SourceSettings(search=(place,), about={place: "ChatGPT"}, pace_seconds=0)
        super().__init__(Lemmy, told, now, requests=requests)


def requests(server: Replay, words: str) -> list[Asked]:
    return [a for a in server.asked if words in a.path]


def test_a_place_is_a_community_at_an_instance(now: datetime) -> None:
    search = ("https://Lemmy.example/c/ChatGPT/", "https://lemmy.example/c/claude@other.example")
    first, second = Lemmy(SourceSettings(search=search), now).places()
    assert (first.name, first.frame) == ("lemmy:lemmy.example/c/chatgpt", Frame.ALL_POSTS)
    assert second.name == "lemmy:lemmy.example/c/claude@other.example"


@pytest.mark.parametrize(
    "bad", ["chatgpt", "https://x.example/u/me", "https://x.example/c/a/b", "ftp://x/c/a", ""]
)
def test_what_is_no_community_is_named(bad: str, now: datetime) -> None:
    with pytest.raises(InputError, match="no community's address"):
        Lemmy(SourceSettings(search=(bad,)), now).places()


def test_posts_and_comments_of_every_version(every: FakeLemmy, now: datetime) -> None:
    number = every.post(now - 3 * HOUR, "Lost it", "All of **it**.")
    first = every.comment(number, now - 2 * HOUR, "Same [here](https://a.example/b).")
    second = every.comment(number, now - HOUR, "And here.", first)
    with replaying(every) as server:
        found = posts(Reader(server, now).pages())
        assert requests(server, "/api/v4/" if every.v4 else "/api/v3/")[1:]
    post, one, two = (found[every.key(n)] for n in (number, first, second))
    assert (post.title, post.text, post.thread_title) == ("Lost it", "All of it.", "Lost it")
    assert (post.thread, post.parent, post.depth, post.kind) == (every.key(number), None, 0, "post")
    assert post.written_at == post.thread_opened_at == now - 3 * HOUR
    assert post.url == f"{server.address}/post/{number}"
    assert post.author == one.author == "https://elsewhere.example/u/someone"
    assert (one.parent, one.depth, one.thread) == (every.key(number), 1, every.key(number))
    assert (two.parent, two.depth, two.kind) == (every.key(first), 2, "comment")
    assert one.text == "Same here (https://a.example/b)."
    assert two.url == f"{server.address}/comment/{second}"
    assert two.thread_title == "Lost it"
    assert {p.products for p in found.values()} == {("ChatGPT",)}
    assert all(p.written_at.tzinfo is UTC for p in found.values())


def test_a_community_of_another_instance_is_asked_for_by_its_whole_name(now: datetime) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/site"):
            return json_reply({"version": "0.19.3"})
        assert asked.params["community_name"] == "claude@other.example"
        return json_reply({"posts": [], "comments": []})

    with replaying(answer) as server:
        assert Reader(server, now, name="claude@other.example").pages()[-1].empty


def test_the_same_post_from_two_instances_is_one(service: FakeLemmy, now: datetime) -> None:
    number = service.post(now - HOUR, "Lost it")
    with replaying(service) as one, replaying(service) as two:
        first, second = (posts(Reader(s, now).pages()) for s in (one, two))
    assert set(first) == set(second) == {service.key(number)}


def test_a_time_in_the_future_is_now(service: FakeLemmy, server: Replay, now: datetime) -> None:
    service.post(now + DAY, "Tomorrow")
    pages = Reader(server, now).pages()
    (post,) = posts(pages).values()
    assert post.written_at == now
    assert cursor_of(pages)["to"] == "2026-11-23T12:00:00.000000+00:00"


def test_what_was_taken_away_is_deleted_although_its_words_are_there(
    every: FakeLemmy, now: datetime
) -> None:
    number = every.post(now - 5 * HOUR, "Lost it")
    gone = every.comment(number, now - 4 * HOUR, "My address is here.", deleted=True)
    removed = every.comment(number, now - 3 * HOUR, "Bad words.", removed=True)
    wiped = every.comment(number, now - 2 * HOUR, "*Permananently Deleted*")
    answer = every.comment(number, now - HOUR, "I see.", gone)
    with replaying(every) as server:
        found = posts(Reader(server, now).pages())
    for comment in (gone, removed, wiped):
        assert found[every.key(comment)].deleted
        assert found[every.key(comment)].text == ""
    assert found[every.key(answer)].parent == every.key(gone)
    assert not found[every.key(answer)].deleted


def test_a_removed_post_in_a_list_is_gone_and_its_title_goes(
    service: FakeLemmy, now: datetime
) -> None:
    number = service.post(now - 2 * HOUR, "Spam", "Buy this.")
    comment = service.comment(number, now - HOUR, "No.")
    view = service._view(service.posts[number])
    below = service._below(service.comments[comment])
    view["post"] |= {"removed": True}
    below["post"] = view["post"]

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("post/list"):
            return json_reply({"posts": [view] if "page_cursor" not in asked.params else []})
        if asked.path.endswith("comment/list"):
            return json_reply({"comments": [below]})
        return service(asked)

    with replaying(answer) as server:
        pages = Reader(server, now).pages()
    assert service.key(number) in {key for page in pages for key in page.gone}
    (post,) = posts(pages).values()
    assert (post.external_id, post.thread_title) == (service.key(comment), None)


def test_a_pinned_post_does_not_end_a_list(every: FakeLemmy, now: datetime) -> None:
    every.size = 4
    every.post(now - 300 * DAY, "Rules", featured_community=True)
    made = [every.post(now - n * HOUR, f"Lost {n}") for n in range(1, 10)]
    with replaying(every) as server:
        found = posts(Reader(server, now).pages())
    assert {every.key(n) for n in made} <= set(found)


def test_lists_are_turned_by_number_up_to_a_cap_that_is_told(now: datetime) -> None:
    service = FakeLemmy(now=now, version="0.18.5", most_pages=10)
    for minute in range(620):
        service.post(now - minute * timedelta(minutes=5), f"Lost {minute}")
    with replaying(service) as server:
        pages = Reader(server, now).pages()
        assert len(requests(server, "post/list")) == 10
    assert len(posts(pages)) == 500
    (missed,) = [m for page in pages for m in page.missed]
    oldest = min(post.written_at for post in posts(pages).values())
    assert (missed.began, missed.ended) == (now - 7 * DAY, oldest)
    assert "500 posts" in missed.reason


def test_a_cursor_has_no_cap(service: FakeLemmy, server: Replay, now: datetime) -> None:
    for minute in range(620):
        service.post(now - minute * timedelta(minutes=5), f"Lost {minute}")
    pages = Reader(server, now).pages()
    assert len(posts(pages)) == 620
    assert not [m for page in pages for m in page.missed]


def test_comments_beyond_the_cap_are_a_gap(now: datetime) -> None:
    service = FakeLemmy(now=now)
    number = service.post(now - 20 * DAY, "The long one")
    for minute in range(520):
        service.comment(number, now - minute * timedelta(minutes=5), f"Me {minute}.")
    with replaying(service) as server:
        pages = Reader(server, now).pages()
    told = sorted({m.reason for page in pages for m in page.missed})
    assert [words for words in told if "500 comments, and there are more" in words]
    assert [words for words in told if "more than 500 comments" in words]
    assert len(posts(pages)) == 501


def test_a_lively_community_whose_overlap_is_not_reached_has_no_gap(now: datetime) -> None:
    service = FakeLemmy(now=now)
    number = service.post(now - DAY, "The lively one")
    for minute in range(480):
        service.comment(number, now - minute * timedelta(minutes=1), f"Me {minute}.")
    with replaying(service) as server:
        cursor = cursor_of(Reader(server, now).pages())
        for minute in range(1, 40):
            service.comment(number, now + minute * timedelta(minutes=1), f"Later {minute}.")
        news = Reader(server, now + HOUR).pages(cursor)
    reasons = {m.reason for page in news for m in page.missed}
    assert reasons == {"A thread has more than 500 comments"}


def test_only_threads_with_new_comments_are_read_again(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    quiet = service.post(now - 6 * HOUR, "Quiet")
    service.comment(quiet, now - 5 * HOUR, "Hm.")
    lively = service.post(now - 4 * HOUR, "Lively")
    service.comment(lively, now - 3 * HOUR, "Me.")
    cursor = cursor_of(Reader(server, now).pages())
    server.asked.clear()
    late = service.comment(lively, now + HOUR, "Me, too.")
    found = posts(Reader(server, now + 2 * HOUR).pages(cursor))
    assert service.key(late) in found
    trees = [a for a in requests(server, "comment/list") if "post_id" in a.params]
    assert [a.params["post_id"] for a in trees] == [str(lively)]
    assert trees[0].params["sort"] == "Old", "those that are answered before the answers"


def test_a_comment_that_comes_between_the_two_lists_is_read(
    service: FakeLemmy, now: datetime
) -> None:
    number = service.post(now - HOUR, "Lost it")

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("comment/list") and not service.comments:
            service.comment(number, now, "Me.")
        return service(asked)

    with replaying(answer) as server:
        assert set(posts(Reader(server, now).pages())) == service.belonging()


def test_an_edited_comment_makes_its_thread_news(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    number = service.post(now - 6 * HOUR, "Lost it")
    comment = service.comment(number, now - 5 * HOUR, "Me.")
    cursor = cursor_of(Reader(server, now).pages())
    service.comments[comment] |= {"content": "Me!", "updated": "2026-11-23T12:30:00.5Z"}
    post = posts(Reader(server, now + HOUR).pages(cursor))[service.key(comment)]
    assert post.text == "Me!"
    assert post.edited_at == datetime(2026, 11, 23, 12, 30, 0, 500_000, UTC)


def test_a_late_comment_brings_its_old_post(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    for day in range(60):
        service.post(now - (10 + day) * DAY, f"Lost {day}")
    old = service.post(now - 200 * DAY, "From long ago")
    late = service.comment(old, now - HOUR, "Still so.")
    found = posts(Reader(server, now).pages())
    assert found[service.key(late)].parent == service.key(old)
    assert found[service.key(old)].title == "From long ago"


def test_a_thread_that_is_owed_survives_a_stop(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    for hour in range(1, 7):
        number = service.post(now - hour * HOUR, f"Lost {hour}")
        service.comment(number, now - hour * HOUR / 2, "Me.")
    source = Lemmy(SourceSettings(), now)
    pages = until(BudgetSpent, Reader(server, now, requests=7).read())
    cursor = cursor_of(pages)
    assert len(cursor["owed"]) in range(1, 6)
    assert source.covered(cursor) is None, "nothing is sure while a thread is owed"
    rest = Reader(server, now).pages(cursor)
    whole = posts(pages) | posts(rest)
    assert set(whole) == service.belonging()
    assert "owed" not in cursor_of(rest)
    covered = source.covered(cursor_of(rest))
    assert covered is not None
    assert covered.ended == now - HOUR / 2


def test_a_thread_that_can_not_be_read_blocks_no_other_for_ever(
    service: FakeLemmy, now: datetime
) -> None:
    bad = service.post(now - 2 * HOUR, "Strange")
    service.comment(bad, now - HOUR / 2, "Me.")
    fine = service.post(now - 3 * HOUR, "Fine")
    comment = service.comment(fine, now - HOUR, "Me, too.")

    def answer(asked: Asked) -> Reply:
        if asked.params.get("post_id") == str(bad):
            return Reply(headers={"Content-Type": "text/html"}, body=b"<h1>Hm")
        return service(asked)

    found: dict[str, RawPost] = {}
    cursor: dict = {}
    unreadable = 0
    with replaying(answer) as server:
        for _ in range(MOST_TRIES):
            pages = until(BadAnswer, Reader(server, now).read(cursor))
            cursor = cursor_of(pages)
            found |= posts(pages)
            unreadable += sum(page.unreadable for page in pages)
        last = Reader(server, now).pages(cursor)
    assert unreadable == 1, "counted once, when it is given up"
    assert service.key(comment) in found | posts(last)
    assert "owed" not in cursor_of(last)


def test_a_thread_that_went_before_it_was_read_is_owed_no_more(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    service.post(now - HOUR, "Here")
    at = "2026-11-20T12:00:00.000000+00:00"
    cursor = {"from": at, "to": at, "owed": {"999": 0}}
    assert "owed" not in cursor_of(Reader(server, now).pages(cursor))


def test_a_strange_item_costs_only_itself(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    number = service.post(now - 3 * HOUR, "Fine")
    service.post(now - 2 * HOUR, "No time", published="yesterday")
    service.comment(number, now - HOUR, "Me.", path="somewhere")
    other = service.comment(number, now - HOUR, "Me, too.")
    pages = Reader(server, now).pages()
    assert set(posts(pages)) == {service.key(number), service.key(other)}
    assert sum(page.unreadable for page in pages) == 3, "one in each list that it stands in"


def test_an_empty_community_moves_nothing(server: Replay, now: datetime) -> None:
    pages = Reader(server, now).pages()
    assert pages[-1].empty
    assert posts(pages) == {}
    assert {page.cursor for page in pages} == {None}
    assert Reader(server, now).pages(back_to=now - 60 * DAY) == []


def test_an_unknown_community_is_refused(server: Replay, now: datetime) -> None:
    with pytest.raises(Refused, match="not there"):
        Reader(server, now, name="nobody").pages()


def test_a_site_of_another_kind_is_no_instance(now: datetime) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>PieFed")

    with replaying(answer) as server, pytest.raises(Refused, match="no Lemmy instance"):
        Reader(server, now).pages()


def test_a_one_point_zero_that_answers_the_old_way_is_asked_the_new_way(now: datetime) -> None:
    service = FakeLemmy(now=now, version="1.0.2")
    number = service.post(now - HOUR, "Lost it")

    def answer(asked: Asked) -> Reply:
        if asked.path == "/api/v3/site":
            return json_reply({"site_view": {}, "version": "1.0.2"})
        return service(asked)

    with replaying(answer) as server:
        assert set(posts(Reader(server, now).pages())) == {service.key(number)}


def test_a_limit_in_a_400_is_waited_for(service: FakeLemmy, server: Replay, now: datetime) -> None:
    number = service.post(now - HOUR, "Lost it")
    limit = json_reply({"error": "rate_limit_error"}, 400)
    server.faults = {1: limit}
    reader = Reader(server, now)
    assert set(posts(reader.pages())) == {service.key(number)}
    assert max(reader.clock.slept) >= 59, "no time is named: a minute, more the next time"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_walk_back_reads_posts_with_their_threads(now: datetime, version: str) -> None:
    service = FakeLemmy(now=now, version=version)
    service.size = 5
    for day in range(1, 80, 2):
        number = service.post(now - day * DAY, f"Day {day}")
        if day % 4 == 1:
            service.comment(number, now - day * DAY + HOUR, "Me.")
    with replaying(service) as server:
        reader = Reader(server, now)
        cursor = cursor_of(reader.pages())
        assert "53 days" in reader.source.advice(cursor, now - 60 * DAY)
        back = Reader(server, now).pages(cursor, back_to=now - 60 * DAY)
        found = posts(back)
        assert sum(p.kind == "post" for p in found.values()) >= 26
        assert sum(p.kind == "comment" for p in found.values()) >= 12
        ended = cursor_of(back)
        assert reader.source.advice(ended, now - 60 * DAY) == ""
        server.asked.clear()
        assert Reader(server, now).pages(ended, back_to=now - 60 * DAY) == []
        assert all(a.path.endswith("/site") for a in server.asked)
        server.asked.clear()
        further = Reader(server, now).pages(ended, back_to=now - 90 * DAY)
        known = posts(back) | posts(further) | posts(Reader(server, now).pages())
        assert set(known) == service.belonging()


def test_a_walk_back_goes_on_where_it_stopped(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    service.size = 5
    for day in range(60):
        service.post(now - day * DAY - HOUR, f"Day {day}")
    cursor = cursor_of(Reader(server, now).pages())
    reader = Reader(server, now, requests=6)
    pages = until(BudgetSpent, reader.read(cursor, back_to=now - 60 * DAY))
    stopped = cursor_of(pages)
    assert stopped["next"]["page_cursor"].startswith("P")
    server.asked.clear()
    Reader(server, now).pages(stopped, back_to=now - 60 * DAY)
    first = requests(server, "post/list")[0]
    assert first.params["page_cursor"] == stopped["next"]["page_cursor"]


def test_a_walk_whose_place_is_gone_starts_from_the_top(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    service.size = 5
    for day in range(30):
        service.post(now - day * DAY - HOUR, f"Day {day}")
    cursor = cursor_of(Reader(server, now).pages())
    service.lost.add("Pffff")
    cursor["next"] = {"page_cursor": "Pffff"}
    found = posts(Reader(server, now).pages(cursor, back_to=now - 60 * DAY))
    assert len(found) == 30


def test_what_the_walk_back_can_not_reach_is_told_once(now: datetime) -> None:
    service = FakeLemmy(now=now, version="0.18.5")
    for hour in range(700):
        service.post(now - hour * 2 * HOUR - HOUR, f"Lost {hour}")
    with replaying(service) as server:
        reader = Reader(server, now)
        cursor = cursor_of(reader.pages())
        back = reader.pages(cursor, back_to=now - 60 * DAY)
        (missed,) = [m for page in back for m in page.missed]
        assert missed.began == now - 60 * DAY
        capped = cursor_of(back)
        assert "shows 500 posts" in reader.source.advice(capped, now - 60 * DAY)
        assert reader.pages(capped, back_to=now - 60 * DAY) == []


def test_a_visit_gives_late_answers_edits_and_deletions(every: FakeLemmy, now: datetime) -> None:
    number = every.post(now - 2 * DAY, "Lost it")
    gone = every.comment(number, now - DAY, "Me.")
    with replaying(every) as server:
        held = posts(Reader(server, now).pages())[every.key(number)]
        late = every.comment(number, now, "Me, too.")
        every.comments[gone] |= {"deleted": True}
        every.posts[number] |= {"body": "All of it."}
        page = Reader(server, now + DAY).thread(held)
    found = posts([page])
    assert found[every.key(number)].text == "All of it."
    assert found[every.key(gone)].deleted
    assert found[every.key(late)].text == "Me, too."
    assert page.cursor is None


def test_a_visit_of_a_deleted_post_is_refused_as_not_there(every: FakeLemmy, now: datetime) -> None:
    number = every.post(now - DAY, "Lost it")
    with replaying(every) as server:
        held = posts(Reader(server, now).pages())[every.key(number)]
        del every.posts[number]
        with pytest.raises(Gone) as told:
            Reader(server, now).thread(held)
    assert told.value.status == 404, "in 0.18 the answer's own is 400"


def test_a_check_tells_edits_deletions_and_what_is_there(every: FakeLemmy, now: datetime) -> None:
    number = every.post(now - 5 * HOUR, "Lost it")
    numbers = [every.comment(number, now - n * HOUR, f"Number {n}.") for n in range(4, 0, -1)]
    with replaying(every) as server:
        held = posts(Reader(server, now).pages())
        del every.comments[numbers[0]]
        every.comments[numbers[1]] |= {"deleted": True}
        every.comments[numbers[2]] |= {"content": "Mended."}
        pages = [Reader(server, now).check(held[every.key(n)]) for n in (number, *numbers)]
    found = posts([page for some in pages for page in some])
    assert [page.gone for some in pages for page in some] == [
        (),
        (every.key(numbers[0]),),
        (every.key(numbers[1]),),
        (),
        (),
    ]
    assert found[every.key(numbers[2])].text == "Mended."
    assert set(found) == {every.key(n) for n in (number, *numbers[2:])}


def test_a_check_believes_only_the_service(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    service.post(now - HOUR, "Lost it")
    (held,) = posts(Reader(server, now).pages()).values()

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/site"):
            return service(asked)
        return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>Back soon")

    server.answer = answer
    with pytest.raises(BadAnswer, match="page in Lemmy's place"):
        Reader(server, now).check(held)


def test_a_post_of_an_instance_that_is_not_read_any_more_is_left_alone(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    service.post(now - HOUR, "Lost it")
    reader = Reader(server, now)
    (held,) = posts(reader.pages()).values()
    moved = Post(
        place="lemmy:other.example/c/chatgpt",
        external_id=held.external_id,
        url="https://other.example/post/1",
        kind="post",
        written_at=now,
    )
    server.asked.clear()
    with reader.client() as client:
        for asking in (reader.source.check(client, [moved]), reader.source.thread(client, moved)):
            with pytest.raises(Refused, match="not read any more"):
                list(asking)
    assert server.asked == []


def test_since_reads_every_thread_from_there_again(
    service: FakeLemmy, server: Replay, now: datetime
) -> None:
    for day in range(1, 6):
        number = service.post(now - day * DAY, f"Day {day}")
        service.comment(number, now - day * DAY + HOUR, "Me.")
    cursor = cursor_of(Reader(server, now).pages())
    server.asked.clear()
    Reader(server, now).pages(cursor, since=now - 3.5 * DAY)
    assert len([a for a in server.asked if "post_id" in a.params]) == 3


def test_recorded_comments_are_read(shared: Path, now: datetime) -> None:
    body = (shared / "wire/lemmy/comments_list.json").read_bytes()
    listed = msgspec.json.decode(body, type=Listed)
    views = [msgspec.json.decode(item, type=CommentView) for item in listed.all()]
    assert [view.comment.key() for view in views] == [
        "lemmy:https://localhost/comment/3",
        "lemmy:https://localhost/comment/2",
    ]
    raw = comment_of(views[1], views[1].post.key(), "p", "https://localhost", (), now)
    assert raw.written_at == datetime(2023, 8, 6, 9, 19, 25, 568_032, UTC), "no zone in 0.18"
    assert raw.edited_at == datetime(2023, 8, 6, 9, 43, 4, 920_581, UTC)
    assert raw.author == "https://localhost/u/lemmy"
    assert (raw.thread, raw.depth) == ("lemmy:https://localhost/post/1", 1)
    assert raw.url == "https://localhost/comment/2"


def test_a_recorded_comment_alone_is_read(shared: Path) -> None:
    body = (shared / "wire/lemmy/comment_edited.json").read_bytes()
    view = msgspec.json.decode(body, type=OneComment).comment_view
    assert view.comment.above() == []
    assert not view.comment.gone()


def test_recorded_entities_of_0_19_are_read(shared: Path) -> None:
    body = (shared / "wire/lemmy/posts_0_19_entities.json").read_bytes()
    found = msgspec.json.decode(body, type=list[Opener])
    assert [post.featured_community for post in found] == [False, False, True]
    assert all(post.written_at().tzinfo is UTC for post in found)
    body = (shared / "wire/lemmy/comments_0_19_entities.json").read_bytes()
    comments = msgspec.json.decode(body, type=list[Comment])
    assert [c.above() for c in comments] == [[], [104129, 104134], [104129]]
    with pytest.raises(ValueError, match="no time"):
        comments[0].written_at()


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**17), min_size=1, max_size=8))
def test_a_path_names_what_is_above(numbers: list[int]) -> None:
    path = ".".join(["0", *map(str, numbers)])
    comment = Comment(id=numbers[-1], ap_id="x", path=path)
    assert comment.above() == numbers[:-1]


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["comment", "post", "id", "path"]), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_any_item_is_read_or_refused(item: object) -> None:
    body = json.dumps({"comments": [item]}).encode()
    (raw,) = msgspec.json.decode(body, type=Listed).all()
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=CommentView)


@settings(max_examples=10, deadline=None)
@given(
    version=st.sampled_from(VERSIONS),
    runs=st.lists(st.tuples(st.integers(3, 9), st.booleans()), min_size=1, max_size=8),
    comments=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 7)), max_size=12),
)
def test_however_small_the_budget_nothing_is_lost(
    version: str, runs: list[tuple[int, bool]], comments: list[tuple[int, int]]
) -> None:
    """Runs of so many requests, forward or back, with comments that come in between."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    service = FakeLemmy(now=now, version=version, size=3)
    made = [service.post(now - day * 5 * DAY - HOUR, f"Day {day}") for day in range(8)]
    for day, at in comments:
        service.comment(made[at], now - min(day, 5 * at) * DAY, f"On day {day}.")
    with replaying(service) as server:
        told = Runs(lambda most: Reader(server, now, requests=most))
        for count, (most, back) in enumerate(runs):
            told.run(most, back_to=now - 60 * DAY if back else None)
            service.comment(made[0], now + count * timedelta(minutes=1), f"Late {count}.")
        told.run(500)
        told.run(500, back_to=now - 60 * DAY)
    found = told.found
    assert set(found) == service.belonging()
    for post in found.values():
        assert post.parent is None or post.parent in found
