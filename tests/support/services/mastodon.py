"""One instance with one hashtag.

Synthetic, from https://docs.joinmastodon.org/methods/timelines/#tag, /methods/statuses/#context and
/entities/Status/, in the shapes of recordings of 2025 and 2026.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from ingest.wires.mastodon import id_at
from tests.support.replay import JSON, Asked, Reply, json_reply

TAG = "ClaudeCode"
HOME = "https://elsewhere.example"
OPEN = {"noindex": False, "indexable": True, "discoverable": True}


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass
class FakeMastodon:
    """`statuses` by id; those with the tag are in its feed."""

    now: datetime
    size: int = 40  # of a page at most
    secrets: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    tagged: set[str] = field(default_factory=set)
    access: dict[str, Any] | None = None  # None: an instance from before feeds could be closed
    several: bool = True  # whether several statuses can be asked for at once
    deepest: int = 20
    most: int = 60
    address: str = ""

    def post(
        self,
        at: datetime,
        text: str,
        *,
        tag: bool = True,
        parent: str | None = None,
        flags: dict[str, Any] | None = None,
        **more: Any,
    ) -> str:
        """A status; gives its id. `tag`: whether it bears the hashtag."""
        number = str(id_at(at) + len(self.statuses) + 1)
        link = (
            f'<a href="{HOME}/tags/{TAG}" class="mention hashtag" rel="tag">#<span>{TAG}</span></a>'
        )
        self.statuses[number] = {
            "id": number,
            "created_at": iso(at),
            "in_reply_to_id": parent,
            "in_reply_to_account_id": "7" if parent else None,
            "spoiler_text": "",
            "visibility": "public",
            "language": "cs",
            "uri": self.uri(number),
            "url": f"{HOME}/@someone/{number}",
            "edited_at": None,
            "replies_count": 0,
            "content": f"<p>{text}{' ' + link if tag else ''}</p>",
            "reblog": None,
            "account": {
                "id": "7",
                "acct": "someone@elsewhere.example",
                "url": f"{HOME}/@someone",
                **(OPEN if flags is None else flags),
            },
        } | more
        if tag:
            self.tagged.add(number)
        if parent in self.statuses:
            self.statuses[parent]["replies_count"] += 1
        return number

    def uri(self, number: str) -> str:
        return f"{HOME}/users/someone/statuses/{number}"

    def remove(self, number: str) -> None:
        """Its author deletes it: what answered it answers nothing any more."""
        del self.statuses[number]
        self.tagged.discard(number)
        for other in self.statuses.values():
            if other["in_reply_to_id"] == number:
                other["in_reply_to_id"] = None

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        parts = asked.path.strip("/").split("/")
        match parts[2:]:
            case ["instance"]:
                known = {"timelines_access": self.access} if self.access is not None else {}
                return json_reply({"domain": "here", "version": "4.5.1", "configuration": known})
            case ["timelines", "tag", tag]:
                return self._feed(asked, tag)
            case ["statuses"] if self.several:
                wanted = [value for name, value in parse_qsl(asked.query) if name == "id[]"]
                return json_reply([self.statuses[n] for n in wanted if n in self.statuses])
            case ["statuses", number] if number in self.statuses:
                return json_reply(self.statuses[number])
            case ["statuses", number, "context"] if number in self.statuses:
                return json_reply(self._context(number))
        return json_reply({"error": "Record not found"}, 404)

    def _feed(self, asked: Asked, tag: str) -> Reply:
        access = (self.access or {}).get("hashtag_feeds", {})
        if tag.lower() != TAG.lower() or access.get("remote", "public") != "public":
            return json_reply([])
        low, high = int(asked.params.get("min_id", 0)), int(asked.params.get("max_id", 2**70))
        found = sorted((n for n in self.tagged if low < int(n) < high), key=int, reverse=True)
        size = min(int(asked.params["limit"]), self.size)
        page = found[-size:] if low else found[:size]
        headers = dict(JSON)
        if page:  # as the real ones: a full last page names a next one
            here = f"http://{asked.headers['host']}{asked.path}"
            headers["Link"] = f'<{here}?max_id={page[-1]}>; rel="next"'
        body = json.dumps([self.statuses[n] for n in page]).encode()
        return Reply(headers=headers, body=body)

    def _context(self, number: str) -> dict[str, Any]:
        ancestors: list[dict[str, Any]] = []
        above = self.statuses[number]["in_reply_to_id"]
        while above in self.statuses and len(ancestors) < 40:
            ancestors.insert(0, self.statuses[above])
            above = self.statuses[above]["in_reply_to_id"]
        return {"ancestors": ancestors, "descendants": self._below(number, 1)[: self.most]}

    def _below(self, number: str, depth: int) -> list[dict[str, Any]]:
        if depth > self.deepest:
            return []
        answers = [s for s in self.statuses.values() if s["in_reply_to_id"] == number]
        return [x for s in answers for x in (s, *self._below(s["id"], depth + 1))]

    def settings(self, address: str) -> dict[str, object]:
        self.address = address
        place = f"{address}/tags/{TAG}"
        return {"search": (place,), "about": {place: "Claude Code"}}

    def belonging(self) -> set[str]:
        return {
            f"mastodon:{s['uri']}"
            for number, s in self.statuses.items()
            if not self._hidden(s) and (number in self.tagged or self._opener(s) in self.tagged)
        }

    def _hidden(self, status: dict[str, Any]) -> bool:
        who = status["account"]
        told = who.get("noindex") or who.get("indexable") is False
        return bool(told or who.get("discoverable") is False or status["visibility"] != "public")

    def _opener(self, status: dict[str, Any]) -> str:
        while status["in_reply_to_id"] in self.statuses:
            status = self.statuses[status["in_reply_to_id"]]
        return "" if self._hidden(status) else str(status["id"])

    def _recent(self) -> str:
        return max(self.tagged, key=int)

    def edit(self, at: datetime) -> str | None:
        number = self._recent()
        more = {"content": "<p>It forgot twice.</p>", "edited_at": iso(at)}
        self.statuses[number] |= more
        return f"mastodon:{self.uri(number)}"

    def delete(self, at: datetime) -> str | None:
        number = self._recent()
        self.remove(number)
        return f"mastodon:{self.uri(number)}"

    def reply(self, at: datetime) -> str | None:
        number = self.post(at, "Same here.", tag=False, parent=self._recent())
        return f"mastodon:{self.uri(number)}"


def service(now: datetime) -> FakeMastodon:
    """Sixty days: threads with the hashtag, answers with it in others, authors who opted out."""
    made = FakeMastodon(now=now, size=6)
    public = {"local": "public", "remote": "public"}
    made.access = {"live_feeds": {"local": "public", "remote": "disabled"}, "hashtag_feeds": public}
    for week in range(8):
        at = now - timedelta(days=7 * week, hours=20)
        opener = made.post(at, f"It lost week {week}.")
        first = made.post(at + timedelta(hours=1), "Same here.", tag=False, parent=opener)
        made.post(at + timedelta(hours=2), "And here.", tag=False, parent=first)
        other = made.post(at + timedelta(hours=3), "A kite.", tag=False)
        if week % 3 == 0:
            made.post(at + timedelta(hours=4), f"My kite forgot {week}.", parent=other)
        if week % 4 == 0:
            made.post(at + timedelta(hours=5), "Not for machines.", flags={"noindex": True})
    made.post(now - timedelta(hours=1), "It just forgot me.")
    return made
