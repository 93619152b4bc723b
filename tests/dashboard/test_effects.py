"""Effects as pages show them: every verdict, on every scale, with text from outside as text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import made_up_effects as made_up
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import effect_detail, effect_rows, study, verdicts
from dashboard.effect_rows import Compared
from dashboard.event_study import curve_table, event_study
from dashboard.ratios import LIMIT, whisker
from dashboard.text import plain
from domain.causes import Cause
from domain.filter import Filter
from domain.nouns import Release
from trends.claims import ASSOCIATION, violations
from trends.closer import Mentioned
from trends.clusters import Cluster
from trends.compare import Comparison
from trends.verdict import VERDICT_LABELS, Verdict
from trends.weekly import Curve
from trends.wording import NOTHING_TO_TEST, stimulated

HOSTILE = "<img src=x onerror=alert(1)> & more"
RELEASE = Release(
    id="one",
    announced=made_up.DAY,
    date_precision="day",
    deployed=made_up.DAY,
    vendor="Anthropic",
    product="Claude Code",
    affects="Claude Code",
    kind="model_release",
    title=f"A larger window {HOSTILE}",
    claimed_effect=f"Fewer failures {HOSTILE}",
    source_url="https://vendor.example/one",
    source_title="",
    confidence="high",
)
OTHER = replace(RELEASE, id="two", title=f"Another {HOSTILE}")


CLUSTER = Cluster(
    product="Claude Code", day=made_up.DAY, anchor=RELEASE, others=(), nearby=(OTHER,)
)


def _found(**changed: object) -> Comparison:
    made = Comparison(
        release=RELEASE,
        tested=True,
        product="Claude Code",
        day=made_up.DAY,
        effects=made_up.EVERY_CAUSE,
        described=(),
        sentences={},
        notes=(),
        shrunk={},
        parts={},
        cluster=CLUSTER,
        family="Claude Code 2026-Q2",
        frozen_at=None,
        contained_in=(),
        mentioned=None,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # any field


class _Read(HTMLParser):
    """The elements of a piece of HTML, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.styles: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.styles += [value or "" for name, value in attrs if name == "style"]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_word_and_its_meaning(verdict: Verdict) -> None:
    shown = verdicts.tag(verdict, preliminary=True)
    read = _Read(shown)
    assert VERDICT_LABELS[verdict] in read.words
    assert "preliminary" in read.words
    assert plain(verdicts.MEANINGS[verdict]) in shown
    assert VERDICT_LABELS[verdict] in _Read(verdicts.legend()).words


def test_a_row_tells_what_is_known_and_nothing_else() -> None:
    read = _Read(effect_rows.by_cause(made_up.EVERY_CAUSE))
    for words in ("66 of 8,200 posts in 28 days", "×1.52 ×1.10 to ×2.09", "0.021", "< 0.001"):
        assert words in read.words, words
    assert read.words.count("×1.45 or ×0.69") == 3  # nothing could be seen of the fourth
    assert "None" not in read.words
    assert read.tags.count("tr") == 5


def test_the_forest_leads_to_every_release() -> None:
    tested = [
        Compared(
            id="a&b",
            title=HOSTILE,
            product="Claude Code",
            day=made_up.DAY,
            frozen=False,
            effects=made_up.EVERY_CAUSE,
        )
    ]
    html = effect_rows.forest(tested, Filter(causes=()))
    assert 'href="/release?id=a%26b"' in html
    read = _Read(html)
    assert "img" not in read.tags
    assert HOSTILE in read.words


@given(
    st.floats(1e-6, 1e6),
    st.floats(1e-6, 1.0),
    st.floats(1.0, 1e6),
)
def test_what_is_drawn_stays_on_the_scale(ratio: float, down: float, up: float) -> None:
    effect = made_up.effect(ratio=ratio, low=ratio * down, high=ratio * up)
    html = whisker(effect, "hue-other")
    for style in _Read(html).styles:
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d", style)]
        assert all(0.0 <= n <= 100.0 for n in numbers)
        assert sum(numbers) <= 101.0
    assert ("left" in _span(html)) == (ratio * down < 1 / LIMIT)
    assert ("right" in _span(html)) == (ratio * up > LIMIT)


def _span(html: str) -> list[str]:
    return re.findall(r'class="span ([^"]*)"', html)[0].split()


