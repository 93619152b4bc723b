"""The evaluation as a document: what was measured, how well it went, and where it went wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from classify.predicted import CLASS_NAMES
from classify.readout import measured, number, percent
from classify.report.document import Document, Section, Table, write, write_text
from classify.report.labels import label
from classify.report.stream import stream_section
from classify.report.sureness import calibration_section, risk_section

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
        calibration_section(held, told["reliability"]),
        risk_section(told["risk"]),
        _decisions(held, told["strict"]),
        *([stream_section(told["stream"])] if told["stream"] else []),
        _mistakes(told["mistakes"]),
        _own(told),
    ]
    return Document("How well posts are judged", tuple(sections))


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
            *(
                [f"{left} posts whose cause people couldn't tell are left out."]
                if (left := told["undetermined_left_out"])
                else []
            ),
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
