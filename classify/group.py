"""Which posts tell of the same failure: replies, near-duplicates, and what people decided.

Pure: the same posts, links and decisions give the same incidents, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from db.constraints import Constraint
from db.grouping import ThreadPost
from domain.causes import Decision
from domain.nouns import Incident, Role

RULES = 1  # to be counted up when what is said here changes: everything is grouped anew then


class Kind(IntEnum):
    """Why posts are linked; of two links that can't both hold, the lower one does."""

    REPLY = 0
    NEAR_DUPLICATE = 1


@dataclass(frozen=True, slots=True)
class Link:
    """Posts that belong together unless a person said otherwise. `strength`: in [0, 1]."""

    kind: Kind
    posts: tuple[str, ...]
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a post answers: the post that it joins, if any, and the ancestors that were looked at.

    A change of one of `passed` may change `joins`.
    """

    joins: str | None
    passed: tuple[str, ...]


def answer(thread: Mapping[str, ThreadPost], post: ThreadPost) -> Answer:
    """Which post of its thread a member-to-be joins by replying.

    "Same here" joins what it answers directly. A report joins the nearest report among its
    ancestors, also across posts that only comment; but not one that is decided to have another
    cause, unless it says that the same happened. The chain ends at a post that we don't hold, or
    where it bites its own tail.
    """
    passed: list[str] = []
    parent = thread.get(post.parent or "")
    while parent is not None and parent.post != post.post and parent.post not in passed:
        passed.append(parent.post)
        if post.role is Role.CORROBORATES:
            return Answer(parent.post if parent.role else None, tuple(passed))
        if parent.role is Role.REPORT and _may_be_one(post, parent):
            return Answer(parent.post, tuple(passed))
        parent = thread.get(parent.parent or "")
    return Answer(None, tuple(passed))


def _may_be_one(post: ThreadPost, other: ThreadPost) -> bool:
    decided = {post.decision, other.decision} - {Decision.UNDETERMINED.value}
    return post.says_so or len(decided) < 2


@dataclass(slots=True)
class _Clusters:
    """Posts in clusters of which some may not be joined."""

    leader: dict[str, str]
    apart: dict[str, set[str]] = field(default_factory=dict)  # leader -> leaders

    def find(self, post: str) -> str:
        while self.leader[post] != post:
            self.leader[post] = self.leader[self.leader[post]]
            post = self.leader[post]
        return post

    def join(self, a: str, b: str) -> bool:
        """Makes the clusters of two posts one, where that is allowed."""
        first, second = self.find(a), self.find(b)
        if second in self.apart.get(first, ()):
            return False
        if first != second:
            self.leader[second] = first
            for other in self.apart.pop(second, set()):
                self.apart[other].discard(second)
                self.separate(first, other)
        return True

    def separate(self, a: str, b: str) -> None:
        """Keeps the clusters of two posts apart, unless they are one already."""
        first, second = self.find(a), self.find(b)
        if first != second:
            self.apart.setdefault(first, set()).add(second)
            self.apart.setdefault(second, set()).add(first)

    def gather(self, posts: Iterable[str]) -> list[str]:
        """Joins posts as far as that is allowed: each with the first before it; gives leaders."""
        apart: list[str] = []
        for post in posts:
            if not any(self.join(one, post) for one in apart):
                apart.append(post)
        return apart


def incidents(
    posts: Iterable[ThreadPost],
    links: Iterable[Link],
    constraints: Iterable[Constraint] = (),
) -> list[Incident]:
    """Incidents, each named by its earliest report; those come first.

    `posts`: those with a role; links and constraints may name others. The latest decision of a
    person counts first, then earlier ones as far as they don't contradict it, then links: replies
    before near-duplicates, these by their similarity.
    """
    known = {p.post: p for p in posts if p.role}
    clusters = _Clusters({post: post for post in known})

    def aged(named: Iterable[str]) -> list[str]:
        return sorted((p for p in named if p in known), key=lambda p: known[p].age)

    for decided in sorted(constraints, key=lambda c: -c.number):
        sides = [clusters.gather(aged(side)) for side in decided.sides]
        for number, side in enumerate(sides):
            for other in sides[number + 1 :]:
                for a in side:
                    for b in other:
                        clusters.separate(a, b)
    ordered = [(link.kind, -link.strength, aged(link.posts)) for link in links]
    ordered.sort(key=lambda o: (o[0], o[1], [known[p].age for p in o[2]]))
    for _kind, _strength, named in ordered:
        clusters.gather(named)
    together: dict[str, list[str]] = {}
    for post in aged(known):
        together.setdefault(clusters.find(post), []).append(post)
    made = [_incident(known, members) for members in together.values()]
    found = [incident for incident in made if incident is not None]
    return sorted(found, key=lambda i: known[i.key].age)


def _incident(known: Mapping[str, ThreadPost], members: Sequence[str]) -> Incident | None:
    """`members`: the earliest first. Where only "same here" is left, there is no incident."""
    reports = [post for post in members if known[post].role is Role.REPORT]
    if not reports:
        return None
    corroborating = tuple(post for post in members if known[post].role is not Role.REPORT)
    return Incident(key=reports[0], members=tuple(members), corroborating=corroborating)
