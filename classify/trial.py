"""What a model in a folder would say of stored posts, without storing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from classify.artifact import load
from classify.run import judge
from classify.sampling import numbers
from db import verdicts
from db.handles import Connection
from db.judges import Judges
from db.queries.compared import Pair, Said
from db.samples import Stream, drawable
from domain.keyed import Keyed

BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """The shown verdicts and the model's own, on some of `population` posts."""

    model: str
    population: int
    pairs: tuple[Pair, ...]


def trial(
    connection: Connection, judges: Judges, keyed: Keyed, folder: Path, *, posts: int, seed: int
) -> Trial:
    """Judges a simple random sample of the stored texts with the model in `folder`.

    Raises `ModelError` where that can't be loaded.
    """
    model = load(folder)
    known = {post.post: post for post in drawable(connection, judges, Stream.AUDIT)}
    number = numbers(keyed, "trial", seed)
    chosen = sorted(known, key=lambda post: (number(post), post))[:posts]
    made: list[Pair] = []
    for start in range(0, len(chosen), BATCH):
        held = verdicts.held(connection, chosen[start : start + BATCH])
        for post, new in zip(held, judge(model, held), strict=True):
            old = known[post.post]
            made.append(
                Pair(
                    post=post.post,
                    source=post.source,
                    place=post.place,
                    day=post.day,
                    first=Said(
                        decision=old.decision,
                        report_probability=old.report_probability,
                        causes=old.causes,
                    ),
                    second=Said(
                        decision=new.decision,
                        report_probability=new.report_probability,
                        causes=new.causes,
                    ),
                )
            )
    return Trial(model=model.id, population=len(known), pairs=tuple(made))
