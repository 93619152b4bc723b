"""GitHub as its two lists really behave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import InputError, Refused, Throttled
from domain.nouns import Frame
from domain.settings import SourceSettings
from ingest.client import client_for
from ingest.source import Asked as ToAsk
from ingest.source import Page, Window
from ingest.sources.github import FREE_REQUESTS, GitHub, back_fill_time
from tests.support.fakes import FakeGitHub, iso
from tests.support.reading import posts
from tests.support.replay import Asked, QuickClock, Replay, Reply, json_reply, replaying

DAY = timedelta(days=1)
WEEK = 7 * DAY
SECRET = "ghp_made_up_for_this_test"


@pytest.fixture
def hub() -> FakeGitHub:
    return FakeGitHub()


@pytest.fixture
def server(hub: FakeGitHub) -> Iterator[Replay]:
    with replaying(hub) as made:
        yield made


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


def read(
    server: Replay,
    now: datetime,
    *,
    repository: str = "owner/project",
    cursor: dict | None = None,
    back_to: datetime | None = None,
    clock: QuickClock | None = None,
) -> list[Page]:
    """All pages of one repository."""
    settings = SourceSettings(
        base=server.address, search=(repository,), credentials={"token": "WHYLOST_TEST_TOKEN"}
    )
    source = GitHub(settings, now)
    window = Window(first=now - WEEK, back_to=back_to)
    limited = client_for("github", settings, requests=500, clock=clock or QuickClock())
    with limited as client:
        return list(source.pages(client, source.places()[0], cursor or {}, window))


def test_a_place_is_a_whole_repository(now: datetime) -> None:
    place = GitHub(SourceSettings(search=("Anthropics/Claude-Code",)), now).places()[0]
    assert (place.name, place.frame) == ("github:anthropics/claude-code", Frame.ALL_POSTS)


@pytest.mark.parametrize("bad", ["claude-code", "a/b/c", "a/..?x=1", "a b/c", ""])
def test_what_is_no_repository_is_named(bad: str, now: datetime) -> None:
    with pytest.raises(InputError, match="no repository"):
        GitHub(SourceSettings(search=(bad,)), now).places()


def test_issues_and_comments_become_posts(hub: FakeGitHub, server: Replay, now: datetime) -> None:
    at = now - timedelta(days=1)
    hub.repository = "anthropics/claude-code"
    hub.issue(7, at, "It **forgot**.\r\nAll of it.", author=None)
    hub.comment(70, 7, at + timedelta(hours=1), "Me too", updated=at + timedelta(hours=2))
    hub.issue(8, at, None)
    found = posts(read(server, now, repository="Anthropics/Claude-Code"))
    issue = found["github:anthropics/claude-code#7"]
    assert issue.author is None
    assert "\r" not in issue.text
    assert "forgot" in issue.text
    assert issue.products == ("Claude Code",)
    assert issue.url.endswith("/issues/7")
    assert issue.edited_at is None  # its time of change is the comment's
    comment = found["github:anthropics/claude-code/comment/70"]
    assert comment.parent == comment.thread == "github:anthropics/claude-code#7"
    assert (comment.depth, comment.thread_title) == (1, None)
    assert comment.edited_at == at + timedelta(hours=2)
    assert found["github:anthropics/claude-code#8"].text == ""


def test_pull_requests_and_their_comments_are_left_out(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    at = now - timedelta(days=1)
    hub.issue(1, at, "Adds a test.", pull=True)
    hub.comment(10, 1, at, "Nice")
    hub.issue(2, at, "Broken.")
    assert set(posts(read(server, now))) == {"github:owner/project#2"}


def test_a_moving_list_loses_no_row(hub: FakeGitHub, server: Replay, now: datetime) -> None:
    for n in range(1, 401):
        hub.issue(n, now - timedelta(hours=50) + timedelta(minutes=n), f"Number {n}")
    plain = server.answer

    def move(asked: Asked) -> Reply:
        """Each answer is followed by changes to rows that were given already."""
        reply = plain(asked)
        for n in range(1, 40):
            hub.issues[n]["updated_at"] = iso(now)
        return reply

    server.answer = move
    assert set(posts(read(server, now))) == {f"github:owner/project#{n}" for n in range(1, 401)}


def test_a_second_that_fills_pages_is_paged_through(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    at = now - timedelta(days=2)
    for n in range(1, 351):  # a script closed them all at once
        hub.issue(n, at - timedelta(days=9), f"Number {n}", updated=at)
    hub.issue(351, at + timedelta(seconds=5), "Afterwards")
    assert len(posts(read(server, now))) == 351
    assert any(asked.params.get("page") == "3" for asked in server.asked)


def test_the_next_page_is_taken_as_it_is_given(server: Replay, now: datetime) -> None:
    row = {
        "number": 1,
        "title": "t",
        "html_url": "https://github.com/owner/project/issues/1",
        "created_at": iso(now),
        "updated_at": iso(now - timedelta(days=9)),
    }

    def answer(asked: Asked) -> Reply:
        if asked.path == "/repositories/5/issues":
            return json_reply([row | {"number": 2}])
        if asked.path.endswith("comments"):
            return json_reply([])
        link = f"<{server.address}/repositories/5/issues?after=opaque%3D%3D>; rel=next"
        return json_reply([row], Link=link)

    server.answer = answer
    assert set(posts(read(server, now))) == {"github:owner/project#1", "github:owner/project#2"}
    assert server.asked[-1].params == {"after": "opaque=="}


def test_a_list_in_another_order_moves_the_cursor_only_at_its_end(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    hub.sorts = False
    for n in range(1, 251):
        hub.issue(n, now - timedelta(minutes=n), f"Number {n}")
    pages = read(server, now)
    assert len(posts(pages)) == 250
    positions = [page.cursor["issues"].get("to") for page in pages if page.cursor]
    assert positions[0] is None
    assert positions[-1] == iso(now - timedelta(minutes=1))


def test_an_unchanged_list_costs_one_answer_without_a_body(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    hub.issue(1, now - timedelta(days=1), "Broken.")
    hub.comment(10, 1, now - timedelta(hours=5), "Same.")
    cursor: dict = {}
    for _ in range(2):  # the second run asks from another moment, and learns that ETag
        cursor = dict(read(server, now, cursor=cursor)[-1].cursor or {})
    asked_before = len(server.asked)
    pages = read(server, now + timedelta(hours=1), cursor=cursor)
    assert posts(pages) == {}
    asked = server.asked[asked_before:]
    assert len(asked) == 2
    assert all("if-none-match" in a.headers for a in asked)
    assert not any(page.empty for page in pages)
    hub.comment(11, 1, now + timedelta(hours=2), "And now?")
    news = read(server, now + timedelta(hours=3), cursor=dict(pages[-1].cursor or {}))
    assert "github:owner/project/comment/11" in posts(news)


def test_a_full_page_is_never_left_out_as_unchanged(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    at = now - timedelta(minutes=3)
    for n in range(1, 101):
        hub.issue(n, at, f"Number {n}")
    cursor: dict = {}
    for _ in range(2):
        cursor = dict(read(server, now, cursor=cursor)[-1].cursor or {})
    hub.issue(101, at + timedelta(seconds=1), "On the second page.")
    assert "github:owner/project#101" in posts(read(server, now, cursor=cursor))


def test_a_comment_without_its_issue_still_has_a_thread(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    hub.comment(10, 99, now - timedelta(days=1), "Same here.")
    comment = posts(read(server, now))["github:owner/project/comment/10"]
    assert comment.thread == "github:owner/project#99"
    assert comment.thread_title is None


def test_a_renamed_repository_is_followed_with_what_was_asked(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    hub.issue(1, now - timedelta(days=1), "Broken.")
    plain = server.answer

    def moved(asked: Asked) -> Reply:
        if asked.path.startswith("/repos/"):
            there = asked.path.replace("/repos/owner/project", "/repositories/5")
            return Reply(status=301, headers={"Location": f"{server.address}{there}"})
        path = asked.path.replace("/repositories/5", "/repos/owner/project")
        return plain(Asked(path=path, params=asked.params, headers=asked.headers))

    server.answer = moved
    assert set(posts(read(server, now))) == {"github:owner/project#1"}


def test_the_token_is_sent_and_lifts_the_limit(
    hub: FakeGitHub, server: Replay, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SourceSettings(
        search=("owner/project",), budget_requests=900, credentials={"token": "WHYLOST_TEST_TOKEN"}
    )
    monkeypatch.delenv("WHYLOST_TEST_TOKEN", raising=False)
    assert GitHub(settings, now).requests() == FREE_REQUESTS
    read(server, now)
    assert "authorization" not in server.asked[-1].headers
    monkeypatch.setenv("WHYLOST_TEST_TOKEN", SECRET)
    assert GitHub(settings, now).requests() == 900
    pages = read(server, now)
    assert server.asked[-1].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in repr(pages)


def test_a_strange_row_costs_only_itself(hub: FakeGitHub, server: Replay, now: datetime) -> None:
    hub.issue(1, now - timedelta(days=1), "Broken.")
    hub.issue(2, now - timedelta(days=1), "Broken too.")
    hub.issues[2]["created_at"] = "2026-11-20T10:00:00"  # without a zone
    hub.issue(3, now - timedelta(days=1), "Broken as well.")
    hub.issues[3]["title"] = None
    pages = read(server, now)
    assert set(posts(pages)) == {"github:owner/project#1"}
    assert sum(page.unreadable for page in pages) == 2


@pytest.mark.parametrize("most", [3, 100])
def test_the_walk_back_is_newest_first_and_whole_wherever_it_stops(
    hub: FakeGitHub, server: Replay, now: datetime, most: int
) -> None:
    hub.largest_page = most
    for n in range(1, 61):
        hub.issue(n, now - timedelta(days=n), f"Number {n}")
        hub.comment(n, n, now - timedelta(days=n, hours=-1), "Same")
    whole = {f"github:owner/project#{n}" for n in range(1, 61)}
    forward = read(server, now)
    cursor, found = dict(forward[-1].cursor or {}), posts(forward)
    back_to = now - timedelta(days=70)
    for _ in range(400):  # stopped after every page, and begun again from what was kept
        settings = SourceSettings(base=server.address, search=("owner/project",))
        source = GitHub(settings, now)
        window = Window(first=now - WEEK, back_to=back_to)
        with client_for("github", settings, requests=1, clock=QuickClock()) as client:
            page = next(source.pages(client, source.places()[0], cursor, window), None)
        if page is None:
            break
        cursor = dict(page.cursor or cursor)
        for post in page.posts:  # a slice is a week, and each list is walked by itself
            oldest = min(p.written_at for p in found.values() if p.kind == post.kind)
            assert post.external_id in found or post.written_at < oldest + WEEK + DAY
        found |= posts([page])
    assert whole <= set(found)
    covered = GitHub(SourceSettings(), now).covered(cursor)
    assert covered is not None
    assert covered.began == back_to


def test_how_long_the_walk_back_takes() -> None:
    assert back_fill_time(30, token=False) == "30 minutes"
    assert back_fill_time(3_000, token=False) == "2 days"
    assert back_fill_time(600, token=False) == "10 hours"
    assert back_fill_time(3_000, token=True) == "36 minutes"


def check(server: Replay, now: datetime, *wanted: str | tuple[str, str]) -> list[Page]:
    """What is said of posts that we hold, by `#12` or (`/comment/34`, address)."""
    settings = SourceSettings(base=server.address, pace_seconds=0)
    asked = []
    for one in wanted:
        name, url = one if isinstance(one, tuple) else (one, "")
        asked.append(
            ToAsk(
                place="github:owner/project",
                external_id=f"github:owner/project{name}",
                url=url,
                kind="comment" if "comment" in name else "issue",
                written_at=now - WEEK,
            )
        )
    with client_for("github", settings, requests=50, clock=QuickClock()) as client:
        return list(GitHub(settings, now).check(client, asked))


def comment(key: int, number: int = 7) -> tuple[str, str]:
    address = f"https://github.com/owner/project/issues/{number}#issuecomment-{key}"
    return f"/comment/{key}", address


def gone(pages: list[Page]) -> set[str]:
    return {name.removeprefix("github:owner/project") for page in pages for name in page.gone}


def there(pages: list[Page]) -> set[str]:
    named = {name for page in pages for name in (*page.there, *posts([page]))}
    return {name.removeprefix("github:owner/project") for name in named}


def test_one_call_tells_of_an_issue_and_all_its_comments(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    hub.issue(7, now - WEEK, "Broken.")
    for key in (70, 72, 73):
        hub.comment(key, 7, now - WEEK, f"Same, says {key}.")
    pages = check(server, now, "#7", comment(70), comment(71), comment(73))
    assert len(server.asked) == 1
    assert gone(pages) == {"/comment/71"}
    assert there(pages) == {"#7", "/comment/70", "/comment/72", "/comment/73"}
    assert posts(pages)["github:owner/project/comment/73"].text == "Same, says 73."
    assert "github:owner/project/comment/72" not in posts(pages)  # nobody asked for its text


def test_long_issues_are_read_no_further_than_needed(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    hub.largest_page = 2
    hub.issue(7, now - WEEK, "Broken.")
    for key in range(70, 90):
        hub.comment(key, 7, now - WEEK, "Same.")
    hub.comments.pop(73)
    assert gone(check(server, now, comment(73))) == {"/comment/73"}
    assert len(server.asked) == 2  # up to the page with one after it
    assert there(check(server, now, comment(89))) >= {"/comment/89"}


def test_issues_that_are_gone(hub: FakeGitHub, server: Replay, now: datetime) -> None:
    hub.issue(7, now - WEEK, "Broken.")
    hub.comment(70, 7, now - WEEK, "Same.")
    hub.delete(7)
    assert gone(check(server, now, "#7", comment(70))) == {"#7", "/comment/70"}
    assert gone(check(server, now, "#8", "#9")) == {"#8", "#9"}  # 404, and the repository is there
    assert [asked.path for asked in server.asked].count("/repos/owner/project") == 1
    server.answer = lambda _: json_reply({"message": "Repository access blocked"}, 451)
    assert gone(check(server, now, "#10")) == {"#10"}


@pytest.mark.parametrize("status", [403, 404])
def test_a_closed_repository_says_nothing_of_its_issues(
    server: Replay, now: datetime, status: int
) -> None:
    server.answer = lambda _: json_reply({"message": "Not Found"}, status)
    with pytest.raises(Refused):
        check(server, now, "#7")


def test_a_transferred_issue_is_read_where_it_is_now(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    elsewhere = FakeGitHub(repository="owner/other")
    elsewhere.issue(3, now - WEEK, "Broken.")
    elsewhere.comment(70, 3, now - WEEK, "Same.")
    hub.transferred[7] = "/repositories/5/issues/3/comments"
    plain = server.answer

    def both(asked: Asked) -> Reply:
        if not asked.path.startswith("/repositories/5"):
            return plain(asked)
        path = asked.path.replace("/repositories/5", "/repos/owner/other")
        return elsewhere(replace(asked, path=path))

    server.answer = both
    pages = check(server, now, "#7", comment(70), comment(71))
    assert there(pages) == {"#7", "/comment/70"}  # reported here, so it stays
    assert gone(pages) == {"/comment/71"}
    elsewhere.delete(3)
    assert gone(check(server, now, "#7", comment(70))) == {"#7", "/comment/70"}


def test_a_comment_without_an_address_is_asked_for_by_itself(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    hub.comment(70, 7, now - WEEK, "Same.")
    pages = check(server, now, ("/comment/70", ""), ("/comment/71", ""))
    assert (there(pages), gone(pages)) == ({"/comment/70"}, {"/comment/71"})


def test_a_strange_comment_leaves_open_which_are_gone(server: Replay, now: datetime) -> None:
    server.answer = lambda _: json_reply([{"id": 70}, {"id": "x"}])
    pages = check(server, now, comment(70), comment(71))
    assert (gone(pages), there(pages)) == (set(), {"#7"})
    assert sum(page.unreadable for page in pages) == 2


def test_every_account_that_is_gone_is_no_author(
    hub: FakeGitHub, server: Replay, now: datetime
) -> None:
    hub.issue(7, now - DAY, "Broken.", author="ghost")
    hub.issue(8, now - DAY, "Broken.", author=None)
    assert {post.author for post in posts(read(server, now)).values()} == {None}


def recorded(folder: Path, name: str) -> tuple[int, dict[str, str], bytes]:
    there = folder / "wire" / "github"
    meta = json.loads((there / f"{name}.meta.json").read_text())
    drop = ("content-length", "content-encoding", "transfer-encoding", "connection", "date")
    headers = {k: v for k, v in meta["headers"].items() if k.lower() not in drop}
    return meta["status"], headers, (there / meta["body_file"]).read_bytes()


def here(text: str, server: Replay) -> str:
    """A recorded header with our server in the place of GitHub's."""
    return text.replace("https://api.github.com", server.address)


