"""What all shapes of Reddit's posts share: ids, deletions, escapes, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Any, Protocol

from ingest.formats.communities import about, about_all
from ingest.formats.shape import Row, moment, row
from ingest.source import RawPost
from ingest.text import from_markdown, tidy

_GONE = re.compile(r"\[\s*(?:deleted|removed)[^\[\]\n]{0,60}\]", re.IGNORECASE)
_SUBREDDIT = re.compile(r"[A-Za-z0-9_]{2,40}", re.ASCII)
_ID = re.compile(r"[0-9a-z]{1,13}", re.ASCII)
_FULL_NAME = re.compile(r"t[13]_[0-9a-z]{1,13}", re.ASCII)

Edited = float | bool | str | None


class Filing(Protocol):
    """What names the place of a post: the file of an archive, or the live source."""

    def place(self, source: str, what: str) -> str:
        """The place's name, from the source's name and the community (`r/ClaudeAI`)."""
        ...


def gone(text: str) -> bool:
    """Whether Reddit shows this instead of a text that its author or a moderator took away."""
    return len(text) < 80 and _GONE.fullmatch(text.strip()) is not None


def unescaped(text: str) -> str:
    """Undoes what the API does to &, < and > unless asked for raw JSON; once, `&` last."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def submission(
    file: Filing,
    *,
    id36: str,
    subreddit: str,
    title: str,
    text: str,
    author: str | None,
    created: float | str,
    edited: Edited = None,
    permalink: str = "",
    deleted: bool = False,
) -> RawPost:
    """The post that opens a thread; `deleted` where the file knows that its text is gone by now.

    Raises `ValueError` for an id, a time or a community that is none.
    """
    key, place, written = _key("t3", id36), _place(file, subreddit), moment(created)
    deleted = deleted or gone(text) or gone(title)
    shown = "" if deleted else tidy(title)
    return RawPost(
        place=place,
        thread=key,
        thread_title=shown,
        thread_opened_at=written,
        external_id=key,
        parent=None,
        kind="post",
        author=_author(author),
        title=shown,
        text="" if deleted else from_markdown(text),
        written_at=written,
        edited_at=_edited(edited),
        deleted=deleted,
        url=f"https://www.reddit.com{permalink or f'/comments/{id36}/'}",
        products=about(subreddit, title),
    )


def opening(where: str, file: Filing, *, id36: str, subreddit: str, **told: Any) -> Row:
    """A submission that its answers ask for, made at most once. Raises `ValueError` at once."""
    _key("t3", id36)
    _place(file, subreddit)
    moment(told["created"])
    make = cache(partial(submission, file))
    return row(where, make, id36=id36, subreddit=subreddit, **told)


def answer(opener: Callable[[], RawPost], **told: Any) -> RawPost:
    """`comment` in a thread of which the opener may not have been made yet."""
    return comment(opener(), **told)


def comment(
    opener: RawPost,
    *,
    id36: str,
    parent: str,
    depth: int,
    text: str,
    author: str | None,
    created: float | str,
    edited: Edited = None,
) -> RawPost:
    """An answer in the thread of `opener`; `parent` is a full name (`t1_...` or `t3_...`)."""
    deleted = gone(text)
    return RawPost(
        place=opener.place,
        thread=opener.thread,
        thread_title=opener.thread_title,
        thread_opened_at=opener.thread_opened_at,
        external_id=_key("t1", id36),
        parent=f"reddit:{parent}",
        kind="comment" if parent.startswith("t3_") else "reply",
        author=_author(author),
        title="",
        text="" if deleted else from_markdown(text),
        written_at=moment(created),
        edited_at=_edited(edited),
        deleted=deleted,
        url=f"{opener.url.rstrip('/')}/{id36}/",
        depth=depth,
        products=opener.products,
    )


def lone_comment(
    file: Filing,
    *,
    id36: str,
    link: str,
    parent: str,
    subreddit: str,
    text: str,
    author: str | None,
    created: float | str,
    edited: Edited = None,
    permalink: str = "",
    deleted: bool = False,
) -> RawPost:
    """A comment without its thread at hand: `link` and `parent` are full names.

    Its depth is 1 or stands for "2 or deeper" until its parent is held. Raises `ValueError` as
    `submission` does, and for full names that are none.
    """
    if not _FULL_NAME.fullmatch(parent) or not link.startswith("t3_"):
        raise ValueError("no parent or no thread")
    deleted = deleted or gone(text)
    direct = parent.startswith("t3_")
    address = permalink or f"/comments/{link.partition('_')[2]}/_/{id36}/"
    return RawPost(
        place=_place(file, subreddit),
        thread=_key("t3", link.partition("_")[2]),
        thread_title=None,
        thread_opened_at=None,
        external_id=_key("t1", id36),
        parent=f"reddit:{parent}",
        kind="comment" if direct else "reply",
        author=_author(author),
        title="",
        text="" if deleted else from_markdown(text),
        written_at=moment(created),
        edited_at=_edited(edited),
        deleted=deleted,
        url=f"https://www.reddit.com{address}",
        depth=1 if direct else 2,
        products=about_all(subreddit),
    )


def _key(kind: str, id36: str) -> str:
    if not _ID.fullmatch(id36):
        raise ValueError("no id")
    return f"reddit:{kind}_{id36}"


def _place(file: Filing, subreddit: str) -> str:
    """Posts on users' own pages share a place: its name would be the user's."""
    if subreddit.startswith("u_"):
        return file.place("reddit", "profiles")
    if not _SUBREDDIT.fullmatch(subreddit):
        raise ValueError("no community")
    return file.place("reddit", f"r/{subreddit}")


def _author(name: str | None) -> str | None:
    return None if name is None or gone(name) else name


def _edited(told: Edited) -> datetime | None:
    """False, or seconds since 1970; old months say only True, some as text."""
    if isinstance(told, str):
        return moment(told) if told.replace(".", "", 1).isdigit() else None
    return None if isinstance(told, bool) or not told else moment(told)
