"""Bluesky for the contract test: sixty days of posts, found by their words and read by their trees.

Written from the lexicons (https://docs.bsky.app/docs/api/app-bsky-feed-search-posts and its
neighbours); every post is made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from tests.support.replay import Asked, Reply, json_reply

REFUSED = b"<html><body><h1>403 Forbidden</h1></body></html>"
LEFT = {"RateLimit_Limit": "3000", "RateLimit_Remaining": "2985", "RateLimit_Policy": "3000;w=300"}
PASSWORD = "made-up-app-password"


def stamp(at: datetime) -> str:
    """As the service writes times."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Post:
    """A post. `at` is when the service saw it; `said` what the author's client says."""

    uri: str
    at: datetime
    text: str
    said: datetime
    parent: str | None = None
    did: str = "did:plc:someone"
    hidden: bool = False  # from strangers
    extra: dict[str, Any] = field(default_factory=dict)  # facets, embed


@dataclass
class FakeBluesky:
    """One service for readers with and without an account."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    page: int = 15
    closed: bool = False  # to searches without an account, as it is at times
    posts: dict[str, Post] = field(default_factory=dict)
    made: int = 0
    tokens: list[str] = field(default_factory=list)
    sign_ins: list[str] = field(default_factory=list)

    def add(
        self,
        at: datetime,
        text: str,
        *,
        parent: str | None = None,
        said: datetime | None = None,
        **more: Any,
    ) -> str:
        """A post, or a reply to `parent`; its uri."""
        self.made += 1
        uri = f"at://did:plc:someone/app.bsky.feed.post/3l{self.made:08}"
        self.posts[uri] = Post(uri, at, text, said or at, parent, **more)
        return uri

    def root(self, post: Post) -> Post:
        """Where its thread begins, or the highest post that is still there."""
        while post.parent in self.posts:
            post = self.posts[post.parent]
        return post

    def settings(self, address: str) -> dict[str, object]:
        """Both hosts in one."""
        return {
            "search": ("Claude", "Claude Code"),
            "base": address,
            "also": {"login": address},
            "credentials": dict(zip(("identifier", "password"), self.secrets, strict=False)),
        }

    def belonging(self) -> set[str]:
        """All that names a product, and may be read by strangers."""
        named = re.compile(r"\bclaude\b", re.IGNORECASE)
        return {p.uri for p in self.posts.values() if named.search(p.text) and not p.hidden}

    def edit(self, at: datetime) -> None:
        """Posts can't be edited."""

    def delete(self, at: datetime) -> str:
        """The newest reply that a search found."""
        replies = [self.posts[uri] for uri in self.belonging() if self.posts[uri].parent]
        newest = max(replies, key=lambda p: p.at)
        del self.posts[newest.uri]
        return newest.uri

    def reply(self, at: datetime) -> str:
        """To the newest post that began a thread; it names nothing."""
        openers = [self.posts[uri] for uri in self.belonging() if not self.posts[uri].parent]
        newest = max(openers, key=lambda p: p.at)
        return self.add(at, "Same here, since this morning.", parent=newest.uri)

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        match asked.path.removeprefix("/xrpc/"):
            case "app.bsky.feed.searchPosts":
                return self._search(asked)
            case "app.bsky.feed.getPosts":
                return self._posts(asked)
            case "app.bsky.feed.getPostThread":
                return self._thread(asked)
            case "com.atproto.server.createSession" | "com.atproto.server.refreshSession":
                return self._session(asked)
        return json_reply({"error": "MethodNotImplemented"}, 501)

    def _session(self, asked: Asked) -> Reply:
        kind = asked.path.rpartition(".")[2]
        self.sign_ins.append(kind)
        if kind == "refreshSession":
            assert not asked.body
            if asked.headers["authorization"] != f"Bearer refresh{len(self.tokens) - 1}":
                return json_reply({"error": "ExpiredToken", "message": "Token has expired"}, 400)
        elif PASSWORD not in asked.body.decode():
            wrong = {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            return json_reply(wrong, 401, **LEFT)
        self.tokens.append(f"access{len(self.tokens)}")
        tokens = {"accessJwt": self.tokens[-1], "refreshJwt": f"refresh{len(self.tokens) - 1}"}
        return json_reply(tokens | {"did": "did:plc:us", "handle": "us.example"}, **LEFT)

    def _search(self, asked: Asked) -> Reply:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens[-1:]:
            return json_reply({"error": "ExpiredToken", "message": "Token has expired"}, 400)
        if not token and (self.closed or "cursor" in asked.params):
            return Reply(status=403, headers={"Content-Type": "text/html"}, body=REFUSED)
        since, until = (datetime.fromisoformat(asked.params[name]) for name in ("since", "until"))
        words = asked.params["q"].strip('"').lower().split()
        found = [
            post
            for post in sorted(self.posts.values(), key=lambda p: min(p.at, p.said), reverse=True)
            if since <= min(post.at, post.said) < until
            and all(word in f"{post.text} {post.did}".lower() for word in words)
        ]
        size = min(int(asked.params["limit"]), self.page)
        cursor = {"cursor": str(size)} if len(found) > size else {}
        return json_reply({"posts": [self._view(p) for p in found[:size]]} | cursor, **LEFT)

    def _posts(self, asked: Asked) -> Reply:
        uris = parse_qs(asked.query)["uris"]
        assert len(uris) <= 25
        found = [self.posts[uri] for uri in uris if uri in self.posts]
        return json_reply({"posts": [self._view(post) for post in found]}, **LEFT)

    def _thread(self, asked: Asked) -> Reply:
        post = self.posts.get(asked.params["uri"])
        if post is None:
            gone = {"error": "NotFound", "message": f"Post not found: {asked.params['uri']}"}
            return json_reply(gone, 400, **LEFT)
        return json_reply({"thread": self._node(post, int(asked.params["depth"]))}, **LEFT)

    def _node(self, post: Post, depth: int) -> dict[str, Any]:
        replies = [p for p in self.posts.values() if p.parent == post.uri]
        lost = {"uri": f"{post.uri}x", "notFound": True, "$type": "app.bsky.feed.defs#notFoundPost"}
        below = [self._node(reply, depth - 1) for reply in replies] + [lost] if depth else []
        kind = "app.bsky.feed.defs#threadViewPost"
        return {"$type": kind, "post": self._view(post), "replies": below, "threadContext": {}}

    def _view(self, post: Post) -> dict[str, Any]:
        record = {"$type": "app.bsky.feed.post", "text": post.text, "createdAt": stamp(post.said)}
        if post.parent:
            root = self.root(post).uri
            record["reply"] = {"root": {"uri": root, "cid": "c"}, "parent": {"uri": post.parent}}
        labels = [{"src": post.did, "val": "!no-unauthenticated"}] if post.hidden else []
        return {
            "uri": post.uri,
            "cid": "c",
            "author": {"did": post.did, "handle": "someone.example", "labels": labels},
            "record": record | post.extra,
            "indexedAt": stamp(post.at),
            "labels": [],
        }


def service(now: datetime) -> FakeBluesky:
    """Posts that match, replies in a thread that doesn't, and words that match loosely."""
    made = FakeBluesky()
    for number in range(38):
        at = now - timedelta(days=58) + timedelta(hours=36 * number)
        product = "Claude Code" if number % 3 else "Claude"
        post = made.add(at, f"{product} lost my chat again, part {number}", hidden=number % 10 == 7)
        if number % 4 == 0:
            made.add(at + timedelta(minutes=9), f"For me {product} did, too", parent=post)
    other = made.add(now - timedelta(days=3), "Which assistant forgets least?")
    made.add(now - timedelta(days=2), "Not Claude, I fear", parent=other)
    made.add(now - timedelta(days=4), "Claudette lost my umbrella")  # the index stems words
    ahead = now + timedelta(days=300)
    made.add(now - timedelta(hours=6), "Claude forgot the year, too", said=ahead)
    newest = made.add(now - timedelta(hours=5), "Claude logged me out")
    made.add(now - timedelta(hours=4), "Claude did the same to me", parent=newest)
    return made
