"""Feeds as broken as they are: identity, dates, conditions, and what a feed no longer shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadAnswer, Gone, InputError
from domain.nouns import Frame
from domain.settings import SourceSettings
from ingest.client import client_for
from ingest.feeds import LARGEST, Feed, parse
from ingest.source import Page, Window
from ingest.sources.rss import Rss
from tests.support.replay import Asked, QuickClock, Replay, Reply, replaying

DAY = timedelta(days=1)
ADDRESS = "https://feed.example/dir/feed.xml"
XML = {"Content-Type": "text/xml"}


def recorded(shared: Path, name: str) -> Feed:
    return parse((shared / f"wire/rss/{name}").read_bytes(), ADDRESS)


def rss(*items: str) -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>T</title>{inner}</channel></rss>'.encode()


def item(key: str, title: str = "Lost", **more: str) -> str:
    told = {"guid": key, "title": title, "link": f"https://blog.example/{key}"} | more
    return "".join(f"<{name}>{value}</{name}>" for name, value in told.items() if value)


def read(
    server: Replay, now: datetime, cursor: dict[str, Any] | None = None, **changes: Any
) -> list[Page]:
    """The pages of one run over `/feed`."""
    told = {"search": (f"{server.address}/feed",), "pace_seconds": 0.0, "timeout_seconds": 1.0}
    settings = SourceSettings(**told | changes)
    source = Rss(settings, now)
    (place,) = source.places()
    with client_for(
        "rss", settings, requests=9, addresses=source.addresses(), clock=QuickClock()
    ) as client:
        return list(source.pages(client, place, cursor or {}, Window(first=now - 7 * DAY)))


def only(pages: list[Page]) -> Page:
    (page,) = pages
    return page


class Feeding:
    """A server with one body, which may change."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.headers: dict[str, str] = {}

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("if-none-match", "-") == self.headers.get("ETag"):
            return Reply(status=304, headers=self.headers)
        return Reply(headers=XML | self.headers, body=self.body)


@pytest.fixture
def feeding() -> Feeding:
    return Feeding(rss(item("1"), item("2")))


@pytest.fixture
def server(feeding: Feeding) -> Iterator[Replay]:
    with replaying(feeding) as made:
        yield made


# Feeds as they were recorded and written for other parsers' tests.


@pytest.mark.parametrize(
    ("name", "entries", "damaged"),
    [
        ("ill_http_high_bit_date.xml", 0, False),
        ("ill_undeclared_namespace.xml", 0, True),
        ("ill_unescaped_ampersands.xml", 1, True),
        ("http_etag_header.xml", 0, False),
        ("atom_empty.xml", 1, False),
        ("rss_empty.xml", 1, False),
        ("rss_full.xml", 5, False),
        ("rss20_dc_example.xml", 1, False),
        ("atom10_example.xml", 1, False),
    ],
)
def test_what_is_broken_is_mended(shared: Path, name: str, entries: int, *, damaged: bool) -> None:
    feed = recorded(shared, name)
    assert len(feed.entries) == entries
    assert bool(feed.damaged) == damaged
    assert feed.unreadable == 0


def test_an_empty_document_is_no_feed(shared: Path) -> None:
    with pytest.raises(BadAnswer, match="something that is no feed"):
        recorded(shared, "ill_empty_document.xml")


@pytest.mark.parametrize(
    "name",
    ["atom_content_base64.xml", "atom_content_escaped_html.xml", "atom_content_xhtml.xml"],
)
def test_every_way_of_sending_html_reads_the_same(shared: Path, name: str) -> None:
    (entry,) = recorded(shared, name).entries
    assert entry.html == "Example <b>Atom</b>"


def test_content_counts_before_a_shorter_summary(shared: Path) -> None:
    (entry,) = recorded(shared, "atom_content_and_summary.xml").entries
    assert entry.html == "Example Atom"


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("atom_relative_links.xml", "https://feed.example/dir/entries/entry.html"),
        ("rss_relative_links.xml", "https://feed.example/dir/blog/post/1"),
        ("atom10_example.xml", "http://example.org/entry/3"),  # by its xml:base
    ],
)
def test_relative_links_are_resolved(shared: Path, name: str, link: str) -> None:
    (entry,) = recorded(shared, name).entries
    assert entry.link == link
    assert "script" not in entry.html


