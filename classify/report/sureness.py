"""What an evaluation says of probabilities: calibration, and what keeping only the surest gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classify.predicted import CAUSE_NAMES
from classify.readout import measured
from classify.report import charts
from classify.report.document import Picture, Section, Table
from classify.report.labels import label


def calibration_section(held: Mapping[str, Any], points: Mapping[str, Any]) -> Section:
    """Calibration of every output, in figures and pictures."""
    found = {"report": held["report"], **held["causes"]}
    rows = [
        (
            label(name),
            measured(c["brier_skill"]),
            measured(c["calibration_slope"]),
            f"{c['calibration_error']:.3f}",
            f"{c['calibration_error_if_perfect']:.3f}",
            f"{c['calibration_error_of_a_constant']:.3f}",
        )
        for name, c in found.items()
    ]
    pictures = [
        Picture(f"reliability-{name}", label(name), charts.reliability(label(name), points[name]))
        for name in ("report", *CAUSE_NAMES)
    ]
    return Section(
        "Do probabilities mean what they say?",
        (
            "Brier skill: 1 is perfect, 0 is knowing only how frequent a cause is. Slope: 1 is "
            "calibrated, below 1 is too sure. The calibration error stands beside what exactly "
            "right probabilities would show on so few posts, and beside a constant that only "
            "knows how frequent the cause is at the other places.",
            Table(
                ("Output", "Brier skill", "slope", "error", "if perfect", "of a constant"),
                tuple(rows),
            ),
            "A point a tenth of the probability: those on the diagonal are calibrated; bars are "
            "exact 95 % intervals.",
            *pictures,
        ),
    )


def risk_section(told: Mapping[str, Any]) -> Section:
    """Risk against coverage, in figures and one picture."""
    rows = [
        (
            label(name),
            f"{c['posts']:,}",
            measured(c["area"], 3),
            f"{c['area_at_best']:.3f}",
            f"{c['area_by_chance']:.3f}",
        )
        for name, c in told.items()
        if c["posts"]
    ]
    lines = {name: c["points"] for name, c in told.items()}
    return Section(
        "If only the surest are kept",
        (
            "How often the forced choice is wrong among the posts it is surest of. The area under "
            "the curve (AURC) is the smaller the better sureness and rightness agree; it stands "
            "beside the least that so many mistakes allow, and beside keeping posts by chance.",
            Table(("Posts", "number", "area", "at best", "by chance"), tuple(rows)),
            Picture(
                "risk",
                "Share wrong among the surest posts",
                charts.curves("Risk against coverage", lines),
            ),
        ),
    )
