"""The main figures of an evaluation as a page of plain text."""

from __future__ import annotations

from typing import Any

from classify.scores import Measured
from classify.stream import ANY


def read_out(told: dict[str, Any]) -> str:
    """The figures as lines of a terminal."""
    held = told["by_place"]["all"]
    if not held["posts"]:
        return "The file holds no labelled post."
    lines = [*_macro(told), "", *_causes(held), "", *_decisions(held), *_strict(told), ""]
    if told["stream"]:
        lines += [*_stream(told["stream"]), ""]
    own, unknown = told["own"], told["undetermined"]
    lines += [
        f"Our own posts, five folds: {own['posts']} posts, macro F1 {measured(own['macro_f1'])}",
        f"Our own undetermined posts: {unknown['posts']}, abstained on "
        f"{percent(unknown['abstained'])}, for the labelled reason "
        f"{percent(unknown['for_the_labelled_reason'])}",
    ]
    return "\n".join(lines)


def _macro(told: dict[str, Any]) -> list[str]:
    lines = ["Forced choice: macro F1 of the three causes", ""]
    lines.append(_row("", "posts", "by place", "by thread"))
    for half, figures in told["by_place"].items():
        if figures["posts"]:
            folds = told["by_thread"][half]["macro_f1"]
            cells = [measured(figures["macro_f1"]), measured(folds)]
            lines.append(_row(half, figures["posts"], *cells))
    gap = told["gap_between_halves"]
    lines.append(_row("odd less even", "", number(gap["by_place"]), number(gap["by_thread"])))
    return lines


def _causes(figures: dict[str, Any]) -> list[str]:
    heads = ("precision", "recall", "F1", "Brier skill", "slope", "ECE")
    lines = [_row("by place", "posts", *heads)]
    for cause, c in {**figures["causes"], "report": figures["report"]}.items():
        cells = [c["precision"], c["recall"], c["f1"], c["brier_skill"], c["calibration_slope"]]
        error = (
            f"{c['calibration_error']:.3f} ({c['calibration_error_if_perfect']:.3f}, "
            f"{c['calibration_error_of_a_constant']:.3f})"
        )
        lines.append(_row(cause, c["posts"], *map(measured, cells), error))
    lines.append("ECE: expected calibration error (that of perfect probabilities, of a constant)")
    return lines


def _decisions(figures: dict[str, Any]) -> list[str]:
    lines = [_row("decisions", "made", "precision", "at least", "coverage")]
    for name, d in figures["decisions"].items():
        if name != "undetermined":
            lines.append(_decided(name, d))
    unsure = figures["decisions"]["undetermined"]
    because = ", ".join(f"{k} {v}" for k, v in unsure["because"].items())
    return [*lines, f"undetermined: {unsure['posts']} ({because})"]


def _decided(name: str, d: dict[str, Any]) -> str:
    cells = [measured(d["precision"]), f"{d['precision_at_least']:.2f}", measured(d["coverage"])]
    return _row(name, d["decided"], *cells)


def _strict(told: dict[str, Any]) -> list[str]:
    found = told["strict"]
    return [
        f"Strict setting, aimed at a precision of {found['by_place']['target']:.2f}:",
        _decided("by place", found["by_place"]),
        _decided("by thread", found["by_thread"]),
    ]


def _stream(told: dict[str, Any]) -> list[str]:
    if not told["posts"]:
        return ["No labelled post is of a stratum that the strata file names."]
    lines = [
        f"In the stream ({told['posts']} posts stand for {told['stands_for']:,}; as much as "
        f"{told['effective_posts']:.0f} posts of equal weight)",
        _row("", "", "share", "precision", "recall"),
    ]
    for name, cells in told["forced_choice"].items():
        share = "" if name == ANY else measured(told["prevalence"][name], 3)
        lines.append(_row(name, "", share, measured(cells["precision"]), measured(cells["recall"])))
    unmatched = told["unmatched"].get("all")
    if unmatched:
        wrong = unmatched["decided"]
        lines.append(
            f"Wrongly decided among posts without a keyword: {wrong['per_1000']:.1f} of 1,000 "
            f"({wrong['posts']} of {unmatched['rows']} posts; exact interval "
            f"{wrong['low']:.1f} to {wrong['high']:.1f})"
        )
    for name, m in told["shares_re_estimated"]["all"].items():
        lines.append(
            f"  probabilities, {name}: log loss {m['log_loss']:.3f}, "
            f"calibration error {m['calibration_error']:.3f}"
        )
    return lines


def measured(told: dict[str, Any], digits: int = 2) -> str:
    """A value with its interval, "-" where nothing can be said."""
    value, low, high = (told[name] for name in ("value", "low", "high"))
    if value is None:
        return "-"
    if low is None or high is None:
        return f"{value:.{digits}f}"
    if digits == 2:
        return str(Measured(value, low, high))
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def number(value: float | None) -> str:
    """Two digits, "-" for nothing."""
    return "-" if value is None else f"{value:.2f}"


def percent(value: float | None) -> str:
    """A whole per cent, "-" for nothing."""
    return "-" if value is None else f"{value:.0%}"


def _row(name: str, *cells: object) -> str:
    return (
        f"{name:<20}" + "".join(f"{c!s:>22}" if i else f"{c!s:>7}" for i, c in enumerate(cells))
    ).rstrip()
