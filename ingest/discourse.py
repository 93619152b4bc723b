"""What a Discourse forum is asked, and how its posts read.

A post names the topic it stands in by number, and what it answers by its number in the topic. What
was learned of topics is remembered for the time of a run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from domain.errors import BadAnswer, Refused
from ingest.client import Client
from ingest.products import products_of
from ingest.source import Page, RawPost
from ingest.text import from_html, tidy
from ingest.wires.discourse import WRITTEN_BY_PEOPLE, Latest, Part, Post, Topic, in_utc, posts_of

CHUNK = 20  # posts of a topic that one request may ask for: as Discourse's own pages do


@dataclass(kw_only=True, slots=True)
class _Known:
    """What a run learned of a topic: its title, and which post bears which number (None: none)."""

    ids: dict[int, int | None] = field(default_factory=dict)
    title: str | None = None
    opened_at: datetime | None = None


class Forum:
    """One forum in one run: what it is asked, and how its posts read."""

    def __init__(self, name: str, address: str, about: str | None) -> None:
        self.name = name  # host and path
        self.address = address
        self._about = (about,) if about else ()
        self._topics: defaultdict[int, _Known] = defaultdict(_Known)

    def latest(self, client: Client, before: int | None) -> tuple[list[Post], int]:
        """The newest posts, or the newest below an id (some versions: up to it); unreadable ones.

        The ids descend.
        """
        params = {"before": before} if before else {}
        try:
            told = client.get(f"{self.address}/posts.json", Latest, params=params).content
        except Refused as error:
            if error.word != "not_logged_in":
                raise
            raise Refused(
                f"{self.address} shows its posts to members only.", "Take it out of `search`."
            ) from error
        posts, bad = self._learned(told.latest_posts if told else [])
        if bad and not posts:
            raise BadAnswer(f"{self.address} lists posts of an unknown shape.")
        return sorted(posts, key=lambda p: -p.id), bad

    def whole(self, client: Client, number: int) -> Iterator[Page]:
        """All posts of a topic, in parts."""
        posts, bad, stream = self._topic(client, number)
        yield self.page(posts, bad)
        given = {post.id for post in posts}
        rest = [key for key in stream if key not in given]
        for start in range(0, len(rest), CHUNK):
            asked = "&".join(f"post_ids[]={key}" for key in rest[start : start + CHUNK])
            told = client.get(f"{self.address}/t/{number}/posts.json?{asked}", Part).content
            yield self.page(*self._learned(told.post_stream.posts if told else []))

    def post(self, client: Client, key: int, title: str) -> Page:
        """One post as it is now, for a post that we hold in a topic of this title."""
        told = client.get(f"{self.address}/posts/{key}.json", Post).content
        if told is None:
            return Page()
        self._learn(told)
        if told.post_number == 1:
            self._topic(client, told.topic_id)  # the title is its own, and not in the answer
        else:
            known = self._topics[told.topic_id]
            known.title = known.title or title
        page = self.page([told], 0)
        return replace(page, posts=tuple(replace(post, thread="") for post in page.posts))

    def answers(self, client: Client, post: Post) -> None:
        """Learns which post `post` answers, where that isn't known yet."""
        ids = self._topics[post.topic_id].ids
        number = _answered(post)
        if number not in ids:
            self._topic(client, post.topic_id, number)
            ids.setdefault(number, None)
        if ids[number] is None and 1 not in ids:
            self._topic(client, post.topic_id)

    def page(self, posts: Sequence[Post], bad: int) -> Page:
        """What is kept of `posts`, all of which were learned."""
        read = [p for p in posts if shown(p)]
        lost = [p for p in posts if gone(p)]
        return Page(
            posts=tuple(self._raw(post) for post in read),
            gone=tuple(self._key(post.id) for post in lost),
            there=tuple(self._key(post.id) for post in posts if post.hidden),
            skipped=len(posts) - len(read) - len(lost),
            unreadable=bad,
        )

    def _topic(
        self, client: Client, number: int, near: int = 1
    ) -> tuple[list[Post], int, list[int]]:
        """Posts of a topic around one of its numbers, and the ids of all its posts."""
        where = f"{self.address}/t/{number}" + (f"/{near}.json" if near > 1 else ".json")
        told = client.get(where, Topic).content
        if told is None:
            raise BadAnswer(f"{self.address} gave nothing for topic {number}.")
        known = self._topics[number]
        known.title, known.opened_at = told.title, in_utc(told.created_at)
        posts, bad = self._learned(told.post_stream.posts)
        stream = told.post_stream.stream
        known.ids.setdefault(1, stream[0] if stream else None)
        return posts, bad, stream

    def _learned(self, items: list[msgspec.Raw]) -> tuple[list[Post], int]:
        posts, bad = posts_of(items)
        for post in posts:
            self._learn(post)
        return posts, bad

    def _learn(self, post: Post) -> None:
        known = self._topics[post.topic_id]
        known.ids[post.post_number] = post.id
        known.title = known.title or post.topic_title
        if post.post_number == 1:
            known.opened_at = known.opened_at or in_utc(post.created_at)

    def _raw(self, post: Post) -> RawPost:
        known = self._topics[post.topic_id]
        opener = known.ids.get(1)
        answered = known.ids.get(_answered(post)) or opener
        first = post.post_number == 1 or post.id == opener
        title = tidy(known.title) if known.title else None
        return RawPost(
            place=f"discourse:{self.name}",
            thread=f"discourse:{self.name}/t/{post.topic_id}",
            thread_title=title,
            thread_opened_at=known.opened_at,
            external_id=self._key(post.id),
            parent=None if first or answered is None else self._key(answered),
            kind="post" if first else "reply",
            author=post.username or None,
            title=(title or "") if first else "",
            text=from_html(post.cooked or ""),
            written_at=in_utc(post.created_at),
            edited_at=in_utc(post.updated_at) if edited(post) and post.updated_at else None,
            url=f"{self.address}/t/{post.topic_slug or '-'}/{post.topic_id}/{post.post_number}",
            # Who is answered is known, not how deep: 2 stands for "2 or deeper".
            depth=0 if first else (1 if answered == opener else 2),
            products=products_of(self._about, title or "", ""),
        )

    def _key(self, number: int) -> str:
        return f"discourse:{self.name}/{number}"


def _answered(post: Post) -> int:
    """The number of the post that `post` answers: the opening one, unless it says another."""
    return post.reply_to_post_number or 1


def edited(post: Post) -> bool:
    """Whether a later version than the first is shown."""
    return (post.version or 1) > 1


def gone(post: Post) -> bool:
    """Whether its author deleted it: for a while a notice is shown instead."""
    return bool(post.user_deleted or post.deleted_at)


def shown(post: Post) -> bool:
    """Whether people wrote it and its text is there; a flagged post shows a notice instead."""
    return post.post_type == WRITTEN_BY_PEOPLE and not post.hidden and not gone(post)
