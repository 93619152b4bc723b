"""What stands out in a series: drawn where it lies, told without a reason for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from dashboard.axes import Frame, frame_of
from dashboard.overview_tables import outstanding
from dashboard.panels import panel
from dashboard.watched import Watched, near, nearest, observed
from db.effects import KeptCompleteness, KeptEpisode
from domain.causes import Decision
from domain.filter import Filter
from domain.nouns import Release
from trends.claims import violations
from trends.curves import Measure, Series
from trends.periods import Period, State

MONDAY = date(2026, 5, 4)
DAYS = tuple(MONDAY + timedelta(days=n) for n in range(20))
PLACE = "github:a/b"

SERIES = Series(
    place=PLACE,
    source="github",
    decision=Decision.CONTEXT_LIMIT,
    measure=Measure.RATE,
    starts=DAYS,
    states=(State.WHOLE,) * 20,
    reports=(2,) * 20,
    reporters=(2,) * 20,
    threads=(2,) * 20,
    posts=(100,) * 20,
    all_reports=(4,) * 20,
    values=(20.0,) * 20,
    low=(2.4,) * 20,
    high=(72.2,) * 20,
)
SPIKE = KeptEpisode(
    kind="spike",
    place=PLACE,
    product="*",
    cause="context_limit",
    model="m",
    began=DAYS[3],
    ended=DAYS[4],
    strength=4.0,
    detail={
        "days": [
            {"day": str(DAYS[3]), "reporters": 9, "expected": 2.0, "posts": 90, "p": 1e-5},
            {"day": str(DAYS[4]), "reporters": 7, "expected": 2.0, "posts": 90, "p": 1e-4},
        ],
        "crude": False,
        "published": {"before": ["article"], "during": [], "chance": 0.2},
    },
)
STEP = replace(
    SPIKE,
    kind="step",
    began=DAYS[5],
    ended=DAYS[15],
    detail={
        "monday": str(DAYS[7]),
        "before": {"rate": 0.01, "low": 0.008, "high": 0.012},
        "after": {"rate": 0.02, "low": 0.017, "high": 0.023},
        "shape": "drift",
    },
)
LATE = KeptCompleteness(
    place=PLACE,
    seen_until=DAYS[19],
    complete_through=DAYS[17],
    posts=900,
    share=[0.6, 0.9, 1.0],
    expected=[
        {"what": what, "day": str(DAYS[18]), "seen": seen, "share": 0.8}
        | {"estimate": estimate, "low": low, "high": high}
        for what, seen, estimate, low, high in (
            ("posts", 80, 100.0, 90.0, 115.0),
            ("context_limit", 2, 2.5, 2.0, None),
            ("other", 9, 9.0, 9.0, 9.0),
        )
    ],
)


def _release(name: str, day: date) -> Release:
    return Release(
        id=name,
        announced=day,
        date_precision="day",
        deployed=day,
        vendor="Anthropic",
        product="Claude",
        affects="Claude",
        kind="model_release",
        title=f"{name} <b>",
        claimed_effect="",
        source_url="https://example.org",
        source_title="",
        confidence="high",
    )


WATCHED = Watched(
    episodes=(SPIKE, STEP, replace(SPIKE, place="elsewhere"), replace(SPIKE, cause="other")),
    late=LATE,
    all_posts=True,
    publications={"article": _release("article", DAYS[0])},
    deployed=(_release("near", DAYS[6]), _release("outside", MONDAY - timedelta(days=90))),
)


def _around() -> Frame:
    around = frame_of([SERIES], Period.DAY, dark=False)
    assert around is not None
    return around


def _drawn(watched: Watched) -> list[dict[str, object]]:
    layers = panel(SERIES, _around(), [], Filter(), labelled=True, watched=watched)["layer"]
    return [row for layer in layers for row in layer.get("data", {}).get("values", [])]


def test_what_stands_out_is_drawn_where_it_lies() -> None:
    rows = [row for row in _drawn(WATCHED) if "near" in row]
    assert [(row["day"], row["end"]) for row in rows] == [
        (str(DAYS[3]), str(DAYS[5])),
        (str(DAYS[5]), str(DAYS[16])),
    ]


def test_a_day_that_is_not_complete_has_no_point() -> None:
    values = {row["period"]: row["value"] for row in _drawn(WATCHED) if "period" in row}
    assert values[str(DAYS[17])] == 20.0
    assert values[str(DAYS[18])] is None
    assert values[str(DAYS[19])] is None
    shaded = [row["day"] for row in _drawn(WATCHED) if "seen" in row and "near" not in row]
    assert shaded == [str(DAYS[18]), str(DAYS[19])]


def test_what_a_late_day_will_come_to_is_a_rate_with_limits() -> None:
    expected = [row for row in _drawn(WATCHED) if "told" in row]
    assert [(row["of"], row["low"], row["high"]) for row in expected] == [
        (str(DAYS[18]), 20.0, 20.0)
    ]
    assert expected[0]["told"] == "2 seen; 2 to more in the end"
    assert not [row for row in _drawn(replace(WATCHED, all_posts=False)) if "told" in row]
    layers = panel(SERIES, _around(), [], Filter(), labelled=True, watched=WATCHED)["layer"]
    own = [layer["encoding"]["y"]["scale"] for layer in layers if "told" in str(layer["data"])]
    assert own == [layers[-1]["encoding"]["y"]["scale"]]  # else it stands at the wrong height


def test_a_step_names_its_nearest_deployment_and_the_chance_of_one() -> None:
    told = nearest(STEP, WATCHED, _around())
    assert told.startswith("near <b>, and the step 1 day after it.")
    assert told.endswith("0.53")  # 1 - exp(-1 x 15 / 20)
    assert "none is known" in nearest(STEP, replace(WATCHED, deployed=()), _around())


def test_a_publication_marks_a_rise_unless_they_are_everywhere() -> None:
    assert "article" in near(SPIKE, WATCHED)
    dense = {"published": {"before": ["article"], "during": [], "chance": 0.8}}
    assert near(replace(SPIKE, detail={**SPIKE.detail, **dense}), WATCHED) == ""


def test_what_stands_out_has_a_table_of_text() -> None:
    html = outstanding([SERIES], WATCHED, _around())
    assert html.count("<tr>") == 4
    assert "near &lt;b&gt;" in html
    assert "16, where 4.0 were to be expected" in html
    assert outstanding([SERIES], Watched(), _around()) == ""


def test_nothing_says_why() -> None:
    for words in (observed(SPIKE), near(SPIKE, WATCHED), nearest(STEP, WATCHED, _around())):
        assert [wrong for wrong in violations(words) if "says cause" in wrong] == []
