"""A cause at a place over time, with its interval.

Values that don't exist are not drawn: a line breaks at a gap. Gaps are hatched and periods that
were only partly seen are shaded, so that neither looks like a quiet time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from dashboard import watch
from dashboard.axes import AXIS_WIDTH, Frame, Spec, finished, moment, told
from dashboard.theme import SIGNS, Sign
from dashboard.watched import NOTHING, Watched
from db.cells import neutral
from domain.filter import Filter
from domain.nouns import Release
from trends.curves import Series
from trends.periods import State

PANEL_HEIGHT = 84
LABEL_HEIGHT = 16
_LATE = "not complete yet: more of it will be seen"
_STATES = {State.WHOLE: "complete", State.PARTIAL: "partly seen", State.MISSING: "gap"}


def panel(
    series: Series,
    around: Frame,
    releases: Sequence[Release],
    wanted: Filter,
    *,
    labelled: bool,
    watched: Watched = NOTHING,
) -> Spec:
    """One cause at one place over time, with its interval; points lead to the posts behind them.

    Only where `labelled` the days are written below it. `watched`: what stands out in it, and which
    days are not complete yet: these have no point.
    """
    sign = SIGNS[series.decision]
    known = [v for v in (*series.high, *series.values) if v is not None]
    scale = {"domain": [0, max(1.05 * max(known, default=0.0), 0.01)]}
    curves = {
        "data": {"values": _rows(series, around, wanted, watched)},
        "layer": [
            *_interval(around, sign),
            _line(around, sign),
            _points(around, sign, series.unit),
        ],
        "encoding": {
            "y": {
                "type": "quantitative",
                "title": None,
                "scale": scale,
                "axis": {"tickCount": 3, "minExtent": AXIS_WIDTH, "maxExtent": AXIS_WIDTH},
            }
        },
    }
    layers = [
        *_unseen(series, around, watched),
        *watch.layers(series, around, watched, scale),
        *_rules(releases, around),
        curves,
    ]
    whole = {"layer": layers, "resolve": {"scale": {"y": "independent"}}}
    return finished(whole, around, PANEL_HEIGHT + LABEL_HEIGHT * labelled, labelled=labelled)


def _rows(series: Series, around: Frame, wanted: Filter, watched: Watched) -> list[dict[str, Any]]:
    """A row a period, drawn in its middle."""
    rows = []
    for at, start in enumerate(series.starts):
        last = start + around.length - timedelta(days=1)
        late = watched.incomplete(last)
        rows.append(
            {
                "day": moment(start, around.length / 2),
                "period": f"{start}" if start == last else f"{start} to {last}",
                "value": None if late else series.values[at],
                "low": None if late else series.low[at],
                "high": None if late else series.high[at],
                "reports": series.reports[at],
                "reporters": series.reporters[at],
                "posts": series.posts[at],
                "state": _LATE if late else _STATES[series.states[at]],
                "behind": _behind(series, start, last, wanted),
            }
        )
    return rows


def _behind(series: Series, first: date, last: date, wanted: Filter) -> str:
    """The address of the list of the reports that a point counts."""
    query = wanted.to_query() | {
        "first_day": [first.isoformat()],
        "last_day": [last.isoformat()],
        "places": [series.place],
        "causes": [series.decision.value],
    }
    return f"/reports?{urlencode(query, doseq=True)}"


def _interval(around: Frame, sign: Sign) -> list[Spec]:
    """A band, and a thin bar at each point: the band vanishes where neighbours are missing."""
    colour = sign.colour(dark=around.dark)
    limits = {"x": around.days(), "y": {"field": "low"}, "y2": {"field": "high"}}
    return [
        {"mark": {"type": "area", "opacity": 0.16, "color": colour}, "encoding": limits},
        {"mark": {"type": "rule", "opacity": 0.45, "color": colour}, "encoding": limits},
    ]


def _line(around: Frame, sign: Sign) -> Spec:
    mark = {
        "type": "line",
        "color": sign.colour(dark=around.dark),
        "strokeWidth": 1.6,
        "strokeDash": list(sign.dash),
    }
    return {"mark": mark, "encoding": {"x": around.days(), "y": {"field": "value"}}}


def _points(around: Frame, sign: Sign, unit: str) -> Spec:
    mark = {
        "type": "point",
        "color": sign.colour(dark=around.dark),
        "shape": sign.shape,
        "filled": True,
        "size": 30,
        "opacity": 1,
        "cursor": "pointer",
    }
    lines = [
        told("period", "UTC days"),
        told("value", unit.capitalize(), ".2f"),
        told("low", "95 % from", ".2f"),
        told("high", "to", ".2f"),
        told("reporters", "Reporters", ","),
        told("reports", "Reports", ","),
        told("posts", "Judged posts", ","),
        told("state", "Seen"),
    ]
    places = {"x": around.whole(), "y": {"field": "value"}}
    return {"mark": mark, "encoding": {**places, "href": {"field": "behind"}, "tooltip": lines}}


def _unseen(series: Series, around: Frame, watched: Watched) -> list[Spec]:
    """Partly seen periods shaded; gaps and what isn't complete hatched with seven diagonals too."""
    areas, lines = [], []
    for start, state in zip(series.starts, series.states, strict=True):
        end = start + around.length
        late = watched.incomplete(end - timedelta(days=1))
        if state is State.WHOLE and not late:
            continue
        seen = _LATE if late and state is State.WHOLE else _STATES[state]
        areas.append({"day": start.isoformat(), "end": end.isoformat(), "seen": seen})
        if late or state is State.MISSING:
            step = around.length / 7
            lines += [
                {"day": moment(start, step * n), "end": moment(start, step * (n + 1))}
                for n in range(7)
            ]
    if not areas:
        return []
    days = {"x": around.days(), "x2": {"field": "end"}}
    grey = {"color": around.quiet}
    made: list[Spec] = [
        {
            "data": {"values": areas},
            "mark": {"type": "rect", "opacity": 0.13, **grey},
            "encoding": {**days, "tooltip": [told("seen", "This period")]},
        }
    ]
    if lines:
        whole = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}
        made.append(
            {
                "data": {"values": lines},
                "mark": {"type": "rule", "opacity": 0.5, "strokeWidth": 0.8, **grey},
                "encoding": {**days, "y": {"datum": 0, **whole}, "y2": {"datum": 1}},
            }
        )
    return made


def _rules(releases: Sequence[Release], around: Frame) -> list[Spec]:
    """A line at each known deployment."""
    rows = [
        {"day": release.deployed.isoformat(), "title": neutral(release.title)}
        for release in releases
        if release.deployed and around.holds(release)
    ]
    if not rows:
        return []
    mark = {"type": "rule", "color": around.quiet, "strokeDash": [2, 2], "opacity": 0.8}
    lines = [told("title", "Deployed"), told("day", "On")]
    encoding = {"x": around.days(), "tooltip": lines}
    return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}]
