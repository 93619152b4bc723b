"""One run of the stage: judge every current text that this model hasn't judged, then group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from classify.group import incidents
from classify.model import Judgement, Model
from classify.text import Content
from db import verdicts
from db.engine import read, write
from db.handles import Engine
from db.incidents import ThreadPost, save_incidents, threads_with_reports
from db.verdicts import Unjudged
from domain.nouns import Incident, RunReport, Verdict

BATCH = 500  # posts judged, then saved in one transaction
THREADS = 200  # whose memberships are saved in one transaction
_EVERY = ""  # no model has this id: nothing was judged by it, so everything waits
Progress = Callable[[int, int | None], None]


def classify(
    engine: Engine, model: Model, *, again: bool = False, now: datetime, report: Progress
) -> RunReport:
    """Judges what waits for `model`, or with `again` everything.

    A batch is judged outside and saved in one short transaction. Killed anywhere, what was saved
    stays, and the next run goes on with the rest. Verdicts of other models stay beside.
    """
    waiting = _EVERY if again else model.id
    with write(engine) as connection:
        verdicts.use_model(connection, model.id, dict(model.card), now)
    with read(engine) as connection:
        total = verdicts.count_unjudged(connection, waiting)
    counts: Counter[str] = Counter(judged=0)
    report(0, total)
    for batch in verdicts.unjudged(engine, waiting, BATCH):
        made = judge(model, batch)
        with write(engine) as connection:
            verdicts.save_verdicts(connection, made, {p.post: p.day for p in batch})
        counts.update(v.decision.value for v in made)
        counts["judged"] += len(made)
        report(counts["judged"], total)
    counts["incidents"] = group(engine, model.id)
    return RunReport(
        stage="classify",
        started_at=now,
        finished_at=datetime.now(UTC),
        outcome="done",
        counts=dict(counts),
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


def group(engine: Engine, model: str) -> int:
    """Groups the model's reports into incidents; gives how many incidents there are."""
    found = 0
    posts: list[ThreadPost] = []
    made: list[Incident] = []
    with read(engine) as reading:
        for number, thread in enumerate(threads_with_reports(reading, model), 1):
            posts += thread
            made += incidents(thread)
            if number % THREADS == 0:
                found += _save(engine, model, posts, made)
                posts, made = [], []
    return found + _save(engine, model, posts, made)


def _save(engine: Engine, model: str, posts: Sequence[ThreadPost], made: Sequence[Incident]) -> int:
    if posts:
        with write(engine) as connection:
            save_incidents(connection, model, [p.post for p in posts], made)
    return len(made)
