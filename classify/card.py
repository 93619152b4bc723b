"""The model's card for a reader: what it is, what it learnt from, how sure it must be, how well it
does and where it fails.

The figures are those that `whylost classify evaluate --record` wrote when the model was built; they
name the model, and are not shown with another one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from classify.model import Model
from classify.readout import measured, number, percent
from domain.causes import CAUSES, Cause
from domain.errors import InputError

_OUTPUTS = ("report", *(c.value for c in Cause))
_MEASURES = ("precision", "recall", "f1", "brier_skill", "calibration_slope")
FIGURES = Path(__file__).parent / "data" / "figures.json"


def record(told: Mapping[str, Any], model: Model, file: Path = FIGURES) -> None:
    """Keeps the main figures of an evaluation as those of `model`.

    Raises `InputError` as `must_fit` does, and where the file can't be written.
    """
    from classify.report.document import write_text

    must_fit(model)
    write_text(file, json.dumps(headline(told, model.id), indent=1, sort_keys=True) + "\n")


def must_fit(model: Model) -> None:
    """Raises `InputError` where the model wasn't built from the posts and parameters of today,
    which are those that an evaluation measures."""
    from classify.fit import Parameters
    from classify.train import examples_hash

    card = model.card
    same_posts = card.get("inputs", {}).get("own examples") == examples_hash()
    if not same_posts or card.get("parameters") != asdict(Parameters()):
        raise InputError(
            f"Model {model.id} was built from other posts or parameters than are evaluated.",
            "Run `make model` first.",
        )


def headline(told: Mapping[str, Any], model: str) -> dict[str, Any]:
    """The figures that stand on the card."""
    kept = ("posts", "precision", "recall", "f1", "brier_skill", "calibration_slope",
            "calibration_error", "calibration_error_if_perfect",
            "calibration_error_of_a_constant")  # fmt: skip
    held = told["by_place"]["all"]
    outputs = {**held["causes"], "report": held["report"]}
    return {
        "model": model,
        "posts": held["posts"],
        "macro_f1": {
            design: {half: f["macro_f1"] for half, f in told[design].items() if f["posts"]}
            for design in ("by_place", "by_thread")
        },
        "gap_between_halves": told["gap_between_halves"],
        "outputs": {name: {k: f[k] for k in kept} for name, f in outputs.items()},
        "strict": told["strict"],
        "stream": _stream(told["stream"]),
        "own": {"posts": told["own"]["posts"], "macro_f1": told["own"]["macro_f1"]},
        "undetermined": told["undetermined"],
        "decisions": held["decisions"],
        "places": told["places"],
        "reliability": told["reliability"],
        "steps": told["steps"],
    }


def _stream(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not told or not told["posts"]:
        return None
    return {
        "posts": told["posts"],
        "stands_for": told["stands_for"],
        "unmatched": told["unmatched"].get("all"),
        "shares_re_estimated": told["shares_re_estimated"]["all"],
    }


def figures_of(model: str, file: Path = FIGURES) -> dict[str, Any] | None:
    """The recorded figures where they are this model's; None for another model, or none at all."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return dict(found) if found.get("model") == model else None


def told_card(model: Model) -> dict[str, Any]:
    """The card for a machine: the model's own, its figures, what its causes mean."""
    return {
        **model.card,
        "figures": figures_of(model.id),
        "causes": {i.cause.value: [i.meaning, i.not_this] for i in CAUSES.values()},
    }


def lines(model: Model) -> list[str]:
    """The card for a reader."""
    card = model.card
    out = [f"{card['name']} {model.id}", "", *_what(), "", *_learnt(card), "", *_sure(model)]
    out += ["", *_well(figures_of(model.id)), "", "Where it fails"]
    return out + [f"  - {told}" for told in card.get("where_it_fails", [])]