def test_a_bare_ampersand_in_a_link_is_kept(shared: Path) -> None:
    (entry,) = recorded(shared, "ill_unescaped_ampersands.xml").entries
    assert entry.id == entry.link == "http://link/get?a=1&b=2"


def test_dublin_core_dates_count(shared: Path) -> None:
    (entry,) = recorded(shared, "rss20_dc_example.xml").entries
    assert entry.id == "1983@example.org"
    assert entry.updated == datetime(2002, 9, 4, 18, 54, 20, tzinfo=UTC)


def test_a_json_feed_with_wrong_types_is_read_as_far_as_it_goes(shared: Path) -> None:
    feed = recorded(shared, "jsonfeed_invalid_types.json")
    assert [entry.id for entry in feed.entries] == [
        *("2", "3.1415", "author name", "author url", "author name fallback"),
        *("author empty dict", "author empty list", "second author is good"),
    ]
    first, last = feed.entries[0], feed.entries[-1]
    assert (first.title, first.html, first.link, first.published) == ("", "", "", None)
    assert last.author == "Jane"
    assert feed.title == ""


def test_a_json_feed() -> None:
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Blog",
        "items": [
            {"id": 7, "url": "a/b", "title": "A < B", "content_text": "1 < 2\n3 & 4"},
            {"id": "8", "external_url": "https://x/", "content_html": "<p>Hi</p>", "author": {}},
            {"title": "No id", "date_published": "2026-01-02T03:04:05+01:00", "summary": "S"},
            "not an item",
        ],
    }
    feed = parse(json.dumps(told).encode(), ADDRESS)
    one, two, three = feed.entries
    assert (one.id, one.link, one.title) == ("7", "https://feed.example/dir/a/b", "A < B")
    assert one.html == "1 &lt; 2\n3 &amp; 4"
    assert (two.link, two.html) == ("https://x/", "<p>Hi</p>")
    assert three.published == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert len(three.id) == 24
    assert feed.unreadable == 1
    with pytest.raises(BadAnswer, match="JSON that is no feed"):
        parse(b'{"error": "not found"}', ADDRESS)


def test_rdf_is_read() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://x/"><title>T</title></channel>
      <item rdf:about="https://x/1"><title>One</title><link>https://x/1</link></item></rdf:RDF>"""
    (entry,) = parse(body, ADDRESS).entries
    assert (entry.title, entry.link) == ("One", "https://x/1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])
def test_entities_are_refused_in_any_encoding(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE rss [<!ENTITY a "x">]>'
        '<rss version="2.0"><channel><item><title>&a;</title></item></channel></rss>'
    )
    with pytest.raises(BadAnswer, match="declares entities"):
        parse(text.encode(encoding), ADDRESS)


def test_what_entities_unfold_to_is_bounded() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    text = (
        f'<?xml version="1.0" encoding="utf-32"?><!DOCTYPE r [<!ENTITY l0 "lol">{levels}]>'
        '<rss version="2.0"><channel><item><title>&l8;</title></item></channel></rss>'
    )
    with pytest.raises(BadAnswer, match="declares entities"):
        parse(text.encode("utf-32"), ADDRESS)


def test_a_definition_elsewhere_is_not_fetched() -> None:
    with replaying(lambda asked: Reply(body=b"")) as server:
        text = f'<!DOCTYPE rss SYSTEM "{server.address}/x.dtd">' + rss(item("1")).decode()
        assert len(parse(text.encode(), ADDRESS).entries) == 1
    assert not server.asked


def test_an_entry_that_breaks_off_is_not_taken_for_the_whole() -> None:
    whole = rss(item("1"), "<guid>2</guid><description><![CDATA[It forgot everything")
    feed = parse(whole[: whole.rindex(b"</item>")], ADDRESS)
    assert [entry.link for entry in feed.entries] == ["https://blog.example/1"]
    assert feed.unreadable == 1


def test_a_feed_of_any_size_is_not_parsed() -> None:
    with pytest.raises(BadAnswer, match="larger than 8 MB"):
        parse(b" " * (LARGEST + 1), ADDRESS)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_feed_or_a_clear_no(body: bytes) -> None:
    try:
        entries = parse(body, ADDRESS).entries
    except BadAnswer:
        entries = ()
    assert all(entry.id for entry in entries)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(("guid", "link", "title", "description", "pubDate", "author")),
            st.text(alphabet=st.characters(codec="utf-8"), max_size=20),
        ),
        max_size=4,
    )
)
def test_any_items_are_entries(items: list[dict[str, str]]) -> None:
    told = [
        "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in one.items())
        for one in items
    ]
    feed = parse(rss(*told), ADDRESS)
    assert all(entry.id for entry in feed.entries)
    assert all(e.published is None or e.published.tzinfo is UTC for e in feed.entries)


