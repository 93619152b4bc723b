"""The curve around one day: weekly rate ratios to the week before it, with calibrated bands."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.axes import AXIS_WIDTH, Spec, told
from dashboard.ratios import times
from dashboard.tables import Shown, table
from dashboard.theme import OPTIONS, SIGNS
from domain.causes import Cause, Decision
from trends.effects import Curve

HEIGHT = 170
REFERENCE = -1  # the week that the others are compared with
_TOP, _BOTTOM = 8.0, 0.125  # bands are drawn between these


def event_study(curve: Curve, cause: Cause, *, dark: bool) -> Spec:
    """The curve of one cause; the scale is logarithmic, so that halves and doubles look alike."""
    sign = SIGNS[Decision(cause.value)]
    ink = sign.colour(dark=dark)
    bounds = _bounds(curve)
    x: Spec = {"field": "week", "type": "quantitative", "title": "weeks from the day"}
    x["scale"] = {"domain": [-8.6, 8.6], "nice": False}
    x["axis"] = {"values": list(range(-8, 9, 2)), "grid": False}
    x["axis"]["labelExpr"] = "(datum.value > 0 ? '+' : '') + format(datum.value, 'd')"
    y: Spec = {"field": "ratio", "type": "quantitative", "title": None}
    y["scale"] = {"type": "log", "base": 2, "domain": list(bounds), "nice": False}
    y["axis"] = {
        "values": [v for v in (0.125, 0.25, 0.5, 1, 2, 4, 8) if bounds[0] <= v <= bounds[1]],
        "labelExpr": "'×' + format(datum.value, '~g')",
        "minExtent": AXIS_WIDTH,
        "maxExtent": AXIS_WIDTH,
    }
    lines = [
        told("weeks", "Week"),
        told("shown", "Ratio to the week before"),
        told("interval", "95 % interval"),
    ]
    mark = {"type": "point", "filled": True, "size": 36, "opacity": 1, "shape": sign.shape}
    base = {
        "data": {"values": _rows(curve, bounds)},
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "mark": {"type": "rule", "color": ink, "opacity": 0.55, "strokeWidth": 5},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": lines},
            },
            {"mark": {"type": "line", "color": ink, "strokeWidth": 1.4, "opacity": 0.8}},
            {"mark": {**mark, "color": ink}, "encoding": {"tooltip": lines}},
        ],
    }
    layers = [
        _rule({"y": {"datum": 1, **_bare(y)}}, _quiet(dark=dark), dash=(1, 0)),
        _rule({"x": {"datum": -0.5, "type": "quantitative"}}, _quiet(dark=dark), dash=(4, 3)),
        base,
    ]
    return _finished({"layer": layers}, dark=dark)


def curve_table(curve: Curve) -> str:
    """The same numbers as HTML."""
    rows: list[Sequence[Shown]] = [
        (_week(week), times(ratio), times(low), times(high))
        for week, ratio, low, high in zip(
            curve.weeks, curve.ratio, curve.low, curve.high, strict=True
        )
    ]
    heads = ("Week", "Ratio to the week before the day", "95 % from", "to")
    return table(heads, rows, caption="The curve's numbers")


def _bounds(curve: Curve) -> tuple[float, float]:
    """A range with 1 in it that holds all ratios and the greater part of the bands."""
    top = max((*curve.ratio, *(min(h, _TOP / 2) for h in curve.high), 2.0))
    bottom = min((*(r for r in curve.ratio if r > 0), *(max(v, 0.25) for v in curve.low), 0.5))
    return max(bottom * 0.9, _BOTTOM), min(top * 1.1, _TOP)


def _rows(curve: Curve, bounds: tuple[float, float]) -> list[Spec]:
    bottom, top = bounds
    rows = []
    for week, ratio, low, high in zip(curve.weeks, curve.ratio, curve.low, curve.high, strict=True):
        rows.append(
            {
                "week": week,
                "weeks": _week(week),
                "ratio": min(max(ratio, bottom), top),
                "low": min(max(low, bottom), top),
                "high": max(min(high, top), bottom),
                "shown": times(ratio),
                "interval": "the reference"
                if week == REFERENCE
                else f"{times(low)} to {times(high)}",
            }
        )
    return rows


def _week(week: int) -> str:
    if week == 0:
        return "0, from the day on"
    return f"{week:+d}"


def _rule(encoding: Spec, ink: str, *, dash: tuple[int, int]) -> Spec:
    mark = {"type": "rule", "color": ink, "strokeDash": list(dash), "opacity": 0.8}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": encoding}


def _bare(y: Spec) -> Spec:
    return {"type": y["type"], "scale": y["scale"]}


def _quiet(*, dark: bool) -> str:
    return "#8a929a" if dark else "#767d84"


def _finished(spec: Spec, *, dark: bool) -> Spec:
    part = f"theme.{'dark' if dark else 'light'}"
    axis = {
        "labelColor": OPTIONS[f"{part}.textColor"],
        "titleColor": OPTIONS[f"{part}.textColor"],
        "titleFontWeight": "normal",
        "domainColor": _quiet(dark=dark),
        "tickColor": _quiet(dark=dark),
        "gridColor": OPTIONS[f"{part}.borderColor"],
        "gridOpacity": 0.6,
        "labelFontSize": 11,
        "titleFontSize": 11,
    }
    config = {"font": OPTIONS["theme.font"], "view": {"stroke": None}, "axis": axis}
    size = {"width": "container", "height": HEIGHT, "background": "transparent"}
    padding = {"left": 0, "right": 4, "top": 4, "bottom": 2}
    return {**spec, **size, "padding": padding, "config": config}