def _what() -> list[str]:
    out = ["What it says of a post: whether it tells of a failure of an AI assistant, and"]
    out += [f"  {i.label.lower()}: {i.meaning} {i.not_this}" for i in CAUSES.values()]
    return [*out, "From the account alone: never what really happened at a vendor."]


def _learnt(card: Mapping[str, Any]) -> list[str]:
    of = card.get("trained_on", {})
    places = ", ".join(f"{name} {n:,}" for name, n in of.get("by_place", {}).items())
    labels = ", ".join(f"{name} {n:,}" for name, n in of.get("by_label", {}).items())
    out = [f"What it learnt from: {of.get('posts', 0):,} posts"]
    out += [f"  by place: {places}", f"  by label: {labels}", f"  {of.get('left_out', '')}"]
    out += [f"  {name}: SHA-256 {digest}" for name, digest in card.get("inputs", {}).items()]
    return [line for line in out if line.strip()]


def _sure(model: Model) -> list[str]:
    aimed = model.card.get("decisions", {})
    target = aimed.get("precision_aimed_at")
    other = aimed.get("precision_aimed_at_for_other", target)
    out = ["Thresholds and calibration (log loss on posts held out, before and after)"]
    needed = {"report": model.thresholds.report}
    needed |= {c.value: t for c, t in model.thresholds.causes.items()}
    calibrated = model.card.get("calibration", {})
    for name in filter(calibrated.__contains__, _OUTPUTS):
        loss, method = calibrated[name]["log_loss"], calibrated[name]["method"]
        least = needed[name]
        from_ = f"from {least:.3f} on" if least <= 1 else "never decided: not sure enough"
        out.append(
            f"  {_label(name):<20}{from_:<16}  {method}: {loss['as it is']:.3f}, {loss[method]:.3f}"
        )
    if target:
        out.append(
            f"  Thresholds aim at a precision of {target:.2f} (other failures {other:.2f}) on "
            "posts held out."
        )
    return out


def _well(figures: Mapping[str, Any] | None) -> list[str]:
    if figures is None:
        return ["How well: no figures were recorded for this model (`whylost classify evaluate`)."]
    macro = figures["macro_f1"]
    place, thread = macro["by_place"], macro["by_thread"]
    out = [
        f"How well, on {figures['posts']:,} labelled real posts of places that it had never seen",
        f"  macro F1 of the three causes {measured(place['all'])}; on threads that it had never "
        f"seen {measured(thread['all'])}",
        f"  posts read while cues were written {measured(place['odd'])}, never read "
        f"{measured(place['even'])}, gap {number(figures['gap_between_halves']['by_place'])}"
        if {"odd", "even"} <= place.keys()
        else "",
        f"  {'':<20}{'precision':>20}{'recall':>20}{'F1':>20}{'Brier skill':>20}{'slope':>20}",
    ]
    for name in _OUTPUTS:
        cells = [measured(figures["outputs"][name][m]) for m in _MEASURES]
        out.append(f"  {_label(name):<20}" + "".join(f"{cell:>20}" for cell in cells))
    strict = figures["strict"]["by_place"]
    out.append(
        f"  strict setting: {strict['decided']} decided, precision "
        f"{measured(strict['precision'])}, at least {strict['precision_at_least']:.2f}"
    )
    if stream := figures["stream"]:
        wrong = stream["unmatched"]["decided"]
        out.append(
            f"  of 1,000 posts without a keyword, {wrong['per_1000']:.1f} are wrongly decided "
            f"(exact interval {wrong['low']:.1f} to {wrong['high']:.1f})"
        )
    unknown = figures["undetermined"]
    out.append(
        f"  of {unknown['posts']} posts whose cause can't be told, {percent(unknown['abstained'])} "
        f"are left open, {percent(unknown['for_the_labelled_reason'])} for the right reason"
    )
    return [line for line in out if line]


def _label(name: str) -> str:
    return "A report" if name == "report" else CAUSES[Cause(name)].label
