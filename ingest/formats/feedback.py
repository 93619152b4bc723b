"""A collector's own shape: Hacker News and Reddit, one post a line, threads not kept together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

import msgspec

from ingest.formats.pieces import lines
from ingest.formats.reddit import submission
from ingest.formats.shape import UNREADABLE, File, Item, Note, Sieve, moment, row
from ingest.products import products_of
from ingest.source import RawPost
from ingest.text import from_html, tidy

_HACKER_NEWS = re.compile(r"hn_(story|comment)_(\d{1,15})", re.ASCII)
_REDDIT = re.compile(r"reddit_([0-9a-z]{1,15})", re.ASCII)
_SUBREDDIT = re.compile(r"/r/(\w+)/", re.ASCII)


class Feedback(msgspec.Struct):
    """A post; `title` of a comment is its story's, shortened, after "Re: "."""

    id: str
    source: str
    source_url: str
    title: str
    text: str
    timestamp: str
    author: str | None = None


_ROW = msgspec.json.Decoder(Feedback)


class FeedbackLines:
    """Comments don't say which story they belong to: each stands in a thread of its own."""

    name: ClassVar[str] = "feedback-ndjson"
    sieve: ClassVar[Sieve] = ""

    def fits(self, head: bytes) -> bool:
        """By its keys and the form of its ids."""
        keys = (b'"source_url"', b'"timestamp"', b'"text"')
        ids = re.search(rb'"id"\s*:\s*"(?:hn_(?:story|comment)|reddit)_', head)
        return bool(ids) and all(key in head for key in keys)

    def read(self, file: File) -> Iterator[Item]:
        """One post a line."""
        for number, line in lines(file.stream):
            where = f"line {number}"
            try:
                told = _ROW.decode(line or b"")
            except UNREADABLE:
                yield Note(kind="unreadable", where=where)
                continue
            make = _maker(told)
            if make is None:
                yield Note(kind="left_out", where=where)
            else:
                yield row(where, partial(make, file), *msgspec.structs.astuple(told), told=told)


def _maker(told: Feedback) -> Callable[..., RawPost] | None:
    if _HACKER_NEWS.fullmatch(told.id):
        return _hacker_news
    return _reddit if _REDDIT.fullmatch(told.id) and _SUBREDDIT.search(told.source_url) else None


def _hacker_news(file: File, *, told: Feedback) -> RawPost:
    found = _HACKER_NEWS.fullmatch(told.id)
    if not found:
        raise ValueError("no id")
    is_story, key = found[1] == "story", f"hn:{found[2]}"
    title = tidy(told.title if is_story else told.title.removeprefix("Re: "))
    written = moment(told.timestamp)
    return RawPost(
        place=file.place("hackernews", "feedback"),
        thread=key,
        thread_title=title if is_story else None,
        thread_opened_at=written if is_story else None,
        external_id=key,
        parent=None,
        kind=found[1],
        author=told.author,
        title=title if is_story else "",
        text=from_html(told.text),
        written_at=written,
        url=f"https://news.ycombinator.com/item?id={found[2]}",
        depth=0 if is_story else 1,
        products=products_of((), title, ""),
    )


def _reddit(file: File, *, told: Feedback) -> RawPost:
    found, where = _REDDIT.fullmatch(told.id), _SUBREDDIT.search(told.source_url)
    if not found or not where:
        raise ValueError("no id or no community")
    return submission(
        file,
        id36=found[1],
        subreddit=where[1],
        title=told.title,
        text=told.text,
        author=told.author,
        created=told.timestamp,
    )


FORMAT = FeedbackLines()
