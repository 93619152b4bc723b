"""A `Filter` as SQL: the one place where a reader's wish becomes conditions.

A page, an export and a command that show the same thing all select through `reports`. What a
person decided about the current version of a post takes the place of the model's decision.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from db.fold import fold, folded
from db.judges import Judges
from db.queries.outcomes import last_words
from db.queries.stands import stands
from db.reviews import counting
from db.tables import (
    FactRow,
    IncidentMember,
    PlaceRow,
    PostProduct,
    PostRow,
    PostText,
    ReviewRow,
    SampleRow,
    ThreadRow,
    TriageRow,
    VerdictRow,
)
from domain.causes import Abstention, Decision
from domain.filter import STEPS, Filter
from domain.triage import Triage

UNKNOWN = "unknown"  # the value that stands for "the account doesn't say"
_REFUSED = (Abstention.UNSUPPORTED_LANGUAGE, Abstention.TOO_LITTLE_TEXT)

# What is shown: the person's decision where there is one, else the model's.
decision: ColumnElement[str] = func.coalesce(ReviewRow.decision, VerdictRow.decision)
abstention: ColumnElement[str | None] = case(
    (ReviewRow.number.is_(None), VerdictRow.abstained_because), else_=None
)
triage: ColumnElement[str] = func.coalesce(TriageRow.state, cast(literal(Triage.NEW.value), String))


def reports(
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    *columns: Any,
    texts: bool = False,
) -> Select[Any]:
    """SELECT `columns` of the reports that match: one row a post, in no order.

    Joined and free to select from: post, verdict of its current version by the model that is shown
    on its day, place, the review that counts and the triage state (both may be NULL); with `texts`
    also the thread and the text of that version, which cost as much as all others together.
    Unless the filter names them, or a sample for people, posts that are not reports and posts that
    the model refused to judge (language, length; they are not in the exposure either) are left out.
    """
    current = and_(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        judges.cover(VerdictRow.model, VerdictRow.day),
    )
    of_it = and_(counting.c.post == PostRow.key, counting.c.version == PostRow.version)
    query = (
        select(*columns)
        .select_from(PostRow)
        .join(VerdictRow, current)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .outerjoin(counting, of_it)
        .outerjoin(ReviewRow, ReviewRow.number == counting.c.number)
        .outerjoin(TriageRow, TriageRow.post == PostRow.key)
        .where(*conditions(filter, judges))
    )
    if texts or filter.words:
        text = and_(PostText.post == PostRow.key, PostText.version == PostRow.version)
        query = query.join(ThreadRow, ThreadRow.key == PostRow.thread).join(PostText, text)
    return query


def conditions(filter: Filter, judges: Judges) -> list[ColumnElement[bool]]:  # noqa: A002 - the noun
    """What must hold, over the tables that `reports` joins."""
    found = [*_decided(filter), *_when_and_where(filter), *_said(filter, judges)]
    if filter.incident:
        found.append(_member(filter.incident, judges))
    if filter.reviews and set(filter.reviews) != {"reviewed", "unreviewed"}:
        reviewed = ReviewRow.number.is_not(None)
        found.append(reviewed if "reviewed" in filter.reviews else ~reviewed)
    if filter.triage:
        found.append(triage.in_(filter.triage))
    if filter.closed:
        found.append(stands(filter.closed))
    if filter.streams:
        drawn = exists().where(SampleRow.post == PostRow.key, SampleRow.stream.in_(filter.streams))
        found.append(drawn)
    found += [_has_word(word) for word in filter.words.split()]
    return found


def _decided(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.causes:
        found.append(decision.in_([cause.value for cause in wanted.causes]))
    elif not wanted.streams:
        found.append(decision != Decision.NOT_A_REPORT.value)
    if wanted.abstentions:
        found.append(abstention.in_([reason.value for reason in wanted.abstentions]))
    if not wanted.streams and not set(wanted.abstentions) & set(_REFUSED):
        found.append(or_(VerdictRow.judged.is_(True), ReviewRow.number.is_not(None)))
    # The smallest addend keeps 0.35 * 20 = 6.999... at its step.
    if step := int(wanted.least_probability * STEPS + 1e-9):
        found.append(VerdictRow.step >= step)
    return found


def _when_and_where(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.first_day:
        found.append(VerdictRow.day >= wanted.first_day)
    if wanted.last_day:
        found.append(VerdictRow.day <= wanted.last_day)
    if wanted.sources:
        found.append(PlaceRow.source.in_(wanted.sources))
    if wanted.places:
        found.append(PostRow.place.in_(wanted.places))
    if wanted.languages:
        found.append(VerdictRow.language.in_(wanted.languages))
    if wanted.products:
        found.append(_about(wanted.products))
    return found


def _about(products: tuple[str, ...]) -> ColumnElement[bool]:
    mine = PostProduct.post == PostRow.key
    named = exists().where(mine, PostProduct.product.in_(products))
    return or_(named, ~exists().where(mine)) if UNKNOWN in products else named


def _said(wanted: Filter, judges: Judges) -> list[ColumnElement[bool]]:
    asked = {
        "surface": wanted.surfaces,
        "version": wanted.versions,
        "symptom": tuple(symptom.value for symptom in wanted.symptoms),
        "safety_kind": tuple(kind.value for kind in wanted.safety_kinds),
        "severity": tuple(severity.value for severity in wanted.severities),
        "plan": wanted.plans,
    }
    found = [_states(name, values, judges) for name, values in asked.items() if values]
    if wanted.outcomes:
        found.append(_ended(wanted.outcomes, judges))
    return found


def _ended(values: tuple[str, ...], judges: Judges) -> ColumnElement[bool]:
    last = last_words(judges)
    so = PostRow.key.in_(select(last.c.post).where(last.c.outcome.in_(values)))
    return or_(so, PostRow.key.not_in(select(last.c.post))) if UNKNOWN in values else so


def _states(name: str, values: tuple[str, ...], judges: Judges) -> ColumnElement[bool]:
    stated = fact(name, judges)
    one_of = stated.where(FactRow.value.in_(values))
    return or_(one_of, ~stated) if UNKNOWN in values else one_of


def fact(name: str, judges: Judges) -> Exists:
    """Whether the current version of the post states anything called `name`."""
    return exists().where(
        FactRow.post == PostRow.key,
        FactRow.version == PostRow.version,
        judges.cover(FactRow.model, PostRow.day),
        FactRow.name == name,
    )


def _member(incident: str, judges: Judges) -> ColumnElement[bool]:
    return exists().where(
        IncidentMember.post == PostRow.key,
        IncidentMember.model == judges.current,
        IncidentMember.incident == incident,
    )


def _has_word(word: str) -> ColumnElement[bool]:
    wanted = fold(word)
    if not wanted:
        return true()
    fields = (PostText.title, PostText.text, ThreadRow.title)
    return or_(*(folded(field).contains(wanted, autoescape=True) for field in fields))
