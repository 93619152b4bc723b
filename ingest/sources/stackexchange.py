"""Stack Exchange: the questions of a tag at a site, with all answers and comments.

https://api.stackexchange.com/docs. Questions are read in the order of their last activity, which
answers and edits move and comments don't. Turning pages of a moving list would skip rows: each
page is asked for anew from the last activity seen. The answers to a hundred questions, and the
comments on a hundred posts, are one request each.

Late comments come when a question becomes active, or when their post is asked for again: a day
after it was read, then ever more slowly. An address without a key has 300 requests a day: the walk
back and the posts to be asked for leave half of them to what is new.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from domain.errors import BadAnswer, InputError
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.questions import Reader, checked, whole
from ingest.source import Asked, Covered, Page, Source, Terms, Window
from ingest.stackexchange import MOST_PAGES, VECTOR, Api, Quota, decoded
from ingest.wires.stackexchange import Question, moment

OVERLAP = 300  # seconds: answers are cached for minutes
_ENTRY = re.compile(r"([\w.-]+)/([^/\s]+)", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """One answer of the list of questions. `edge` is the last activity in it."""

    questions: list[Question]
    unreadable: int
    empty: bool
    edge: int | None
    done: bool


class StackExchange(Source):
    """One place a tag at a site."""

    name: ClassVar[str] = "stackexchange"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=(
            "stackoverflow/claude-code",
            "stackoverflow/github-copilot",
            "stackoverflow/chatgpt-api",
            "webapps/chatgpt",
        ),
        about={
            "stackoverflow/claude-code": "Claude Code",
            "stackoverflow/github-copilot": "Copilot",
            "webapps/chatgpt": "ChatGPT",
        },
        base="https://api.stackexchange.com/2.3",
        budget_requests=50,
        credentials={"key": "STACKEXCHANGE_KEY"},
    )
    terms: ClassVar[Terms] = Terms(
        train=False,  # the service's own terms keep training for those who have a licence for it
        attribution="Stack Exchange, CC BY-SA",
        written_at="https://stackoverflow.com/help/licensing",
    )
    needs: ClassVar[tuple[str, ...]] = ()  # a key is welcome
    visits: ClassVar[bool] = False  # the list gives every answer and edit
    checks: ClassVar[int] = VECTOR

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now.replace(microsecond=0))
        self._about = {"/".join(_entry(e)): product for e, product in settings.about.items()}
        self._quota = Quota()
        key = settings.secret("key")
        self._api = Api(self._quota, key, reserve=0.02)  # others use this address, too
        self._spare = Api(self._quota, key, reserve=0.5)

    def places(self) -> tuple[Place, ...]:
        """One for each tag at a site."""
        return tuple(
            Place(
                name=f"stackexchange:{site}/{tag}",
                source=self.name,
                frame=Frame.PRODUCT_QUERY,
                query=f"[{tag}]",
            )
            for site, tag in dict.fromkeys(map(_entry, self._settings.search))
        )

    def covered(self, cursor: Mapping[str, Any]) -> Covered | None:
        """From the least activity read to the last time that the list was read to its end."""
        if "to" not in cursor:
            return None
        ended = cursor.get("read_at")
        return Covered(
            began=moment(cursor["from"]),
            ended=datetime.fromisoformat(ended) if ended else moment(cursor["to"]),
        )

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """How far the walk back has to go, and whether the day's requests run out."""
        told = [super().advice(cursor, back_to)]
        if "quota" in cursor:
            told.append(f"only {cursor['quota']} of the day's requests were left")
        return "; ".join(filter(None, told))

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """Questions upwards from the last activity and late comments, or questions downwards."""
        state = deepcopy(dict(cursor))
        if window.back_to is not None:
            if "from" in state:
                yield from self._back(client, place, state, int(window.back_to.timestamp()))
            return
        yield from self._forward(client, place, state, window)

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """Posts by their ids, one request for each kind: those that are gone are left out of it."""
        held: defaultdict[str, dict[int, Asked]] = defaultdict(dict)
        for asked in posts:
            _, kind, number = asked.external_id.split("/")
            held[kind][int(number)] = asked
        yield from checked(client, self._spare, self._reader(posts[0].place), held)

    def _forward(
        self, client: Client, place: Place, state: dict[str, Any], window: Window
    ) -> Iterator[Page]:
        start = state["to"] - OVERLAP if "to" in state else int(window.first.timestamp())
        start = min(start, int(window.since.timestamp())) if window.since else start
        seen: dict[str, int] = {} if window.since else state.get("seen", {})
        for step in self._questions(client, self._api, place, "asc", start):
            new = [q for q in step.questions if _mark(q) not in seen]
            page = self._whole(client, self._api, place, new)
            state["to"] = max(state.get("to", start), step.edge or start)
            state.setdefault("from", start)
            if step.done:
                state["from"] = min(state["from"], start)
            if step.done and not step.empty:
                state["read_at"] = self._now.isoformat()
            seen |= {_mark(q): q.last_activity_date for q in new}
            state["seen"] = {m: at for m, at in seen.items() if at >= state["to"] - OVERLAP}
            yield replace(
                page,
                cursor=self._cursor(state),
                unreadable=page.unreadable + step.unreadable,
                empty=step.empty,
            )

    def _back(
        self, client: Client, place: Place, state: dict[str, Any], floor: int
    ) -> Iterator[Page]:
        if state["from"] <= floor:
            return
        seen: set[str] = set()
        for step in self._questions(client, self._spare, place, "desc", state["from"]):
            new = [
                q for q in step.questions if q.last_activity_date >= floor and _mark(q) not in seen
            ]
            seen |= {_mark(q) for q in new}
            page = self._whole(client, self._spare, place, new)
            state["from"] = max(min(state["from"], step.edge or state["from"]), floor)
            if step.done:
                # Nothing at all may be a mistake: it is believed when it is said again.
                state["from"] = state["from"] if step.empty and "ends" not in state else floor
                state["ends"] = True
            yield replace(
                page,
                cursor=self._cursor(state),
                unreadable=page.unreadable + step.unreadable,
                empty=step.empty,
            )
            if state["from"] <= floor:
                return

    def _questions(
        self, client: Client, api: Api, place: Place, order: str, start: int
    ) -> Iterator[_Step]:
        """The list by activity from `start` on, each page from the last activity seen."""
        site, tag = _entry(place.name.partition(":")[2])
        page, bound = 1, start
        while True:
            told = api.ask(
                client,
                site,
                "questions",
                tagged=tag,
                sort="activity",
                order=order,
                page=page,
                **{"min" if order == "asc" else "max": bound},
            )
            questions, bad = decoded(told.items, Question)
            times = [q.last_activity_date for q in questions]
            edge = (max if order == "asc" else min)(times, default=None)
            yield _Step(
                questions=questions,
                unreadable=bad,
                empty=not told.items,
                edge=edge,
                done=not told.has_more,
            )
            if not told.has_more:
                return
            if edge is not None and edge != bound:
                page, bound = 1, edge
            elif page < MOST_PAGES:
                page += 1
            else:
                raise BadAnswer(f"{place.name} has more questions of one second than can be read.")

    def _whole(self, client: Client, api: Api, place: Place, questions: Sequence[Question]) -> Page:
        """Questions with their answers and comments."""
        return whole(client, api, self._reader(place.name), questions) if questions else Page()

    def _reader(self, place: str) -> Reader:
        entry = place.partition(":")[2]
        product = self._about.get(entry)
        return Reader(place=place, site=_entry(entry)[0], about=(product,) if product else ())

    def _cursor(self, state: dict[str, Any]) -> dict[str, Any]:
        """What is kept of `state`; the day's requests only where they run out."""
        state.pop("quota", None)
        if self._quota.scarce:
            state["quota"] = self._quota.left
        return deepcopy(state)


def _mark(question: Question) -> str:
    """Stands for a question as it is since its last activity: cursors hold no ids of posts."""
    told = f"{question.question_id}@{question.last_activity_date}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _entry(told: str) -> tuple[str, str]:
    """Site and tag; the site in lower case."""
    found = _ENTRY.fullmatch(told.strip())
    if not found:
        raise InputError(
            f"sources.stackexchange: {told!r} is no tag at a site.",
            "Write site/tag, as stackoverflow/claude-code.",
        )
    return found[1].lower(), found[2]


SOURCE: type[Source] = StackExchange
