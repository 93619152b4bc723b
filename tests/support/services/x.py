"""X for the contract test: a search that reaches seven days back, and that counts what it costs.

Written from X's documentation (https://docs.x.com/x-api/posts/search/introduction, pricing and data
dictionary beside it); every post is made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from ingest.wires.x import id_at, made_at
from tests.support.replay import Asked, Reply, json_reply

SECRETS = {"TEST_X_BEARER": "made-up"}
LEFT = {"x_rate_limit_limit": "60", "x_rate_limit_remaining": "58"}
PROBLEMS = "https://api.twitter.com/2/problems"
PHRASE = re.compile(r'(-?)"([^"]+)"')


@dataclass
class Version:
    """A post, or a version of it; `history` is shared by all versions."""

    id: str
    text: str
    history: list[str]
    root: str
    parent: str | None = None
    retweet: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class FakeX:
    """The posts of one account. `mills` is what was asked for so far; `now` bounds the search."""

    secrets: Mapping[str, str] = field(default_factory=lambda: dict(SECRETS))
    page: int = 6
    posts: dict[str, Version] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)  # ids of posts that are gone
    mills: int = 0
    now: datetime | None = None

    def add(
        self, at: datetime, text: str, *, parent: str | None = None, retweet: bool = False
    ) -> str:
        """A post, or a reply to `parent`; its id."""
        number = str(int(id_at(at)) + len(self.posts))
        root = self.posts[parent].root if parent else number
        self.posts[number] = Version(number, text, [number], root, parent, retweet)
        return number

    def change(self, number: str, at: datetime, text: str) -> str:
        """Another version of a post; its own id."""
        old = self.posts[number]
        made = self.add(at, text, parent=old.parent)
        self.posts[made].history = old.history
        old.history.append(made)
        return made

    def settings(self, address: str) -> dict[str, object]:
        """With money enough."""
        return {
            "search": ("Claude", "Claude Code"),
            "base": address,
            "credentials": {"bearer": next(iter(self.secrets))},
            "budget_dollars": 100.0,
            "budget_dollars_month": 10_000.0,
        }

    def belonging(self) -> set[str]:
        """All that names a product: the search gives no more than a week."""
        named = re.compile(r"\bclaude\b", re.IGNORECASE)
        return {
            f"x:{p.history[0]}"
            for p in self._live()
            if named.search(p.text) and not p.retweet and p.id == p.history[-1]
        }

    def _live(self) -> list[Version]:
        return [p for p in self.posts.values() if p.history[0] not in self.closed]

    def edit(self, at: datetime) -> str:
        """The newest post of all."""
        newest = max(self.belonging(), key=lambda name: int(name[2:]))
        self.change(newest[2:], at, "Claude came back, it was my session.")
        return newest

    def delete(self, at: datetime) -> str:
        """The newest reply."""
        replies = [p for p in self._live() if p.parent and f"x:{p.id}" in self.belonging()]
        newest = max(replies, key=lambda p: int(p.id))
        self.closed.add(newest.id)
        return f"x:{newest.id}"

    def reply(self, at: datetime) -> str:
        """To the newest post that began a conversation; it names nothing."""
        openers = [p for p in self._live() if not p.parent and f"x:{p.id}" in self.belonging()]
        newest = max(openers, key=lambda p: int(p.id))
        return f"x:{self.add(at, 'Same here, since this morning.', parent=newest.id)}"

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        if asked.headers.get("authorization") != f"Bearer {next(iter(self.secrets.values()))}":
            return json_reply({"title": "Unauthorized", "status": 401}, 401)
        assert "expansions" not in asked.params  # each user costs twice a post
        match asked.path:
            case "/2/tweets/search/recent":
                return self._search(asked)
            case "/2/tweets":
                return self._lookup(asked)
        return json_reply({"title": "Not Found Error"}, 404)

    def _search(self, asked: Asked) -> Reply:
        size = int(asked.params["max_results"])
        if not 10 <= size <= 100:
            return json_reply({"title": "Invalid Request"}, 400)
        since, until = asked.params.get("since_id", "0"), asked.params.get("until_id", str(2**63))
        for bound in (since, asked.params.get("until_id", since)):
            if self.now and bound != "0" and made_at(bound) < self.now - timedelta(days=7):
                return json_reply({"title": "Invalid Request", "detail": "since_id"}, 400)
        found = [
            post
            for post in sorted(self._live(), key=lambda p: int(p.id), reverse=True)
            if int(since) < int(post.id) < int(until)
            and post.id == post.history[-1]
            and self._fits(post, asked.params["query"])
        ]
        start = int(asked.params.get("next_token", "b0")[1:])
        size = min(size, self.page)
        shown = found[start : start + size]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0].id, "oldest_id": shown[-1].id}
        if start + size < len(found):
            meta["next_token"] = f"b{start + size}"
        return self._paid([self._shown(p) for p in shown], {"meta": meta})

    def _fits(self, post: Version, query: str) -> bool:
        if "conversation_id:" in query:
            return query.split()[0] == f"conversation_id:{post.root}"
        words = post.text.lower()
        return all((not no) == (phrase.lower() in words) for no, phrase in PHRASE.findall(query))

    def _lookup(self, asked: Asked) -> Reply:
        numbers = asked.params["ids"].split(",")
        assert len(numbers) <= 100
        there = {p.id: p for p in self._live()}
        errors = [
            {
                "resource_id": number,
                "value": number,
                "parameter": "ids",
                "title": "Not Found Error",
                "type": f"{PROBLEMS}/resource-not-found",
            }
            for number in numbers
            if number not in there
        ]
        shown = [self._shown(there[number]) for number in numbers if number in there]
        return self._paid(shown, {"errors": errors} if errors else {})

    def _paid(self, shown: list[dict[str, Any]], beside: dict[str, Any]) -> Reply:
        self.mills += 5 * len(shown)
        return json_reply(({"data": shown} if shown else {}) | beside, **LEFT)

    def _shown(self, post: Version) -> dict[str, Any]:
        references = [{"type": "replied_to", "id": post.parent}] if post.parent else []
        if post.retweet:
            references.append({"type": "retweeted", "id": "1"})
        at = made_at(post.id).astimezone(UTC).isoformat(timespec="milliseconds")
        return {
            "id": post.id,
            "text": escape(post.text, quote=False),
            "author_id": "42",
            "conversation_id": post.root,
            "created_at": at.replace("+00:00", "Z"),
            "edit_history_tweet_ids": list(post.history),
            "lang": "en",
            **({"referenced_tweets": references} if references else {}),
            **post.extra,
        }


def service(now: datetime) -> FakeX:
    """Posts of the last week, some of them answers, one edited, some that match loosely."""
    made = FakeX()
    for number in range(10):
        at = now - timedelta(days=6, hours=20) + timedelta(hours=16 * number)
        product = "Claude Code" if number % 3 else "Claude"
        post = made.add(at, f"{product} lost my chat & my nerves, part {number}")
        if number % 4 == 0:
            made.add(at + timedelta(minutes=9), f"@some For me {product} did, too", parent=post)
    first = made.add(now - timedelta(hours=7), "Claude logged me otu")
    made.change(first, now - timedelta(hours=7) + timedelta(minutes=3), "Claude logged me out")
    made.add(now - timedelta(days=1), "RT @some: Claude lost my…", retweet=True)
    made.add(now - timedelta(days=2), "claudette lost my umbrella")
    newest = made.add(now - timedelta(hours=5), "Claude forgot all of it")
    made.add(now - timedelta(hours=4), "Claude did the same to me", parent=newest)
    return made
