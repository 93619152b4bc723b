"""Services that behave as the real ones do, with a truth that tests can grow, edit and delete.

They keep what `wire/NOTES.md` calls gotchas: Algolia's cap and loose matching, GitHub's inclusive
`since`, pull requests among issues, pages of a moving list, ETags.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.support.replay import JSON, Asked, Reply, json_reply


def iso(moment: datetime) -> str:
    """As both services write times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class FakeHackerNews:
    """Algolia's index and Firebase. `items` maps an id to what was posted.

    Deleted and killed ones leave the search; `late` ids are in the search or tree, and Firebase
    doesn't know them yet.
    """

    cap: int = 1_000
    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    late: set[int] = field(default_factory=set)

    def post(
        self,
        number: int,
        written: datetime,
        text: str,
        *,
        parent: int | None = None,
        title: str | None = None,
        author: str = "someone",
    ) -> None:
        """A story (with a title) or a comment (with a parent)."""
        self.items[number] = {
            "id": number,
            "at": int(written.timestamp()),
            "text": text,
            "parent": parent,
            "title": title,
            "author": author,
            "deleted": False,
            "dead": False,
        }

    def delete(self, number: int) -> None:
        """As the author deletes: gone from the search, an empty place in the tree."""
        self.items[number]["deleted"] = True

    def kill(self, number: int) -> None:
        """As a moderator does: gone from the search and from the tree, `dead` at Firebase."""
        self.items[number]["dead"] = True

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        if asked.path.endswith("/search_by_date"):
            return self._search(asked)
        number = int(asked.path.rpartition("/")[2].removesuffix(".json"))
        if "/v0/" in asked.path:
            return json_reply(self._item(number))
        if number not in self.items or self.items[number]["dead"]:
            return json_reply({"status": 404, "error": "Not Found"}, 404)
        return json_reply(self._tree(number))

    def _search(self, asked: Asked) -> Reply:
        assert asked.params["typoTolerance"] == "false"
        words = asked.params["query"].strip('"').lower()
        since, until = (
            int("".join(c for c in part if c.isdigit()))
            for part in asked.params["numericFilters"].replace("created_at_i", "").split(",")
        )
        size, page = min(int(asked.params["hitsPerPage"]), 1_000), int(asked.params["page"])
        found = [
            item
            for item in sorted(self.items.values(), key=lambda i: (-i["at"], -i["id"]))
            if not (item["deleted"] or item["dead"])
            and since <= item["at"] < until
            and words in f"{item['title']} {item['text']} {item['author']}".lower()
        ]
        if page * size >= self.cap:
            return json_reply({"hits": [], "nbHits": 0, "nbPages": 0, "message": "cap"})
        reachable = found[: self.cap]
        return json_reply(
            {
                "hits": [self._hit(item) for item in reachable[page * size : (page + 1) * size]],
                "nbHits": len(found),
                "nbPages": -(-len(reachable) // size),
                "page": page,
                "hitsPerPage": size,
            }
        )

    def _story(self, item: dict[str, Any]) -> dict[str, Any]:
        while item["parent"] is not None:
            item = self.items[item["parent"]]
        return item

    def _hit(self, item: dict[str, Any]) -> dict[str, Any]:
        story = self._story(item)
        hit = {"objectID": str(item["id"]), "created_at_i": item["at"], "author": item["author"]}
        if item["parent"] is None:
            return hit | {"title": item["title"], "story_text": item["text"], "url": None}
        return hit | {
            "comment_text": item["text"],
            "story_id": story["id"],
            "story_title": story["title"],
            "parent_id": item["parent"],
        }

    def _item(self, number: int) -> dict[str, Any] | None:
        item = self.items.get(number)
        if item is None or number in self.late:
            return None
        told = {
            "id": number,
            "time": item["at"],
            "type": "story" if item["parent"] is None else "comment",
            "parent": item["parent"],
        }
        if item["deleted"]:
            return told | {"deleted": True}
        told |= {"by": item["author"], "title": item["title"], "text": item["text"]}
        if item["dead"]:
            told |= {"dead": True, "text": "[dead]"}
        return {name: value for name, value in told.items() if value not in (None, "")}

    def _tree(self, number: int) -> dict[str, Any]:
        item = self.items[number]
        gone = item["deleted"]
        return {
            "id": number,
            "created_at_i": item["at"],
            "type": "story" if item["parent"] is None else "comment",
            "author": None if gone else item["author"],
            "title": None if gone else item["title"],
            "text": None if gone else f"<p>{item['text']}</p>",
            "parent_id": item["parent"],
            "children": [
                self._tree(child)
                for child, other in sorted(self.items.items())
                if other["parent"] == number and not other["dead"]
            ],
        }


@dataclass
class FakeGitHub:
    """One repository's two lists. `issues` and `comments` hold what the API would give."""

    repository: str = "owner/project"
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    largest_page: int = 100
    sorts: bool = True  # a mirror may ignore the order that was asked for
    deleted: set[int] = field(default_factory=set)  # numbers of issues
    transferred: dict[int, str] = field(default_factory=dict)  # number -> path of the new place

    def issue(
        self,
        number: int,
        created: datetime,
        text: str | None,
        *,
        title: str = "It forgot everything",
        updated: datetime | None = None,
        author: str | None = "someone",
        pull: bool = False,
    ) -> None:
        """An issue, or a pull request."""
        kind = "pull" if pull else "issues"
        self.issues[number] = {
            "number": number,
            "title": title,
            "body": text,
            "user": {"login": author} if author else None,
            "html_url": f"https://github.com/{self.repository}/{kind}/{number}",
            "created_at": iso(created),
            "updated_at": iso(updated or created),
        } | ({"pull_request": {"url": "x"}} if pull else {})

    def comment(
        self,
        key: int,
        number: int,
        created: datetime,
        text: str,
        *,
        updated: datetime | None = None,
    ) -> None:
        """A comment on an issue or on a pull request, which then is touched too."""
        on = self.issues.get(number, {})
        kind = "pull" if "pull_request" in on else "issues"
        self.comments[key] = {
            "id": key,
            "body": text,
            "user": {"login": "another"},
            "html_url": f"https://github.com/{self.repository}/{kind}/{number}#issuecomment-{key}",
            "issue_url": f"https://api.github.com/repos/{self.repository}/issues/{number}",
            "created_at": iso(created),
            "updated_at": iso(updated or created),
        }
        if on:
            on["updated_at"] = max(on["updated_at"], iso(updated or created))

    def delete(self, number: int) -> None:
        """As an owner deletes an issue: it is gone from the lists, with all its comments."""
        self.deleted.add(number)
        self.issues.pop(number)
        for key in [k for k, c in self.comments.items() if _issue_of(c) == number]:
            self.comments.pop(key)

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        root = f"/repos/{self.repository}"
        if asked.path == root:
            return json_reply({"id": 1, "full_name": self.repository})
        if asked.path == f"{root}/issues/comments":
            return self._list(asked, list(self.comments.values()))
        if asked.path == f"{root}/issues":
            assert asked.params["state"] == "all"
            return self._list(asked, list(self.issues.values()))
        if asked.path.startswith(f"{root}/issues/comments/"):
            comment = self.comments.get(int(asked.path.rpartition("/")[2]))
            return json_reply(comment) if comment else json_reply({"message": "Not Found"}, 404)
        if asked.path.startswith(f"{root}/issues/") and asked.path.endswith("/comments"):
            return self._comments_of(asked, int(asked.path.split("/")[-2]))
        return json_reply({"message": "Not Found"}, 404)

    def _comments_of(self, asked: Asked, number: int) -> Reply:
        if number in self.deleted:
            return json_reply({"message": "This issue was deleted"}, 410)
        if number in self.transferred:
            there = f"http://{asked.headers['host']}{self.transferred[number]}"
            return Reply(status=301, headers=JSON | {"Location": there}, body=b"{}")
        if number not in self.issues:
            return json_reply({"message": "Not Found"}, 404)
        own = [c for _, c in sorted(self.comments.items()) if _issue_of(c) == number]
        return self._list(asked, own, sort=False)

    def _list(self, asked: Asked, rows: list[dict[str, Any]], *, sort: bool = True) -> Reply:
        since = asked.params.get("since", "")
        size = min(int(asked.params.get("per_page", "30")), self.largest_page)
        page = int(asked.params.get("page", "1"))
        found = [row for row in rows if row["updated_at"] >= since]
        if self.sorts and sort:
            found.sort(key=lambda row: (row["updated_at"], row.get("id", row.get("number"))))
        body = json.dumps(found[(page - 1) * size : page * size]).encode()
        headers = JSON | {"ETag": f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'}
        if page * size < len(found):
            others = "".join(f"&{k}={v}" for k, v in asked.params.items() if k != "page")
            here = f"http://{asked.headers['host']}{asked.path}?page={page + 1}{others}"
            headers["Link"] = f'<{here}>; rel="next", <{here}>; rel="last"'
        if asked.headers.get("if-none-match") == headers["ETag"]:
            return Reply(status=304, headers=headers)
        return Reply(headers=headers, body=body)


def _issue_of(comment: dict[str, Any]) -> int:
    return int(comment["issue_url"].rpartition("/")[2])
