"""Reliability diagrams, and the same numbers as a table.

A dot is a tenth of the probabilities: across, what the model said on average; up, how often it was
so. On the line from corner to corner both agree. Whiskers are exact 95 % intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from dashboard.model.plot import Dot, plot
from dashboard.model.quality import output
from dashboard.tables import Html, Shown, table
from dashboard.text import plain
from dashboard.theme import SIGNS
from domain.causes import DECISION_LABELS, Cause, Decision

_LEAST, _MOST = 5.0, 13.0  # pixels across a dot, by its share of the posts
_OUTPUTS = (*(cause.value for cause in Cause), "report")
_EVEN = '<i class="even"></i>'


def diagrams(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """One small diagram for each output."""
    return f'<div class="plots">{"".join(_diagram(n, found[n]) for n in _OUTPUTS)}</div>'


def _diagram(name: str, points: Sequence[Mapping[str, Any]]) -> str:
    label = "A report" if name == "report" else DECISION_LABELS[Decision(name)]
    most = max((p["posts"] for p in points), default=1)
    posts = sum(p["posts"] for p in points)
    drawn = plot(
        [_dot(p, most) for p in points],
        label=f"Reliability of {label.lower()} over {posts:,} posts; the table holds the numbers.",
        hue="other" if name == "report" else name,
        behind=_EVEN,
    )
    return f"<figure><figcaption>{_sign(name)}{plain(label)}</figcaption>{drawn}</figure>"


def _sign(name: str) -> str:
    if name == "report":
        return ""
    return f'<span class="hue-{name}">{SIGNS[Decision(name)].mark}</span> '


def _dot(point: Mapping[str, Any], most: int) -> Dot:
    return Dot(
        across=point["probability"],
        up=point["frequency"],
        low=point["low"],
        high=point["high"],
        size=_LEAST + (_MOST - _LEAST) * sqrt(point["posts"] / most),
        told=(
            f"{point['posts']:,} posts: said {point['probability']:.2f}, so in "
            f"{point['frequency']:.2f} ({point['low']:.2f} to {point['high']:.2f})"
        ),
    )


def numbers(
    found: Mapping[str, Sequence[Mapping[str, Any]]], figures: Mapping[str, Mapping[str, Any]]
) -> str:
    """The points of all diagrams as a table, after the calibration errors."""
    rows: list[Sequence[Shown]] = [
        (
            output(name),
            p["posts"],
            p["probability"],
            p["frequency"],
            f"{p['low']:.2f} to {p['high']:.2f}",
        )
        for name in _OUTPUTS
        for p in found[name]
    ]
    heads = ("", "Posts", "Said on average", "So in", "95 % interval")
    return errors(figures) + table(heads, rows, caption="Reliability, tenths of the probability")


def errors(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """The expected calibration error beside its two yardsticks, and the slope."""
    rows: list[Sequence[Shown]] = []
    for name in _OUTPUTS:
        told = figures[name]
        slope = told["calibration_slope"]
        rows.append(
            (
                output(name),
                f"{told['calibration_error']:.3f}",
                f"{told['calibration_error_if_perfect']:.3f}",
                f"{told['calibration_error_of_a_constant']:.3f}",
                Html(f"{slope['value']:.2f} ({slope['low']:.2f} to {slope['high']:.2f})"),
            )
        )
    heads = ("", "Calibration error", "Of perfect ones", "Of a constant", "Slope")
    return table(heads, rows, caption="Calibration errors")
