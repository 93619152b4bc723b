"""The overview's charts: a panel a cause, with its interval, and a strip of releases above them.

Written as Vega-Lite specifications for `st.vega_lite_chart`. Values that don't exist are not
drawn: a line breaks at a gap. Gaps are hatched and periods that were only partly seen are shaded,
so that neither looks like a quiet time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from dashboard.theme import OPTIONS, SIGNS, Sign
from db.cells import neutral
from domain.filter import Filter
from domain.nouns import Release
from trends.curves import Series
from trends.periods import Period, State

Spec = dict[str, Any]  # of Vega-Lite, version 6

PANEL_HEIGHT = 84
LABEL_HEIGHT = 16
AXIS_WIDTH = 44  # the same in all panels, so that days stand below one another
_STATES = {State.WHOLE: "complete", State.PARTIAL: "partly seen", State.MISSING: "gap"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What all panels share: the days from `first` up to `last`, the period and the theme."""

    first: date
    last: date
    period: Period
    dark: bool

    @property
    def length(self) -> timedelta:
        """Of one period."""
        return timedelta(days=7 if self.period is Period.WEEK else 1)

    def ink(self, part: str) -> str:
        """A colour of the pages' theme."""
        return str(OPTIONS[f"theme.{'dark' if self.dark else 'light'}.{part}"])

    @property
    def quiet(self) -> str:
        """The colour of axes and hatching."""
        return "#8a929a" if self.dark else "#767d84"

    def days(self, **more: Any) -> Spec:
        """The horizontal encoding, in UTC."""
        return {"field": "day", "type": "temporal", "scale": {"type": "utc"}, "title": None, **more}

    def whole(self, **more: Any) -> Spec:
        """The same, with the days from `first` to `last`: for one layer of a chart.

        Vega-Lite reads the ends of a layer with a second position (`x2`) in another way, and warns.
        """
        domain = [_vega_day(day) for day in (self.first, self.last)]
        return self.days(scale={"type": "utc", "domain": domain}, **more)

    def holds(self, release: Release) -> bool:
        """Whether the release is drawn in this frame."""
        return self.first <= _drawn_at(release) < self.last


def frame(series: Iterable[Series], period: Period, *, dark: bool) -> Frame | None:
    """The frame around these series, or None where they have no period."""
    starts = [start for one in series for start in one.starts]
    if not starts:
        return None
    length = timedelta(days=7 if period is Period.WEEK else 1)
    return Frame(first=min(starts), last=max(starts) + length, period=period, dark=dark)


def panel(
    series: Series, around: Frame, releases: Sequence[Release], wanted: Filter, *, labelled: bool
) -> Spec:
    """One cause at one place over time, with its interval; points lead to the posts behind them.

    Only where `labelled` the days are written below it.
    """
    sign = SIGNS[series.decision]
    top = max((v for v in (*series.high, *series.values) if v is not None), default=0.0)
    curves = {
        "data": {"values": _rows(series, around, wanted)},
        "layer": [
            *_interval(around, sign),
            _line(around, sign),
            _points(around, sign, series.unit),
        ],
        "encoding": {
            "y": {
                "type": "quantitative",
                "title": None,
                "scale": {"domain": [0, max(top * 1.05, 0.01)]},
                "axis": {"tickCount": 3, "minExtent": AXIS_WIDTH, "maxExtent": AXIS_WIDTH},
            }
        },
    }
    layers = [*_unseen(series, around), *_rules(releases, around), curves]
    whole = {"layer": layers, "resolve": {"scale": {"y": "independent"}}}
    return _finished(whole, around, PANEL_HEIGHT + LABEL_HEIGHT * labelled, labelled=labelled)


def strip(releases: Sequence[Release], around: Frame) -> Spec | None:
    """The releases in the frame, a row a vendor; each names itself when it is pointed at."""
    rows = [_release_row(release) for release in releases if around.holds(release)]
    if not rows:
        return None
    vendors = len({row["vendor"] for row in rows})
    axis = {
        "minExtent": AXIS_WIDTH,
        "maxExtent": AXIS_WIDTH,
        "labelLimit": AXIS_WIDTH + 8,
        "ticks": False,
        "domain": False,
    }
    drawn = {
        "data": {"values": rows},
        "mark": {"type": "point", "size": 58, "strokeWidth": 1.4, "color": around.ink("textColor")},
        "encoding": {
            "x": around.whole(axis=None),
            "y": {"field": "vendor", "type": "nominal", "title": None, "axis": axis},
            "shape": {
                "field": "is",
                "type": "nominal",
                "scale": {
                    "domain": ["deployed", "announced"],
                    "range": ["triangle-down", "circle"],
                },
                "legend": None,
            },
            "tooltip": [
                _shown("title", "Release"),
                _shown("vendor", "Vendor"),
                _shown("product", "Product"),
                _shown("kind", "Kind"),
                _shown("announced", "Announced"),
                _shown("deployed", "Deployed"),
            ],
        },
    }
    return _finished(drawn, around, 17 * vendors + 4)