def test_infinite_limits_are_drawn_to_the_end() -> None:
    html = whisker(made_up.effect(high=float("inf"), low=0.0), "hue-other")
    assert _span(html) == ["left", "right"]


@given(
    st.lists(st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 1.0), st.floats(1.0, 90.0)), min_size=1)
)
def test_a_curve_is_drawn_within_its_scale(weeks: list[tuple[float, float, float]]) -> None:
    curve = Curve(
        weeks=tuple(range(len(weeks))),
        ratio=tuple(r for r, _, _ in weeks),
        low=tuple(r * down for r, down, _ in weeks),
        high=tuple(r * up for r, _, up in weeks),
        calibrated=True,
    )
    drawn = event_study(curve, Cause.OTHER, dark=True)["layer"][-1]
    bottom, top = drawn["encoding"]["y"]["scale"]["domain"]
    assert 0 < bottom < 1 < top
    for row in drawn["data"]["values"]:
        assert bottom <= row["low"] <= row["ratio"] <= row["high"] <= top


def test_the_curve_has_a_table() -> None:
    read = _Read(curve_table(made_up.CURVE))
    assert read.tags.count("tr") == 18
    assert "0, from the day on" in read.words


def test_claims_and_titles_stay_text() -> None:
    announced = _found(
        release=replace(RELEASE, deployed=None),
        cluster=None,
        notes=(NOTHING_TO_TEST,),
        contained_in=(OTHER,),
    )
    html = (
        study.heading(RELEASE)
        + study.claimed(RELEASE, made_up.EVERY_CAUSE)
        + study.caution(CLUSTER, Filter())
        + study.tested_as(_found(release=OTHER), CLUSTER, Filter())
        + study.contents([OTHER], Filter())
        + study.untested(announced, Filter())
        + study.published([stimulated(made_up.DAY, HOSTILE)])
    )
    read = _Read(html)
    assert "img" not in read.tags
    assert read.words.count(HOSTILE) == 8
    assert ASSOCIATION in read.words
    assert NOTHING_TO_TEST in read.words


def test_a_period_with_other_deployments_is_called_a_period() -> None:
    assert "belongs to this period" in study.caution(CLUSTER, Filter())
    assert "No other deployment" in study.caution(replace(CLUSTER, nearby=()), Filter())


def test_a_release_that_came_too_late_has_no_q() -> None:
    assert "no q" in study.tested_as(_found(family=""), CLUSTER, Filter())


def test_posts_that_name_a_release_lead_to_the_reports_among_them() -> None:
    named = Mentioned(names=("opus 5", "5 opus"), before=3, after=40, unread=2)
    html = study.naming(RELEASE, named)
    assert html.count('href="/reports?') == 2
    assert "words=opus+5" in html
    assert "2 judged posts of these days can" in html
    assert "can't be told" in _Read(study.naming(RELEASE, None)).words


def test_an_announcement_is_not_called_deployed() -> None:
    told = study.when(replace(RELEASE, deployed=None, date_precision="month"))
    assert told == "Announced 2026-06, the day is not known; deployment not known"


def test_places_and_other_ways_say_why() -> None:
    effect = made_up.effect()
    read = _Read(effect_detail.places(effect))
    assert "forum <b>" in read.words
    assert "b" not in read.tags
    assert "Fewer than 11 reporters." in read.words
    ways = _Read(effect_detail.sensitivities(effect)).words
    assert ways.count(": agrees.") == 4
    assert ways.count(": disagrees.") == 1
    assert ways.count("can't be said") == 1
    assert effect_detail.agreement(effect).endswith("4 agree, 1 disagree, 1 can't be said")
    assert effect_detail.spread(effect) == "2 places in it, 1 left out"


def test_what_the_pages_say_of_trends_claims_nothing_more() -> None:
    sentences = [
        *verdicts.MEANINGS.values(),
        *effect_detail.WHY.values(),
        verdicts.Q,
        verdicts.SMALLEST,
        verdicts.PRELIMINARY,
        verdicts.PRETEST,
        _Read(study.tested_as(_found(), CLUSTER, Filter())).words,
        _Read(effect_detail.reasons(made_up.effect())).words,
    ]
    assert [wrong for one in sentences for wrong in violations(one)] == []
