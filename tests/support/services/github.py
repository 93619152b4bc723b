"""One repository in small: its two lists, and the comments of each issue.

Synthetic: shapes from https://docs.github.com/rest/issues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.support.fakes import FakeGitHub, iso
from tests.support.replay import Asked, Reply

DAYS = (0, 2, 9, 45)  # before now, on each of which somebody opens an issue


@dataclass
class GitHub:
    """Issues with comments, and pull requests among them."""

    now: datetime
    hub: FakeGitHub
    secrets: Mapping[str, str] = field(default_factory=lambda: {"WHYLOST_TEST_TOKEN": "made-up"})

    def __call__(self, asked: Asked) -> Reply:
        return self.hub(asked)

    def settings(self, address: str) -> dict[str, object]:
        return {
            "search": ("Owner/Project",),
            "base": address,
            "credentials": {"token": "WHYLOST_TEST_TOKEN"},
        }

    def belonging(self) -> set[str]:
        issues = {n for n, issue in self.hub.issues.items() if "pull_request" not in issue}
        comments = (n for n, c in self.hub.comments.items() if "/pull/" not in c["html_url"])
        return {f"github:owner/project#{n}" for n in issues} | {
            f"github:owner/project/comment/{n}" for n in comments
        }

    def edit(self, at: datetime) -> str:
        self.hub.comments[101] |= {"body": "Same here, twice.", "updated_at": iso(at)}
        return "github:owner/project/comment/101"

    def delete(self, at: datetime) -> str:
        """A comment: nothing but its absence tells."""
        self.hub.comments.pop(102)
        return "github:owner/project/comment/102"

    def reply(self, at: datetime) -> str:
        self.hub.comment(109, 13, at, "Same here.")
        return "github:owner/project/comment/109"


def service(now: datetime) -> GitHub:
    """Issues of the last sixty days, three to a page."""
    hub = FakeGitHub(largest_page=3)
    for turn, day in enumerate(DAYS):
        at = now - timedelta(days=day, hours=5)
        number, key = 10 + turn, 101 + 10 * turn
        hub.issue(number, at, f"Day {day}: the session was gone after a restart.")
        hub.comment(key, number, at + timedelta(hours=1), f"Same here on day {day}.")
        hub.comment(key + 1, number, at + timedelta(hours=2), "And here.")
    hub.issue(20, now - timedelta(hours=4), "Adds a test.", title="A pull request", pull=True)
    hub.comment(200, 20, now - timedelta(hours=3), "Looks good.")
    return GitHub(now=now, hub=hub)
