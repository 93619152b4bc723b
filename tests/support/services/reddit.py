"""Reddit for the contract test: a community of sixty days, with trees that don't show everything.

Written from Reddit's documentation (https://www.reddit.com/dev/api) and from what its answers look
like; every post is made up.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.replay import Asked, Reply, json_reply

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LEFT = {"x_ratelimit_remaining": "97.0", "x_ratelimit_used": "3", "x_ratelimit_reset": "15"}
SECRETS = {"TEST_REDDIT_ID": "made-up", "TEST_REDDIT_SECRET": "made up, too", "TEST_USER": "so_me"}


@dataclass
class Thing:
    """A post, or a comment where it has a parent. `state`: live, deleted, removed."""

    name: str
    parent: str | None
    at: datetime
    text: str
    title: str = ""
    author: str = "someone"
    edited: datetime | None = None
    state: str = "live"


@dataclass
class FakeReddit:
    """One community. `page`, `cap`, `breadth` and `depth` bound what one answer shows."""

    secrets: Mapping[str, str] = field(default_factory=lambda: dict(SECRETS))
    community: str = "Tested"
    page: int = 20
    cap: int = 1_000
    breadth: int = 3
    depth: int = 3
    things: dict[str, Thing] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    last_day: datetime | None = None

    def add(
        self, at: datetime, text: str, *, parent: str | None = None, title: str = "It forgot"
    ) -> str:
        """A post, or an answer to `parent`; its full name."""
        name = f"{'t1' if parent else 't3'}_{base36(4_000_000_000 + len(self.things))}"
        self.things[name] = Thing(name, parent, at, text, "" if parent else title)
        return name

    def link(self, thing: Thing) -> Thing:
        """The post under which it stands."""
        while thing.parent:
            thing = self.things[thing.parent]
        return thing

    def settings(self, address: str) -> dict[str, object]:
        """Both hosts in one."""
        roles = dict(zip(("client_id", "client_secret", "user"), self.secrets, strict=True))
        return {
            "search": (self.community,),
            "base": address,
            "also": {"login": address},
            "credentials": roles,
        }

    def belonging(self) -> set[str]:
        """All that is still there."""
        return {f"reddit:{t.name}" for t in self.things.values() if t.state == "live"}

    def edit(self, at: datetime) -> str:
        """The newest comment gets another text."""
        thing = self._newest_comment()
        thing.text, thing.edited = "Edit: it came back, the session had expired.", at
        return f"reddit:{thing.name}"

    def delete(self, at: datetime) -> str:
        """The newest comment: in lists and trees it is missing, by its name it is a stub."""
        thing = self._newest_comment()
        thing.state = "deleted"
        return f"reddit:{thing.name}"

    def reply(self, at: datetime) -> str:
        """Deep in a thread of the last days."""
        parent = self._newest_comment().name
        return f"reddit:{self.add(at, 'Same here, since this morning.', parent=parent)}"

    def _newest_comment(self) -> Thing:
        comments = [t for t in self.things.values() if t.parent and t.state == "live"]
        return max(comments, key=lambda t: (t.at, t.name))

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        assert asked.headers["user-agent"].split(":")[1] == "whylost", asked.headers
        if asked.path == "/api/v1/access_token":
            return self._sign_in(asked)
        if asked.headers.get("authorization") not in [f"Bearer {t}" for t in self.tokens[-1:]]:
            return json_reply({"message": "Unauthorized", "error": 401}, 401)
        assert asked.params["raw_json"] == "1"
        parts = asked.path.strip("/").split("/")
        match parts:
            case ["r", community, "new" | "comments" as kind] if community == "tested":
                return self._list(asked, "t3" if kind == "new" else "t1")
            case ["comments", link]:
                return self._page(link, None)
            case ["comments", link, "_", comment]:
                return self._page(link, f"t1_{comment}")
            case ["api", "morechildren"]:
                return self._more(asked)
            case ["api", "info"]:
                return self._info(asked)
            case _:
                return json_reply({"message": "Not Found", "error": 404}, 404)

    def _sign_in(self, asked: Asked) -> Reply:
        assert asked.method == "POST"
        assert asked.form == {"grant_type": "client_credentials"}
        pair = ":".join(list(self.secrets.values())[:2])
        if asked.headers["authorization"] != f"Basic {b64encode(pair.encode()).decode()}":
            return json_reply({"message": "Unauthorized", "error": 401}, 401)
        self.tokens.append(f"token{len(self.tokens)}")
        return json_reply({"access_token": self.tokens[-1], "expires_in": 86400, "scope": "*"})

    def _list(self, asked: Asked, kind: str) -> Reply:
        assert "before" not in asked.params
        rows = [t for t in self.things.values() if t.name[:2] == kind and t.state == "live"]
        rows = sorted(rows, key=lambda t: (t.at, t.name), reverse=True)[: self.cap]
        start = 0
        if after := asked.params.get("after"):
            names = [t.name for t in rows]
            start = names.index(after) + 1 if after in names else len(rows)
        size = min(int(asked.params["limit"]), self.page)
        shown = rows[start : start + size]
        more = start + size < len(rows)
        children = [self._thing(t, listed=True) for t in shown]
        return json_reply(listing(children, shown[-1].name if more else None), **LEFT)

    def _page(self, link: str, focus: str | None) -> Reply:
        top = self.things.get(f"t3_{link}")
        if top is None:
            return json_reply({"message": "Not Found", "error": 404}, 404)
        shown = [self._node(self.things[focus], 1)] if focus else self._below(top, 1)
        return json_reply([listing([self._thing(top)]), listing(shown)], **LEFT)

    def _answers(self, thing: Thing) -> list[Thing]:
        """A comment that is gone stands in the tree only where something answers it."""
        found = [t for t in self.things.values() if t.parent == thing.name]
        return [t for t in found if t.state == "live" or self._answers(t)]

    def _below(self, thing: Thing, depth: int) -> list[dict[str, Any]]:
        answers = self._answers(thing)
        if answers and depth > self.depth:
            return [more("_", thing.name, [], 0)]
        nodes = [self._node(t, depth) for t in answers[: self.breadth]]
        rest = [t.name[3:] for t in answers[self.breadth :]]
        return nodes + ([more(rest[0], thing.name, rest, len(rest))] if rest else [])

    def _node(self, thing: Thing, depth: int) -> dict[str, Any]:
        below = self._below(thing, depth + 1)
        shown = self._thing(thing)
        shown["data"] |= {"replies": listing(below) if below else "", "depth": depth - 1}
        return shown

    def _more(self, asked: Asked) -> Reply:
        assert asked.method == "POST"
        assert asked.form["api_type"] == "json"

        def flat(thing: Thing) -> Iterator[dict[str, Any]]:
            yield self._thing(thing)
            for answer in self._answers(thing):
                yield from flat(answer)

        named = [self.things[f"t1_{one}"] for one in asked.form["children"].split(",")]
        found = [shown for thing in named for shown in flat(thing)]
        return json_reply({"json": {"errors": [], "data": {"things": found}}}, **LEFT)

    def _info(self, asked: Asked) -> Reply:
        """What a moderator removed is still told here."""
        names = asked.params["id"].split(",")
        assert len(names) <= 100
        found = [self.things[name] for name in names if name in self.things]
        return json_reply(
            listing([self._thing(t, told=t.state == "removed") for t in found]), **LEFT
        )

    def _thing(self, thing: Thing, *, listed: bool = False, told: bool = False) -> dict[str, Any]:
        stub = None if told or thing.state == "live" else f"[{thing.state}]"
        top = self.link(thing)
        shared = {
            "id": thing.name[3:],
            "name": thing.name,
            "subreddit": self.community,
            "author": "[deleted]" if thing.state == "deleted" else thing.author,
            "created_utc": thing.at.timestamp(),
            "edited": thing.edited.timestamp() if thing.edited else False,
            "permalink": f"/r/{self.community}/comments/{top.name[3:]}/it/",
        }
        if thing.parent is None:
            removed = {"removed_by_category": thing.state if stub else None}
            own = {"title": thing.title, "selftext": stub or thing.text, **removed}
            return {"kind": "t3", "data": shared | own}
        own = {"parent_id": thing.parent, "link_id": top.name, "body": stub or thing.text}
        titled = {"link_title": top.title} if listed else {}
        return {"kind": "t1", "data": shared | own | titled}


def listing(children: list[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    """A page of things."""
    return {"kind": "Listing", "data": {"children": children, "after": after, "before": None}}


def more(number: str, parent: str, children: list[str], count: int) -> dict[str, Any]:
    """Comments that aren't shown."""
    data = {"id": number, "name": f"t1_{number}", "parent_id": parent}
    return {"kind": "more", "data": data | {"children": children, "count": count}}


def base36(number: int) -> str:
    """As Reddit writes numbers."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits


def service(now: datetime) -> FakeReddit:
    """Thirty posts, some with long and deep trees; an account is gone, a few posts are too."""
    made = FakeReddit()
    for number in range(30):
        at = now - timedelta(days=58 - 2 * number, hours=3)
        post = made.add(at, f"My chat was gone after lunch, part {number}. &amp; more")
        parent = post
        for answer in range(number % 4):
            parent = made.add(at + timedelta(minutes=5 + answer), "Same here.", parent=parent)
    last = max(t.name for t in made.things.values() if not t.parent)
    deep = last
    for level in range(6):
        deep = made.add(now - timedelta(minutes=110 - level), f"Answer {level}", parent=deep)
    for wide in range(5):
        made.add(now - timedelta(minutes=100 - wide), f"Another {wide}", parent=last)
    made.things[deep].author = "[deleted]"  # the account, not the text
    stub = made.add(now - timedelta(days=20), "gone", parent=last)
    made.things[stub].state = "deleted"
    return made
