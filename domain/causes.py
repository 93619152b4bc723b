"""What may have gone wrong, as one readable page.

Three layers that are never mixed: what a person saw (`Symptom`), what probably caused it (`Cause`),
and what we are ready to say about one post (`Decision`, with an `Abstention` where we say nothing).
The definitions follow the project's codebook; `docs/model.md` explains them to a reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """The likely cause of a failure that a post tells of; several may hold for one post."""

    CONTEXT_LIMIT = "context_limit"
    SAFETY_TRIGGER = "safety_trigger"
    SESSION_MANAGEMENT = "session_management"
    OTHER = "other"


class Decision(StrEnum):
    """What one model version says of one version of a post."""

    CONTEXT_LIMIT = "context_limit"
    SAFETY_TRIGGER = "safety_trigger"
    SESSION_MANAGEMENT = "session_management"
    OTHER = "other"
    UNDETERMINED = "undetermined"
    NOT_A_REPORT = "not_a_report"


class Abstention(StrEnum):
    """Why a report stayed undetermined."""

    TOO_LITTLE_TEXT = "too_little_text"
    CONTRADICTORY = "contradictory"
    NO_MECHANISM_NAMED = "no_mechanism_named"
    OUTSIDE_TAXONOMY = "outside_taxonomy"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    UNSURE = "unsure"


class Symptom(StrEnum):
    """What the author saw happen; one symptom fits several causes."""

    CONVERSATION_GONE = "conversation_gone"
    FORGOT = "forgot"
    CUT_OFF = "cut_off"
    REFUSED = "refused"
    EVASIVE = "evasive"
    UNRESPONSIVE = "unresponsive"
    LOGGED_OUT = "logged_out"
    CANNOT_RESUME = "cannot_resume"
    SENT_BACK_IN_TIME = "sent_back_in_time"
    ACCOUNT_CLOSED = "account_closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseInfo:
    """How a cause is named and explained to a reader."""

    cause: Cause
    label: str
    meaning: str
    not_this: str


# The three causes that whylost exists to tell apart.
STUDIED = (Cause.CONTEXT_LIMIT, Cause.SAFETY_TRIGGER, Cause.SESSION_MANAGEMENT)

CAUSES: dict[Cause, CauseInfo] = {
    info.cause: info
    for info in (
        CauseInfo(
            cause=Cause.CONTEXT_LIMIT,
            label="Context limit",
            meaning=(
                "The conversation outgrew what the model can hold, or the machinery that manages "
                "this (compaction, summaries, truncation, token counting) misbehaved."
            ),
            not_this="A plan's usage limit (five hours, a week) belongs to other failures.",
        ),
        CauseInfo(
            cause=Cause.SAFETY_TRIGGER,
            label="Safety trigger",
            meaning=(
                "A safety mechanism stepped in: a refusal, a policy block, a content filter, a "
                "flagged account, a chat ended by the model, a canned or evasive answer."
            ),
            not_this="A tool's permission prompt or a sandbox denial belongs to other failures.",
        ),
        CauseInfo(
            cause=Cause.SESSION_MANAGEMENT,
            label="Session management",
            meaning=(
                "The record or the identity of the session was lost, hidden, mixed up or could not "
                "be restored: history gone, resume failing, logged out in the middle of work."
            ),
            not_this="A crash that says nothing of the conversation belongs to other failures.",
        ),
        CauseInfo(
            cause=Cause.OTHER,
            label="Other failure",
            meaning=(
                "Any other failure: an outage, a usage limit, billing, speed, answer quality, "
                "wrong edits, the interface, installation, tools."
            ),
            not_this="Posts that tell of no failure are not reports.",
        ),
    )
}

DECISION_LABELS: dict[Decision, str] = {
    **{Decision(info.cause.value): info.label for info in CAUSES.values()},
    Decision.UNDETERMINED: "Undetermined",
    Decision.NOT_A_REPORT: "Not a report",
}

# What counts as a report: everything but `not_a_report`.
REPORT_DECISIONS = tuple(d for d in Decision if d is not Decision.NOT_A_REPORT)

ABSTENTION_LABELS: dict[Abstention, str] = {
    Abstention.TOO_LITTLE_TEXT: "The text is too short to say.",
    Abstention.CONTRADICTORY: "The text speaks for two or more causes about equally.",
    Abstention.NO_MECHANISM_NAMED: "Something was lost, and nothing hints at the mechanism.",
    Abstention.OUTSIDE_TAXONOMY: "The failure fits none of the causes that we know.",
    Abstention.UNSUPPORTED_LANGUAGE: "The text is in a language that the model can't read.",
    Abstention.UNSURE: "No cause is probable enough at the precision that we promise.",
}

SYMPTOM_LABELS: dict[Symptom, str] = {
    Symptom.CONVERSATION_GONE: "Conversation gone",
    Symptom.FORGOT: "Forgot earlier turns",
    Symptom.CUT_OFF: "Cut off",
    Symptom.REFUSED: "Refused or blocked",
    Symptom.EVASIVE: "Evasive",
    Symptom.UNRESPONSIVE: "Stopped answering",
    Symptom.LOGGED_OUT: "Logged out",
    Symptom.CANNOT_RESUME: "Can't resume",
    Symptom.SENT_BACK_IN_TIME: "Sent back in time",
    Symptom.ACCOUNT_CLOSED: "Account closed",
}
