"""What hangs on posts, fetched for many of them at once: never one query a post."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, select

from db.judges import Judges
from db.tables import (
    AddressRow,
    EvidenceRow,
    FactRow,
    IncidentMember,
    PostProduct,
    PostRow,
)
from domain.causes import Cause
from domain.nouns import Address, Evidence, Fact, Span


def products_of(connection: Connection, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Post -> the products it is about, by name."""
    query = (
        select(PostProduct.post, PostProduct.product)
        .where(PostProduct.post.in_(keys))
        .order_by(PostProduct.post, PostProduct.product)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for post, product in connection.execute(query):
        found[post].append(product)
    return {post: tuple(products) for post, products in found.items()}


def addresses_of(connection: Connection, keys: Collection[str]) -> dict[str, Address]:
    """Post -> its address; absent where it was deleted, forgotten or never known."""
    query = select(AddressRow.post, AddressRow.external_id, AddressRow.url)
    rows = connection.execute(query.where(AddressRow.post.in_(keys)))
    return {post: Address(external_id=external_id, url=url) for post, external_id, url in rows}


def incidents_of(connection: Connection, keys: Collection[str], judges: Judges) -> dict[str, str]:
    """Post -> the incident that it belongs to."""
    query = select(IncidentMember.post, IncidentMember.incident).where(
        IncidentMember.model == judges.current, IncidentMember.post.in_(keys)
    )
    return {row.post: row.incident for row in connection.execute(query)}


def evidence_of(
    connection: Connection, keys: Collection[str], judges: Judges
) -> dict[str, tuple[Evidence, ...]]:
    """Post -> the evidence in its current version, in reading order."""
    query = (
        select(EvidenceRow)
        .join(PostRow, (PostRow.key == EvidenceRow.post) & (PostRow.version == EvidenceRow.version))
        .where(judges.cover(EvidenceRow.model, PostRow.day), EvidenceRow.post.in_(keys))
        .order_by(EvidenceRow.post, EvidenceRow.number)
    )
    found: dict[str, list[Evidence]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.post].append(
            Evidence(
                span=Span(field=row.field, start=row.start, end=row.end),
                cause=Cause(row.cause) if row.cause else None,
                direction=row.direction,
                cue=row.cue,
                weight=row.weight,
            )
        )
    return {post: tuple(passages) for post, passages in found.items()}


def facts_of(
    connection: Connection, keys: Collection[str], judges: Judges
) -> dict[str, tuple[Fact, ...]]:
    """Post -> what its current version states."""
    query = (
        select(FactRow)
        .join(PostRow, (PostRow.key == FactRow.post) & (PostRow.version == FactRow.version))
        .where(judges.cover(FactRow.model, PostRow.day), FactRow.post.in_(keys))
        .order_by(FactRow.post, FactRow.number)
    )
    found: dict[str, list[Fact]] = defaultdict(list)
    for row in connection.execute(query):
        span = Span(field=row.field, start=row.start, end=row.end) if row.field else None
        found[row.post].append(Fact(name=row.name, value=row.value, span=span))
    return {post: tuple(facts) for post, facts in found.items()}
