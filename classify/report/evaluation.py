"""The evaluation as a document: what was measured, how well it went, and where it went wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from classify.predicted import CAUSE_NAMES, CLASS_NAMES
from classify.readout import measured, number, percent
from classify.report import charts
from classify.report.document import Document, Picture, Section, Table, write, write_text
from classify.report.stream import stream_section
from domain.causes import DECISION_LABELS, Decision

_CAUSE_HEADS = ("Cause", "posts", "precision", "recall", "F1")


FIGURES = "figures.json"


def write_all(told: Mapping[str, Any], folder: Path) -> None:
    """Writes the report in three forms; a file without labelled posts gives the figures alone.

    Raises `InputError` for a folder that can't be written.
    """
    write_text(folder / FIGURES, json.dumps(told, indent=1, sort_keys=True) + "\n")
    if told["by_place"]["all"]["posts"]:
        write(document(told), folder)


def document(told: Mapping[str, Any]) -> Document:
    """All of `summarise`'s figures; `told` holds at least one labelled post."""
    held = told["by_place"]["all"]
    sections = [
        _overall(told),
        _causes(held),
        _sources(told["by_source"]),
        _confusion(held["confusion"]),
        _calibration(held, told["reliability"]),
        _risk(told["risk"]),
        _decisions(held, told["strict"]),
        *([stream_section(told["stream"])] if told["stream"] else []),
        _mistakes(told["mistakes"]),
        _own(told),
    ]
    return Document("How well posts are judged", tuple(sections))


def label(name: str) -> str:
    """A class as readers see it."""
    known = set(map(str, Decision))
    return DECISION_LABELS[Decision(name)] if name in known else name[:1].upper() + name[1:]


def _overall(told: Mapping[str, Any]) -> Section:
    rows = [
        (
            label(half),
            f"{figures['posts']:,}",
            measured(figures["macro_f1"]),
            measured(told["by_thread"][half]["macro_f1"]),
        )
        for half, figures in told["by_place"].items()
        if figures["posts"]
    ]
    gap = told["gap_between_halves"]
    rows.append(("Odd less even", "", number(gap["by_place"]), number(gap["by_thread"])))
    return Section(
        "In one figure",
        (
            "Macro F1 of the three causes when the likeliest class is always named. By place: "
            "whoever judges a post has never seen a post of its place. By thread: random folds "
            "that keep threads together, so that posts of the same place were seen. The halves "
            "are posts with odd ids, which were read while cues were written, and even ids, "
            "which were never read: a gap above 0.10 would say that the rules fit what was read. "
            "Brackets hold 95 % intervals, bootstrapped over whole threads.",
            Table(("Posts", "number", "by place", "by thread"), tuple(rows)),
        ),
    )


def _causes(held: Mapping[str, Any]) -> Section:
    found = {**held["causes"], "report": held["report"]}
    return Section(
        "By cause",
        (
            "Forced choice, by place. “Report” is whether a post tells of a failure at all.",
            Table(_CAUSE_HEADS, tuple(_cause_row(label(name), c) for name, c in found.items())),
        ),
    )


def _cause_row(name: str, c: Mapping[str, Any]) -> tuple[str, ...]:
    return (name, f"{c['posts']:,}", *(measured(c[m]) for m in ("precision", "recall", "f1")))


def _sources(told: Mapping[str, Any]) -> Section:
    rows = [
        _cause_row(f"{source}: {label(cause)}", c)
        for source, figures in told.items()
        for cause, c in figures["causes"].items()
        if c["posts"] or c["precision"]["value"] is not None
    ]
    return Section(
        "By source",
        (
            "The same, source by source; causes that a source neither holds nor was said to hold "
            "are left out. An interval without width says that the few posts all went one way, not "
            "that more would.",
            Table(("Source and cause", *_CAUSE_HEADS[1:]), tuple(rows)),
        ),
    )


def _confusion(told: Mapping[str, Mapping[str, int]]) -> Section:
    rows = [
        (label(true), *(str(told.get(true, {}).get(said, 0)) for said in CLASS_NAMES))
        for true in CLASS_NAMES
    ]
    return Section(
        "What is taken for what",
        (
            "A row a label, a column an answer; forced choice, by place.",
            Table(("Labelled", *map(label, CLASS_NAMES)), tuple(rows)),
        ),
    )


def _calibration(held: Mapping[str, Any], points: Mapping[str, Any]) -> Section:
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


def _risk(told: Mapping[str, Any]) -> Section:
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


def _decisions(held: Mapping[str, Any], strict: Mapping[str, Any]) -> Section:
    found = {label(n): d for n, d in held["decisions"].items() if n != "undetermined"}
    found |= {f"Strict setting, {n.replace('_', ' ')}": d for n, d in strict.items()}
    rows = [
        (
            name,
            f"{d['decided']:,}",
            measured(d["precision"]),
            f"{d['precision_at_least']:.2f}",
            measured(d["coverage"]),
        )
        for name, d in found.items()
    ]
    unsure = held["decisions"]["undetermined"]
    because = ", ".join(f"{k.replace('_', ' ')} {n}" for k, n in unsure["because"].items())
    return Section(
        "Where something is decided",
        (
            "A decision is right where it names the label or the second cause. “At least” is the "
            "one-sided 95 % lower bound of the precision; coverage is the share of such posts "
            "that is decided. The strict setting names one of the three causes only above a "
            f"threshold that reached a precision of {strict['by_place']['target']:.2f} on the "
            "posts of other threads.",
            Table(("Decision", "made", "precision", "at least", "coverage"), tuple(rows)),
            f"Undetermined: {unsure['posts']} ({because}).",
        ),
    )


def _mistakes(told: Mapping[str, Any]) -> Section:
    parts: list[str | Table] = [
        "The surest of the wrong forced choices. Texts aren't written here: look posts up by "
        "their ids, those with even ids not at all."
    ]
    titles = {"named_wrongly": "Named one of the three causes", "missed": "Missed one of them"}
    for kind, title in titles.items():
        found = told[kind]
        parts.append(f"{title}: {found['posts']} posts, the surest {len(found['surest'])} here.")
        parts.append(Table(_MISTAKE_HEADS, tuple(map(_mistake, found["surest"]))))
    return Section("The surest mistakes", tuple(parts))


_MISTAKE_HEADS = ("Id", "source", "said", "probability", "labelled", "its probability")


def _mistake(m: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(m["id"]),
        str(m["source"]),
        label(m["said"]),
        f"{m['probability']:.2f}",
        label(m["labelled"]),
        f"{m['of_the_label']:.2f}",
    )


def _own(told: Mapping[str, Any]) -> Section:
    own, unknown = told["own"], told["undetermined"]
    decided: Sequence[str] = [f"{label(name)} {n}" for name, n in unknown["decided_as"].items()]
    return Section(
        "Our own posts",
        (
            f"Five folds of our own {own['posts']:,} posts, learnt from our own alone: macro F1 "
            f"{measured(own['macro_f1'])}. They are made to be hard, so this is a yardstick for "
            "changes, not for the world.",
            f"Of {unknown['posts']} posts whose cause can't be told, "
            f"{percent(unknown['abstained'])} were left open, "
            f"{percent(unknown['for_the_labelled_reason'])} for the labelled reason; all of them "
            f"were said to be: {', '.join(decided)}.",
        ),
    )
