"""Which reports of a thread tell of the same failure: a report, and those that answer it.

Pure: the same posts give the same incidents, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterable

from db.incidents import ThreadPost
from domain.nouns import Incident


def incidents(posts: Iterable[ThreadPost]) -> list[Incident]:
    """Incidents of one thread, each named by its earliest report; those come first.

    A report joins the nearest report among its ancestors, also across posts that only comment. The
    chain ends at a post that we don't hold, or where it bites its own tail.
    """
    known = {p.post: p for p in posts}
    leader = {p.post: p.post for p in known.values() if p.is_report}

    def find(post: str) -> str:
        while leader[post] != post:
            post = leader[post]
        return post

    for post in sorted(leader):
        ancestor = _reporting_ancestor(known, post)
        if ancestor is not None:
            first, second = sorted((find(post), find(ancestor)))
            leader[second] = first
    together: dict[str, list[ThreadPost]] = {}
    for post in leader:
        together.setdefault(find(post), []).append(known[post])
    made = []
    for members in together.values():
        members.sort(key=_age)
        made.append(Incident(key=members[0].post, members=tuple(m.post for m in members)))
    return sorted(made, key=lambda i: _age(known[i.key]))


def _age(post: ThreadPost) -> tuple[object, str]:
    return post.written_at, post.post


def _reporting_ancestor(known: dict[str, ThreadPost], post: str) -> str | None:
    passed = {post}
    parent = known[post].parent
    while parent is not None and parent in known and parent not in passed:
        if known[parent].is_report:
            return parent
        passed.add(parent)
        parent = known[parent].parent
    return None
