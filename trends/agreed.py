"""How far the reviewers of a database agree; page and command share it."""

from __future__ import annotations

from dataclasses import dataclass

from db.handles import Connection
from db.queries.judgements import independent
from trends.raters import (
    Agreement,
    Judgement,
    PairAgreement,
    krippendorffs_alpha,
    pairwise_kappas,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreed:
    """Of each two reviewers with posts in common, and of all together."""

    pairs: tuple[PairAgreement, ...]
    alpha: Agreement


def agreed(connection: Connection) -> Agreed:
    """Agreement over blind reviews of the same version of a post."""
    told = [
        Judgement(unit=(one.post, one.version), rater=one.reviewer, answer=one.decision.value)
        for one in independent(connection)
    ]
    return Agreed(pairs=tuple(pairwise_kappas(told)), alpha=krippendorffs_alpha(told))
