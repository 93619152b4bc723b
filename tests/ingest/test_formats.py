"""Each format: recognised by content, read whole, what is no post counted. Files are our own."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.closing import Closer, Ending
from domain.errors import InputError
from ingest.formats import chosen, known
from ingest.formats.only import only
from ingest.formats.pieces import elements, lines, rows
from ingest.formats.shape import File, Item, Note, Row, moment
from ingest.source import RawPost

ARCHIVES = Path(__file__).parent / "archives"
OURS = {
    "issues.csv": "github-issues-csv",
    "play.csv": "play-reviews-csv",
    "appstore.csv": "appstore-reviews-csv",
    "listings.ndjson": "reddit-listings",
    "threads.ndjson": "reddit-threads",
    "feedback.ndjson": "feedback-ndjson",
    "topics.json": "discourse-topics",
    "comments.ndjson": "reddit-comments",
    "submissions.ndjson": "reddit-submissions",
    "events.ndjson": "gharchive-events",
    "hn.ndjson": "hackernews-ndjson",
    "hn.csv": "hackernews-csv",
}


def opened(content: bytes, source: str | None = None, told: Sequence[str] = ()) -> File:
    def again() -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type] # as good as a file

    return File(
        name="file",
        stream=again(),
        head=content[: 2**18],
        again=again,
        source=source,
        only=only(told),
    )


def read(
    name: str, source: str | None = None, told: Sequence[str] = ()
) -> tuple[dict[str, RawPost], Counter[str]]:
    """The posts of one of our files by external id, and how much of what was noted."""
    content = (ARCHIVES / name).read_bytes()
    return gathered(known()[OURS[name]].read(opened(content, source, told)))


def gathered(items: Iterator[Item]) -> tuple[dict[str, RawPost], Counter[str]]:
    """Posts by external id, and notes by kind."""
    posts: dict[str, RawPost] = {}
    notes: Counter[str] = Counter()
    for item in items:
        try:
            post = item.post() if isinstance(item, Row) else item
        except ValueError:
            post = Note(kind="unreadable", where=item.where)
        if isinstance(post, Note):
            notes[post.kind] += post.count
        else:
            posts[post.external_id] = post
    return posts, notes


def test_every_format_has_a_file_here() -> None:
    assert set(OURS.values()) == set(known())


@pytest.mark.parametrize(("name", "form"), OURS.items())
def test_a_format_is_recognised_by_content_alone(name: str, form: str) -> None:
    content = (ARCHIVES / name).read_bytes()
    assert [f.name for f in known().values() if f.fits(content)] == [form]
    assert chosen("auto", content, "x").name == form


@pytest.mark.parametrize("content", [b"", b"\n", b"hello", b"a,b\n1,2\n", b'{"a": 1}\n', b"[1]"])
def test_other_content_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(InputError, match="Known are"):
        chosen("auto", content, "x")
    with pytest.raises(InputError, match="No format is called"):
        chosen("parquet", content, "x")


def test_github_issues() -> None:
    posts, notes = read("issues.csv")
    assert list(posts) == ["github:example-org/lantern#501", "github:example-org/lantern#503"]
    assert notes == {"left_out": 1, "unreadable": 2}
    first, second = posts.values()
    assert first.place == "github-archive:example-org/lantern"
    assert first.written_at == datetime(2026, 5, 4, 8, 10, tzinfo=UTC)
    assert first.url == "https://github.com/Example-Org/lantern/issues/501"
    assert first.kind == "issue"
    assert second.text == 'first\nsecond, with "quotes"'
    assert second.author is None


def test_reviews() -> None:
    posts, notes = read("play.csv")
    assert list(posts) == [f"play:com.openai.chatgpt/r-{n}" for n in (1, 2, 4)]
    assert notes == {"unreadable": 1}
    assert {p.products for p in posts.values()} == {("ChatGPT",)}
    assert posts["play:com.openai.chatgpt/r-4"].text == "uses\ntwo lines"
    posts, notes = read("appstore.csv")
    assert list(posts) == ["appstore:6473753684/i-1", "appstore:6473753684/i-2"]
    assert not notes
    assert posts["appstore:6473753684/i-1"].title == "Logged out"


def test_reddit_listings_keep_the_tree() -> None:
    posts, notes = read("listings.ndjson")
    assert {k.partition(":")[2]: (p.parent, p.depth, p.deleted) for k, p in posts.items()} == {
        "t3_p1": (None, 0, False),
        "t1_c1": ("reddit:t3_p1", 1, False),
        "t1_c2": ("reddit:t1_c1", 2, True),
        "t1_c3": ("reddit:t1_c2", 3, False),
        "t1_c4": ("reddit:t3_p1", 1, True),
        "t1_c6": ("reddit:t3_p1", 1, False),
        "t3_p2": (None, 0, True),
    }
    assert notes == {"missing": 8, "unreadable": 2}
    opener, gone = posts["reddit:t3_p1"], posts["reddit:t1_c2"]
    assert opener.title == "ChatGPT & memory"
    assert opener.text == "It > forgot.\n\n> quoted"
    assert opener.edited_at == datetime.fromtimestamp(1769990500, UTC)
    assert opener.url == "https://www.reddit.com/r/lanternhouse/comments/p1/x/"
    assert (gone.text, gone.author) == ("", None)
    assert {p.thread for k, p in posts.items() if "c" in k.partition("_")[2]} == {"reddit:t3_p1"}
    assert {p.place for p in posts.values()} == {"reddit-archive:r/lanternhouse"}
    assert posts["reddit:t1_c3"].products == ("ChatGPT",)
    assert posts["reddit:t3_p2"].thread_title == ""  # a removed post keeps no title either


def test_reddit_threads_keep_the_tree() -> None:
    posts, notes = read("threads.ndjson")
    assert {k: (p.parent, p.depth) for k, p in posts.items()} == {
        "reddit:t3_q1": (None, 0),
        "reddit:t1_d1": ("reddit:t3_q1", 1),
        "reddit:t1_d2": ("reddit:t1_d1", 2),
        "reddit:t1_d3": ("reddit:t1_zz", 2),
        "reddit:t1_d4": ("reddit:t1_d2", 3),
    }
    assert notes == {"unreadable": 1}
    assert posts["reddit:t1_d4"].deleted
    assert posts["reddit:t1_d1"].products == ("Claude Code", "Codex")


def test_feedback_lines() -> None:
    posts, notes = read("feedback.ndjson")
    assert list(posts) == ["hn:900001", "hn:900002", "reddit:t3_q9"]
    assert notes == {"left_out": 1, "unreadable": 1}
    story, answer = posts["hn:900001"], posts["hn:900002"]
    assert story.text == "It's gone.\n\nAll of it."
    assert (answer.title, answer.thread_title, answer.kind) == ("", None, "comment")
    assert answer.written_at == datetime(2026, 2, 1, 9, tzinfo=UTC)
    assert answer.products == ("Claude",)  # from its story's title


def test_discourse_topics() -> None:
    posts, notes = read("topics.json")
    host = "forum.lantern.example"
    assert {k: (p.parent, p.depth, p.kind) for k, p in posts.items()} == {
        f"discourse:{host}/701": (None, 0, "post"),
        f"discourse:{host}/702": (f"discourse:{host}/701", 1, "reply"),
        f"discourse:{host}/703": (f"discourse:{host}/702", 2, "reply"),
        f"discourse:{host}/705": (f"discourse:{host}/701", 1, "reply"),
        f"discourse:{host}/706": (None, 1, "reply"),
    }
    assert notes == {"left_out": 1, "unreadable": 2}
    assert posts[f"discourse:{host}/702"].text == "> See\n\nno"
    assert posts[f"discourse:{host}/705"].deleted
    assert posts[f"discourse:{host}/703"].edited_at is not None
    assert posts[f"discourse:{host}/701"].title == 'The assistant "forgets" ]'


def test_reddit_comments_of_a_dump() -> None:
    posts, notes = read("comments.ndjson")
    assert notes == {"unreadable": 3}
    assert {
        k.removeprefix("reddit:t1_"): (p.parent, p.depth, p.deleted) for k, p in posts.items()
    } == {
        "e1": ("reddit:t3_s1", 1, False),
        "e2": ("reddit:t1_e1", 2, False),
        "e3": ("reddit:t1_e2", 2, True),
        "e4": ("reddit:t1_e3", 2, False),  # there again 36 hours later
        "e5": ("reddit:t1_e1", 2, True),
        "e6": ("reddit:t3_s2", 1, True),
        "e7": ("reddit:t1_e6", 2, False),
        "e8": ("reddit:t3_s3", 1, False),
    }
    first, old = posts["reddit:t1_e1"], posts["reddit:t1_e7"]
    assert first.text == "It > forgot & lost all of it."
    assert first.edited_at == datetime.fromtimestamp(1769990500, UTC)
    assert first.url == "https://www.reddit.com/r/ClaudeAI/comments/s1/x/e1/"
    assert (first.thread, first.thread_title, first.products) == ("reddit:t3_s1", None, ("Claude",))
    assert (old.author, old.edited_at, old.written_at.year) == (None, None, 2015)
    assert old.url == "https://www.reddit.com/comments/s2/_/e7/"
    assert all(not p.text for p in posts.values() if p.deleted)
    assert {p.place.partition(":")[2] for p in posts.values()} == {
        *("r/ClaudeAI", "r/lanternhouse", "profiles")  # a page's name would be its user's
    }


def test_reddit_submissions_of_a_dump() -> None:
    posts, notes = read("submissions.ndjson")
    assert notes == {"left_out": 1, "unreadable": 1}
    assert {k.removeprefix("reddit:t3_"): p.deleted for k, p in posts.items()} == {
        **{"s1": False, "s2": False, "s4": True, "s5": False, "s6": True, "s7": False}
    }
    first = posts["reddit:t3_s1"]
    assert (first.title, first.text) == (
        "Claude Code & its memory",
        "Claude Code & I lost a day.\n\n> quoted",
    )
    assert first.products == ("Claude", "Claude Code")
    assert posts["reddit:t3_s2"].edited_at == datetime.fromtimestamp(1420070310, UTC)
    assert not any(p.text or p.title for p in posts.values() if p.deleted)


@pytest.mark.parametrize(
    ("name", "told", "kept", "passed"),
    [
        ("comments.ndjson", ["r/claudeai"], 5, 6),
        ("comments.ndjson", ["r/LanternHouse", "/r/claudeai/"], 7, 2),
        ("submissions.ndjson", ["r/ClaudeAI"], 4, 4),  # the crosspost names it, and is elsewhere
        ("listings.ndjson", ["r/elsewhere"], 0, 2),
        ("threads.ndjson", ["r/elsewhere"], 0, 1),
        ("issues.csv", ["Example-org/Lantern"], 2, 0),
        ("issues.csv", ["example-org/other"], 0, 3),
        ("events.ndjson", ["example-org/lantern"], 2, 4),
        ("events.ndjson", ["else/where"], 2, 8),
        ("hn.ndjson", ["Claude"], 2, 7),
    ],
)
def test_only_what_is_asked_for_comes_in(
    name: str, told: list[str], kept: int, passed: int
) -> None:
    posts, notes = read(name, told=told)
    assert (len(posts), notes["passed"]) == (kept, passed)


def test_a_line_that_nobody_asked_for_is_not_decoded() -> None:
    content = b"\n".join([b'{"subreddit":"elsewhere", broken'] * 3) + b"\n"
    file = opened((ARCHIVES / "comments.ndjson").read_bytes() + content, told=["r/ClaudeAI"])
    _, notes = gathered(known()["reddit-comments"].read(file))
    assert notes == {"passed": 9}


@pytest.mark.parametrize("told", ["a/b/c", "", "r/", "/"])
def test_what_names_nothing_is_refused(told: str) -> None:
    with pytest.raises(InputError, match="names nothing"):
        only([told])


def test_github_archive_keeps_the_newest_state_of_a_post() -> None:
    posts, notes = read("events.ndjson")
    assert list(posts) == [
        "github:example-org/lantern#601",
        "github:example-org/lantern/comment/7001",
        "github:else/where#11",
        "github:else/where/comment/7003",
    ]
    # A push and a watch are passed over undecoded; a pull request is left out.
    assert notes == {"passed": 2, "left_out": 1, "older": 5, "unreadable": 1}
    issue, comment, _, gone = posts.values()
    assert (issue.title, issue.depth, issue.parent) == ("Session lost after update", 0, None)
    assert issue.text == "It is gone.\nAll of it, since the update."
    assert comment.text == "Same here, on `2.1`. And on 2.2."
    assert comment.edited_at == datetime(2026, 2, 3, 8, 30, tzinfo=UTC)
    assert (comment.parent, comment.depth) == ("github:example-org/lantern#601", 1)
    assert comment.place == "github-archive:example-org/lantern"
    assert (gone.deleted, gone.text) == (True, "")


@pytest.mark.parametrize(
    ("name", "key"),
    [("issues.csv", "lantern#501"), ("events.ndjson", "lantern/comment/7001")],
)
def test_all_deleted_accounts_of_github_are_not_one_author(name: str, key: str) -> None:
    named = read(name)[0][f"github:example-org/{key}"].author
    assert named
    content = (ARCHIVES / name).read_bytes().replace(named.encode(), b"ghost")
    posts, _ = gathered(known()[OURS[name]].read(opened(content)))
    assert posts[f"github:example-org/{key}"].author is None


def test_events_before_2015_are_refused_with_a_reason() -> None:
    old = {"type": "IssuesEvent", "actor": "alder", "payload": {"issue": 1, "action": "opened"}}
    old |= {"repository": {"name": "lantern"}, "created_at": "2014-01-01T00:00:00-08:00"}
    content = json.dumps(old).encode()
    assert chosen("auto", content, "x").name == "gharchive-events"
    with pytest.raises(InputError, match=r"before 2015.*2015-01-01-0"):
        list(known()["gharchive-events"].read(opened(content)))


def test_hacker_news_finds_the_story_of_a_comment() -> None:
    posts, notes = read("hn.ndjson")
    assert notes == {"left_out": 2, "unreadable": 2}
    assert {int(k[3:]) - 800_000: (p.thread, p.depth) for k, p in posts.items()} == {
        1: ("hn:800001", 0),
        2: ("hn:800001", 1),
        3: ("hn:800001", 2),
        4: ("hn:800001", 2),
        5: ("hn:800001", 3),
        6: ("hn:800006", 0),
        7: ("hn:800006", 1),
        8: ("hn:799000", 1),  # as far as the file tells
        9: ("hn:799000", 2),
    }
    story, answer = posts["hn:800001"], posts["hn:800003"]
    assert story.text == 'Every "session" is gone.\n\nAll of them.'
    assert (answer.thread_title, answer.title) == (story.title, "")
    assert answer.products == ("Codex",)
    assert posts["hn:800009"].thread_title is None
    assert [k for k, p in posts.items() if p.deleted] == ["hn:800004", "hn:800005"]
    assert posts["hn:800005"].text == ""
    assert {p.place for p in posts.values()} == {"hackernews-archive:all"}


def test_hacker_news_only_what_names_a_product_and_the_answers_to_it() -> None:
    posts, notes = read("hn.ndjson", told=["Codex", "Claude"])
    assert {int(k[3:]) - 800_000: p.place.partition(":")[2] for k, p in posts.items()} == {
        **dict.fromkeys((1, 2, 3, 4, 5), "codex"),
        **dict.fromkeys((8, 9), "claude"),
    }  # the old codex in a library is no product
    assert notes["passed"] == 2


def test_hacker_news_as_a_table_in_any_order() -> None:
    posts, notes = read("hn.csv")
    assert notes == {"unreadable": 1}
    assert {int(k[3:]) - 810_000: (p.thread, p.depth) for k, p in posts.items()} == {
        3: ("hn:810001", 2),
        2: ("hn:810001", 1),
        4: ("hn:810001", 2),
        1: ("hn:810001", 0),
    }
    assert posts["hn:810002"].text == "Claude & I\nlost it"
    assert posts["hn:810002"].written_at == datetime(2026, 2, 2, 2, 41, tzinfo=UTC)
    assert posts["hn:810004"].deleted


@given(st.permutations(range(12)), st.data())
def test_hacker_news_links_are_right_in_any_order(order: list[int], data: st.DataObject) -> None:
    parents = [0, *(data.draw(st.integers(0, n)) for n in range(1, 12))]  # 0: a story
    rows_ = [
        {"id": n + 1, "type": "comment" if parents[n] else "story", "time": 1, "parent": parents[n]}
        for n in order
    ]
    content = "\n".join(json.dumps(r | {"title": "t", "text": "x"}) for r in rows_).encode()
    posts, _ = gathered(known()["hackernews-ndjson"].read(opened(content)))
    for number in range(1, 13):
        depth, root = 0, number
        while parents[root - 1]:
            depth, root = depth + 1, parents[root - 1]
        assert (posts[f"hn:{number}"].depth, posts[f"hn:{number}"].thread) == (depth, f"hn:{root}")


def test_a_circle_of_answers_ends() -> None:
    told = [{"id": 1, "parent": 2}, {"id": 2, "parent": 1}, {"id": 3, "parent": 3}]
    content = "\n".join(
        json.dumps(t | {"type": "comment", "time": 1, "text": "x"}) for t in told
    ).encode()
    posts, _ = gathered(known()["hackernews-ndjson"].read(opened(content)))
    assert len(posts) == 3


def test_a_forum_that_can_not_be_told_is_refused() -> None:
    content = b'[{"id": 1, "post_comments": [{"cooked": "<p>no link</p>"}]}]'
    with pytest.raises(InputError, match="which Discourse forum"):
        list(known()["discourse-topics"].read(opened(content)))


@pytest.mark.parametrize("name", OURS)
def test_a_source_of_ones_own_names_the_places(name: str) -> None:
    posts, _ = read(name, source="mirror")
    assert {p.place.partition(":")[0] for p in posts.values()} == {"mirror"}


@pytest.mark.parametrize("name", OURS)
@given(data=st.data())
def test_damage_is_counted_and_never_raises_anything_unexpected(
    name: str, data: st.DataObject
) -> None:
    content = (ARCHIVES / name).read_bytes()
    at = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 40))
    broken = content[:at] + data.draw(st.binary(max_size=20)) + content[at + cut :]
    try:
        for item in known()[OURS[name]].read(opened(broken)):
            if isinstance(item, Row):
                with suppress(ValueError):
                    assert isinstance(item.post(), RawPost)
            else:
                assert isinstance(item, RawPost | Note)
    except InputError:
        pass  # no header, no forum: said in one line


@pytest.mark.parametrize(
    "name",
    [
        *("listings.ndjson", "threads.ndjson", "feedback.ndjson"),
        *("comments.ndjson", "submissions.ndjson", "hn.ndjson"),
    ],
)
@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"a":' * 100_000, b'[{"data":' * 50_000])
def test_nesting_without_end_costs_one_row(name: str, nested: bytes) -> None:
    content = (ARCHIVES / name).read_bytes()
    items = list(known()[OURS[name]].read(opened(content + nested + b"\n" + content)))
    whole = list(known()[OURS[name]].read(opened(content)))
    assert len(items) == 2 * len(whole) + 1


def test_a_long_chain_of_answers_is_read_to_its_end() -> None:
    replies: object = ""
    for number in range(150, 0, -1):
        told = {"id": f"x{number}", "parent_id": f"t1_x{number - 1}", "body": "deeper"}
        child = {"kind": "t1", "data": told | {"created_utc": 1, "replies": replies}}
        replies = {"kind": "Listing", "data": {"children": [child]}}
    post = {"id": "p", "subreddit": "lanternhouse", "title": "t", "created_utc": 1}
    opener = {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": post}]}}
    content = json.dumps([opener, replies]).encode()
    posts, _ = gathered(known()["reddit-listings"].read(opened(content)))
    assert [p.depth for p in posts.values()] == list(range(151))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=4)), st.sampled_from([None, 1]))
def test_an_array_is_cut_where_its_elements_end(values: list[object], indent: int | None) -> None:
    content = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    found = [json.loads(part or b"") for _, part in elements(_Trickle(content))]
    assert found == values


@given(st.binary(max_size=300))
def test_no_bytes_break_the_cutters(content: bytes) -> None:
    for cut in (lines, elements):
        for number, part in cut(io.BufferedReader(io.BytesIO(content))):  # type: ignore[arg-type]
            assert number > 0
            assert part is None or part
    table = b"a,b\n" + content
    for number, row in rows(io.BufferedReader(io.BytesIO(table)), ("a", "b")):  # type: ignore[arg-type]
        assert number > 0
        assert row is None or len(row) == 2


class _Trickle(io.BufferedReader):
    """Gives three bytes at a time, so that every cut falls somewhere bad."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content))  # type: ignore[arg-type] # as good as a file

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(3)


