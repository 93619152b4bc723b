"""The Stack Exchange API in one run: what it is asked, within the day's requests, and how it reads.

An address without a key has 300 requests a day, one with a key 10,000: each answer says how many
are left. `backoff` in a good answer is a pause that must be kept before the same method is called
again; to ignore it is a violation, so the whole service rests, and two seconds longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import TypeVar

import msgspec

from domain.errors import BadAnswer, BudgetSpent, Refused
from ingest.client import Client
from ingest.products import products_of
from ingest.source import Asked, Page, RawPost
from ingest.text import from_html, tidy
from ingest.wires.stackexchange import Answer, Comment, Owner, Question, Wrapper, moment

PAGE = 100
VECTOR = 100  # ids that one request may name
MOST_PAGES = 25  # of one question to the API, without a key
LONGER = 2.0  # seconds; measured to the second, a backoff may be over too early
FEW = 10  # ids of which an answer may know none; of more, an empty one proves nothing
SCARCE = 0.2  # of the day's requests: fewer left are told of

# What the ids of a vector stand between.
QUESTIONS, TO_QUESTIONS, ON_POSTS = (
    ("questions/", ""),
    ("questions/", "/answers"),
    ("posts/", "/comments"),
)

T = TypeVar("T")


@dataclass(kw_only=True, slots=True)
class Quota:
    """What is left of the day's requests; None before the first answer."""

    left: int | None = None
    most: int = 300

    @property
    def scarce(self) -> bool:
        """Whether little is left."""
        return self.left is not None and self.left < SCARCE * self.most


