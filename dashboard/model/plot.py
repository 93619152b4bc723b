"""A small plot of dots with whiskers over two shares from 0 to 1, as plain HTML.

Streamlit takes vector graphics out of a page's own HTML, so dots are placed by the style sheet.
Every plot has a table with the same numbers beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.text import plain

_TICKS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A point with its 95 % limits, all shares; `kind`: classes of the style sheet."""

    across: float
    up: float
    low: float
    high: float
    told: str  # appears where one points at it
    kind: str = ""
    size: float = 8.0  # pixels


def plot(dots: Iterable[Dot], *, label: str, hue: str, behind: str = "", wide: bool = False) -> str:
    """The plot. `label`: what a screen reader says; `behind`: HTML that is drawn below the dots."""
    made = "".join(_dot(dot) for dot in dots)
    size = "plot wide" if wide else "plot"
    return (
        f'<div class="{size} hue-{hue}" role="img" aria-label="{plain(label)}">{_ticks()}'
        f'<div class="box">{behind}{made}</div></div>'
    )


def at(across: float) -> str:
    """A line from bottom to top, to go behind the dots."""
    return f'<i class="at" style="left:{_percent(across)}"></i>'


def _dot(dot: Dot) -> str:
    whisker = (
        f'<i class="line {dot.kind}" style="left:{_percent(dot.across)};'
        f'bottom:{_percent(dot.low)};height:{_percent(dot.high - dot.low)}"></i>'
    )
    return (
        f'{whisker}<i class="dot {dot.kind}" title="{plain(dot.told)}" '
        f'style="left:{_percent(dot.across)};bottom:{_percent(dot.up)};--size:{dot.size:.1f}px"></i>'
    )


def _ticks() -> str:
    made = [f'<span class="across" style="left:{_percent(t)}">{t:g}</span>' for t in _TICKS]
    made += [f'<span class="up" style="bottom:{_percent(t)}">{t:g}</span>' for t in _TICKS]
    return "".join(made)


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"
