"""Posts of Stack Exchange: a question, its answers, and the comments on both.

Read whole, by their questions, or asked for again by their own ids. A hundred ids are one request,
and what is deleted is left out of the answer to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from typing import TypeVar

from ingest.client import Client
from ingest.products import products_of
from ingest.source import Asked, Page, RawPost
from ingest.stackexchange import Api
from ingest.text import from_html, tidy
from ingest.wires.stackexchange import Answer, Comment, Owner, Question, moment

FEW = 10  # ids of which an answer may know none; of more, an empty one proves nothing
# What the ids of a vector stand between.
TO_QUESTIONS, ON_POSTS = ("questions/", "/answers"), ("posts/", "/comments")

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Under:
    """What a post stands under: a question with its title, and a page of the site.

    `question` None: the post is held, and its thread with it. `opened_at` None: the question isn't
    at hand, and the title is the one that is held.
    """

    question: int | None
    title: str
    opened_at: datetime | None
    link: str


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

    def answer(self, told: Answer, under: Under) -> RawPost:
        """The answer to a question."""
        thread = self.key("question", told.question_id)
        return RawPost(
            place=self.place,
            thread=thread,
            thread_title=under.title if under.opened_at else None,
            thread_opened_at=under.opened_at,
            external_id=self.key("answer", told.answer_id),
            parent=thread,
            kind="reply",
            author=self._author(told.owner),
            title="",
            text=from_html(told.body),
            written_at=moment(told.creation_date),
            edited_at=moment(told.last_edit_date) if told.last_edit_date else None,
            url=_answer_url(under, told.answer_id),
            depth=1,
            products=products_of(self.about, under.title, ""),
        )

    def comment(self, told: Comment, under: Under) -> RawPost:
        """A comment, on the question or on one of its answers."""
        on_question = told.post_id == under.question
        page = under.link if on_question else _answer_url(under, told.post_id)
        return RawPost(
            place=self.place,
            thread=self.key("question", under.question) if under.question else "",
            thread_title=under.title if under.opened_at else None,
            thread_opened_at=under.opened_at,
            external_id=self.key("comment", told.comment_id),
            parent=self.key("question" if on_question else "answer", told.post_id),
            kind="comment",
            author=self._author(told.owner),
            title="",
            text=from_html(told.body),
            written_at=moment(told.creation_date),
            url=f"{page}#comment{told.comment_id}_{told.post_id}",
            depth=1 if on_question else 2,
            products=products_of(self.about, under.title, ""),
        )

    def key(self, kind: str, number: int) -> str:
        """The external id."""
        return f"se:{self.site}/{kind}/{number}"

    def _author(self, owner: Owner | None) -> str | None:
        """Names aren't unique; ids are, within a site."""
        return f"{self.site}/{owner.user_id}" if owner and owner.user_id else None


def whole(client: Client, api: Api, reader: Reader, questions: Sequence[Question]) -> Page:
    """Questions with all answers and comments."""
    under = {q.question_id: under_question(q) for q in questions}
    answers, bad = api.every(client, reader.site, TO_QUESTIONS, sorted(under), Answer)
    answers = [a for a in answers if a.question_id in under]
    posts = [reader.question(q) for q in questions]
    posts += [reader.answer(a, under[a.question_id]) for a in answers]
    under |= {a.answer_id: under[a.question_id] for a in answers}
    page = comments_on(client, api, reader, under)
    return replace(page, posts=(*posts, *page.posts), unreadable=page.unreadable + bad)


def comments_on(client: Client, api: Api, reader: Reader, under: Mapping[int, Under]) -> Page:
    """All comments on posts, by the ids of these."""
    comments, bad = api.every(client, reader.site, ON_POSTS, sorted(under), Comment)
    found = (reader.comment(c, under[c.post_id]) for c in comments if c.post_id in under)
    return Page(posts=tuple(found), unreadable=bad)


def checked(
    client: Client, api: Api, reader: Reader, held: Mapping[str, Mapping[int, Asked]]
) -> Iterator[Page]:
    """Posts that we hold, by kind and id, as they are now, with the comments that came since."""
    under: dict[int, Under] = {}
    if asked := held.get("question", {}):
        questions, page = _vector(
            client, api, reader, "question", asked, Question, lambda q: q.question_id
        )
        under |= {q.question_id: under_question(q) for q in questions}
        yield replace(page, posts=tuple(reader.question(q) for q in questions))
    if asked := held.get("answer", {}):
        answers, page = _vector(client, api, reader, "answer", asked, Answer, lambda a: a.answer_id)
        theirs = {a.answer_id: _under_held(asked[a.answer_id], a.question_id) for a in answers}
        under |= theirs
        posts = (reader.answer(a, theirs[a.answer_id]) for a in answers)
        yield replace(page, posts=tuple(posts))
    shown: set[str] = set()
    if under:
        page = comments_on(client, api, reader, under)
        shown = {post.external_id for post in page.posts}
        yield page
    rest = {n: a for n, a in held.get("comment", {}).items() if a.external_id not in shown}
    if rest:
        comments, page = _vector(
            client, api, reader, "comment", rest, Comment, lambda c: c.comment_id
        )
        alone = (
            replace(
                reader.comment(c, _under_held(rest[c.comment_id], None)),
                url=rest[c.comment_id].url,
            )
            for c in comments
        )
        yield replace(page, posts=tuple(alone))


def _vector(
    client: Client,
    api: Api,
    reader: Reader,
    kind: str,
    held: Mapping[int, Asked],
    of: type[T],
    key: Callable[[T], int],
) -> tuple[list[T], Page]:
    """Those of `held` that are there, and a page with what is gone: the vector leaves it out.

    Of a long vector that gives nothing at all, nothing is believed.
    """
    items, bad = api.every(client, reader.site, (f"{kind}s/", ""), sorted(held), of)
    items = [item for item in items if key(item) in held]
    there = {key(item) for item in items}
    gone = tuple(asked.external_id for number, asked in held.items() if number not in there)
    proof = bool(there) or len(held) < FEW
    return items, Page(gone=gone if proof and not bad else (), unreadable=bad, empty=not proof)


def under_question(question: Question) -> Under:
    """For what stands under a question that is at hand."""
    return Under(
        question=question.question_id,
        title=title_of(question),
        opened_at=moment(question.creation_date),
        link=question.link,
    )


def _under_held(asked: Asked, question: int | None) -> Under:
    return Under(question=question, title=asked.thread_title, opened_at=None, link=asked.url)


def title_of(question: Question) -> str:
    """In plain text."""
    return tidy(unescape(question.title))


def _answer_url(under: Under, number: int) -> str:
    scheme, _, rest = under.link.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/a/{number}"
