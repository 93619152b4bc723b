"""The columns of every export, once: what the file, the page and docs/export.md say.

Columns are only ever added, at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from db.cells import Cell, cell
from db.queries.daily import Day
from db.queries.incidents import Group
from db.queries.outages import Explanation
from db.queries.outcomes import Ended
from db.queries.reports import Listed
from domain.causes import Cause, Decision
from domain.facts import FACTS
from domain.nouns import Evidence, Fact

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Column(Generic[Record]):
    """A column: its name, what it holds, and how to read it from a record.

    `goes`: what it holds goes when a text is withdrawn, so it is no part of a snapshot.
    """

    name: str
    holds: str
    value: Callable[[Record], Cell]
    goes: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRecord:
    """A report with what the export adds to the list."""

    report: Listed
    evidence: tuple[Evidence, ...]
    data: str
    facts: tuple[Fact, ...] = ()
    ended: Ended | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRecord:
    """An incident, and where it comes from."""

    group: Group
    data: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRecord:
    """A day's count, and where it comes from."""

    day: Day
    data: str


def _quotes(record: ReportRecord, direction: str) -> str:
    """The passages that speak `direction`, one a line: cause, cue, and the words themselves."""
    told = record.report
    fields = {"title": told.title, "text": told.text, "thread_title": told.thread_title}
    found = []
    for passage in record.evidence:
        words = (fields[passage.span.field] or "")[passage.span.start : passage.span.end]
        if passage.direction == direction and words.strip():
            about = passage.cause.value if passage.cause else "report"
            found.append(f"{about} ({passage.cue}): {' '.join(words.split())}")
    return "\n".join(found)


def _stated(column: str, fact: str, holds: str) -> Column[ReportRecord]:
    return Column(
        column,
        holds,
        lambda r: "; ".join(f.value for f in r.facts if f.name == fact) or None,
        goes=FACTS[fact].words,
    )


def _probability(cause: Cause) -> Column[ReportRecord]:
    return Column(
        f"p_{cause.value}",
        f"Probability that the post is a report and `{cause.value}` holds, 0 to 1.",
        lambda r: r.report.causes[cause],
    )


def _reports_of(decision: Decision) -> Callable[[GroupRecord], Cell]:
    return lambda record: record.group.decisions[decision]


def told_outage(explanation: Explanation) -> str:
    """An outage in one line: vendor, what for, name, impact, from when to when in UTC."""
    outage = explanation.outage
    began, ended = cell(outage.started_at), cell(outage.resolved_at) or "not resolved yet"
    concerned = f"{outage.vendor} {outage.product}".strip()
    return f"{concerned}: {outage.name} ({outage.impact}), {began} to {ended}"


def _empty(name: str, holds: str) -> Column[Any]:
    return Column(name, holds, lambda _: None)


_DATA = "`real` or `demonstration`: invented posts are marked in every row."
_MODEL = "Which model judged."
_MODELS = "Which model judged; two where a border between them runs through."

