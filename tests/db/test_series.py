"""Daily counts against a count by hand, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import seeded
from sqlalchemy import Engine, func, select

from db import series, tally, verdicts
from db.engine import read, write
from db.judges import Judges, know, show
from db.posts import save_places, save_posts, save_threads
from db.queries import collected
from db.queries.series import daily, daily_as_judged, exposure, three_counts
from db.tables import DailyCountRow, ExposureRow, Published
from db.withdraw import purge
from domain.causes import Abstention, Cause, Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.nouns import Frame, Place, Post, Thread, Verdict

MODEL = "model-1"
DAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
PLACE = Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS)


def post(
    key: str,
    *,
    day: int,
    thread: str = "t1",
    author: str | None = "ann",
    products: Any = ("Claude",),
) -> Post:
    return Post(
        key=key,
        thread=thread,
        parent=None,
        place=PLACE.name,
        kind="comment",
        author=author,
        title="",
        text=f"text of {key}",
        raw_hash=f"h-{key}",
        written_at=DAY + timedelta(days=day),
        products=products,
    )


def verdict(
    key: str,
    decision: Decision = Decision.OTHER,
    *,
    version: int = 1,
    model: str = MODEL,
    language: str = "en",
    because: Abstention | None = None,
) -> Verdict:
    return Verdict(
        post=key,
        version=version,
        model=model,
        report_probability=0.9,
        causes=dict.fromkeys(Cause, 0.3),
        likely_cause=None if decision is Decision.NOT_A_REPORT else Cause.OTHER,
        decision=decision,
        abstained_because=because,
        language=language,
    )


def save(engine: Engine, posts: list[Post], judged: list[Verdict], model: str = MODEL) -> None:
    with write(engine) as connection:
        save_places(connection, [PLACE])
        threads = {p.thread: min(p.written_at for p in posts) for p in posts}
        save_threads(
            connection,
            [Thread(key=k, place=PLACE.name, title="", opened_at=at) for k, at in threads.items()],
            NOW,
        )
        save_posts(connection, posts, NOW, seeded.KEYED)
        know(connection, model, {}, NOW)
        show(connection, Judges.only(model), NOW)
        days = {v.post: _day_of(v.post, posts) for v in judged}
        verdicts.save_verdicts(connection, judged, days)


def _day_of(key: str, posts: Iterable[Post]) -> date:
    return next(p.written_at.date() for p in posts if p.key == key)


def refresh(engine: Engine, model: str = MODEL, now: datetime = NOW) -> series.Written:
    with read(engine) as connection:
        cells = tally.computed(connection, Judges.only(model))
    with write(engine) as connection:
        return series.save(connection, cells, now)


def rows(engine: Engine, table: type[Any], *names: str) -> set[tuple[Any, ...]]:
    with read(engine) as connection:
        found = connection.execute(select(*(getattr(table, name) for name in names)))
        return {tuple(row) for row in found}


COUNTS = ("product", "decision", "day", "reports", "reporters", "threads")


def day(number: int) -> date:
    return DAY.date() + timedelta(days=number)


def test_reporters_and_threads_count_once_on_their_first_day(engine: Engine) -> None:
    posts = [
        post("a", day=0),
        post("b", day=0),  # the same author in the same thread
        post("c", day=1),  # and once more the day after
        post("d", day=1, author=None),  # unknown authors are each their own
        post("e", day=1, author=None),
        post("f", day=1, thread="t2"),
    ]
    save(engine, posts, [verdict(p.key) for p in posts])
    refresh(engine)
    assert {r for r in rows(engine, DailyCountRow, *COUNTS) if r[0] == "*"} == {
        ("*", "other", day(0), 2, 1, 1),
        ("*", "other", day(1), 4, 3, 1),
    }
    with read(engine) as connection:
        total = three_counts(connection, Filter(), Judges.only(MODEL))
    assert (total[None].reports, total[None].reporters, total[None].threads) == (6, 4, 2)


def test_a_post_of_two_products_counts_once_in_all(engine: Engine) -> None:
    posts = [post("a", day=0, products=("Claude", "Codex")), post("b", day=0, products=())]
    save(engine, posts, [verdict("a"), verdict("b", Decision.NOT_A_REPORT)])
    refresh(engine)
    assert rows(engine, ExposureRow, "product", "posts") == {
        ("*", 2),
        ("Claude", 1),
        ("Codex", 1),
        ("unknown", 1),
    }
    assert rows(engine, DailyCountRow, "product", "reports") == {
        ("*", 1),
        ("Claude", 1),
        ("Codex", 1),
    }
    with read(engine) as connection:
        both = exposure(connection, Filter(products=("Claude", "Codex")), Judges.only(MODEL))
        neither = exposure(connection, Filter(products=("unknown",)), Judges.only(MODEL))
    assert both == {(day(0), PLACE.name): 1}
    assert neither == {(day(0), PLACE.name): 1}


def test_what_was_not_judged_counts_nowhere(engine: Engine) -> None:
    posts = [post("a", day=0), post("b", day=0), post("c", day=0)]
    foreign = verdict(
        "b", Decision.UNDETERMINED, language="fr", because=Abstention.UNSUPPORTED_LANGUAGE
    )
    short = verdict("c", Decision.UNDETERMINED, because=Abstention.TOO_LITTLE_TEXT)
    save(engine, posts, [verdict("a"), foreign, short])
    refresh(engine)
    assert rows(engine, ExposureRow, "product", "posts") == {("*", 1), ("Claude", 1)}
    assert rows(engine, DailyCountRow, "decision", "reports") == {("other", 1)}
    with read(engine) as connection:
        refused = collected.refused(connection, Filter(), Judges.only(MODEL))
        french = collected.refused(connection, Filter(languages=("fr",)), Judges.only(MODEL))
    assert {(r.reason, r.language, r.posts) for r in refused} == {
        (Abstention.UNSUPPORTED_LANGUAGE, "fr", 1),
        (Abstention.TOO_LITTLE_TEXT, "en", 1),
    }
    assert [r.language for r in french] == ["fr"]


def test_an_edit_replaces_the_verdict_on_the_first_versions_day(engine: Engine) -> None:
    first = post("a", day=0)
    save(engine, [first], [verdict("a", Decision.OTHER)])
    refresh(engine)
    edited = replace(first, raw_hash="h-new", text="edited", edited_at=DAY + timedelta(days=3))
    save(engine, [edited], [verdict("a", Decision.CONTEXT_LIMIT, version=2)])
    refresh(engine)
    assert rows(engine, DailyCountRow, "product", "decision", "day", "reports") == {
        ("*", "context_limit", day(0), 1),
        ("Claude", "context_limit", day(0), 1),
    }
    assert rows(engine, ExposureRow, "product", "posts") == {("*", 1), ("Claude", 1)}


def test_a_deleted_post_stays_counted(engine: Engine) -> None:
    save(engine, [post("a", day=0)], [verdict("a")])
    refresh(engine)
    with write(engine) as connection:
        purge(connection, ["a"], "deleted at its source", NOW, seeded.KEYED)
    assert refresh(engine) == series.Written(exposure=0, counts=0, published=0)


def test_a_refresh_without_news_writes_nothing(engine: Engine) -> None:
    save(engine, [post("a", day=0)], [verdict("a")])
    first = refresh(engine)
    assert first.exposure == 2
    assert first.counts == 2
    assert first.published == 10  # five decisions, zeros included, for `*` and Claude
    assert refresh(engine) == series.Written(exposure=0, counts=0, published=0)


def test_what_is_shown_of_a_day_is_kept_as_it_was_shown(engine: Engine) -> None:
    save(engine, [post("a", day=0)], [verdict("a")])
    refresh(engine)
    save(engine, [post("b", day=0, author="bob")], [verdict("b")])
    later = NOW + timedelta(days=1)
    assert refresh(engine, now=later).published == 10  # every denominator moved
    wanted = ("at", "reports", "reporters", "threads", "posts", "product", "decision")
    assert {r[:5] for r in rows(engine, Published, *wanted) if r[5:] == ("Claude", "other")} == {
        (NOW, 1, 1, 1, 1),
        (later, 2, 2, 1, 2),
    }


def test_today_is_counted_but_not_shown(engine: Engine) -> None:
    save(engine, [post("a", day=19)], [verdict("a")])  # 20 June, the day of NOW
    assert refresh(engine).published == 0
    assert rows(engine, DailyCountRow, "day", "product") == {(day(19), "*"), (day(19), "Claude")}
    assert refresh(engine, now=NOW + timedelta(days=1)).published == 10


def test_what_is_no_more_is_shown_as_zero(engine: Engine) -> None:
    first = post("a", day=0)
    save(engine, [first], [verdict("a")])
    refresh(engine)
    moved = replace(first, raw_hash="h2", products=("Codex",))
    save(engine, [moved], [verdict("a", version=2)])
    refresh(engine)
    assert rows(engine, ExposureRow, "product", "posts") == {("*", 1), ("Codex", 1)}
    with read(engine) as connection:
        last = select(func.max(Published.number)).where(
            Published.product == "Claude", Published.decision == "other"
        )
        query = select(Published.reports, Published.posts).where(
            Published.number == last.scalar_subquery()
        )
        assert tuple(connection.execute(query).one()) == (0, 0)
    assert refresh(engine).published == 0


def test_another_model_has_rows_of_its_own_and_is_published(engine: Engine) -> None:
    save(engine, [post("a", day=0)], [verdict("a")])
    assert refresh(engine).published == 10
    save(engine, [post("a", day=0)], [verdict("a", Decision.OTHER, model="model-2")], "model-2")
    assert refresh(engine, "model-2").published == 10  # the same values, of another model
    assert refresh(engine, "model-2").published == 0
    assert {r[0] for r in rows(engine, DailyCountRow, "model")} == {"model-1", "model-2"}
    assert refresh(engine, "model-1").published == 10  # the earlier one again: shown again


# -- a few hundred posts against a count by hand ---------------------------------------------------


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    made = seeded.fill(engine)
    with read(engine) as connection:
        cells = tally.computed(connection, seeded.JUDGES)
    with write(engine) as connection:
        series.save(connection, cells, made.now)
    return made


def by_hand(made: seeded.Seeded, *wanted: Decision) -> Counter[tuple[date, str, Decision, str]]:
    """(day, place, decision, what) -> number, straight from the definition."""
    counted: Counter[tuple[date, str, Decision, str]] = Counter()
    seen: set[tuple[Any, ...]] = set()
    decisions = {v.post: v.decision for v in made.verdicts}
    for p in sorted(made.posts, key=lambda p: p.written_at):
        decision, day_ = decisions[p.key], p.written_at.date()
        if decision not in wanted:
            continue
        counted[day_, p.place, decision, "reports"] += 1
        for what, who in (("reporters", (p.thread, p.author or p.key)), ("threads", (p.thread,))):
            key = (what, p.place, decision, *who)
            if key not in seen:
                seen.add(key)
                counted[day_, p.place, decision, what] += 1
    return counted


def as_counter(found: list[Any]) -> Counter[tuple[date, str, Decision, str]]:
    return Counter(
        {
            (r.day, r.place, r.decision, what): getattr(r, what)
            for r in found
            for what in ("reports", "reporters", "threads")
            if getattr(r, what)
        }
    )


def test_daily_equals_a_count_by_hand(engine: Engine, filled: seeded.Seeded) -> None:
    with read(engine) as connection:
        found = daily(connection, Filter(), seeded.JUDGES)
    reports = tuple(d for d in Decision if d is not Decision.NOT_A_REPORT)
    assert as_counter(found) == by_hand(filled, *reports)
    posts = Counter((p.written_at.date(), p.place) for p in filled.posts)
    assert {(r.day, r.place): r.posts for r in found} == posts
    assert len(found) == 5 * len(posts)
    assert [(r.day, r.place) for r in found] == sorted((r.day, r.place) for r in found)


def test_rows_and_aggregates_count_alike(engine: Engine, filled: seeded.Seeded) -> None:
    first = filled.now.date() - timedelta(days=200)
    with read(engine) as connection:
        kept = daily(connection, Filter(first_day=first), seeded.JUDGES)
        counted = daily(connection, Filter(first_day=first, languages=("en",)), seeded.JUDGES)
    assert counted == kept


def test_a_narrow_filter_counts_its_share(engine: Engine, filled: seeded.Seeded) -> None:
    web = {v.post for v in filled.verdicts if any(f.value == "web" for f in v.facts)}
    wanted = Filter(surfaces=("web",), causes=(Decision.OTHER,))
    with read(engine) as connection:
        found = daily(connection, wanted, seeded.JUDGES)
        total = three_counts(connection, wanted, seeded.JUDGES)
        unsaid = collected.unsaid(connection, wanted, seeded.JUDGES)
    others = {v.post for v in filled.verdicts if v.decision is Decision.OTHER}
    reports = [v.post for v in filled.verdicts if v.decision is not Decision.NOT_A_REPORT]
    assert {r.decision for r in found} == {Decision.OTHER}
    assert sum(r.reports for r in found) == len(web & others) == total[None].reports
    assert sum(r.all_reports for r in found) == len(reports)
    assert unsaid == {"surfaces": 0}


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(places=(seeded.PLACES[0].name,)),
        Filter(sources=("hackernews",), products=("Claude",)),
        Filter(products=("Codex", "ChatGPT"), causes=(Decision.SESSION_MANAGEMENT,)),
    ],
)
def test_a_filter_leaves_what_it_names(
    engine: Engine, filled: seeded.Seeded, wanted: Filter
) -> None:
    with read(engine) as connection:
        found = daily(connection, wanted, seeded.JUDGES)
    mine = tuple(
        p
        for p in filled.posts
        if (not wanted.places or p.place in wanted.places)
        and (not wanted.sources or p.place.split(":")[0] in wanted.sources)
        and (not wanted.products or set(p.products) & set(wanted.products))
    )
    reports = wanted.causes or tuple(d for d in Decision if d is not Decision.NOT_A_REPORT)
    assert mine
    assert as_counter(found) == by_hand(replace(filled, posts=mine), *reports)


def test_reviews_move_what_is_displayed_not_what_is_tested(
    engine: Engine, filled: seeded.Seeded
) -> None:
    key = filled.keys(Decision.OTHER)[0]
    with read(engine) as connection:
        before = three_counts(connection, Filter(), seeded.JUDGES)
        kept = daily(connection, Filter(), seeded.JUDGES)
        tested = daily_as_judged(connection, Filter(), seeded.JUDGES)
    assert tested == kept
    seeded.review(engine, key, Decision.CONTEXT_LIMIT)
    with read(engine) as connection:
        after = three_counts(connection, Filter(), seeded.JUDGES)
        assert daily_as_judged(connection, Filter(), seeded.JUDGES) == kept
        assert daily(connection, Filter(), seeded.JUDGES) != kept
        with pytest.raises(InputError, match="kept counts"):
            daily_as_judged(connection, Filter(words="gone"), seeded.JUDGES)
    moved = {d: after[d].reports - before[d].reports for d in before}
    assert moved.pop(Decision.OTHER) == -1
    assert moved.pop(Decision.CONTEXT_LIMIT) == 1
    assert set(moved.values()) == {0}