class Api:
    """Asks while more than `reserve` of the day's requests are left, as a share of all."""

    def __init__(self, quota: Quota, key: str | None, reserve: float) -> None:
        self._quota = quota
        self._key = {"key": key} if key else {}
        self._reserve = reserve

    def ask(self, client: Client, site: str, where: str, **params: str | int) -> Wrapper:
        """One page. Raises `BudgetSpent` where the day's requests are needed for something else."""
        left, most = self._quota.left, self._quota.most
        if left is not None and left <= self._reserve * most:
            raise BudgetSpent(
                f"stackexchange: {left} of today's {most} requests are left.",
                "They come back at midnight UTC; a free key (`credentials`) gives 10,000.",
            )
        asked = {"site": site, "filter": "withbody", "pagesize": PAGE, **params, **self._key}
        try:
            told = client.get(where, Wrapper, params=asked).content
        except Refused as error:
            if error.word != "bad_parameter":
                raise
            raise Refused(
                f"sources.stackexchange: {site!r} or what is asked of it is unknown there (400).",
                "Write site/tag in `search`, as stackoverflow/claude-code.",
                status=error.status,
                word=error.word,
            ) from error
        if told is None:
            raise BadAnswer(f"stackexchange gave nothing for {where[:40]}.")
        if told.quota_remaining is not None:
            self._quota.left = told.quota_remaining
            self._quota.most = told.quota_max or self._quota.most
        if told.backoff:
            client.rest(told.backoff + LONGER)
        return told

    def every(
        self,
        client: Client,
        site: str,
        where: tuple[str, str],
        ids: Sequence[int],
        of: type[T],
        **params: str | int,
    ) -> tuple[list[T], int]:
        """All items for `ids`, which stand between the parts of `where`; and unreadable ones."""
        found: list[T] = []
        bad = 0
        waiting = [ids[start : start + VECTOR] for start in range(0, len(ids), VECTOR)]
        while waiting:
            part = waiting.pop(0)
            got = self._pages(client, site, where[0] + ";".join(map(str, part)) + where[1], params)
            if got is None:  # more than the pages of one request give
                half = max(len(part) // 2, 1)
                waiting[:0] = [part[:half], part[half:]]
                continue
            items, unread = decoded(got, of)
            found += items
            bad += unread
        return found, bad

    def _pages(
        self, client: Client, site: str, path: str, params: Mapping[str, str | int]
    ) -> list[msgspec.Raw] | None:
        """All pages of one request; None where there are more than may be asked for."""
        items: list[msgspec.Raw] = []
        for page in range(1, MOST_PAGES + 1):
            told = self.ask(client, site, path, sort="creation", order="asc", page=page, **params)
            items += told.items
            if not told.has_more:
                return items
        if ";" not in path:
            raise BadAnswer(f"stackexchange: {path} of {site} has more than {len(items):,} items.")
        return None


def decoded(items: Sequence[msgspec.Raw], of: type[T]) -> tuple[list[T], int]:
    """Those of `items` that are of the type, and how many are not."""
    read: list[T] = []
    for raw in items:
        try:
            read.append(msgspec.json.decode(raw, type=of))
        except msgspec.DecodeError:
            continue
    return read, len(items) - len(read)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Makes posts of what one place gave. Ids count within a site, so the site is part of each."""

    place: str
    site: str
    about: tuple[str, ...]

    def question(self, told: Question) -> RawPost:
        """The post that opens a thread; its title is HTML as its body is."""
        title = title_of(told)
        return RawPost(
            place=self.place,
            thread=self.key("question", told.question_id),
            thread_title=title,
            thread_opened_at=moment(told.creation_date),
            external_id=self.key("question", told.question_id),
            parent=None,
            kind="post",
            author=self._author(told.owner),
            title=title,
            text=from_html(told.body),
            written_at=moment(told.creation_date),
            edited_at=moment(told.last_edit_date) if told.last_edit_date else None,
            url=told.link,
            products=products_of(self.about, title, ""),
        )

    def answer(self, told: Answer, question: Question | None, title: str, url: str) -> RawPost:
        """`question` where it is at hand; `title` and `url` otherwise."""
        thread = self.key("question", told.question_id)
        return RawPost(
            place=self.place,
            thread=thread,
            thread_title=title_of(question) if question else None,
            thread_opened_at=moment(question.creation_date) if question else None,
            external_id=self.key("answer", told.answer_id),
            parent=thread,
            kind="reply",
            author=self._author(told.owner),
            title="",
            text=from_html(told.body),
            written_at=moment(told.creation_date),
            edited_at=moment(told.last_edit_date) if told.last_edit_date else None,
            url=f"{_origin(question.link)}/a/{told.answer_id}" if question else url,
            depth=1,
            products=products_of(self.about, title_of(question) if question else title, ""),
        )

    def comment(
        self,
        told: Comment,
        on: int | None,
        question: Question | None,
        title: str = "",
        url: str = "",
    ) -> RawPost:
        """`on`: the question in whose thread it stands; None: as held."""
        answered = self.key("question" if told.post_id == on else "answer", told.post_id)
        return RawPost(
            place=self.place,
            thread=self.key("question", on) if on else "",
            thread_title=title_of(question) if question else None,
            thread_opened_at=moment(question.creation_date) if question else None,
            external_id=self.key("comment", told.comment_id),
            parent=answered,
            kind="comment",
            author=self._author(told.owner),
            title="",
            text=from_html(told.body),
            written_at=moment(told.creation_date),
            url=_comment_url(told, question) if question else url,
            depth=1 if told.post_id == on else 2,
            products=products_of(self.about, title_of(question) if question else title, ""),
        )

    def alone(self, told: Question | Answer | Comment, held: Mapping[int, Asked]) -> RawPost | None:
        """One of the posts that we hold, without its thread; None for another."""
        match told:
            case Question() if told.question_id in held:
                return self.question(told)
            case Answer() if asked := held.get(told.answer_id):
                return self.answer(told, None, asked.thread_title, asked.url)
            case Comment() if asked := held.get(told.comment_id):
                return self.comment(told, None, None, asked.thread_title, asked.url)
            case _:
                return None

    def key(self, kind: str, number: int) -> str:
        """The external id."""
        return f"se:{self.site}/{kind}/{number}"

    def _author(self, owner: Owner | None) -> str | None:
        """Names aren't unique; ids are, within a site."""
        return f"{self.site}/{owner.user_id}" if owner and owner.user_id else None


def whole(
    client: Client, api: Api, reader: Reader, questions: Sequence[Question]
) -> tuple[Page, dict[int, list[int]]]:
    """Questions with all answers and comments; and the ids of each one's answers."""
    by_id = {q.question_id: q for q in questions}
    answers, bad = api.every(client, reader.site, TO_QUESTIONS, sorted(by_id), Answer)
    answers = [a for a in answers if a.question_id in by_id]
    on = {q: q for q in by_id} | {a.answer_id: a.question_id for a in answers}
    comments, unread = api.every(client, reader.site, ON_POSTS, sorted(on), Comment)
    posts = [reader.question(q) for q in questions]
    posts += [reader.answer(a, by_id[a.question_id], "", "") for a in answers]
    posts += [
        reader.comment(c, on[c.post_id], by_id[on[c.post_id]]) for c in comments if c.post_id in on
    ]
    ids: dict[int, list[int]] = {q: [] for q in by_id}
    for answer in answers:
        ids[answer.question_id].append(answer.answer_id)
    return Page(posts=tuple(posts), unreadable=bad + unread), ids


def checked(client: Client, api: Api, reader: Reader, kind: str, held: Mapping[int, Asked]) -> Page:
    """Posts of one kind as they are now: what a vector leaves out is gone.

    Of a long vector that gives nothing at all, nothing is believed.
    """
    ids = sorted(held)
    shape: type[Question | Answer | Comment] = _SHAPES[kind]
    items, bad = api.every(client, reader.site, (f"{kind}s/", ""), ids, shape)
    posts = [post for item in items if (post := reader.alone(item, held))]
    shown = {post.external_id for post in posts}
    missing = tuple(asked.external_id for asked in held.values() if asked.external_id not in shown)
    proof = not bad and (bool(shown) or len(ids) < FEW)
    return Page(
        posts=tuple(replace(post, thread="") for post in posts),
        gone=missing if proof else (),
        unreadable=bad,
        empty=not shown and len(ids) >= FEW,
    )


def title_of(question: Question) -> str:
    """In plain text."""
    return tidy(unescape(question.title))


def _comment_url(told: Comment, question: Question) -> str:
    return f"{question.link}#comment{told.comment_id}_{told.post_id}"


def _origin(link: str) -> str:
    scheme, _, rest = link.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


_SHAPES: Mapping[str, type[Question | Answer | Comment]] = {
    "question": Question,
    "answer": Answer,
    "comment": Comment,
}