REPORTS: tuple[Column[ReportRecord], ...] = (
    Column("data", _DATA, lambda r: r.data),
    Column("post", "Key of the post: a keyed hash, stable over exports.", lambda r: r.report.key),
    Column("thread", "Key of its thread.", lambda r: r.report.thread),
    Column("incident", "Key of the incident's earliest report.", lambda r: r.report.incident),
    Column("source", "Where it was collected.", lambda r: r.report.source),
    Column("place", "Which repository, search or collection there.", lambda r: r.report.place),
    Column("kind", "issue, story, comment, reply, review or post.", lambda r: r.report.kind),
    Column(
        "state",
        "live, edited or deleted (then without text).",
        lambda r: r.report.state.value,
        goes=True,
    ),
    Column("written_at", "When it was written, ISO 8601, UTC.", lambda r: r.report.written_at),
    Column("day", "The UTC day that counts use.", lambda r: r.report.day),
    Column(
        "products", "What it is about, separated by `; `.", lambda r: "; ".join(r.report.products)
    ),
    Column("language", "ISO 639-1, `und` where it can't be told.", lambda r: r.report.language),
    Column(
        "thread_title", "Title of the thread, redacted.", lambda r: r.report.thread_title, goes=True
    ),
    Column("title", "Its own title, redacted.", lambda r: r.report.title, goes=True),
    Column(
        "text",
        "Its text, redacted; empty once withdrawn or no longer kept.",
        lambda r: r.report.text,
        goes=True,
    ),
    Column(
        "decision",
        "context_limit, safety_trigger, session_management, other, undetermined or not_a_report.",
        lambda r: r.report.decision.value,
    ),
    Column(
        "decided_by",
        "`model`, or `person` where a review took its place.",
        lambda r: "person" if r.report.reviewer else "model",
    ),
    Column(
        "likely_cause",
        "The model's forced choice, also where the decision is undetermined.",
        lambda r: r.report.likely_cause.value if r.report.likely_cause else None,
    ),
    Column(
        "abstained_because",
        "Why it stayed undetermined.",
        lambda r: r.report.abstained_because.value if r.report.abstained_because else None,
    ),
    Column(
        "report_probability",
        "Probability that the post tells of a failure, 0 to 1.",
        lambda r: r.report.report_probability,
    ),
    *(_probability(cause) for cause in Cause),
    Column(
        "evidence_for",
        "Quotes for a cause, one a line: cause (cue): words.",
        lambda r: _quotes(r, "for"),
        goes=True,
    ),
    Column(
        "evidence_against",
        "Quotes against a cause, likewise.",
        lambda r: _quotes(r, "against"),
        goes=True,
    ),
    Column("model", _MODEL, lambda r: r.report.model),
    Column(
        "permalink",
        "The original's address; empty where it was withdrawn or links were left out.",
        lambda r: r.report.address.url if r.report.address else None,
        goes=True,
    ),
    Column("triage", "new, watching, escalated, known or closed.", lambda r: r.report.triage),
    _empty("review_decision", "For the reviewer: one of the decisions."),
    _empty("review_secondary", "For the reviewer: a second cause, or empty."),
    _empty("review_note", "For the reviewer: anything worth saying."),
    _empty("reviewer", "For the reviewer: a name."),
    Column("version", "Which version of the text this is, from 1.", lambda r: r.report.version),
    _stated("symptoms", "symptom", "What the author saw happen, separated by `; `."),
    _stated(
        "severity",
        "severity",
        "others_data_seen, account_lost, hours_lost, person_at_risk, separated by `; `.",
    ),
    _stated("lost", "lost", "Time or work that was lost, as said."),
    _stated("lost_hours", "lost_hours", "The least that this means in hours of work."),
    Column(
        "outcome",
        "recovered, workaround or lost: the author's last word, here or later in the thread.",
        lambda r: r.ended.outcome.value if r.ended else None,
    ),
    Column(
        "outcome_said_in",
        "Key of the post that says so.",
        lambda r: r.ended.post if r.ended else None,
    ),
    _stated("safety_kind", "safety_kind", "What a safety mechanism did, separated by `; `."),
    _stated(
        "request", "request", "What was stopped, as the account calls it: harmless or harmful."
    ),
    _stated("topic", "topic", "What was being worked on, coarsely."),
    _stated("session_length", "session_length", "How long the session was."),
    _stated("plan", "plan", "What the author pays for."),
    _stated("surface", "surface", "web, desktop, mobile, cli, ide or api."),
    _stated("ai_model", "model", "The AI models that the account names."),
    _stated("product_version", "version", "Versions of the product."),
    _stated("platform", "platform", "Operating systems."),
)

INCIDENTS: tuple[Column[GroupRecord], ...] = (
    Column("data", _DATA, lambda r: r.data),
    Column("incident", "Key of the earliest report.", lambda r: r.group.incident),
    Column(
        "title", "The thread's title of that report, redacted.", lambda r: r.group.title, goes=True
    ),
    Column("first_at", "When the earliest matching report was written.", lambda r: r.group.first),
    Column("last_at", "When the latest was.", lambda r: r.group.last),
    Column("reports", "Posts.", lambda r: r.group.reports),
    Column(
        "reporters",
        "Distinct authors; a post without one counts as one.",
        lambda r: r.group.reporters,
    ),
    Column("threads", "Independent threads.", lambda r: r.group.threads),
    Column("sources", "Distinct sources.", lambda r: r.group.sources),
    *(
        Column(
            f"reports_{decision.value}",
            f"Of these, decided `{decision.value}`.",
            _reports_of(decision),
        )
        for decision in Decision
        if decision is not Decision.NOT_A_REPORT
    ),
    Column("model", _MODELS, lambda r: "; ".join(r.group.models)),
    Column("permalink", "The earliest report's address.", lambda r: r.group.url, goes=True),
    Column(
        "corroborations",
        "Replies that only say the same happened; their authors are among the reporters.",
        lambda r: r.group.corroborations,
    ),
    Column(
        "outages",
        "Official outages while its reports were written, one a line: a possible explanation.",
        lambda r: "\n".join(told_outage(e) for e in r.group.explanations) or None,
    ),
    Column(
        "reports_in_outages",
        "Reports written during one of these, or within a day after it.",
        lambda r: r.group.reports_in_outages,
    ),
)

DAILY: tuple[Column[DayRecord], ...] = (
    Column("data", _DATA, lambda r: r.data),
    Column("day", "UTC day of a post's first version.", lambda r: r.day.day),
    Column("source", "Where it was collected.", lambda r: r.day.source),
    Column("place", "Which repository, search or collection there.", lambda r: r.day.place),
    Column("frame", "Which posts of the place are seen.", lambda r: r.day.frame),
    Column("product", "The product; `*` counts every post once.", lambda r: r.day.product),
    Column("decision", "As in the reports.", lambda r: r.day.decision.value),
    Column("reports", "Posts with this decision.", lambda r: r.day.reports),
    Column("reporters", "Their authors, once per thread.", lambda r: r.day.reporters),
    Column("threads", "Their threads.", lambda r: r.day.threads),
    Column("posts", "All posts that the model judged: the denominator.", lambda r: r.day.posts),
    Column(
        "in_gap",
        "`true` where a known gap touches the day: missing, not zero.",
        lambda r: r.day.in_gap,
    ),
    Column("model", _MODEL, lambda r: r.day.model),
)
