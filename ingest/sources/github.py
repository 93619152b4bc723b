"""GitHub issues with their comments: two lists for each repository, read in the order of change.

https://docs.github.com/rest/issues. `since` asks for what changed from a moment on, the moment
included. How the lists are turned stands in `ingest.wires.github_repository`.

The walk back reads the same lists in slices of a week, the newest first. What was last changed in a
slice is read there, and each post was last changed once: no post is left out, none costs twice.

The lists tell every reply and every edit; what was deleted is only missing from them. So a post is
asked for again by its issue: one call gives all comments of an issue, and says of each, and of the
issue, that it is still there. An issue that was transferred redirects to its new repository and is
read there: it was reported here, so it stays, and what is deleted there goes here. A comment that
isn't shown under its id any more can't be followed and counts as deleted. 404 says that an issue is
gone only where its repository is there: otherwise a repository that is closed for an hour would
cost all that we hold of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from domain.errors import BadAnswer, InputError, Refused, SourceError
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.source import Asked, Covered, Page, Source, Terms, Window, to_go
from ingest.windows import in_turn
from ingest.wires.github import Named, named
from ingest.wires.github_repository import LISTS, PAGE, SECOND, Repository, Step, iso

OVERLAP = timedelta(minutes=5)  # a change may show up a little after its time
SLICE = timedelta(days=7)
MOST_ERRORS = 3  # of issues, until the others of one call are not asked for
FREE_REQUESTS = 50  # of a run without a token: the address has 60 an hour, for all its programs
HOURLY = {False: 60, True: 5_000}  # by whether there is a token
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


class GitHub(Source):
    """All issues and comments of the configured repositories; pull requests are left out."""

    name: ClassVar[str] = "github"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=("anthropics/claude-code", "openai/codex"),
        base="https://api.github.com",
        credentials={"token": "GITHUB_TOKEN"},
    )
    terms: ClassVar[Terms] = Terms(
        attribution="GitHub",
        written_at="https://docs.github.com/site-policy/github-terms/github-terms-of-service",
    )
    needs: ClassVar[tuple[str, ...]] = ()  # a token is welcome, see `requests`
    visits: ClassVar[bool] = False  # the lists give every reply and every edit
    checks: ClassVar[int] = PAGE

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now.replace(microsecond=0))
        self._token = settings.secret("token")
        self._repositories: dict[str, bool] = {}  # whether they are there

    def places(self) -> tuple[Place, ...]:
        """One for each repository, in lower case: GitHub doesn't tell the cases apart."""
        for repository in self._settings.search:
            if not _REPOSITORY.fullmatch(repository):
                raise InputError(
                    f"sources.github: {repository!r} is no repository.", "Write owner/name."
                )
        return tuple(
            Place(name=f"github:{r.lower()}", source=self.name, frame=Frame.ALL_POSTS)
            for r in self._settings.search
        )

    def requests(self) -> int:
        """The settings' number; without a token at most `FREE_REQUESTS`."""
        most = self._settings.budget_requests
        return most if self._token else min(most, FREE_REQUESTS)

    def covered(self, cursor: Mapping[str, Any]) -> Covered | None:
        """What both lists were read for."""
        lists = [cursor.get(kind, {}) for kind in LISTS]
        if not all("from" in mine and "to" in mine for mine in lists):
            return None
        return Covered(
            began=max(datetime.fromisoformat(mine["from"]) for mine in lists),
            ended=min(
                datetime.fromisoformat(max(mine.get("seen", ""), mine["to"])) for mine in lists
            ),
        )

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """How long the walk back takes, by what it took so far."""
        covered = self.covered(cursor)
        if covered is None or covered.began <= back_to:
            return ""
        pages = sum(_pages_to_go(cursor.get(kind, {}), back_to) or 0.0 for kind in LISTS)
        told = to_go(covered.began, back_to)
        if pages:
            told += f", about {back_fill_time(pages, token=bool(self._token))}"
        if not self._token:
            told += f"; {back_fill_time(pages, token=True) if pages else 'faster'} with a token"
        return told

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """The two lists in turn, upwards from the cursor, or back in slices."""
        at = self._at(client, place.name.partition(":")[2])
        state = {kind: dict(cursor.get(kind, {})) for kind in LISTS}
        read = self._forward if window.back_to is None else self._back
        yield from in_turn([read(at, kind, state, window) for kind in LISTS])

    def _forward(
        self, at: Repository, kind: str, state: dict[str, Any], window: Window
    ) -> Iterator[Page]:
        mine = state[kind]
        start = datetime.fromisoformat(mine["to"]) - OVERLAP if "to" in mine else window.first
        start = (min(start, window.since) if window.since else start).replace(microsecond=0)
        asked = iso(start)
        etag = mine.get("etag", "") if mine.get("asked") == asked else ""
        first = True
        for step in at.changes(kind, start, etag):
            if step.reached:
                mine["to"] = max(mine.get("to", ""), iso(step.reached))
                mine.setdefault("from", asked)
            if step.done:
                mine["seen"] = iso(self._now)
                mine["from"] = min(mine.get("from", asked), asked)
                mine.setdefault("to", asked)
            if first and step.done:
                mine.update(etag=step.etag, asked=asked)
            first = False
            yield _page(step, state)

    def _back(
        self, at: Repository, kind: str, state: dict[str, Any], window: Window
    ) -> Iterator[Page]:
        mine = state[kind]
        now = iso(self._now)
        floor = (window.back_to or self._now).replace(microsecond=0)
        end = datetime.fromisoformat(mine.setdefault("from", now))
        mine.setdefault("to", mine["from"])
        mine.setdefault("walked_from", mine["from"])
        while end > floor:
            part = mine.setdefault("slice", {"start": iso(max(end - SLICE, floor)), "at": ""})
            start = datetime.fromisoformat(part["start"])
            for step in at.changes(kind, datetime.fromisoformat(part["at"] or part["start"])):
                mine["pages"] = mine.get("pages", 0) + 1
                whole = step.done or (step.reached is not None and step.reached >= end)
                if whole:
                    mine.pop("slice")
                    mine["from"] = iso(start)
                elif step.reached:
                    mine["slice"] = {"start": iso(start), "at": iso(step.reached - SECOND)}
                yield _page(step, state)
                if whole:
                    break
            end = start

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """Each issue with its comments in one call, or more where it has many."""
        by_issue: defaultdict[tuple[str, int, int], list[Named]] = defaultdict(list)
        for mine in filter(None, map(named, posts)):
            alone = 0 if mine.issue else mine.comment
            by_issue[mine.repository, mine.issue, alone].append(mine)
        errors: list[SourceError] = []
        for (repository, number, alone), wanted in by_issue.items():
            at = self._at(client, repository)
            try:
                if alone:
                    yield at.comment(alone)
                else:
                    yield from at.comments(number, wanted)
            except (Refused, BadAnswer) as error:
                if isinstance(error, Refused) and self._is_gone(at, error):
                    yield Page(gone=tuple(mine.external_id for mine in wanted))
                    continue
                errors.append(error)  # of this issue, or of all
                if len(errors) == MOST_ERRORS:
                    break
        if errors:
            raise errors[0]

    def _is_gone(self, at: Repository, error: Refused) -> bool:
        """Whether an answer says for sure that an issue isn't public any more."""
        if error.status in (410, 451):
            return True
        if error.status == 404 and at.name not in self._repositories:
            self._repositories[at.name] = at.is_there()
        return error.status == 404 and self._repositories[at.name]

    def _at(self, client: Client, repository: str) -> Repository:
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        headers |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return Repository(name=repository, client=client, headers=headers)


def back_fill_time(pages: float, *, token: bool) -> str:
    """How long reading so many pages takes at GitHub's hourly allowance, in words."""
    hours = pages / HOURLY[token]
    if hours < 1:
        return f"{max(round(hours * 60), 1)} minutes"
    return f"{round(hours)} hours" if hours < 48 else f"{round(hours / 24)} days"


def _pages_to_go(mine: Mapping[str, Any], back_to: datetime) -> float | None:
    """From the pages that a day of history took so far; None before the first slice."""
    if "pages" not in mine or mine["walked_from"] == mine["from"]:
        return None
    walked = datetime.fromisoformat(mine["walked_from"]) - datetime.fromisoformat(mine["from"])
    return float(mine["pages"]) * ((datetime.fromisoformat(mine["from"]) - back_to) / walked)


def _page(step: Step, state: Mapping[str, Any]) -> Page:
    return Page(
        posts=tuple(step.posts),
        cursor={kind: dict(mine) for kind, mine in state.items()},
        unreadable=step.unreadable,
        empty=step.empty,
    )


SOURCE: type[Source] = GitHub
