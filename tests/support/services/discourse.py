"""A Discourse forum with sixty days of topics.

Synthetic: shapes after https://docs.discourse.org, the paging of `/posts.json` after the forum's
own code. `windowed` makes it the older kind, which answers for fifty ids at a time, shown or not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from tests.support.fakes import iso
from tests.support.replay import Asked, Reply, json_reply

NOT_FOUND = {"errors": ["The requested URL could not be found."], "error_type": "not_found"}
NOTICE = "<p>(post deleted by author)</p>"


@dataclass
class FakeDiscourse:
    """`posts` maps ids to what was posted; deleted ones are neither listed nor found."""

    now: datetime
    secrets: dict[str, str] = field(default_factory=dict)
    page: int = 6  # of the list of posts; Discourse gives 50
    chunk: int = 5  # of a topic's first answer; Discourse gives 20
    windowed: bool = False
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    unlisted: set[int] = field(default_factory=set)  # topics that the list leaves out
    name: str = ""

    def topic(self, number: int, key: int, at: datetime, title: str, text: str) -> None:
        """A new topic with its opening post."""
        self.titles[number] = title
        self.post(key, number, at, text)

    def post(
        self, key: int, topic: int, at: datetime, text: str, *, to: int | None = None, **more: Any
    ) -> None:
        """A post; its number in the topic comes by itself."""
        number = 1 + sum(p["topic_id"] == topic for p in self.posts.values())
        self.posts[key] = {
            "id": key,
            "username": f"user{key % 7}",
            "created_at": iso(at),
            "updated_at": iso(at),
            "cooked": f"<p>{text}</p>",
            "post_number": number,
            "post_type": 1,
            "reply_to_post_number": to,
            "topic_id": topic,
            "topic_slug": f"topic-{topic}",
            "version": 1,
            "hidden": False,
            "user_deleted": False,
            "deleted_at": None,
        } | more

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        match asked.path.strip("/").split("/"):
            case ["posts.json"]:
                return json_reply({"latest_posts": self._latest(asked.params.get("before"))})
            case ["posts", key]:
                return self._post(int(key.removesuffix(".json")))
            case ["t", topic, "posts.json"]:
                keys = [int(told) for name, told in parse_qsl(asked.query) if name == "post_ids[]"]
                return self._part(int(topic), keys)
            case ["t", topic]:
                return self._topic(int(topic.removesuffix(".json")), 1)
            case ["t", topic, near]:
                return self._topic(int(topic), int(near.removesuffix(".json")))
        return json_reply(NOT_FOUND, 404)

    def _newest(self) -> list[int]:
        return [key for key, post in sorted(self.posts.items()) if post["post_type"] == 1]

    def _shown(self) -> list[dict[str, Any]]:
        return [p for key, p in sorted(self.posts.items()) if key not in self.deleted]

    def _latest(self, before: str | None) -> list[dict[str, Any]]:
        highest = int(before) if before else max(self.posts, default=0) + 1
        found = [
            p | {"topic_title": self.titles[p["topic_id"]], "raw": "not read"}
            for p in reversed(self._shown())
            if p["post_type"] == 1 and p["topic_id"] not in self.unlisted
        ]
        if self.windowed:
            return [p for p in found if highest - 50 < p["id"] <= highest]
        return [p for p in found if p["id"] < highest][: self.page]

    def _of(self, topic: int) -> list[dict[str, Any]]:
        return [p for p in self._shown() if p["topic_id"] == topic]

    def _post(self, key: int) -> Reply:
        if key in self.deleted or key not in self.posts:
            return json_reply(NOT_FOUND, 404)
        return json_reply(self.posts[key] | {"raw": "not read"})

    def _topic(self, topic: int, near: int) -> Reply:
        all_posts = self._of(topic)
        if not all_posts:
            return json_reply(NOT_FOUND, 404)
        start = max(sum(p["post_number"] < near for p in all_posts) - self.chunk // 2, 0)
        some = all_posts[start : start + self.chunk]
        opener = self.posts[min(k for k, p in self.posts.items() if p["topic_id"] == topic)]
        return json_reply(
            {
                "id": topic,
                "title": self.titles[topic],
                "created_at": opener["created_at"],
                "last_posted_at": None,
                "post_stream": {"posts": some, "stream": [p["id"] for p in all_posts]},
            }
        )

    def _part(self, topic: int, keys: list[int]) -> Reply:
        assert len(keys) <= 20
        some = [p for p in self._of(topic) if p["id"] in keys]
        return json_reply({"post_stream": {"posts": some}, "id": topic})

    def settings(self, address: str) -> dict[str, object]:
        self.name = address.partition("://")[2]
        return {"search": (address,), "about": {address: "Cursor"}}

    def belonging(self) -> set[str]:
        return {
            f"discourse:{self.name}/{p['id']}"
            for p in self._shown()
            if p["post_type"] == 1 and not p["hidden"] and not p["user_deleted"]
        }

    def edit(self, at: datetime) -> str | None:
        key = self._newest()[-2]
        self.posts[key] |= {"cooked": "<p>Edited.</p>", "version": 2, "updated_at": iso(at)}
        return f"discourse:{self.name}/{key}"

    def delete(self, at: datetime) -> str | None:
        key = self._newest()[-1]
        self.deleted.add(key)
        return f"discourse:{self.name}/{key}"

    def reply(self, at: datetime) -> str | None:
        key = max(self.posts) + 3
        self.post(key, 15, at, "Same here.")
        return f"discourse:{self.name}/{key}"


def service(now: datetime) -> FakeDiscourse:
    """A topic every third day; one is long, and ids have holes where nobody may look."""
    forum = FakeDiscourse(now=now)
    for number in range(20):
        at = now - timedelta(days=59 - 3 * number, hours=2)
        topic, key = number + 1, 20 + 40 * number
        forum.topic(topic, key, at, f"It lost my chat ({number})", f"Day {number}: all is gone.")
        forum.post(key + 1, topic, at + timedelta(minutes=5), "Same here.")
        forum.post(key + 2, topic, at + timedelta(minutes=6), "Closed.", post_type=3)
        if number % 5 == 0:
            forum.post(key + 3, topic, at + timedelta(minutes=9), "And here.", to=2)
        if number % 5 == 1:
            forum.post(key + 4, topic, at + timedelta(minutes=10), "Spam.", hidden=True)
            forum.post(key + 5, topic, at + timedelta(minutes=11), "", user_deleted=True)
            forum.posts[key + 5]["cooked"] = NOTICE
            forum.post(key + 7, topic, at + timedelta(minutes=12), "What?", to=4)
        for more in range(22 if number == 6 else 0):  # a long topic, answered in its middle, too
            answered = None if more % 3 else max(2, more // 2)
            later = at + timedelta(hours=1 + more)
            forum.post(key + 10 + more, topic, later, f"Me too, {more}.", to=answered)
    # Late replies, one in the middle of the long topic.
    forum.post(900, 7, now - timedelta(days=3), "Still so.", to=12)
    forum.post(901, 14, now - timedelta(days=2), "Still so.")
    return forum
