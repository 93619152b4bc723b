"""What stands out in a series, drawn behind its curve: shaded and banded, never explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dashboard.axes import Frame, Spec, moment, told
from dashboard.watched import Watched, awaited, near, nearest, observed, rule, shape, span
from db.effects import KeptEpisode
from trends.curves import Measure, Series
from trends.episodes import SPIKE
from trends.steps import STEP

_DAY = timedelta(days=1)


def layers(series: Series, around: Frame, watched: Watched, scale: Spec) -> list[Spec]:
    """What is drawn behind a curve; `scale` is the curve's own."""
    found = watched.of(series)
    return [
        *_spikes([one for one in found if one.kind == SPIKE], around, watched),
        *_steps([one for one in found if one.kind == STEP], around, watched),
        *_late(series, around, watched, scale),
    ]


def _spikes(found: Sequence[KeptEpisode], around: Frame, watched: Watched) -> list[Spec]:
    rows = [
        {
            **_ends(one.began, one.ended + _DAY),
            "days": span(one),
            "seen": observed(one),
            "rule": rule(one),
            "near": near(one, watched) or "nothing of the vendor's that is known",
        }
        for one in found
        if _inside(one, around)
    ]
    if not rows:
        return []
    lines = [
        told("days", "More than expected"),
        told("seen", "Reporters"),
        told("rule", "By"),
        told("near", "Published shortly before"),
    ]
    return [_area(rows, around, lines, around.warm, 0.3)]


def _steps(found: Sequence[KeptEpisode], around: Frame, watched: Watched) -> list[Spec]:
    rows = [
        {
            **_ends(one.began, one.ended + _DAY),
            "days": span(one),
            "seen": observed(one),
            "shape": shape(one),
            "near": nearest(one, watched, around),
        }
        for one in found
        if _inside(one, around)
    ]
    if not rows:
        return []
    lines = [
        told("days", "A lasting step, somewhere in"),
        told("seen", "Reporters per 1,000 judged posts"),
        told("shape", "Shape"),
        told("near", "Nearest deployment"),
    ]
    band = _area(rows, around, lines, around.ink("primaryColor"), 0.13)
    band["mark"] |= {"stroke": around.ink("primaryColor"), "strokeDash": [1, 3]}
    return [band]


def _late(series: Series, around: Frame, watched: Watched, scale: Spec) -> list[Spec]:
    """Days that aren't complete, hatched, with what they are expected to come to."""
    days = [
        day
        for day in awaited(series, watched)
        if around.first <= day["day"] < around.last and series.measure is Measure.RATE
    ]
    if not days:
        return []
    rows = [
        {
            "day": moment(one["day"], timedelta(hours=12)),
            "of": f"{one['day']}",
            "low": one["low"],
            "high": one["high"],
            "told": one["told"],
        }
        for one in days
    ]
    lines = [told("of", "Not complete yet"), told("told", "Reporters expected")]
    mark = {
        "type": "rule",
        "color": around.ink("textColor"),
        "strokeDash": [3, 2],
        "strokeWidth": 2,
        "clip": True,
    }
    y = {"type": "quantitative", "axis": None, "scale": scale}
    encoding = {
        "x": around.days(),
        "y": {"field": "low", **y},
        "y2": {"field": "high"},
        "tooltip": lines,
    }
    return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}]


def _inside(one: KeptEpisode, around: Frame) -> bool:
    return one.ended >= around.first and one.began < around.last


def _ends(first: date, after: date) -> dict[str, str]:
    return {"day": first.isoformat(), "end": after.isoformat()}


def _area(
    rows: list[dict[str, str]], around: Frame, lines: list[Spec], ink: str, opacity: float
) -> Spec:
    mark: Spec = {"type": "rect", "color": ink, "fillOpacity": opacity, "clip": True}
    encoding = {"x": around.days(), "x2": {"field": "end"}, "tooltip": lines}
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}
