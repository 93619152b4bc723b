"""What the overview's charts share: the days, the colours of the theme, sizes and tooltips.

Charts are Vega-Lite specifications for `st.vega_lite_chart`: plain data, drawn by the browser.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboard.theme import OPTIONS
from domain.nouns import Release
from trends.curves import Series
from trends.periods import Period

Spec = dict[str, Any]  # of Vega-Lite, version 6

AXIS_WIDTH = 44  # the same in all charts, so that days stand below one another


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

    @property
    def warm(self) -> str:
        """The colour of days above expectation."""
        return "#d9a52e" if self.dark else "#e0a100"

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
        return self.first <= drawn_at(release) < self.last


def frame_of(series: Iterable[Series], period: Period, *, dark: bool) -> Frame | None:
    """The frame around these series, or None where they have no period."""
    starts = [start for one in series for start in one.starts]
    if not starts:
        return None
    length = timedelta(days=7 if period is Period.WEEK else 1)
    return Frame(first=min(starts), last=max(starts) + length, period=period, dark=dark)


def told(field: str, title: str, form: str = "") -> Spec:
    """A line of a tooltip."""
    kind = "quantitative" if form else "nominal"
    return {"field": field, "type": kind, "title": title, **({"format": form} if form else {})}


def finished(spec: Spec, around: Frame, height: int, *, labelled: bool = True) -> Spec:
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


def moment(day: date, after: timedelta) -> str:
    """`day` and a part of the following ones, to the minute, for Vega."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + after
    return at.isoformat(timespec="minutes")


def _vega_day(day: date) -> Spec:
    """The beginning of the day as Vega-Lite writes times."""
    return {"year": day.year, "month": day.month, "date": day.day, "utc": True}


def drawn_at(release: Release) -> date:
    """The day on which a release is drawn."""
    return release.deployed or release.announced
