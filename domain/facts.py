"""What an account may state beside its cause: the names of facts, and their closed lists of values.

A fact is only what the text says; what it leaves unsaid is absent, never guessed.
`docs/model.md` explains each name to a reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from domain.causes import SYMPTOM_LABELS


class Plan(StrEnum):
    """What the author pays for. `paid`: a paid plan that the account doesn't name."""

    FREE = "free"
    GO = "go"
    PLUS = "plus"
    PRO = "pro"
    MAX = "max"
    TEAM = "team"
    BUSINESS = "business"
    ENTERPRISE = "enterprise"
    EDU = "edu"
    API = "api"
    PAID = "paid"


class Topic(StrEnum):
    """What was being worked on, coarsely."""

    CODING = "coding"
    WRITING = "writing"
    STUDY = "study"
    RESEARCH = "research"
    MEDICAL = "medical"
    LEGAL = "legal"
    BUSINESS = "business"
    PERSONAL = "personal"
    TRANSLATION = "translation"
    IMAGES = "images"


class Outcome(StrEnum):
    """How it ended for the reporter, by the reporter's last word."""

    RECOVERED = "recovered"
    WORKAROUND = "workaround"
    LOST = "lost"


class SafetyKind(StrEnum):
    """What a safety mechanism did."""

    REFUSAL = "refusal"
    POLICY_BLOCK = "policy_block"
    FILTER = "filter"
    CANNED_ANSWER = "canned_answer"
    MODEL_SWITCH = "model_switch"
    CHAT_ENDED = "chat_ended"
    ACCOUNT_ACTION = "account_action"


class Request(StrEnum):
    """How the account itself calls what a safety mechanism stopped; absent where it doesn't say."""

    HARMLESS = "harmless"
    HARMFUL = "harmful"


class Severity(StrEnum):
    """Why a report may need a person soon; several may hold."""

    OTHERS_DATA_SEEN = "others_data_seen"
    ACCOUNT_LOST = "account_lost"
    HOURS_LOST = "hours_lost"
    PERSON_AT_RISK = "person_at_risk"


@dataclass(frozen=True, kw_only=True, slots=True)
class FactInfo:
    """How a name is shown to a reader. `values`: labels of a closed list; empty: as said.

    `words`: the values are the author's own words, so they go when the text goes.
    """

    label: str
    meaning: str
    values: Mapping[str, str] = field(default_factory=dict)
    words: bool = False


_PLANS: dict[str, str] = {
    Plan.FREE: "Free",
    Plan.GO: "Go",
    Plan.PLUS: "Plus",
    Plan.PRO: "Pro",
    Plan.MAX: "Max",
    Plan.TEAM: "Team",
    Plan.BUSINESS: "Business",
    Plan.ENTERPRISE: "Enterprise",
    Plan.EDU: "Education",
    Plan.API: "API, by use",
    Plan.PAID: "Paid, not named",
}
_TOPICS: dict[str, str] = {
    Topic.CODING: "Coding",
    Topic.WRITING: "Writing and fiction",
    Topic.STUDY: "Study",
    Topic.RESEARCH: "Research",
    Topic.MEDICAL: "Medicine and health",
    Topic.LEGAL: "Law",
    Topic.BUSINESS: "Business",
    Topic.PERSONAL: "Personal, companionship",
    Topic.TRANSLATION: "Translation",
    Topic.IMAGES: "Images",
}
_OUTCOMES: dict[str, str] = {
    Outcome.RECOVERED: "Came back or works again",
    Outcome.WORKAROUND: "A way around was found",
    Outcome.LOST: "Lost for good",
}
_SAFETY: dict[str, str] = {
    SafetyKind.REFUSAL: "Refusal",
    SafetyKind.POLICY_BLOCK: "Blocked by a usage policy",
    SafetyKind.FILTER: "Filter or moderation",
    SafetyKind.CANNED_ANSWER: "Canned answer",
    SafetyKind.MODEL_SWITCH: "Moved to another model",
    SafetyKind.CHAT_ENDED: "Chat ended",
    SafetyKind.ACCOUNT_ACTION: "Action against the account",
}
_REQUESTS: dict[str, str] = {
    Request.HARMLESS: "Harmless, says the account",
    Request.HARMFUL: "Harmful or against the rules, says the account",
}
_SEVERITIES: dict[str, str] = {
    Severity.OTHERS_DATA_SEEN: "Other people's data seen",
    Severity.ACCOUNT_LOST: "Account lost",
    Severity.HOURS_LOST: "An hour or more lost",
    Severity.PERSON_AT_RISK: "A person may be at risk",
}
_SURFACES: dict[str, str] = {
    "web": "Web",
    "desktop": "Desktop app",
    "mobile": "Mobile app",
    "cli": "Command line",
    "ide": "Editor (IDE)",
    "api": "API",
}

# In the order in which a reader is shown them.
FACTS: Mapping[str, FactInfo] = MappingProxyType(
    {
        "severity": FactInfo(
            label="Severity",
            meaning="Why the report may need a person soon.",
            values=_SEVERITIES,
        ),
        "symptom": FactInfo(
            label="Symptom",
            meaning="What the author saw happen.",
            values={symptom.value: label for symptom, label in SYMPTOM_LABELS.items()},
        ),
        "lost": FactInfo(label="Lost", meaning="Time or work that was lost, as said.", words=True),
        "lost_hours": FactInfo(
            label="Hours lost",
            meaning="The least that these words mean in hours of work (a day: 8, a week: 40).",
        ),
        "outcome": FactInfo(
            label="Outcome",
            meaning="How it ended for the reporter, by this post.",
            values=_OUTCOMES,
        ),
        "safety_kind": FactInfo(
            label="Safety step", meaning="What a safety mechanism did.", values=_SAFETY
        ),
        "request": FactInfo(
            label="Request",
            meaning="How the account itself calls what was stopped.",
            values=_REQUESTS,
        ),
        "topic": FactInfo(
            label="Working on", meaning="What was being worked on, coarsely.", values=_TOPICS
        ),
        "session_length": FactInfo(
            label="Session length", meaning="How long the session was: time, messages or tokens."
        ),
        "product": FactInfo(label="Product", meaning="The products that the account names."),
        "surface": FactInfo(label="Surface", meaning="Where it happened.", values=_SURFACES),
        "model": FactInfo(label="Model", meaning="The AI model that the account names."),
        "version": FactInfo(label="Version", meaning="The product's version."),
        "platform": FactInfo(label="Platform", meaning="The operating system."),
        "plan": FactInfo(label="Plan", meaning="What the author pays for.", values=_PLANS),
    }
)