# One run, and the next.


def test_entries_are_posts_of_a_capped_feed(
    feeding: Feeding, server: Replay, now: datetime
) -> None:
    feeding.body = rss(
        item(
            "1",
            "Codex &amp;amp; I",
            description="&lt;p&gt;It &lt;b&gt;forgot&lt;/b&gt; all.&lt;/p&gt;",
            pubDate="Mon, 23 Nov 2026 08:00:00 +0100",
            author="someone@blog.example",
        )
    )
    about = {f"{server.address}/feed": "Claude"}
    page = only(read(server, now, about=about))
    (post,) = page.posts
    name = server.address.partition("://")[2]
    assert post.place == f"rss:{name}/feed"
    assert post.external_id == post.thread
    assert (post.parent, post.depth, post.kind) == (None, 0, "post")
    assert (post.title, post.text) == ("Codex & I", "It forgot all.")
    assert post.written_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert post.products == ("Claude", "Codex")
    assert post.author == f"{name}/someone@blog.example"


def test_conditions_are_sent_back_as_they_came(
    feeding: Feeding, server: Replay, now: datetime
) -> None:
    feeding.headers = {"ETag": 'W/"a b;c"', "Last-Modified": "yesterday, about noon"}
    first = only(read(server, now))
    later = only(read(server, now + DAY, dict(first.cursor or {})))
    assert server.asked[1].headers["if-none-match"] == 'W/"a b;c"'
    assert server.asked[1].headers["if-modified-since"] == "yesterday, about noon"
    assert later.posts == ()
    assert (later.cursor or {})["etag"] == 'W/"a b;c"'
    assert (later.cursor or {})["to"] == (now + DAY).isoformat()


@pytest.mark.parametrize("odd", ["", "  ", "\xd4\xe5\xf4, 29 \xc9\xe1\xed 2004 12:53:00 GMT"])
def test_a_blank_or_foreign_date_of_change_is_no_condition(
    feeding: Feeding, server: Replay, now: datetime, odd: str
) -> None:
    feeding.headers = {"Last-Modified": odd}
    first = only(read(server, now))
    assert len(only(read(server, now, dict(first.cursor or {}))).posts) == 2
    assert not server.asked[1].headers.get("if-modified-since", "").strip()


def test_what_drops_off_is_not_deleted(feeding: Feeding, server: Replay, now: datetime) -> None:
    first = only(read(server, now))
    feeding.body = rss(item("3"), item("2"))
    page = only(read(server, now + DAY, dict(first.cursor or {})))
    assert (page.gone, page.missed) == ((), ())
    assert len(page.posts) == 2


def test_a_feed_without_any_known_entry_has_a_gap(
    feeding: Feeding, server: Replay, now: datetime
) -> None:
    first = only(read(server, now))
    feeding.body = rss(item("8"), item("9"))
    page = only(read(server, now + DAY, dict(first.cursor or {})))
    (missed,) = page.missed
    assert (missed.began, missed.ended) == (now, now + DAY)
    assert "keeps 2 entries only" in missed.reason


def test_an_empty_feed_moves_nothing(feeding: Feeding, server: Replay, now: datetime) -> None:
    feeding.body = rss()
    page = only(read(server, now))
    assert (page.empty, page.cursor) == (True, None)


def test_an_empty_body_is_told(feeding: Feeding, server: Replay, now: datetime) -> None:
    feeding.body = b""
    with pytest.raises(BadAnswer, match="no feed"):
        read(server, now)


def test_a_feed_that_is_not_there_is_told(now: datetime) -> None:
    with (
        replaying(lambda asked: Reply(status=404, headers=XML)) as server,
        pytest.raises(Gone, match="/feed is not there"),
    ):
        read(server, now)


def test_cursors_hold_no_ids_of_entries(feeding: Feeding, server: Replay, now: datetime) -> None:
    cursor = json.dumps(only(read(server, now)).cursor)
    assert "blog.example" not in cursor


# Identity.


