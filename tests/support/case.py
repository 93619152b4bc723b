"""What the contract test needs of a source: its service, alive, with a truth that can change.

One module a source in `tests/support/services`, named as the source, with a function `service(now)`
that gives a `Service` with posts of the last sixty days.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from tests.support.replay import Asked, Reply


class Service(Protocol):
    """A service that behaves as the real one does, gotchas included, small enough to run often.

    `secrets` are the environment variables that its credentials are read from, with made-up values.
    A change that the service doesn't know (a review can't be answered) gives None.
    """

    secrets: Mapping[str, str]

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        ...

    def settings(self, address: str) -> dict[str, object]:
        """The source's settings that lead to this service at `address` (http://127.0.0.1:port)."""
        ...

    def belonging(self) -> set[str]:
        """External ids of all posts that belong into the database now, of the last sixty days.

        For a source that gives no posts: the keys of outages, the ids of candidates.
        """
        ...

    def edit(self, at: datetime) -> str | None:
        """Its author edits a post of the last day; gives the post's external id."""
        ...

    def delete(self, at: datetime) -> str | None:
        """Its author deletes a post of the last day, as this service shows it; the external id."""
        ...

    def reply(self, at: datetime) -> str | None:
        """Somebody answers "same here" in a thread that was read before; the external id."""
        ...


def service_of(source: str, now: datetime) -> Service:
    """The service of a source."""
    made: Service = importlib.import_module(f"tests.support.services.{source}").service(now)
    return made