def test_recorded_pages_are_read_to_the_end(shared: Path, server: Replay, now: datetime) -> None:
    first, last = (recorded(shared, f"paginate_issues_{n}_2022") for n in ("p1", "last"))

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("comments"):
            return json_reply([])
        status, headers, body = last if asked.path.startswith("/repositories/") else first
        kept = {k: here(v, server) for k, v in headers.items() if "atelimit" not in k.lower()}
        return Reply(status=status, headers=kept, body=body)

    server.answer = answer
    pages = read(server, now, repository="octokit-fixture-org/x")
    numbers = [json.loads(body) for _, _, body in (first, last)]
    expected = {f"github:octokit-fixture-org/x#{i['number']}" for page in numbers for i in page}
    assert set(posts(pages)) == expected
    assert any(a.path.startswith("/repositories/") for a in server.asked)
    post = next(iter(posts(pages).values()))
    assert post.text == ""  # null in the recording
    assert post.author


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("error_403_secondary_retry_after_template", 2),
        ("error_429_secondary_no_retry_after_template", 60),
        ("error_429_secondary_retry_after_http_date_template", 8),
    ],
)
def test_recorded_limits_are_waited_for(
    shared: Path,
    hub: FakeGitHub,
    server: Replay,
    now: datetime,
    clock: QuickClock,
    name: str,
    waits: int,
) -> None:
    from email.utils import formatdate
    from time import time

    status, headers, body = recorded(shared, name)
    # The recordings hold templates where the server writes times.
    times = {"Retry-After": formatdate(time() + 8, usegmt=True), "X-RateLimit-Reset": "9"}
    told = {k: times.get(k, v) if "{{" in v else v for k, v in headers.items()}
    hub.issue(1, now - timedelta(days=1), "Broken.")
    server.faults[0] = Reply(status=status, headers=told, body=body)
    assert set(posts(read(server, now, clock=clock))) == {"github:owner/project#1"}
    assert max(clock.slept) == pytest.approx(waits, abs=2)


def test_recorded_refusals_and_redirects_are_told(
    shared: Path, server: Replay, now: datetime
) -> None:
    status, headers, body = recorded(shared, "error_422_2022")
    server.faults[0] = Reply(status=status, headers=headers, body=body)
    with pytest.raises(Refused, match="422"):
        read(server, now)
    status, headers, body = recorded(shared, "redirect_301_2022")
    server.faults[len(server.asked)] = Reply(status=status, headers=headers, body=body)
    with pytest.raises(Refused, match="not a configured host"):  # it leads to GitHub, not to us
        read(server, now)


def test_a_spent_allowance_ends_the_source(server: Replay, now: datetime) -> None:
    server.answer = lambda _: json_reply(
        {"message": "API rate limit exceeded"},
        403,
        X_RateLimit_Remaining="0",
        X_RateLimit_Reset="3000",
    )
    with pytest.raises(Throttled):
        read(server, now)
