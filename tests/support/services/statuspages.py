"""Three status pages: Statuspage, incident.io's copy of its API, Instatus.

Synthetic: shapes from https://metastatuspage.com/api, from what incident.io's copy leaves out, and
from Instatus' public summary and feed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.replay import Asked, Reply, json_reply


@dataclass
class FakeStatusPages:
    """`incidents` of the first page; the second has none; the third is Instatus'."""

    now: datetime
    secrets: dict[str, str] = field(default_factory=dict)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    instatus: list[tuple[str, str, datetime]] = field(default_factory=list)
    address: str = ""

    def __call__(self, asked: Asked) -> Reply:
        match asked.path:
            case "/one/api/v2/incidents.json":
                newest = sorted(self.incidents, key=lambda i: i["created_at"], reverse=True)
                return json_reply({"page": {"id": "p"}, "incidents": newest[:50]})
            case "/two/api/v2/incidents.json":
                return json_reply({"page": {"id": "01J", "name": "Two"}})
            case "/three/history.atom":
                return Reply(headers={"Content-Type": "application/atom+xml"}, body=self._feed())
            case "/three/v3/summary.json":
                return json_reply({"page": {"name": "Three", "status": "UP"}})
        return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>Not here")

    def _feed(self) -> bytes:
        entries = "".join(
            f"<entry><id>tag:three,2005:Incident/{n}</id><published>{at.isoformat()}</published>"
            f"<updated>{(at + timedelta(hours=1)).isoformat()}</updated>"
            f'<link rel="alternate" href="https://three.example/incident/{key}"/>'
            f"<title>{title}</title><content type='html'>&lt;strong&gt;RESOLVED&lt;/strong&gt; "
            "All is well.</content></entry>"
            for n, (key, title, at) in enumerate(self.instatus)
        )
        head = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Three</title>'
        return f"{head}{entries}</feed>".encode()

    def settings(self, address: str) -> dict[str, object]:
        self.address = address
        pages = tuple(f"{address}/{page}" for page in ("one", "two", "three"))
        return {"search": pages, "about": dict.fromkeys(pages, "Anthropic")}

    def belonging(self) -> set[str]:
        host = self.address.partition("://")[2]
        first = {f"{host}/one/{incident['id']}" for incident in self.incidents}
        return first | {f"{host}/three/{key}" for key, _, _ in self.instatus}

    def edit(self, at: datetime) -> str | None:
        return None  # an outage told otherwise is no version of a post: see test_statuspages

    def delete(self, at: datetime) -> str | None:
        return None

    def reply(self, at: datetime) -> str | None:
        return None


def incident(key: str, at: datetime, **more: Any) -> dict[str, Any]:
    """An incident of one page that is over."""
    return {
        "id": key,
        "name": "Elevated errors on Claude Code",
        "status": "resolved",
        "impact": "minor",
        "created_at": at.isoformat(),
        "updated_at": (at + timedelta(hours=2)).isoformat(),
        "resolved_at": (at + timedelta(hours=2)).isoformat(),
        "incident_updates": [
            {
                "id": f"{key}-2",
                "status": "resolved",
                "body": "Resolved.",
                "created_at": (at + timedelta(hours=2)).isoformat(),
            },
            {
                "id": f"{key}-1",
                "status": "investigating",
                "body": "We are looking.",
                "created_at": at.isoformat(),
            },
        ],
    } | more


def service(now: datetime) -> FakeStatusPages:
    """Pages with some trouble in the last sixty days."""
    made = FakeStatusPages(now)
    made.incidents = [incident(f"i{day}", now - timedelta(days=day)) for day in range(1, 60, 7)]
    made.instatus = [(f"a{day}", "Slow answers", now - timedelta(days=day)) for day in (3, 30)]
    return made
