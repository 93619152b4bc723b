"""People merge and split incidents, and that sticks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DatabaseError

from classify.constrain import merge, split
from classify.mark import mark
from classify.regroup import regroup
from db.engine import read, write
from db.judges import Judges, know, show
from db.marks import Readable
from db.posts import save_places, save_posts, save_threads
from db.queries.incident import InFull, incident
from db.queries.incidents import Group, iterate_incidents
from db.tables import ChangeLog, ConstrainedPost, ConstraintRow, IncidentMember, OutageRow
from db.verdicts import save_verdicts
from db.withdraw import withdraw
from domain.causes import Cause, Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.keyed import Keyed
from domain.nouns import Frame, Outage, Place, Post, Thread, Verdict

KEYED = Keyed(b"a key for tests, never for data.")
JUDGES = Judges.only("model-1")
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLACE = Place(name="hub:a", source="hub", frame=Frame.ALL_POSTS)
OF_ADA = {"person": "Ada", "reason": "the same update", "now": BEGAN}
A, B, C, D, E, F = (letter * 24 for letter in "abcdef")
# a <- b "same here"; c <- d; e alone; f comments on c
POSTS = {A: None, B: A, C: None, D: C, E: None, F: C}
AUTHORS = {A: "1" * 24, B: "2" * 24, C: "1" * 24, D: "3" * 24, E: None, F: "4" * 24}
TEXTS = {B: "Same here.", F: "Have you asked the support?"}


@pytest.fixture
def grouped(engine: Engine) -> Engine:
    """Two threads of two members each, one of one; model-1 shown, everything grouped."""
    with write(engine) as connection:
        for model in ("model-1", "model-2"):
            know(connection, model, {}, BEGAN)
        show(connection, JUDGES, BEGAN)
        save_places(connection, [PLACE])
        roots = {A: "aa", B: "aa", C: "cc", D: "cc", E: "ee", F: "cc"}
        save_threads(
            connection,
            [
                Thread(key=r * 12, place=PLACE.name, title=r, opened_at=BEGAN)
                for r in roots.values()
            ],
            BEGAN,
        )
        save_posts(connection, [_post(key, roots[key] * 12) for key in POSTS], BEGAN, KEYED)
    judge(engine, "model-1")
    regroup(engine, JUDGES, KEYED, BEGAN)
    return engine


def _post(key: str, thread: str) -> Post:
    return Post(
        key=key,
        thread=thread,
        parent=POSTS[key],
        place=PLACE.name,
        kind="comment" if POSTS[key] else "issue",
        author=AUTHORS[key],
        title="",
        text=TEXTS.get(key, "My history is gone."),
        raw_hash=key,
        written_at=BEGAN + timedelta(hours="abcdef".index(key[0])),
        products=("Claude Code",),
    )


def judge(engine: Engine, model: str, **decided: Decision) -> None:
    """Judges all posts: reports but for b and f, unless `decided` says otherwise by letter."""
    verdicts = [_verdict(key, model, decided.get(key[0])) for key in POSTS]
    texts = [
        Readable(
            post=v.post,
            version=1,
            answers=POSTS[v.post] is not None,
            report=v.decision is not Decision.NOT_A_REPORT,
            title="",
            text=TEXTS.get(v.post, "My history is gone."),
        )
        for v in verdicts
    ]
    with write(engine) as connection:
        save_verdicts(connection, verdicts, dict.fromkeys(POSTS, BEGAN.date()))
        mark(connection, texts, KEYED)


def _verdict(post: str, model: str, decision: Decision | None) -> Verdict:
    usual = Decision.NOT_A_REPORT if post in TEXTS else Decision.UNDETERMINED
    return Verdict(
        post=post,
        version=1,
        model=model,
        report_probability=0.5,
        causes=dict.fromkeys(Cause, 0.1),
        likely_cause=None,
        decision=decision or usual,
        abstained_because=None,
        language="en",
    )


def members(engine: Engine, model: str = "model-1") -> dict[str, str]:
    """Post -> incident, by their letters."""
    query = select(IncidentMember).where(IncidentMember.model == model)
    with read(engine) as connection:
        return {row.post[0]: row.incident[0] for row in connection.execute(query)}


def test_before_anybody_decides(grouped: Engine) -> None:
    assert members(grouped) == {"a": "a", "b": "a", "c": "c", "d": "c", "e": "e"}


def test_a_merge_takes_everything_along_and_sticks(grouped: Engine) -> None:
    assert merge(grouped, JUDGES, KEYED, [D, B], **OF_ADA) == A
    merged = dict.fromkeys("abcd", "a") | {"e": "e"}
    assert members(grouped) == merged
    judge(grouped, "model-1")
    regroup(grouped, JUDGES, KEYED, BEGAN)
    assert members(grouped) == merged
    # the earliest report leaves; the others stay together
    judge(grouped, "model-1", a=Decision.NOT_A_REPORT)
    regroup(grouped, JUDGES, KEYED, BEGAN)
    assert members(grouped) == dict.fromkeys("bcd", "c") | {"e": "e"}
    judge(grouped, "model-1")
    regroup(grouped, JUDGES, KEYED, BEGAN)
    assert members(grouped) == merged


def test_another_model_keeps_what_people_decided(grouped: Engine) -> None:
    merge(grouped, JUDGES, KEYED, [A, E], **OF_ADA)
    judge(grouped, "model-2")
    other = Judges.only("model-2")
    regroup(grouped, other, KEYED, BEGAN)
    assert members(grouped, "model-2") == {"a": "a", "b": "a", "e": "a", "c": "c", "d": "c"}
    assert members(grouped) == {"a": "a", "b": "a", "e": "a", "c": "c", "d": "c"}


def test_a_split_takes_along_what_answers_and_sticks(grouped: Engine) -> None:
    merge(grouped, JUDGES, KEYED, [A, C, E], **OF_ADA)
    assert split(grouped, JUDGES, KEYED, [C], **OF_ADA) == C
    parted = {"a": "a", "b": "a", "e": "a", "c": "c", "d": "c"}
    assert members(grouped) == parted
    judge(grouped, "model-1", f=Decision.OTHER)  # a new member: it answers c
    regroup(grouped, JUDGES, KEYED, BEGAN)
    assert members(grouped) == parted | {"f": "c"}
    merge(grouped, JUDGES, KEYED, [A, C], **OF_ADA)
    assert set(members(grouped).values()) == {"a"}


def test_same_here_that_is_split_off_founds_nothing(grouped: Engine) -> None:
    assert split(grouped, JUDGES, KEYED, [B], **OF_ADA) is None
    assert "b" not in members(grouped)
    judge(grouped, "model-1")
    regroup(grouped, JUDGES, KEYED, BEGAN)
    assert "b" not in members(grouped)


def test_what_makes_no_sense_is_refused_in_one_line(grouped: Engine) -> None:
    refused = (
        (merge, [A, B], "one incident already"),
        (merge, [A, F], "in no incident"),
        (split, [A, C], "several incidents"),
        (split, [A], "all posts of the incident"),
    )
    for action, posts, says in refused:
        with pytest.raises(InputError, match=says):
            action(grouped, JUDGES, KEYED, posts, **OF_ADA)  # type: ignore[operator] # either
    with pytest.raises(InputError, match="a person and a reason"):
        merge(grouped, JUDGES, KEYED, [A, C], person=" ", reason="x", now=BEGAN)
    with read(grouped) as connection:
        assert connection.execute(select(ConstraintRow)).all() == []


@pytest.mark.parametrize("table", [ConstraintRow, ConstrainedPost])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET number = 7"])
def test_decisions_are_never_altered(grouped: Engine, table: type, verb: str) -> None:
    merge(grouped, JUDGES, KEYED, [A, C], **OF_ADA)
    with pytest.raises(DatabaseError, match="append-only"), grouped.begin() as connection:
        connection.execute(text(verb.format(table.__tablename__)))


def test_decisions_and_moves_are_in_the_change_log(grouped: Engine) -> None:
    merge(grouped, JUDGES, KEYED, [A, C], **OF_ADA)
    query = select(ChangeLog.key, ChangeLog.what, ChangeLog.after)
    with read(grouped) as connection:
        rows = connection.execute(query.where(ChangeLog.subject == "incident")).all()
    assert [(key, what) for key, what, _ in rows] == [(A, "merge"), (C, "member moved")]
    assert rows[0].after["reason"] == "the same update"
    assert rows[1].after == {"to": {C: A, D: A}}


# -- what is counted and told ----------------------------------------------------------------------


def told(engine: Engine, key: str) -> tuple[InFull, Group]:
    with read(engine) as connection:
        full = incident(connection, key, JUDGES)
        group = next(
            g for g in iterate_incidents(connection, Filter(), JUDGES) if g.incident == key
        )
    assert full is not None
    return full, group


def test_who_corroborates_is_a_reporter_and_no_report(grouped: Engine) -> None:
    full, group = told(grouped, A)
    assert (group.reports, group.corroborations, group.reporters) == (1, 1, 2)
    assert (full.spread.reports, full.spread.corroborations, full.spread.reporters) == (1, 1, 2)


def test_one_author_counts_once_wherever_he_writes(grouped: Engine) -> None:
    merge(grouped, JUDGES, KEYED, [A, C, E], **OF_ADA)
    full, group = told(grouped, A)
    # a and c are by one author, b and d by others, e by nobody that we know
    assert (group.reports, group.reporters, group.threads) == (4, 4, 3)
    assert (full.spread.reporters, full.spread.threads) == (4, 3)
    assert [c.kind for c in full.constraints] == ["merge"]


def test_days_and_places_hold_for_what_corroborates_too(grouped: Engine) -> None:
    for wanted in (Filter(last_day=BEGAN.date() - timedelta(days=1)), Filter(sources=("else",))):
        with read(grouped) as connection:
            assert list(iterate_incidents(connection, wanted, JUDGES)) == []


def outage(key: str, product: str, began: int, ended: int | None) -> dict[str, object]:
    """`began`, `ended`: hours after the first post."""
    made = Outage(
        key=key,
        vendor="Anthropic",
        product=product,
        name="Elevated errors",
        impact="major",
        started_at=BEGAN + timedelta(hours=began),
        resolved_at=None if ended is None else BEGAN + timedelta(hours=ended),
        url="",
        state="resolved",
        told_at=BEGAN,
        body_hash="",
    )
    return {name: getattr(made, name) for name in made.__dataclass_fields__}


def test_an_outage_of_the_product_or_vendor_is_a_possible_explanation(grouped: Engine) -> None:
    rows = [
        outage("at the time", "Claude Code", -1, 1),
        outage("of the vendor", "", 3, None),
        outage("of another product", "Claude", -1, 1),
        outage("long before", "Claude Code", -90, -50),
        outage("later", "Claude Code", 9, 10),
    ]
    with write(grouped) as connection:
        connection.execute(OutageRow.__table__.insert(), rows)
    full, group = told(grouped, A)
    assert [(e.outage.key, e.posts) for e in group.explanations] == [("at the time", 1)]
    assert group.reports_in_outages == 1
    assert full.explanations == group.explanations
    full, group = told(grouped, C)  # c and d, two and three hours later
    found = [("at the time", 2), ("of the vendor", 1)]
    assert [(e.outage.key, e.posts) for e in group.explanations] == found
    assert group.reports_in_outages == 2


def test_a_deleted_post_leaves_its_incident_with_all_marks(grouped: Engine) -> None:
    with write(grouped) as connection:
        withdraw(connection, [A], BEGAN, KEYED)
    assert regroup(grouped, JUDGES, KEYED, BEGAN)
    assert members(grouped) == {"c": "c", "d": "c", "e": "e"}
