"""One run of the stage: judge every current text that this model hasn't judged, then group.

A model that is new here judges beside the one that is shown, which stays as it is meanwhile. When
all days that it can judge whole are judged (`db.judges`), lists, incidents and counts turn to it in
one transaction. Posts that arrive meanwhile wait for that moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from classify.mark import mark, mark_again
from classify.model import Judgement, Model
from classify.regroup import regroup
from classify.text import Content
from db import incidents, retention, series, tally, verdicts
from db.engine import read, write
from db.handles import Engine
from db.judges import Judges, judges, know, planned, show
from db.marks import Readable
from db.verdicts import Unjudged
from domain.causes import Decision
from domain.keyed import Keyed
from domain.nouns import RunReport, Verdict

BATCH = 500  # posts judged, then saved in one transaction
Progress = Callable[[int, int | None], None]


def classify(
    engine: Engine,
    model: Model,
    keyed: Keyed,
    *,
    again: bool = False,
    now: datetime,
    report: Progress,
) -> RunReport:
    """Judges what waits for `model`, or with `again` every text that is held; then groups.

    A batch is judged outside and saved in one short transaction. Killed anywhere, what was saved
    stays, and the next run goes on with the rest. Verdicts of other models stay beside.
    """
    mark_again(engine, keyed)
    plan = _begin(engine, model, now)
    with read(engine) as connection:
        total = verdicts.count_unjudged(connection, plan, again=again)
    counts: Counter[str] = Counter(judged=0)
    report(0, total)
    for batch in verdicts.unjudged(engine, plan, BATCH, again=again):
        made = judge(model, batch)
        with write(engine) as connection:
            verdicts.save_verdicts(connection, made, {p.post: p.day for p in batch})
            mark(connection, readable(batch, made), keyed)
            retention.drop_judged(connection, [p.post for p in batch], now)
        counts.update(v.decision.value for v in made)
        counts["judged"] += len(made)
        report(counts["judged"], total)
    regroup(engine, plan, keyed, now)
    with read(engine) as connection:
        counts["incidents"] = incidents.count(connection, plan)
    message = _take_over(engine, plan, now)
    return RunReport(
        stage="classify",
        started_at=now,
        finished_at=datetime.now(UTC),
        outcome="done",
        counts=dict(counts),
        message=message,
    )


def _begin(engine: Engine, model: Model, now: datetime) -> Judges:
    """Which model is to be shown on which days when this run is through."""
    with read(engine) as connection:
        plan = planned(connection, model.id)
        first = judges(connection) is None
    with write(engine) as connection:
        know(connection, model.id, dict(model.card), now)
        if first:
            show(connection, plan, now)  # there is nothing to mix with: shown as it is judged
    return plan


def _take_over(engine: Engine, plan: Judges, now: datetime) -> str:
    """Shows what the plan says, and its counts, at once; says what became of earlier models."""
    with read(engine) as connection:
        if judges(connection) == plan:
            return ""
        cells = tally.computed(connection, plan)
    with write(engine) as connection:
        show(connection, plan, now)
        series.save(connection, cells, now)
    if len(plan.spans) == 1:
        return f"All days are shown as {plan.current} judged them."
    return (
        f"Days from {plan.spans[-1].first} on are shown as {plan.current} judged them; days before "
        "keep their verdicts, since not all of their texts are held any more."
    )


def judge(model: Model, posts: Sequence[Unjudged]) -> list[Verdict]:
    """Verdicts of stored posts, in order."""
    contents = [
        Content(
            title=p.title,
            text=p.text,
            thread_title="" if p.thread_title == p.title else p.thread_title,
            kind=p.kind,
            source=p.source,
            place=p.place,
        )
        for p in posts
    ]
    judged = model.judge(contents)
    return [_verdict(model.id, p, j) for p, j in zip(posts, judged, strict=True)]


def _verdict(model: str, post: Unjudged, judged: Judgement) -> Verdict:
    return Verdict(
        post=post.post,
        version=post.version,
        model=model,
        report_probability=judged.report_probability,
        causes=judged.causes,
        likely_cause=judged.likely_cause,
        decision=judged.decision,
        abstained_because=judged.abstained_because,
        language=judged.language,
        evidence=judged.evidence,
        facts=judged.facts,
    )


def readable(posts: Sequence[Unjudged], judged: Sequence[Verdict]) -> Iterator[Readable]:
    """What grouping reads of posts just judged."""
    for post, verdict in zip(posts, judged, strict=True):
        yield Readable(
            post=post.post,
            version=post.version,
            answers=post.answers,
            report=verdict.judged and verdict.decision is not Decision.NOT_A_REPORT,
            title=post.title,
            text=post.text,
        )
