"""How a rate ratio is shown: as words, and as a dot with its interval on one fixed scale."""

from __future__ import annotations

from math import log2
from typing import Protocol

from trends.verdict import SMALL

LIMIT = 4.0  # the scale runs from a quarter to this; what lies beyond is drawn as an arrow
TICKS = (0.25, 0.5, 1.0, 2.0, 4.0)
_NAMES = {0.25: "¼", 0.5: "½", 1.0: "same", 2.0: "×2", 4.0: "×4"}


class Ratio(Protocol):
    """A rate after over a rate before with its 95 % limits; None where it can't be estimated."""

    @property
    def ratio(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


def times(ratio: float | None) -> str:
    """The ratio after the sign for "times"; a dash where there is none."""
    if ratio is None:
        return "–"
    if ratio >= 100.0:
        return "over ×100"
    return f"×{ratio:.2f}"


def limits(found: Ratio) -> str:
    """The 95 % interval in words; empty where there is none."""
    if found.low is None or found.high is None:
        return ""
    return f"{times(found.low)} to {times(found.high)}"


def whisker(found: Ratio, hue: str) -> str:
    """The ratio as a dot and its 95 % interval as a line, as HTML; `hue` is a class of the theme.

    The scale is logarithmic and the same everywhere; the grey zone holds changes that are too small
    to matter. An arrow at an end says that the interval goes on.
    """
    if found.ratio is None:
        return '<span class="whisker" aria-hidden="true"><i class="one"></i></span>'
    marks = [f'<i class="zone" style="{_from_to(*SMALL)}"></i>', '<i class="one"></i>']
    if found.low is not None and found.high is not None:
        ends = ("left" if found.low < 1 / LIMIT else "") + (" right" if found.high > LIMIT else "")
        marks.append(f'<i class="span {ends}" style="{_from_to(found.low, found.high)}"></i>')
    marks.append(f'<i class="dot" style="left:{_place(found.ratio):.1f}%"></i>')
    return f'<span class="whisker {hue}" aria-hidden="true">{"".join(marks)}</span>'


def scale() -> str:
    """The scale's ticks, as HTML, for above a column of whiskers."""
    ticks = "".join(f'<i style="left:{_place(tick):.1f}%">{_NAMES[tick]}</i>' for tick in TICKS)
    return f'<span class="ticks" aria-hidden="true">{ticks}</span>'


def _from_to(low: float, high: float) -> str:
    left, right = _place(low), _place(high)
    return f"left:{left:.1f}%;width:{max(right - left, 0.6):.1f}%"


def _place(ratio: float) -> float:
    """Per cent of the scale's width, cut off at its ends."""
    whole = log2(LIMIT)
    at = log2(ratio) if ratio > 0 else -whole
    return 50.0 * (1.0 + min(max(at / whole, -1.0), 1.0))
