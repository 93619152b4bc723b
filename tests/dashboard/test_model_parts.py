"""The parts of the Model page that need no database: card, drift, days of models, curve."""

from __future__ import annotations

from datetime import date
from typing import Any

from classify.artifact import load
from classify.card import figures_of
from classify.drift import LEAST_POSTS, CueShift, Drift, Month, Shift
from classify.stream import ANY
from dashboard.model import card, drift, reliability, threshold, versions
from db.judges import Judges, Span
from domain.causes import Cause, Decision

MODEL = load()


def figures() -> Any:
    found = figures_of(MODEL.id)
    assert found is not None
    return found


def test_the_card_tells_thresholds_places_and_where_it_fails() -> None:
    told = card.told(MODEL.card)
    assert f"{MODEL.thresholds.causes[Cause.SESSION_MANAGEMENT]:.3f}" in told
    assert "github 285" in told
    assert all(f"<li>{one}</li>" in told for one in MODEL.card["where_it_fails"])
    assert "aim at a precision of 0.80" in told


def test_a_card_is_text_and_may_lack_parts() -> None:
    told = card.told({"thresholds": {"other": 1.01}, "where_it_fails": ["<b>here</b>"]})
    assert "never: not sure enough" in told
    assert "&lt;b&gt;here&lt;/b&gt;" in told
    assert "came without a card" in card.told({})


def shift(stability: float, noise: float) -> Shift:
    return Shift(
        variable="unknown_words",
        posts=60,
        stability=stability,
        divergence=0.1,
        noise=noise,
        most="under 0.05",
        before=0.9,
        now=0.4,
    )


def month(name: str, *shifts: Shift, cues: tuple[CueShift, ...] = ()) -> Month:
    return Month(month=name, posts=60, threads=40, shifts=shifts, cues=cues, means={})


def test_drift_names_what_is_beyond_chance_and_nothing_else() -> None:
    loud = CueShift(cue="<loud>", before=0.1, now=0.4, noise=0.1)
    many = tuple(CueShift(cue=f"cue {n}", before=0, now=0.3, noise=0.1) for n in range(7))
    found = Drift(
        reference=("2026-01",),
        posts=100,
        months=(
            month("2026-02", shift(0.2, 0.1), shift(0.05, 0.1), cues=(loud,)),
            month("2026-03", shift(0.05, 0.1)),
            month("2026-04", shift(0.4, 0.1), cues=many),
            Month(month="2026-05", posts=3, threads=3, shifts=(), cues=(), means={}),
        ),
    )
    told = drift.told(found, 2)
    assert told.count("unknown words") == 2
    assert "changed clearly: “under 0.05” in 40.0% of posts, 90.0% before" in told
    assert "changed strongly" in told
    assert "&lt;loud&gt;" in told
    assert "2 more cues" in told
    assert "Nothing beyond chance, in 1 measure." in told
    assert f"at least {LEAST_POSTS} posts" in told
    assert "2 models judged these posts" in told
    assert told.index("2026-05") < told.index("2026-02")


def test_without_a_reference_nothing_is_compared() -> None:
    assert "too few months" in drift.told(Drift(reference=(), posts=0, months=()), 1)


def test_the_days_of_a_model_are_told_in_words() -> None:
    shown = Judges(
        (
            Span(date.min, "new"),
            Span(date(2026, 2, 1), "old"),
            Span(date(2026, 5, 1), "new"),
        )
    )
    assert versions.days(shown, "new") == "before 2026-02-01; from 2026-05-01"
    assert versions.days(shown, "old") == "from 2026-02-01 before 2026-05-01"
    assert versions.days(shown, "third") == "none: kept for comparison"
    assert versions.days(Judges.only("new"), "new") == "all days"


def test_two_models_that_agree_and_that_share_no_post() -> None:
    same = {(Decision.OTHER, Decision.OTHER): 4}
    assert "<b>0 %</b>" in versions.beside("old", "new", same)
    assert "no post that both have judged" in versions.beside("old", "new", {})


def test_every_point_of_the_diagrams_is_in_the_table_and_drawn() -> None:
    points = figures()["reliability"]
    drawn = reliability.diagrams(points)
    assert drawn.count('class="dot ') == sum(map(len, points.values()))


def test_the_curve_marks_the_step_and_leaves_out_what_is_not_known() -> None:
    steps = figures()["steps"]
    known = [s for s in steps[ANY] if s["precision"]["value"] is not None]
    drawn = threshold.curve(16, steps)
    assert 'class="at" style="left:80.00%"' in drawn
    assert drawn.count(": precision ") == len(known) == 20
