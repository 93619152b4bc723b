"""One Lemmy instance with one community.

Synthetic, from https://join-lemmy.org/api/main (1.0) and the types of lemmy-js-client for 0.18 and
0.19, in the shapes of recordings of 2023.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.replay import Asked, Reply, json_reply

HOME = "https://elsewhere.example"
COMMENTS = 20_000  # the first id of one


@dataclass
class FakeLemmy:
    """`posts` and `comments` by the ids of this instance, which are not their `ap_id`."""

    now: datetime
    version: str = "0.19.9"
    size: int = 50  # of a page with a cursor; pages by number are as large as was asked
    most_pages: int = 100
    secrets: dict[str, str] = field(default_factory=dict)
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)  # cursors that are known no more

    @property
    def v4(self) -> bool:
        return not self.version.startswith("0.")

    def post(self, at: datetime, name: str, body: str | None = None, **more: Any) -> int:
        """Opens a thread; gives its id."""
        number = 500 + len(self.posts)
        self.posts[number] = self._dated(at) | {
            "id": number,
            "name": name,
            "body": body,
            "ap_id": self.key(number).removeprefix("lemmy:"),
            "deleted": False,
            "removed": False,
            "featured_community": False,
            **more,
        }
        return number

    def comment(
        self, post: int, at: datetime, content: str, above: int | None = None, **more: Any
    ) -> int:
        """An answer to a post, or to a comment; gives its id."""
        number = COMMENTS + len(self.comments)
        path = self.comments[above]["path"] if above else "0"
        self.comments[number] = self._dated(at) | {
            "id": number,
            "post_id": post,
            "content": content,
            "path": f"{path}.{number}",
            "ap_id": self.key(number).removeprefix("lemmy:"),
            "deleted": False,
            "removed": False,
            **more,
        }
        return number

    def _dated(self, at: datetime) -> dict[str, Any]:
        told = at.strftime("%Y-%m-%dT%H:%M:%S.%f")
        if self.v4:
            return {"published_at": f"{told}Z"}
        return {"published": told if self.version.startswith("0.18") else f"{told}Z"}

    def key(self, number: int) -> str:
        """The external id of a post or a comment."""
        return f"lemmy:{HOME}/{'comment' if number >= COMMENTS else 'post'}/{9 * number}"

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        _, api, version, *parts = asked.path.split("/")
        if api != "api" or version != ("v4" if self.v4 else "v3"):
            return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>Not here")
        number = int(asked.params.get("id", 0))
        match parts:
            case ["site"]:
                return json_reply({"site_view": {}, "version": self.version})
            case ["post", "list"]:
                found = [p for p in self.posts.values() if not p["deleted"] and not p["removed"]]
                return self._list(asked, "posts", [self._view(p) for p in found])
            case ["comment", "list"]:
                wanted = asked.params.get("post_id")
                every = self.comments.values()
                chosen = [c for c in every if not wanted or c["post_id"] == int(wanted)]
                return self._list(asked, "comments", [self._below(c) for c in chosen])
            case ["post"] if number in self.posts:
                return json_reply({"post_view": self._view(self.posts[number])})
            case ["comment"] if number in self.comments:
                return json_reply({"comment_view": self._below(self.comments[number])})
        old = self.version.startswith("0.18")
        return json_reply({"error": f"couldnt_find_{parts[0]}"}, 400 if old else 404)

    def _view(self, post: dict[str, Any]) -> dict[str, Any]:
        count = sum(c["post_id"] == post["id"] for c in self.comments.values())
        view = {"post": post | ({"comments": count} if self.v4 else {}), "creator": self._person()}
        return view if self.v4 else view | {"counts": {"comments": count}}

    def _below(self, comment: dict[str, Any]) -> dict[str, Any]:
        post = self.posts[comment["post_id"]]
        return {"comment": comment, "creator": self._person(), "post": post}

    def _person(self) -> dict[str, Any]:
        return {"name": "someone", "ap_id" if self.v4 else "actor_id": f"{HOME}/u/someone"}

    def _list(self, asked: Asked, kind: str, views: list[dict[str, Any]]) -> Reply:
        params = asked.params
        small = "new" if self.v4 else "New"
        assert params["type_"] == ("all" if self.v4 else "All")
        assert int(params["limit"]) <= 50
        if "post_id" not in params and params["community_name"] != "chatgpt":
            return json_reply({"error": "couldnt_find_community"}, 404)
        one = kind.removesuffix("s")
        name = "published_at" if self.v4 else "published"
        views.sort(key=lambda v: (v[one][name], v[one]["id"]), reverse=params["sort"] == small)
        if kind == "posts":
            views.sort(key=lambda v: not v["post"]["featured_community"])
        cursors = self.v4 or (kind == "posts" and self.version.startswith("0.19"))
        size = min(int(params["limit"]), self.size if cursors else 50)
        if params.get("page_cursor") in self.lost:
            return json_reply({"error": "couldnt_find_post"}, 400)
        start = (int(params.get("page", 1)) - 1) * size
        if int(params.get("page", 1)) > self.most_pages:
            return json_reply({"error": "invalid_page"}, 400)
        if "page_cursor" in params:
            last = int(params["page_cursor"][1:], 16)
            start = next((n for n, v in enumerate(views, 1) if v[one]["id"] == last), len(views))
        page = views[start : start + size]
        more: dict[str, Any] = {}
        if cursors and page:
            more["next_page"] = f"P{page[-1][one]['id']:x}"
        return json_reply({"items" if self.v4 else kind: page, **more})

    def settings(self, address: str) -> dict[str, object]:
        place = f"{address}/c/chatgpt"
        return {"search": (place,), "about": {place: "ChatGPT"}}

    def belonging(self) -> set[str]:
        return {
            f"lemmy:{x['ap_id']}"
            for x in (*self.posts.values(), *self.comments.values())
            if not x["deleted"] and not x["removed"]
        }

    def _dated_edit(self, at: datetime) -> dict[str, Any]:
        return {"updated_at" if self.v4 else "updated": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}

    def edit(self, at: datetime) -> str | None:
        number = max(self.comments)
        self.comments[number] |= {"content": "Mine forgot twice."} | self._dated_edit(at)
        return self.key(number)

    def delete(self, at: datetime) -> str | None:
        """The words stay, the flag counts."""
        number = max(self.comments)
        self.comments[number] |= {"deleted": True} | self._dated_edit(at)
        return self.key(number)

    def reply(self, at: datetime) -> str | None:
        return self.key(
            self.comment(self.comments[max(self.comments)]["post_id"], at, "Same here.")
        )


def service(now: datetime) -> FakeLemmy:
    """Sixty days: a post every four days, every third with comments."""
    made = FakeLemmy(now=now, size=6)
    for week in range(15):
        at = now - timedelta(days=4 * (14 - week), hours=20)
        number = made.post(at, f"It lost chat {week}", "All of **it**.")
        if week % 3 == 2:
            first = made.comment(number, at + timedelta(hours=1), "Same here.")
            made.comment(number, at + timedelta(hours=2), "And here.", first)
    pinned = min(made.posts)
    made.posts[pinned]["featured_community"] = True
    made.comment(pinned, now - timedelta(hours=5), "A late answer to an old post.")
    return made
