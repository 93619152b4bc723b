"""Why a post belongs to its incident, in words for a command and a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from classify.group import Kind, Link
from db.queries.incident import InFull, Member


def why_here(member: Member, found: InFull, linked: Sequence[Link]) -> str:
    """What ties a post to the others, in words."""
    if member.post == found.key:
        return "the earliest report"
    position = {m.post: number for number, m in enumerate(found.members)}
    said: list[tuple[Any, str]] = []
    for link in linked:
        others = [p for p in link.posts if p in position and p != member.post]
        if member.post not in link.posts or not others:
            continue
        other = min(others, key=position.__getitem__)
        if link.kind is Kind.REPLY:
            said.append(((position[other] > position[member.post], 0), f"reply: {other}"))
        else:
            alike = f"{link.strength:.0%} the same words as {other}"
            said.append(((position[other] > position[member.post], 1 - link.strength), alike))
    if said:
        return min(said)[1]
    people = [c.person for c in found.constraints if any(member.post in s for s in c.sides)]
    return f"decided by {people[0]}" if people else ""