def _release_row(release: Release) -> dict[str, str]:
    precise = release.date_precision == "day"
    vague = f"{release.announced:%Y-%m} (the day is not known)"
    return {
        "day": _drawn_at(release).isoformat(),
        "vendor": neutral(release.vendor),
        "title": neutral(release.title),
        "kind": release.kind.replace("_", " "),
        "announced": release.announced.isoformat() if precise else vague,
        "deployed": release.deployed.isoformat() if release.deployed else "not known",
        "product": neutral(release.product if release.deployed else release.affects),
        "is": "deployed" if release.deployed else "announced",
    }


def _rows(series: Series, around: Frame, wanted: Filter) -> list[dict[str, Any]]:
    """A row a period, drawn in its middle."""
    rows = []
    for at, start in enumerate(series.starts):
        last = start + around.length - timedelta(days=1)
        rows.append(
            {
                "day": _moment(start, around.length / 2),
                "period": f"{start}" if start == last else f"{start} to {last}",
                "value": series.values[at],
                "low": series.low[at],
                "high": series.high[at],
                "reports": series.reports[at],
                "reporters": series.reporters[at],
                "posts": series.posts[at],
                "state": _STATES[series.states[at]],
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
    told = [
        _shown("period", "UTC days"),
        _shown("value", unit.capitalize(), ".2f"),
        _shown("low", "95 % from", ".2f"),
        _shown("high", "to", ".2f"),
        _shown("reporters", "Reporters", ","),
        _shown("reports", "Reports", ","),
        _shown("posts", "Judged posts", ","),
        _shown("state", "Seen"),
    ]
    places = {"x": around.whole(), "y": {"field": "value"}}
    return {"mark": mark, "encoding": {**places, "href": {"field": "behind"}, "tooltip": told}}


def _unseen(series: Series, around: Frame) -> list[Spec]:
    """Partly seen periods shaded, gaps shaded and hatched with seven diagonals."""
    areas, lines = [], []
    for start, state in zip(series.starts, series.states, strict=True):
        if state is State.WHOLE:
            continue
        end = start + around.length
        areas.append({"day": start.isoformat(), "end": end.isoformat(), "seen": _STATES[state]})
        if state is State.MISSING:
            step = around.length / 7
            lines += [
                {"day": _moment(start, step * n), "end": _moment(start, step * (n + 1))}
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
            "encoding": {**days, "tooltip": [_shown("seen", "This period")]},
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
    told = [_shown("title", "Deployed"), _shown("day", "On")]
    encoding = {"x": around.days(), "tooltip": told}
    return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}]


def _shown(field: str, title: str, form: str = "") -> Spec:
    """A line of a tooltip."""
    kind = "quantitative" if form else "nominal"
    return {"field": field, "type": kind, "title": title, **({"format": form} if form else {})}


def _finished(spec: Spec, around: Frame, height: int, *, labelled: bool = True) -> Spec:
    """Size, fonts and colours."""
    axis = {
        "labelColor": around.ink("textColor"),
        "domainColor": around.quiet,
        "tickColor": around.quiet,
        "gridColor": around.ink("borderColor"),
        "gridOpacity": 0.6,
        "labelFontSize": 11,
    }
    config = {
        "font": OPTIONS["theme.font"],
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {
            "grid": False,
            "format": "%-d %b",
            "labelOverlap": True,
            "tickCount": 6,
            "labels": labelled,
        },
        "mark": {"invalid": "break-paths-show-path-domains"},
    }
    size = {"width": "container", "height": height, "background": "transparent"}
    return {
        **spec,
        **size,
        "padding": {"left": 0, "right": 4, "top": 4, "bottom": 2},
        "config": config,
    }


def _moment(day: date, after: timedelta) -> str:
    """`day` and a part of the following ones, to the minute, for Vega."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + after
    return at.isoformat(timespec="minutes")


def _vega_day(day: date) -> Spec:
    """The beginning of the day as Vega-Lite writes times."""
    return {"year": day.year, "month": day.month, "date": day.day, "utc": True}


def _drawn_at(release: Release) -> date:
    return release.deployed or release.announced
