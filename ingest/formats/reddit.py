"""What all shapes of Reddit's posts share: ids, deletions, escapes, addresses."""

from __future__ import annotations

import re
from datetime import datetime

from ingest.formats.communities import about
from ingest.formats.shape import File, moment
from ingest.source import RawPost
from ingest.text import from_markdown, tidy

_GONE = re.compile(r"\[\s*(?:deleted|removed)[^\[\]\n]{0,60}\]", re.IGNORECASE)
_SUBREDDIT = re.compile(r"[A-Za-z0-9_]{2,40}", re.ASCII)


def gone(text: str) -> bool:
    """Whether Reddit shows this instead of a text that its author or a moderator took away."""
    return len(text) < 80 and _GONE.fullmatch(text.strip()) is not None


def unescaped(text: str) -> str:
    """Undoes what the API does to &, < and > unless asked for raw JSON; once, `&` last."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def submission(
    file: File,
    *,
    id36: str,
    subreddit: str,
    title: str,
    text: str,
    author: str | None,
    created: float | str,
    edited: float | bool = False,
    permalink: str = "",
) -> RawPost:
    """The post that opens a thread. Raises `ValueError` for a time or a community that is none."""
    if not _SUBREDDIT.fullmatch(subreddit):
        raise ValueError("no community")
    deleted, written = gone(text), moment(created)
    shown = "" if deleted else tidy(title)
    return RawPost(
        place=file.place("reddit", f"r/{subreddit}"),
        thread=f"reddit:t3_{id36}",
        thread_title=shown,
        thread_opened_at=written,
        external_id=f"reddit:t3_{id36}",
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


def comment(
    opener: RawPost,
    *,
    id36: str,
    parent: str,
    depth: int,
    text: str,
    author: str | None,
    created: float | str,
    edited: float | bool = False,
) -> RawPost:
    """An answer in the thread of `opener`; `parent` is a full name (`t1_...` or `t3_...`)."""
    deleted = gone(text)
    return RawPost(
        place=opener.place,
        thread=opener.thread,
        thread_title=opener.thread_title,
        thread_opened_at=opener.thread_opened_at,
        external_id=f"reddit:t1_{id36}",
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


def _author(name: str | None) -> str | None:
    return None if name is None or gone(name) else name


def _edited(told: float | bool) -> datetime | None:
    """False, or seconds since 1970; old months say only True."""
    return None if isinstance(told, bool) or not told else moment(told)
