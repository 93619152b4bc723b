"""The nouns of whylost: frozen, keyword-only, times always in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from domain.causes import Abstention, Cause, Decision


class Frame(StrEnum):
    """Which posts of a place we see. Rates and tests use the first two; the rest is counted."""

    ALL_POSTS = "all posts of a place"
    PRODUCT_QUERY = "matches of a product query"
    COMPLAINT_QUERY = "matches of a complaint query"
    CAPPED_FEED = "capped feed"
    OFFICIAL = "a vendor's own page"  # gives outages and releases, no posts

    @property
    def allows_rates(self) -> bool:
        """Whether a share of the posts of this frame means anything."""
        return self in (Frame.ALL_POSTS, Frame.PRODUCT_QUERY)


class PostState(StrEnum):
    """`edited`: a later version is known. `deleted`: the text is purged, hash and labels stay."""

    LIVE = "live"
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a source's terms allow, as data that ingest, export, training and purge obey."""

    store_text: bool = True
    export_text: bool = True
    train: bool = True
    keep_days: int | None = None  # of a text that is no report; None: our own retention
    delete_within_hours: int | None = None  # after the source deleted a post; None: none named
    attribution: str = ""
    written_at: str = ""  # the page that says so


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where posts are collected: one repository, one search, one forum, one imported collection."""

    name: str  # "github:anthropics/claude-code"
    source: str  # "github"
    frame: Frame
    query: str = ""  # what was asked for, where the place is a search
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """One public discussion. `key` is the keyed hash of the source's own id."""

    key: str
    place: str
    title: str  # redacted
    opened_at: datetime
    due_at: datetime | None = None  # when a new thread is to be read again as a whole


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """The source's own id and link of a post: personal data, kept apart, left out on request."""

    external_id: str
    url: str
    due_at: datetime | None = None  # when the source is asked whether the post is still there


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One author's message in a thread: plain text, redacted, the author only as a keyed hash."""

    key: str
    thread: str  # the thread's key
    parent: str | None  # the key of the post that it answers
    place: str
    kind: str  # issue, story, comment, reply, review, post
    author: str | None
    title: str
    text: str
    raw_hash: str  # keyed hash of title and text as the source sent them
    written_at: datetime
    edited_at: datetime | None = None
    state: PostState = PostState.LIVE
    depth: int = 0
    products: tuple[str, ...] = ()
    back_filled: bool = False  # collected long after it was written: deleted ones are missing
    address: Address | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A half-open range of Unicode code points in one field of a post."""

    field: Literal["title", "text", "thread_title"]
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A passage that speaks for or against a cause, and the cue that found it."""

    span: Span
    cause: Cause | None  # None: speaks for or against the post being a report at all
    direction: Literal["for", "against"]
    cue: str
    weight: float = 0.0  # its share in the decision, in log-odds


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something that the account states: `name` is product, surface, version, symptom, lost ..."""

    name: str
    value: str
    span: Span | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one model says of one version of a post. Probabilities are joint, in [0, 1]."""

    post: str
    version: int
    model: str
    report_probability: float
    causes: dict[Cause, float]  # P(report and this cause is among those that hold)
    likely_cause: Cause | None  # the forced choice; None only for `not_a_report`
    decision: Decision
    abstained_because: Abstention | None
    language: str  # ISO 639-1, "und" where it can't be told
    evidence: tuple[Evidence, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether the post counts in the exposure: not refused for its language or length."""
        return self.abstained_because not in (
            Abstention.UNSUPPORTED_LANGUAGE,
            Abstention.TOO_LITTLE_TEXT,
        )


class Role(StrEnum):
    """How a post belongs to its incident."""

    REPORT = "report"
    CORROBORATES = "corroborates"  # a reply that by itself is none: "same here"


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """Reports of the same failure. Its identity is its earliest report."""

    key: str  # the key of the earliest report
    members: tuple[str, ...]  # post keys, the earliest first
    corroborating: tuple[str, ...] = ()  # those of them that only corroborate


@dataclass(frozen=True, kw_only=True, slots=True)
class Outage:
    """An entry of a vendor's status page: it can explain reports, it never confirms a cause."""

    key: str
    vendor: str
    product: str
    name: str
    impact: str
    started_at: datetime
    resolved_at: datetime | None
    url: str
    state: str  # the page's own word, such as monitoring
    told_at: datetime  # when the page last changed it
    body_hash: str  # of all its updates: they are edited in place


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """Something that a vendor published and that a person may confirm as a release."""

    id: str
    vendor: str
    feed: str  # its address
    title: str
    url: str
    published_at: datetime
    suggested: str = ""  # a kind of release, by its words; "" where they name none


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmedFault:
    """A fault that a vendor confirmed afterwards, with the days that it lasted."""

    id: str
    vendor: str
    product: str
    began: date
    ended: date
    cause: Cause
    symptom: str
    mechanism: str
    source_url: str
    confidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A dated event of a vendor. Only one with a known `deployed` day and product can be tested,
    and only one that isn't `retired`."""

    id: str
    announced: date
    date_precision: str  # "day" or "month"
    deployed: date | None
    vendor: str
    product: str  # a name of `domain.products`, or "unknown"
    affects: str  # the product or model as the source words it
    kind: str
    title: str
    claimed_effect: str
    source_url: str
    source_title: str
    confidence: str
    note: str = ""
    contained_in: str = ""  # ids of the releases said to contain it, separated by spaces
    retired: str = ""  # why it no longer stands, in words; "" while it stands


@dataclass(frozen=True, kw_only=True, slots=True)
class Exposure:
    """How many distinct posts the current model judged: the denominator of every rate."""

    day: date
    place: str
    product: str
    language: str
    model: str
    posts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyCount:
    """Reports of one decision on one UTC day, counted three ways."""

    day: date
    place: str
    product: str
    decision: Decision
    model: str
    reports: int  # posts
    reporters: int  # authors, once per thread
    threads: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Episode:
    """Days in which a cause's rate was above expectation, or a change point."""

    kind: Literal["spike", "change_point"]
    place: str
    product: str
    cause: Cause
    began: date
    ended: date
    strength: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A person's decision about one version of a post; replaces the model's in what is shown."""

    post: str
    version: int
    decision: Decision
    secondary: Cause | None
    reviewer: str
    blind: bool
    stream: str
    note: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceReport:
    """What a run did at one source. Nothing that happened is left out."""

    source: str
    outcome: Literal["done", "partly", "failed"]
    requests: int = 0
    bytes: int = 0
    posts_read: int = 0
    posts_new: int = 0
    posts_changed: int = 0
    posts_unchanged: int = 0
    posts_deleted: int = 0
    skipped: int = 0
    unreadable: int = 0
    empty_answers: int = 0
    capped: int = 0
    threads_visited: int = 0
    posts_checked: int = 0
    seconds: float = 0.0
    dollars: float = 0.0
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunReport:
    """One execution of a stage: what it read, wrote, skipped, and why it failed."""

    stage: str
    started_at: datetime
    finished_at: datetime
    outcome: Literal["done", "partly", "failed"]
    counts: dict[str, int] = field(default_factory=dict)
    sources: tuple[SourceReport, ...] = ()
    message: str = ""