def keys(page: Page) -> list[str]:
    return [post.external_id.partition("/feed/")[2] for post in page.posts]


def test_an_edit_keeps_the_id(feeding: Feeding, server: Replay, now: datetime) -> None:
    first = only(read(server, now))
    feeding.body = rss(item("1", "Lost, and found"), item("2"))
    second = only(read(server, now, dict(first.cursor or {})))
    assert keys(second) == keys(first)
    assert second.posts[0].title == "Lost, and found"


def test_one_id_for_all_is_no_id(feeding: Feeding, server: Replay, now: datetime) -> None:
    first = only(read(server, now))
    feeding.body = rss(*(item("x", link=f"https://blog.example/{n}") for n in (1, 2, 3)))
    second = only(read(server, now, dict(first.cursor or {})))
    assert keys(second) == [f"https://blog.example/{n}" for n in (1, 2, 3)]
    assert second.missed == ()
    feeding.body = rss(item("x", link="https://blog.example/3"))  # now it would be one's own
    third = only(read(server, now, dict(second.cursor or {})))
    assert keys(third) == ["https://blog.example/3"]


def test_without_ids_and_links_words_and_dates_count(
    feeding: Feeding, server: Replay, now: datetime
) -> None:
    feeding.body = rss("<title>A</title>", "<title>B</title>", "<title>B</title>")
    assert len(set(keys(only(read(server, now))))) == 2


def test_of_two_versions_of_an_entry_the_later_counts(now: datetime) -> None:
    versions = "".join(
        f"<entry><id>tag:1</id><title>{title}</title><updated>{at}</updated></entry>"
        for title, at in (("New", "2026-11-22T00:00:00Z"), ("Old", "2026-11-21T00:00:00Z"))
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{versions}</feed>'.replace(
        "</id>", '</id><link href="https://blog.example/1"/>'
    )
    with replaying(Feeding(body.encode())) as server:
        page = only(read(server, now))
    assert keys(page) == ["tag:1", "tag:1"]
    assert [post.title for post in page.posts] == ["Old", "New"]


# Dates.


@pytest.mark.parametrize(
    ("date", "written"),
    [
        ("Mon, 23 Nov 2026 08:00:00 GMT", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-22T08:00:00+02:00", datetime(2026, 11, 22, 6, tzinfo=UTC)),
        ("Mon, 23 Nov 2037 08:00:00 GMT", None),  # ahead: a mistake
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),  # nobody set it
        ("soon", None),
        ("", None),
    ],
)
def test_dates_are_the_publishers_word(
    feeding: Feeding, server: Replay, now: datetime, date: str, written: datetime | None
) -> None:
    feeding.body = rss(item("1", pubDate=date))
    (post,) = only(read(server, now)).posts
    assert post.written_at == (written or now)


def test_an_update_later_than_the_first_date_is_an_edit(now: datetime) -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>T</title>'
        "<published>2026-11-20T00:00:00Z</published><updated>2026-11-21T00:00:00Z</updated>"
        "</entry></feed>"
    )
    with replaying(Feeding(body.encode())) as server:
        (post,) = only(read(server, now)).posts
    assert post.edited_at == datetime(2026, 11, 21, tzinfo=UTC)


# Settings.


def test_places_are_feeds(now: datetime) -> None:
    told = ("https://a.example/feed", "https://a.example/feed", "https://b.example/x.atom?y=1")
    source = Rss(SourceSettings(search=told), now)
    assert [p.name for p in source.places()] == ["rss:a.example/feed", "rss:b.example/x.atom?y=1"]
    assert {p.frame for p in source.places()} == {Frame.CAPPED_FEED}


@pytest.mark.parametrize("wrong", ["feed.example", "ftp://x/feed", "https://", "https://a b/c", ""])
def test_what_is_no_address_is_named(now: datetime, wrong: str) -> None:
    with pytest.raises(InputError, match="is no feed"):
        Rss(SourceSettings(search=(wrong,)), now).places()


def test_a_walk_back_asks_nothing(feeding: Feeding, server: Replay, now: datetime) -> None:
    settings = SourceSettings(search=(f"{server.address}/feed",))
    source = Rss(settings, now)
    (place,) = source.places()
    with client_for("rss", settings, requests=9, addresses=source.addresses()) as client:
        back = Window(first=now, back_to=now - 90 * DAY)
        assert not list(source.pages(client, place, {}, back))
    assert not server.asked
