"""Stack Exchange with two sites and sixty days of questions.

Synthetic: shapes and rules from https://api.stackexchange.com/docs: the wrapper, vectors of ids,
inclusive `min` and `max`, pages of a moving list, no page beyond 25 without a key.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.replay import JSON, Asked, Reply, json_reply

KINDS = {"questions": "question", "answers": "answer", "comments": "comment"}


@dataclass
class FakeStackExchange:
    """`posts` maps (site, kind, id) to what the API gives, `tags` a site's questions to tags."""

    now: datetime
    secrets: dict[str, str] = field(default_factory=dict)
    largest: int = 3  # of a page; the API gives 100
    quota: int = 9_000
    quota_max: int = 10_000
    backoff: int | None = None
    posts: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)
    tags: dict[tuple[str, int], str] = field(default_factory=dict)
    on: dict[tuple[str, int], int] = field(default_factory=dict)  # a comment's post

    def question(
        self, key: int, at: datetime, title: str, *, site: str = "stackoverflow", tag: str = "codex"
    ) -> None:
        """A new question."""
        self.tags[site, key] = tag
        self.posts[site, "question", key] = self._post(at, key) | {
            "question_id": key,
            "title": title,
            "link": f"https://{site}.com/questions/{key}/it-lost",
            "last_activity_date": _seconds(at),
        }

    def answer(self, key: int, on: int, at: datetime, *, site: str = "stackoverflow") -> None:
        """An answer; its question becomes active."""
        self.posts[site, "answer", key] = self._post(at, key) | {
            "answer_id": key,
            "question_id": on,
            "last_activity_date": _seconds(at),
        }
        self.posts[site, "question", on]["last_activity_date"] = _seconds(at)

    def comment(self, key: int, on: int, at: datetime, *, site: str = "stackoverflow") -> None:
        """A comment on either; nothing becomes active by it."""
        told = self._post(at, key) | {"comment_id": key, "post_id": on, "edited": False}
        self.posts[site, "comment", key] = told

    def _post(self, at: datetime, key: int) -> dict[str, Any]:
        owner = {"user_type": "registered", "user_id": key % 9 + 1, "display_name": "someone"}
        if key % 10 == 7:
            owner = {"user_type": "does_not_exist", "display_name": "user77"}
        return {
            "creation_date": _seconds(at),
            "body": f"<p>Post {key}: it&#39;s gone.</p>",
            "owner": owner,
            "content_license": "CC BY-SA 4.0",
        }

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request, always compressed."""
        site, page = asked.params["site"], int(asked.params["page"])
        if site not in ("stackoverflow", "webapps"):
            return json_reply(
                {
                    "error_id": 400,
                    "error_message": f"No site found for name `{site}`",
                    "error_name": "bad_parameter",
                },
                400,
            )
        if page > 25 and "key" not in asked.params:
            return json_reply({"error_id": 403, "error_name": "access_denied"}, 400)
        self.quota -= 1
        found = self._found(asked, site)
        size = min(int(asked.params["pagesize"]), self.largest)
        part = found[(page - 1) * size : page * size]
        if asked.params["filter"] != "withbody":
            part = [{k: v for k, v in item.items() if k != "body"} for item in part]
        told: dict[str, Any] = {
            "items": part,
            "has_more": page * size < len(found),
            "quota_max": self.quota_max,
            "quota_remaining": self.quota,
        }
        if self.backoff:
            told["backoff"] = self.backoff
        body = gzip.compress(json.dumps(told).encode(), mtime=0)
        return Reply(headers=JSON | {"Content-Encoding": "gzip"}, body=body)

    def _found(self, asked: Asked, site: str) -> list[dict[str, Any]]:
        match asked.path.removeprefix("/2.3/").split("/"):
            case ["questions"]:
                tag = asked.params["tagged"]
                found = [q for q in self._all(site, "question") if self._tag(site, q) == tag]
            case [kind, ids]:
                kind = KINDS[kind]
                found = [p for p in self._all(site, kind) if p[f"{kind}_id"] in _numbers(ids)]
            case ["questions", ids, "answers"]:
                found = [a for a in self._all(site, "answer") if a["question_id"] in _numbers(ids)]
            case ["posts", ids, "comments"]:
                found = [c for c in self._all(site, "comment") if c["post_id"] in _numbers(ids)]
            case _:
                raise AssertionError(asked.path)
        name = {"activity": "last_activity_date", "creation": "creation_date"}[asked.params["sort"]]
        least, most = int(asked.params.get("min", 0)), int(asked.params.get("max", 2**40))
        found = [item for item in found if least <= item[name] <= most]
        return sorted(
            found,
            key=lambda item: (item[name], item.get("question_id", 0)),
            reverse=asked.params["order"] == "desc",
        )

    def _all(self, site: str, kind: str) -> list[dict[str, Any]]:
        return [p for (at, of, _), p in sorted(self.posts.items()) if (at, of) == (site, kind)]

    def _tag(self, site: str, question: dict[str, Any]) -> str:
        return self.tags[site, question["question_id"]]

    def settings(self, address: str) -> dict[str, object]:
        return {
            "base": f"{address}/2.3",
            "search": ("stackoverflow/codex", "webapps/chatgpt"),
            "about": {"webapps/chatgpt": "ChatGPT"},
        }

    def belonging(self) -> set[str]:
        return {
            f"se:{site}/{kind}/{key}"
            for site, kind, key in self.posts
            if self.tags.get((site, key)) != "another"
        }

    def edit(self, at: datetime) -> str | None:
        told = self.posts["stackoverflow", "question", 1190]
        told |= {"body": "<p>Edited.</p>", "last_edit_date": _seconds(at)}
        told["last_activity_date"] = _seconds(at)
        return "se:stackoverflow/question/1190"

    def delete(self, at: datetime) -> str | None:
        del self.posts["stackoverflow", "answer", 1191]
        return "se:stackoverflow/answer/1191"

    def reply(self, at: datetime) -> str | None:
        self.comment(5_000, 1191, at)
        return "se:stackoverflow/comment/5000"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _numbers(ids: str) -> set[int]:
    numbers = {int(told) for told in ids.split(";")}
    assert len(numbers) <= 100
    return numbers


def service(now: datetime) -> FakeStackExchange:
    """A question every third day, answers days later, comments on both."""
    made = FakeStackExchange(now=now)
    for number in range(20):
        at = now - timedelta(days=59 - 3 * number, hours=2)
        key = 1_000 + 10 * number
        made.question(key, at, f"Codex &quot;forgot&quot; all ({number})")
        if number % 2:
            made.answer(key + 1, key, at + timedelta(minutes=30))
            made.comment(key + 2, key + 1, at + timedelta(minutes=40))
        if number % 5 == 0:
            made.comment(key + 7, key, at + timedelta(minutes=50))
            made.question(key + 5, at, "A kite", tag="another")
        if number % 7 == 3:
            made.question(key, at, "The chat is gone", site="webapps", tag="chatgpt")
            made.comment(key + 1, key, at + timedelta(minutes=5), site="webapps")
    return made
