"""Mastodon's hashtags, contexts and flags as they really behave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadAnswer, Gone, InputError, Refused, Throttled
from domain.nouns import Frame
from domain.settings import SourceSettings
from ingest.limits import wait_asked, wait_before_next
from ingest.source import Asked as Post
from ingest.source import Page
from ingest.sources.mastodon import MOST_TRIES, Mastodon
from ingest.wires.mastodon import Context, Instance, id_at, numbers, time_of
from ingest.wires.mastodon import read as statuses_of
from tests.support import reading
from tests.support.reading import Runs, cursor_of, posts
from tests.support.replay import JSON, Asked, Replay, Reply, json_reply, replaying
from tests.support.services.mastodon import TAG, FakeMastodon, iso

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def service(now: datetime) -> FakeMastodon:
    return FakeMastodon(now=now)


@pytest.fixture
def server(service: FakeMastodon) -> Iterator[Replay]:
    with replaying(service) as made:
        yield made


class Reader(reading.Reader):
    """One run over one hashtag."""

    def __init__(self, server: Replay, now: datetime, *, requests: int = 500) -> None:
        self.place = f"{server.address}/tags/{TAG}"
        told = SourceSettings(
            search=(self.place,), about={self.place: "Claude Code"}, pace_seconds=0
        )
        super().__init__(Mastodon, told, now, requests=requests)


def key(service: FakeMastodon, number: str) -> str:
    return f"mastodon:{service.uri(number)}"


def test_a_place_is_a_hashtag_at_an_instance(now: datetime) -> None:
    search = ("https://Social.example/tags/ClaudeCode/", "https://x.example/tags/%C3%84rger")
    first, second = Mastodon(SourceSettings(search=search), now).places()
    assert (first.name, first.query) == ("mastodon:social.example/tags/claudecode", "#claudecode")
    assert first.frame is Frame.PRODUCT_QUERY
    assert second.query == "#ärger"


@pytest.mark.parametrize(
    "bad",
    ["ClaudeCode", "https://x.example/@me", "ftp://x/tags/a", "https://x.example/tags/a/b", ""],
)
def test_what_is_no_hashtag_is_named(bad: str, now: datetime) -> None:
    with pytest.raises(InputError, match="no hashtag's address"):
        Mastodon(SourceSettings(search=(bad,)), now).places()


def test_the_default_instances_do_not_forbid_machines(now: datetime) -> None:
    source = Mastodon(Mastodon.defaults, now)
    assert "https://mastodon.social" not in source.addresses()
    assert set(Mastodon.defaults.about) == set(Mastodon.defaults.search)
    assert not Mastodon.terms.train


def test_an_opener_becomes_a_post(service: FakeMastodon, server: Replay, now: datetime) -> None:
    number = service.post(
        now - HOUR,
        "It <em>forgot</em> :blobcat: me. "
        '<a href="https://long.example/path/to/a/page"><span class="invisible">https://</span>'
        '<span class="ellipsis">long.example/path</span>'
        '<span class="invisible">/to/a/page</span></a><br>Gone.',
        spoiler_text="AI &amp; work",
        edited_at=iso(now - HOUR / 2),
    )
    (post,) = posts(Reader(server, now).pages()).values()
    assert post.external_id == post.thread == key(service, number)
    assert (post.parent, post.depth, post.kind) == (None, 0, "post")
    assert post.title == post.thread_title == "AI & work"
    assert post.text == (
        "It forgot :blobcat: me. https://long.example/path/to/a/page\nGone. #ClaudeCode"
    )
    assert post.edited_at == now - HOUR / 2
    assert post.author == "https://elsewhere.example/@someone"
    assert post.url == f"{server.address}/@someone@elsewhere.example/{number}"
    assert post.products == ("Claude Code",)


def test_a_time_in_the_future_is_now(service: FakeMastodon, server: Replay, now: datetime) -> None:
    service.post(now - HOUR, "Tomorrow.", created_at=iso(now + DAY))
    (post,) = posts(Reader(server, now).pages()).values()
    assert post.written_at == now


def test_a_repeated_status_is_the_one_it_repeats(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    original = service.post(now - 2 * HOUR, "It forgot me.", tag=False)
    service.post(now - HOUR, "", reblog=service.statuses[original], uri="https://b.example/boost")
    assert set(posts(Reader(server, now).pages())) == {key(service, original)}


@pytest.mark.parametrize(
    "flags",
    [
        {"noindex": True},
        {"indexable": False},
        {"discoverable": False},
        {"note": '<p>Cook. <a href="x" class="mention hashtag">#<span>NoBots</span></a></p>'},
    ],
)
def test_who_asks_not_to_be_found_is_left_out(
    service: FakeMastodon, server: Replay, now: datetime, flags: dict
) -> None:
    number = service.post(now - HOUR, "Not for you.", flags=flags)
    pages = Reader(server, now).pages()
    assert posts(pages) == {}
    assert sum(page.skipped for page in pages) == 1
    assert pages[0].gone == (key(service, number),), "what was kept before goes"


@pytest.mark.parametrize("flags", [{}, {"indexable": None, "note": "<p>#nobody #bots</p>"}])
def test_who_never_said_anything_is_kept(
    service: FakeMastodon, server: Replay, now: datetime, flags: dict
) -> None:
    service.post(now - HOUR, "Fine.", flags=flags)
    assert len(posts(Reader(server, now).pages())) == 1


def test_a_quietly_public_answer_is_left_out(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    opener = service.post(now - 2 * HOUR, "It forgot me.")
    service.post(now - HOUR, "Psst.", tag=False, parent=opener, visibility="unlisted")
    pages = Reader(server, now).pages()
    assert set(posts(pages)) == {key(service, opener)}
    assert sum(page.skipped for page in pages) == 1


def test_a_thread_comes_whole_where_its_opener_bears_the_hashtag(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    opener = service.post(now - 3 * HOUR, "It forgot me.")
    answer = service.post(now - 2 * HOUR, "Same here.", tag=False, parent=opener)
    deeper = service.post(now - HOUR, "And here.", tag=False, parent=answer)
    found = posts(Reader(server, now).pages())
    assert {k: (p.thread, p.parent, p.depth, p.kind) for k, p in found.items()} == {
        key(service, opener): (key(service, opener), None, 0, "post"),
        key(service, answer): (key(service, opener), key(service, opener), 1, "reply"),
        key(service, deeper): (key(service, opener), key(service, answer), 2, "reply"),
    }
    assert found[key(service, deeper)].thread_title is None
    assert {p.products for p in found.values()} == {("Claude Code",)}


def test_below_another_opener_only_the_hashtag_is_kept(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    opener = service.post(now - 4 * HOUR, "A kite.", tag=False)
    middle = service.post(now - 3 * HOUR, "Nice kite.", tag=False, parent=opener)
    match = service.post(now - 2 * HOUR, "My assistant forgot its kite.", parent=middle)
    service.post(now - HOUR, "Windy.", tag=False, parent=match)
    (post,) = posts(Reader(server, now).pages()).values()
    assert post.external_id == key(service, match)
    assert (post.thread, post.parent) == (key(service, opener), key(service, middle))
    assert post.depth == 2
    assert post.thread_title is None, "the opener isn't ours to keep"


def test_a_context_is_asked_for_once(service: FakeMastodon, server: Replay, now: datetime) -> None:
    opener = service.post(now - 4 * HOUR, "A kite.", tag=False)
    first = service.post(now - 3 * HOUR, "Mine forgot.", parent=opener)
    service.post(now - 2 * HOUR, "Mine, too.", parent=first)
    service.post(now - HOUR, "And mine.", parent=opener)
    reader = Reader(server, now)
    pages = reader.pages()
    assert len(posts(pages)) == 3
    assert sum("context" in a.path for a in server.asked) == 1
    server.asked.clear()
    again = Reader(server, now).pages(cursor_of(pages))
    assert posts(again) == {}, "the overlap holds nothing new"
    assert not any("context" in a.path for a in server.asked)


def test_a_thread_deeper_than_a_context_keeps_its_opener(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    number = opener = service.post(now - DAY, "A long talk.", tag=False)
    for minute in range(95):
        at = now - DAY + timedelta(minutes=minute + 1)
        number = service.post(at, f"Turn {minute}.", tag=False, parent=number)
    last = service.post(now - HOUR, "It forgot all of this.", parent=number)
    (post,) = posts(Reader(server, now).pages()).values()
    assert post.external_id == key(service, last)
    assert (post.thread, post.depth) == (key(service, opener), 96)


def test_an_answer_to_what_is_not_shown_opens_its_own_thread(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    number = service.post(now - HOUR, "I agree: it forgot.", parent="999")
    (post,) = posts(Reader(server, now).pages()).values()
    assert (post.thread, post.parent, post.depth) == (key(service, number), None, 0)


def test_a_status_that_goes_before_its_context_is_gone(
    service: FakeMastodon, now: datetime
) -> None:
    opener = service.post(now - 3 * HOUR, "A kite.", tag=False)
    number = service.post(now - HOUR, "Mine forgot.", parent=opener)

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/context"):
            return json_reply({"error": "Record not found"}, 404)
        return service(asked)

    with replaying(answer) as server:
        pages = Reader(server, now).pages()
    assert posts(pages) == {}
    assert pages[0].gone == (key(service, number),)


def test_a_guards_page_is_no_deletion(service: FakeMastodon, now: datetime) -> None:
    opener = service.post(now - 3 * HOUR, "A kite.", tag=False)
    service.post(now - HOUR, "Mine forgot.", parent=opener)

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/context"):
            return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>Hm")
        return service(asked)

    with replaying(answer) as server:
        pages = Reader(server, now).pages()
    assert pages[0].gone == ()
    assert pages[0].unreadable == 1


def test_a_status_whose_context_is_closed_is_counted_and_asked_for_again(
    service: FakeMastodon, now: datetime
) -> None:
    opener = service.post(now - 3 * HOUR, "A kite.", tag=False)
    number = service.post(now - 2 * HOUR, "Mine forgot.", parent=opener)
    service.post(now - HOUR, "And mine.")

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/context"):
            return json_reply({"error": "This action is not allowed"}, 403)
        return service(asked)

    with replaying(answer) as server:
        pages = Reader(server, now).pages()
        assert len(posts(pages)) == 1
        assert pages[0].unreadable == 1
        server.answer = service
        again = Reader(server, now).pages(cursor_of(pages))
    assert set(posts(again)) == {key(service, number)}


@pytest.mark.parametrize("back", [False, True])
def test_a_context_that_can_not_be_read_stops_some_runs_and_no_more(
    service: FakeMastodon, now: datetime, back: bool
) -> None:
    age = 20 * DAY if back else DAY
    opener = service.post(now - age - 3 * HOUR, "A kite.", tag=False)
    bad = service.post(now - age - 2 * HOUR, "Mine forgot.", parent=opener)
    fine = service.post(now - age - HOUR, "And mine.")

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith(f"{bad}/context"):
            return Reply(headers={"Content-Type": "text/html"}, body=b"<h1>Hm")
        return service(asked)

    cursor: dict = {}
    window = {}
    if back:
        at = (now - 7 * DAY).isoformat(timespec="milliseconds")
        cursor, window = {"from": at, "to": at}, {"back_to": now - 60 * DAY}
    with replaying(answer) as server:
        for _ in range(MOST_TRIES):
            pages: list[Page] = []
            with pytest.raises(BadAnswer):
                pages.extend(Reader(server, now).read(cursor, **window))
            cursor = cursor_of(pages)
            assert posts(pages) == {}, "the page comes whole or not at all"
        last = Reader(server, now).pages(cursor, **window)
    assert set(posts(last)) == {key(service, fine)}
    assert sum(page.unreadable for page in last) == 1
    assert "tries" not in cursor_of(last)


def test_a_strange_ancestor_costs_only_itself(service: FakeMastodon, now: datetime) -> None:
    opener = service.post(now - 3 * HOUR, "A kite.", tag=False)
    match = service.post(now - HOUR, "Mine forgot.", parent=opener)

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/context"):
            context = json.loads(service(asked).body)
            return json_reply(context | {"ancestors": [None, *context["ancestors"]]})
        return service(asked)

    with replaying(answer) as server:
        found = posts(Reader(server, now).pages())
    assert found[key(service, match)].thread == key(service, opener)


def test_a_cursor_holds_no_ids(service: FakeMastodon, server: Replay, now: datetime) -> None:
    made = [service.post(now - n * HOUR, f"Number {n}.") for n in range(1, 4)]
    cursor = cursor_of(Reader(server, now).pages())
    assert len(cursor["recent"]) == 3
    assert not any(number in json.dumps(cursor) for number in made)


def test_reading_goes_upwards_to_an_empty_page(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    service.size = 5
    made = [service.post(now - hour * HOUR, f"Hour {hour}.") for hour in range(40, 0, -1)]
    pages = Reader(server, now).pages()
    assert list(posts(pages)) == [key(service, n) for n in made]
    feeds = [a for a in server.asked if "/tag/" in a.path]
    assert len(feeds) == 9, "a full last page is not the end: an empty one is"
    assert all("min_id" in a.params and a.params["limit"] == "40" for a in feeds)
    assert cursor_of(pages)["to"] == (now - HOUR).isoformat(timespec="milliseconds")


def test_a_short_page_is_not_the_last(service: FakeMastodon, now: datetime) -> None:
    service.size = 5
    for hour in range(12, 0, -1):
        service.post(now - hour * HOUR, f"Hour {hour}.")

    def answer(asked: Asked) -> Reply:
        reply = service(asked)
        if "/tag/" not in asked.path:
            return reply
        page = json.loads(reply.body)
        return json_reply(page[:3] if len(page) == 5 else page)  # two are withheld

    with replaying(answer) as server:
        found = posts(Reader(server, now).pages())
    assert len(found) > 5


def test_an_edit_in_the_overlap_is_read_again(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    service.post(now - 3 * HOUR, "Left as it is.")
    number = service.post(now - 2 * HOUR, "It forgot.")
    cursor = cursor_of(Reader(server, now).pages())
    service.statuses[number] |= {"content": "<p>It forgot twice.</p>", "edited_at": iso(now)}
    (post,) = posts(Reader(server, now + HOUR).pages(cursor)).values()
    assert (post.external_id, post.text) == (key(service, number), "It forgot twice.")


def test_a_status_that_came_late_with_an_old_id_is_read(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    service.post(now - HOUR, "In time.")
    cursor = cursor_of(Reader(server, now).pages())
    late = service.post(now - 20 * HOUR, "It was on its way for a day.")
    assert set(posts(Reader(server, now + HOUR).pages(cursor))) == {key(service, late)}


def test_since_reads_again_even_what_is_known(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    for day in range(1, 6):
        service.post(now - day * DAY, f"Day {day}.")
    cursor = cursor_of(Reader(server, now).pages())
    assert len(posts(Reader(server, now).pages(cursor, since=now - 3.5 * DAY))) == 3


def test_a_quiet_hashtag_still_gets_a_cursor_to_walk_back_from(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    old = service.post(now - 30 * DAY, "Long ago.")
    (page,) = Reader(server, now).pages()
    assert page.empty
    assert page.posts == ()
    source = Reader(server, now).source
    covered = source.covered(page.cursor or {})
    assert covered is not None
    assert covered.began == covered.ended == now - 7 * DAY
    back = Reader(server, now).pages(dict(page.cursor or {}), back_to=now - 60 * DAY)
    assert set(posts(back)) == {key(service, old)}


def test_a_hashtag_that_nobody_ever_used_moves_nothing(
    server: Replay, service: FakeMastodon, now: datetime
) -> None:
    (page,) = Reader(server, now).pages()
    assert (page.empty, page.cursor, page.posts) == (True, None, ())
    assert Reader(server, now).pages(back_to=now - 60 * DAY) == []


def test_the_walk_back_goes_downwards_to_the_feeds_end(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    service.size = 4
    for day in range(1, 50, 3):
        service.post(now - day * DAY, f"Day {day}.")
    cursor = cursor_of(Reader(server, now).pages())
    reader = Reader(server, now)
    assert "53 days" in reader.source.advice(cursor, now - 60 * DAY)
    server.asked.clear()
    back = reader.pages(cursor, back_to=now - 60 * DAY)
    assert len(posts(back)) == 14
    assert all("max_id" in a.params for a in server.asked if "/tag/" in a.path)
    assert back[-1].empty
    ended = cursor_of(back)
    assert reader.source.advice(ended, now - 60 * DAY) == ""
    server.asked.clear()
    assert reader.pages(ended, back_to=now - 60 * DAY) == []


@pytest.mark.parametrize("way", [{}, {"back_to": datetime.fromisoformat("2026-09-01T00:00:00Z")}])
def test_a_page_that_leads_nowhere_is_a_bad_answer(
    service: FakeMastodon, now: datetime, way: dict
) -> None:
    service.post(now - HOUR, "Always this one.")

    def answer(asked: Asked) -> Reply:
        if "/tag/" in asked.path:
            return json_reply(list(service.statuses.values()))
        return service(asked)

    at = (now - 2 * HOUR).isoformat()
    with replaying(answer) as server, pytest.raises(BadAnswer, match="leads nowhere"):
        Reader(server, now).pages({"from": at, "to": at}, **way)


def test_a_strange_status_costs_only_itself(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    service.post(now - 2 * HOUR, "Fine.")
    service.post(now - HOUR, "Strange.", account=None)
    pages = Reader(server, now).pages()
    assert len(posts(pages)) == 1
    assert sum(page.unreadable for page in pages) == 1


def test_a_closed_feed_is_an_error_not_an_empty_world(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    service.post(now - HOUR, "Behind doors.")
    service.access = {"hashtag_feeds": {"local": "authenticated", "remote": "disabled"}}
    with pytest.raises(Refused, match="own users only"):
        Reader(server, now).pages()


def test_a_half_closed_feed_is_told(service: FakeMastodon, server: Replay, now: datetime) -> None:
    service.post(now - HOUR, "From here.")
    service.access = {"hashtag_feeds": {"local": "public", "remote": "authenticated"}}
    pages = Reader(server, now).pages()
    assert pages[-1].notes == (f"{server.address} shows no remote statuses to strangers.",)


@pytest.mark.parametrize(
    "access", [{}, {"hashtag_feeds": None}, {"hashtag_feeds": {"local": "everyone"}}]
)
def test_an_instance_that_says_nothing_of_feeds_is_open(
    service: FakeMastodon, server: Replay, now: datetime, access: dict
) -> None:
    service.access = access
    answers = json.dumps({"configuration": {"timelines_access": access}})
    assert msgspec.json.decode(answers, type=Instance).closed() == []
    assert msgspec.json.decode(b'{"configuration": null}', type=Instance).closed() == []


def test_an_instance_from_before_feeds_could_be_closed_is_read(
    service: FakeMastodon, now: datetime
) -> None:
    service.post(now - HOUR, "Old software.")

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/instance"):
            return json_reply({"error": "Not Found"}, 404)
        return service(asked)

    with replaying(answer) as server:
        assert len(posts(Reader(server, now).pages())) == 1


def test_a_feed_behind_a_login_is_refused(service: FakeMastodon, now: datetime) -> None:
    def answer(asked: Asked) -> Reply:
        if "/tag/" in asked.path:
            return json_reply({"error": "The access token is invalid"}, 401)
        return service(asked)

    with replaying(answer) as server, pytest.raises(Refused, match="401"):
        Reader(server, now).pages()


def test_a_visit_gives_late_answers_and_edits(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    opener = service.post(now - 2 * DAY, "It forgot.")
    (held,) = posts(Reader(server, now).pages()).values()
    late = service.post(now, "Same here, later.", tag=False, parent=opener)
    service.statuses[opener] |= {"content": "<p>It forgot it all.</p>", "edited_at": iso(now)}
    page = Reader(server, now + DAY).thread(held)
    found = posts([page])
    assert found[key(service, opener)].text == "It forgot it all."
    assert found[key(service, late)].parent == key(service, opener)
    assert page.cursor is None


def test_a_visit_of_a_deleted_opener_is_refused_as_gone(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    opener = service.post(now - DAY, "It forgot.")
    (held,) = posts(Reader(server, now).pages()).values()
    service.remove(opener)
    with pytest.raises(Gone) as told:
        Reader(server, now).thread(held)
    assert told.value.status == 404


def test_a_cut_context_is_followed_down(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    opener = service.post(now - 2 * DAY, "It forgot.")
    branches = [
        service.post(now - DAY - n * HOUR, f"Branch {n}.", tag=False, parent=opener)
        for n in range(4)
    ]
    for branch in branches:
        for minute in range(25):
            at = now - HOUR + timedelta(minutes=minute)
            service.post(at, f"Twig {minute}.", tag=False, parent=branch)
    page = Reader(server, now).pages()[0]
    assert len(page.posts) < 105
    assert page.notes == ("A thread has more answers than strangers are shown.",)
    assert page.missed == (), "the hashtag's own statuses are all there"
    # Breadth first, as many instances answer, shows all branches: then each can be asked.
    service._below = lambda number, depth: _by_breadth(service, number)  # type: ignore[method-assign]
    page = Reader(server, now).pages()[0]
    assert len(page.posts) == 105
    assert page.notes == ()


def _by_breadth(service: FakeMastodon, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    level = [number]
    while level:
        answers = [s for s in service.statuses.values() if s["in_reply_to_id"] in level]
        found += answers
        level = [s["id"] for s in answers]
    return found


def test_a_thread_deeper_than_a_reader_is_shown_is_followed(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    number = service.post(now - DAY, "It forgot.")
    for minute in range(45):
        at = now - HOUR + timedelta(minutes=minute)
        number = service.post(at, f"Turn {minute}.", tag=False, parent=number)
    page = Reader(server, now).pages()[0]
    assert max(post.depth for post in page.posts) == 45
    assert page.notes == ()


def test_sixty_answers_that_are_all_are_not_called_cut(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    opener = service.post(now - DAY, "It forgot.")
    for minute in range(60):
        at = now - 2 * HOUR + timedelta(minutes=minute)
        service.post(at, f"Answer {minute}.", tag=False, parent=opener)
    page = Reader(server, now).pages()[0]
    assert len(page.posts) == 61
    assert page.notes == ()


def test_an_answer_below_one_that_is_not_shown_stays_in_the_thread(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    opener = service.post(now - DAY, "It forgot.")
    unseen = service.post(now - 3 * HOUR, "Blocked here.", tag=False, parent=opener)
    below = service.post(now - HOUR, "True.", tag=False, parent=unseen)

    def answer(asked: Asked) -> Reply:
        reply = service(asked)
        if asked.path.endswith("/context"):
            context = json.loads(reply.body)
            rest = [s for s in context["descendants"] if s["id"] != unseen]
            return json_reply({"ancestors": [], "descendants": rest})
        return reply

    with replaying(answer) as other:
        found = posts(Reader(other, now).pages())
    post = found[key(service, below)]
    assert (post.thread, post.parent, post.depth) == (key(service, opener), key(service, opener), 2)


@pytest.mark.parametrize("several", [True, False])
def test_a_check_tells_edits_deletions_and_what_is_there(
    service: FakeMastodon, server: Replay, now: datetime, several: bool
) -> None:
    service.several = several
    made = [service.post(now - n * HOUR, f"Number {n}.") for n in range(1, 5)]
    held = posts(Reader(server, now).pages())
    service.remove(made[0])
    service.statuses[made[1]] |= {"content": "<p>Mended.</p>", "edited_at": iso(now)}
    service.statuses[made[2]]["account"] |= {"noindex": True}
    server.asked.clear()
    pages = Reader(server, now).check(*(held[key(service, n)] for n in made))
    found = posts(pages)
    assert found[key(service, made[1])].text == "Mended."
    assert set(found) == {key(service, made[1]), key(service, made[3])}
    gone = {k for page in pages for k in page.gone}
    assert gone == {key(service, made[0]), key(service, made[2])}
    assert len(server.asked) == (2 if several else 5)


def test_a_check_believes_only_the_service(service: FakeMastodon, now: datetime) -> None:
    service.post(now - HOUR, "Here.")
    with replaying(service) as server:
        (held,) = posts(Reader(server, now).pages()).values()

        def answer(asked: Asked) -> Reply:
            return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>Back soon")

        server.answer = answer
        assert Reader(server, now).check(held) == []


def test_a_post_of_an_instance_that_is_not_read_any_more_is_left_alone(
    service: FakeMastodon, server: Replay, now: datetime
) -> None:
    service.post(now - HOUR, "Here.")
    reader = Reader(server, now)
    (held,) = posts(reader.pages()).values()
    elsewhere = Post(
        place="mastodon:other.example/tags/claudecode",
        external_id=held.external_id,
        url="https://other.example/@someone/1",
        kind="post",
        written_at=now,
    )
    server.asked.clear()
    with reader.client() as client:
        assert list(reader.source.check(client, [elsewhere])) == []
        with pytest.raises(Refused, match="not read any more"):
            list(reader.source.thread(client, elsewhere))
    assert server.asked == []


def test_a_reset_before_the_answers_own_date_asks_for_no_wait(shared: Path) -> None:
    meta = json.loads((shared / "wire/mastodon/context_large_anonymous.meta.json").read_text())
    headers = dict(meta["headers"])
    assert wait_before_next(headers, now=0.0) == 0.0
    spent = headers | {"x-ratelimit-remaining": "0"}
    assert wait_before_next(spent, now=0.0) == 0.0, "reset 18:05:00, Date 18:05:07"
    assert wait_asked(429, spent, b"", now=0.0) == 0.0


def test_a_limit_far_off_stops_the_place(service: FakeMastodon, now: datetime) -> None:
    def answer(asked: Asked) -> Reply:
        reset = datetime.now(UTC) + HOUR  # the server writes a Date of its own
        told = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": reset.isoformat().replace("+00:00", "Z"),
        }
        return Reply(status=429, headers=JSON | told, body=b'{"error":"Too many requests"}')

    with replaying(answer) as server, pytest.raises(Throttled, match=r"pause of 3[56]"):
        Reader(server, now).pages()


FEEDS = {
    "account_statuses_page": 20,
    "public_timeline_fosstodon_local": 10,
    "tag_timeline_min_id_empty": 0,
    "tag_timeline_page1_limit40": 40,
    "tag_timeline_page2_max_id": 40,
    "tag_timeline_page_empty_end": 0,
    "tag_timeline_page_fetch1": 10,
    "tag_timeline_page_fetch3_short": 10,
}


@pytest.mark.parametrize("name", FEEDS)
def test_recorded_feeds_are_read(shared: Path, name: str) -> None:
    body = (shared / "wire" / "mastodon" / f"{name}.json").read_bytes()
    items = msgspec.json.decode(body, type=list[msgspec.Raw])
    found, unreadable = statuses_of(items)
    assert (len(found), unreadable) == (FEEDS[name], 0)
    assert len(numbers(items)) == FEEDS[name]
    for status in found:
        assert status.text() or status.title() or "media" in name or not status.content
        assert "<" not in status.title()
        assert abs(time_of(int(status.id)) - status.created_at) < timedelta(days=1)


def test_recorded_opt_outs_are_counted(shared: Path, now: datetime) -> None:
    file = shared / "wire/mastodon/tag_timeline_page1_limit40.json"
    found, _ = statuses_of(msgspec.json.decode(file.read_bytes(), type=list[msgspec.Raw]))
    assert sum(status.hidden() for status in found) == 14


CONTEXTS = {"context_large_anonymous": (0, 59), "context_with_ancestors": (1, 0)}


@pytest.mark.parametrize("name", CONTEXTS)
def test_recorded_contexts_are_read(shared: Path, name: str) -> None:
    body = (shared / "wire" / "mastodon" / f"{name}.json").read_bytes()
    context = msgspec.json.decode(body, type=Context)
    found, unreadable = statuses_of(context.descendants)
    assert (len(context.ancestors), len(found)) == CONTEXTS[name]
    assert unreadable == 0


def test_a_recorded_thread_is_placed(shared: Path, now: datetime) -> None:
    file = shared / "wire/mastodon/context_large_anonymous.json"
    context = json.loads(file.read_text(encoding="utf-8"))
    root = "109294719267373593"
    opener = {**context["descendants"][0], "id": root, "in_reply_to_id": None, "replies_count": 59}
    opener["uri"] = "https://mastodon.social/users/x/statuses/1"

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith(f"{root}/context"):
            return json_reply(context)
        if asked.path.endswith("/context"):
            return json_reply({"ancestors": [], "descendants": []})
        if asked.path.endswith(f"/statuses/{root}"):
            return json_reply(opener)
        return json_reply({"error": "Record not found"}, 404)

    with replaying(answer) as server:
        reader = Reader(server, now)
        held = Post(
            place=reader.source.places()[0].name,
            external_id=f"mastodon:{opener['uri']}",
            url=f"{server.address}/@x/{root}",
            kind="post",
            written_at=now,
        )
        with reader.client() as client:
            (page,) = reader.source.thread(client, held)
    hidden = sum(
        s["account"].get("indexable") is False
        or s["account"].get("discoverable") is False
        or s["account"].get("noindex") is True
        for s in (opener, *context["descendants"])
    )
    assert page.skipped == hidden
    assert len(page.posts) == 60 - hidden
    uris = {s["id"]: s["uri"] for s in (opener, *context["descendants"])}
    expected = {s["uri"]: uris.get(s["in_reply_to_id"]) for s in context["descendants"]}
    for post in page.posts:
        if post.parent:
            assert post.parent == f"mastodon:{expected[post.external_id.partition(':')[2]]}"


@pytest.mark.parametrize("name", ["status_single_anonymous", "status_after_edit"])
def test_recorded_statuses_are_read(shared: Path, name: str) -> None:
    body = (shared / "wire" / "mastodon" / f"{name}.json").read_bytes()
    (status,), unreadable = statuses_of([msgspec.Raw(body)])
    assert status.text()
    assert unreadable == 0
    assert (status.edited_at is not None) == (name == "status_after_edit")


@pytest.mark.parametrize("name", ["instance_v2"])
def test_recorded_instances_are_read(shared: Path, name: str) -> None:
    body = (shared / "wire" / "mastodon" / f"{name}.json").read_bytes()
    told = msgspec.json.decode(body, type=Instance)
    assert told.closed() == []
    assert told.configuration is not None
    assert told.configuration.timelines_access is not None


@settings(deadline=None)
@given(st.integers(0, 4_000_000_000_000_000))
def test_ids_hold_their_time(microseconds: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert timedelta(0) <= at - time_of(id_at(at)) < timedelta(milliseconds=1)


@settings(deadline=None)
@given(st.lists(st.recursive(st.none() | st.text(max_size=4), st.lists, max_leaves=4), max_size=4))
def test_any_items_are_read_or_counted(items: list[object]) -> None:
    raws = [msgspec.Raw(json.dumps(item).encode()) for item in items]
    found, unreadable = statuses_of(raws)
    assert len(found) + unreadable == len(items)
    assert numbers(raws) == []


@settings(max_examples=10, deadline=None)
@given(
    runs=st.lists(st.tuples(st.integers(2, 9), st.booleans()), min_size=1, max_size=8),
    old=st.lists(st.integers(1, 59), max_size=10, unique=True),
    late=st.lists(st.integers(0, 22), max_size=8),
)
def test_however_small_the_budget_and_late_the_status_nothing_is_lost(
    runs: list[tuple[int, bool]], old: list[int], late: list[int]
) -> None:
    """Runs of so many requests, forward or back; statuses arrive up to 22 hours late."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    service = FakeMastodon(now=now, size=3)
    for day in sorted(old, reverse=True):
        opener = service.post(now - day * DAY, f"Day {day}.")
        service.post(now - day * DAY + HOUR, "Same here.", tag=False, parent=opener)
        other = service.post(now - day * DAY, "A kite.", tag=False)
        service.post(now - day * DAY + 2 * HOUR, "It forgot my kite.", parent=other)
    arriving = list(late)
    with replaying(service) as server:
        service.settings(server.address)
        told = Runs(lambda most: Reader(server, now, requests=most))
        for most, back in [*runs, *((9, False) for _ in late)]:
            told.run(most, back_to=now - 60 * DAY if back else None)
            if arriving:
                service.post(now - arriving.pop() * HOUR, "It took a while.")
        told.run(500)
        told.run(500, back_to=now - 60 * DAY)
    assert set(told.found) == service.belonging()
