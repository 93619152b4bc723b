"""Grouping what changed: only incidents that a new or changed post could have touched.

An incident depends on nothing but the posts that are connected with it: by a reply, by resembling
words, by a person's decision. So a run begins at the posts of which something changed, at what was
in one incident with them, and at what answers them; it follows all connections from there, and
groups what it reached. The result is the same as if everything were grouped at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from classify import near
from classify.group import RULES, Kind, Link, answer, incidents
from classify.mark import mark_again, mark_missing
from db import grouping, marks
from db.changes import log_each
from db.constraints import Constraint, constraints_of
from db.engine import read, write
from db.grouping import ThreadPost
from db.handles import Connection, Engine
from db.incidents import fellows, save_incidents
from db.judges import Judges
from domain.keyed import Keyed
from domain.nouns import Incident, Role

AT_ONCE = 2_000  # posts whose memberships are saved in one transaction


def regroup(engine: Engine, judges: Judges, keyed: Keyed, now: datetime) -> int:
    """Groups what changed since the last time; gives how many posts were looked at.

    Killed anywhere, the next run does it again. Call under the run lock.
    """
    mark_again(engine, keyed)
    told = {"rules": RULES, "marks": near.METHOD, "models": judges.to_json()}
    with read(engine) as connection:
        whole = grouping.grouped_as(connection) != told
        changed = (grouping.everything if whole else grouping.touched)(connection, judges)
    if changed:
        mark_missing(engine, changed, keyed)
        with read(engine) as connection:
            reach = reached(connection, judges, changed)
        _save(engine, judges.current, reach, now)
    if changed or whole:
        with write(engine) as connection:
            grouping.settled(connection, changed)
            grouping.note_grouped(connection, told)
    return len(changed)


@dataclass(slots=True)
class Reach:
    """What is connected with the posts that changed."""

    connection: Connection
    judges: Judges
    nodes: dict[str, ThreadPost] = field(default_factory=dict)  # of the threads read so far
    done: set[str] = field(default_factory=set)  # nodes whose connections were followed
    left: set[str] = field(default_factory=set)  # posts that may be in no incident any more
    threads: set[str] = field(default_factory=set)
    joins: dict[str, str] = field(default_factory=dict)  # post -> the one that it answers
    replies: dict[str, set[str]] = field(default_factory=dict)  # the same, both ways
    alike: dict[bytes, set[str]] = field(default_factory=dict)  # sketch -> posts that have it
    pairs: dict[tuple[bytes, bytes], float] = field(default_factory=dict)
    constraints: dict[int, Constraint] = field(default_factory=dict)

    def load(self, posts: Collection[str], changed: Collection[str] = ()) -> set[str]:
        """Reads the threads of `posts`; gives those that answer a post of `changed`."""
        new = grouping.threads_of(self.connection, posts) - self.threads
        self.threads |= new
        found: set[str] = set()
        for thread in grouping.load_threads(self.connection, self.judges, new):
            known = {post.post: post for post in thread}
            for post in thread:
                if not post.role:
                    continue
                self.nodes[post.post] = post
                given = answer(known, post)
                if given.joins:
                    self.joins[post.post] = given.joins
                    self.replies.setdefault(post.post, set()).add(given.joins)
                    self.replies.setdefault(given.joins, set()).add(post.post)
                if any(passed in changed for passed in given.passed):
                    found.add(post.post)
        return found

    def follow(self, posts: Collection[str], changed: Collection[str] = ()) -> None:
        """Follows all connections of `posts` and of what they lead to."""
        frontier = set(posts) | self.load(posts, changed)
        while frontier:
            frontier |= self._answering(frontier)
            self.left |= frontier - self.nodes.keys()
            self.done |= frontier & self.nodes.keys()
            led = fellows(self.connection, self.judges.current, frontier)
            led |= self._constrained(frontier) | self._resembling(frontier)
            self.load(led - self.nodes.keys())
            frontier = led - self.done - self.left

    def _answering(self, posts: Collection[str]) -> set[str]:
        """What answers `posts`, or is answered by them, over any number of replies."""
        waiting, found = list(posts), set(posts)
        while waiting:
            more = self.replies.get(waiting.pop(), set()) - found - self.done
            found |= more
            waiting += more
        return found

    def _constrained(self, posts: Collection[str]) -> set[str]:
        for one in constraints_of(self.connection, posts):
            self.constraints[one.number] = one
        return {
            post
            for one in self.constraints.values()
            for side in one.sides
            for post in side
            if post not in self.done and post not in self.left
        }

    def _resembling(self, posts: Collection[str]) -> set[str]:
        mine = {p for p in posts if p in self.nodes and self.nodes[p].role is Role.REPORT}
        buckets = marks.alike(self.connection, mine)
        sketches = marks.sketches(self.connection, {post for b in buckets for post in b})
        for post, sketch in sketches.items():
            self.alike.setdefault(sketch, set()).add(post)
        pairs = near.pairs(buckets, sketches)
        self.pairs |= pairs
        own = {sketches[post] for post in mine if post in sketches}
        close = own | {one for pair in pairs if not own.isdisjoint(pair) for one in pair}
        return {post for one in close for post in self.alike[one]}

    def links(self) -> Iterable[Link]:
        """All links among what was reached."""
        for post in self.done & self.joins.keys():
            yield Link(Kind.REPLY, (post, self.joins[post]))
        for posts in self.alike.values():
            if len(named := self._reports(posts)) > 1:
                yield Link(Kind.NEAR_DUPLICATE, named)
        for (first, second), share in self.pairs.items():
            named = self._reports(self.alike[first] | self.alike[second])
            if len(named) > 1:
                yield Link(Kind.NEAR_DUPLICATE, named, share)

    def _reports(self, posts: Iterable[str]) -> tuple[str, ...]:
        return tuple(
            p for p in sorted(posts) if p in self.done and self.nodes[p].role is Role.REPORT
        )

    def incidents(self) -> list[Incident]:
        """What was reached, grouped."""
        posts = [self.nodes[post] for post in self.done]
        return incidents(posts, self.links(), self.constraints.values())


def reached(connection: Connection, judges: Judges, changed: Collection[str]) -> Reach:
    """Everything that is connected with posts of which something changed."""
    reach = Reach(connection, judges)
    reach.follow(changed, set(changed))
    return reach


def answering(connection: Connection, judges: Judges, posts: Collection[str]) -> set[str]:
    """`posts`, and all posts that joined an incident by answering one of them, however far off."""
    reach = reached(connection, judges, posts)
    found = set(posts)
    while more := {p for p, above in reach.joins.items() if above in found} - found:
        found |= more
    return found


def links(connection: Connection, judges: Judges, posts: Collection[str]) -> list[Link]:
    """What links posts with one another and with others; some people may have overruled."""
    return list(reached(connection, judges, posts).links())


def _save(engine: Engine, model: str, reach: Reach, now: datetime) -> None:
    decisions = {post: reach.nodes[post].decision for post in reach.done}
    made = reach.incidents()
    members = {post for incident in made for post in incident.members}
    nowhere = sorted((reach.done | reach.left) - members)
    part: list[Incident] = []
    posts = list(nowhere)
    for number, incident in enumerate(made, 1):
        part.append(incident)
        posts += incident.members
        if len(posts) >= AT_ONCE or number == len(made):
            _save_part(engine, model, posts, part, decisions, now)
            part, posts = [], []
    if posts:
        _save_part(engine, model, posts, part, decisions, now)


def _save_part(
    engine: Engine,
    model: str,
    posts: list[str],
    made: list[Incident],
    decisions: dict[str, str],
    now: datetime,
) -> None:
    with write(engine) as connection:
        moved = save_incidents(connection, model, posts, made, decisions)
        log_each(connection, "incident", "member moved", _told(moved), now)


def _told(moved: dict[str, tuple[str, str | None]]) -> dict[str, dict[str, Any]]:
    """The change log's lines: each under the incident that lost a member."""
    lost: dict[str, dict[str, Any]] = {}
    for post, (before, after) in moved.items():
        lost.setdefault(before, {})[post] = after
    return {incident: {"to": posts} for incident, posts in lost.items()}
