"""What the charts draw: nothing where nothing is known, and where each point leads."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

from dashboard.axes import frame_of
from dashboard.panels import panel
from dashboard.strip import strip
from dashboard.theme import SIGNS
from domain.causes import Decision
from domain.filter import Filter
from domain.nouns import Release
from trends.curves import Measure, Series
from trends.periods import Period, State

MONDAY = date(2026, 5, 4)
WEEKS = tuple(MONDAY + timedelta(weeks=n) for n in range(4))


def _series() -> Series:
    return Series(
        place="github:a/b",
        source="github",
        decision=Decision.SAFETY_TRIGGER,
        measure=Measure.RATE,
        starts=WEEKS,
        states=(State.PARTIAL, State.WHOLE, State.MISSING, State.WHOLE),
        reports=(1, 3, None, 2),
        reporters=(1, 2, None, 2),
        threads=(1, 2, None, 2),
        posts=(40, 100, None, 100),
        all_reports=(4, 9, None, 8),
        values=(None, 20.0, None, 20.0),
        low=(None, 2.4, None, 2.4),
        high=(None, 72.2, None, 72.2),
    )


def _release(name: str, announced: date, deployed: date | None) -> Release:
    return Release(
        id=name,
        announced=announced,
        date_precision="day",
        deployed=deployed,
        vendor="Anthropic",
        product="Claude" if deployed else "unknown",
        affects="Claude",
        kind="model_release",
        title=f"{name}\u202e <b>",
        claimed_effect="",
        source_url="https://example.org",
        source_title="",
        confidence="high",
    )


def test_a_gap_is_hatched_and_never_a_value() -> None:
    series = _series()
    around = frame_of([series], Period.WEEK, dark=False)
    assert around is not None
    drawn = panel(series, around, [], Filter(), labelled=True)
    shaded, hatched, curves = drawn["layer"]
    assert [area["day"] for area in shaded["data"]["values"]] == ["2026-05-04", "2026-05-18"]
    assert len(hatched["data"]["values"]) == 7
    rows = curves["data"]["values"]
    assert [row["value"] for row in rows] == [None, 20.0, None, 20.0]
    assert [row["state"] for row in rows] == ["partly seen", "complete", "gap", "complete"]
    assert curves["encoding"]["y"]["scale"]["domain"][1] > 72.2  # the interval is not cut off


def test_a_point_leads_to_its_posts() -> None:
    series = _series()
    around = frame_of([series], Period.WEEK, dark=True)
    assert around is not None
    wanted = Filter(products=("Claude Code",), first_day=date(2026, 1, 1), words="a&b")
    drawn = panel(series, around, [], wanted, labelled=False)
    behind = urlsplit(drawn["layer"][-1]["data"]["values"][1]["behind"])
    assert behind.path == "/reports"
    assert Filter.from_query(parse_qs(behind.query)) == Filter(
        products=("Claude Code",),
        words="a&b",
        places=("github:a/b",),
        causes=(Decision.SAFETY_TRIGGER,),
        first_day=date(2026, 5, 11),
        last_day=date(2026, 5, 17),
    )


def test_releases_tell_an_announcement_from_a_deployment() -> None:
    around = frame_of([_series()], Period.WEEK, dark=False)
    assert around is not None
    drawn = strip(
        [
            _release("announced", MONDAY, None),
            _release("later", MONDAY, MONDAY + timedelta(days=3)),
            _release("outside", MONDAY - timedelta(days=1), None),
        ],
        around,
    )
    assert drawn is not None
    rows = drawn["data"]["values"]
    assert [(row["is"], row["day"]) for row in rows] == [
        ("announced", "2026-05-04"),
        ("deployed", "2026-05-07"),
    ]
    assert rows[0]["deployed"] == "not known"
    assert "\u202e" not in rows[0]["title"]
    assert strip([_release("outside", MONDAY - timedelta(days=1), None)], around) is None


def test_no_two_causes_share_a_sign() -> None:
    signs = [SIGNS[decision] for decision in Decision]
    for part in ("mark", "shape", "dash"):
        assert len({getattr(sign, part) for sign in signs}) == len(signs), part


def _luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.1)."""
    parts = [int(colour[at : at + 2], base=16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_can_be_read_on_its_background() -> None:
    from dashboard.theme import OPTIONS

    for dark in (False, True):
        ground = _luminance(OPTIONS[f"theme.{'dark' if dark else 'light'}.backgroundColor"])
        for decision, sign in SIGNS.items():
            ink = _luminance(sign.colour(dark=dark))
            contrast = (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05)
            assert contrast >= 4.5, (decision, dark, contrast)