@pytest.mark.parametrize("told", ["2026-05-44", "never", "", float("nan"), 1e40, "1e40", "nan"])
def test_what_is_no_time_is_a_value_error(told: float | str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        moment(told)


def numbers() -> Iterator[float | str]:
    yield from (1770000000, 1770000000.0, "1770000000", "2026-02-02T02:40:00Z")
    yield from ("2026-02-02 02:40:00", "2026-02-02T03:40:00+01:00")


@pytest.mark.parametrize("told", list(numbers()))
def test_times_are_read_as_utc(told: float | str) -> None:
    assert moment(told) == datetime(2026, 2, 2, 2, 40, tzinfo=UTC)


def test_an_event_of_closing_names_who_closed_it() -> None:
    issue = {"number": 3, "title": "Gone", "state": "closed", "state_reason": "not_planned"}
    issue |= {"created_at": "2026-02-03T08:00:00Z", "updated_at": "2026-02-09T08:00:00Z"}
    issue |= {"labels": [{"name": "stale"}], "closed_at": "2026-02-09T08:00:00Z"}
    event = {"type": "IssuesEvent", "actor": {"login": "sweeper[bot]"}, "repo": {"name": "o/p"}}
    event |= {"payload": {"action": "closed", "issue": issue}, "created_at": issue["updated_at"]}
    posts, _ = gathered(known()["gharchive-events"].read(opened(json.dumps(event).encode())))
    closing = posts["github:o/p#3"].closing
    assert closing is not None
    assert (closing.ending, closing.closer) == (Ending.STALE, Closer.BOT)


def test_a_table_of_issues_tells_how_they_stand_where_it_has_the_columns() -> None:
    heads = "html_url,title,body,created_at,author,is_pull_request"
    row = "https://github.com/o/p/issues/3,Gone,It is gone.,2026-02-03T08:00:00Z,ada,False"
    told = f"{heads},state,state_reason,labels,updated_at,closed_at,closed_by\n{row},"
    told += 'closed,not_planned,"bug, stale",2026-02-09T08:00:00Z,2026-02-08T08:00:00Z,sweep[bot]\n'
    undated = told.replace("2026-02-08T08:00:00Z", "yesterday")
    stale = (Ending.STALE, Closer.BOT)
    for content, expected in ((told, stale), (undated, stale), (f"{heads}\n{row}\n", None)):
        posts, notes = gathered(known()["github-issues-csv"].read(opened(content.encode())))
        closing = posts["github:o/p#3"].closing
        assert (closing and (closing.ending, closing.closer)) == expected
        assert not notes
