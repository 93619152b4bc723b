"""How well a model judges, as HTML: by cause, by source, on the labelled posts and in an audit.

Figures on labelled posts come with the program, measured by `whylost classify evaluate`; those of
an audit come from this database. Which is which stands above each table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from classify.audit import Audit, ClassAudit
from classify.scores import Measured
from classify.stream import ANY
from dashboard.shares import Share
from dashboard.summary import named
from dashboard.tables import Html, Shown, table
from dashboard.text import plain
from domain.causes import STUDIED, Cause, Decision

_LABELS = {"report": "A report", ANY: "Any of the three"}
_PLACES = {
    "appstore": "App Store",
    "discourse": "Discourse",
    "github": "GitHub",
    "hn": "Hacker News",
    "play": "Google Play",
    "reddit": "Reddit",
}
_CAUSES = tuple(cause.value for cause in Cause)


def interval(told: Mapping[str, float | None] | None) -> Html | None:
    """A value from 0 to 1 with its 95 % interval; None where nothing can be said."""
    if told is None or told["value"] is None:
        return None
    low, high = told["low"], told["high"]
    limits = f' <span class="quiet">{low:.2f} to {high:.2f}</span>' if low is not None else ""
    return Html(f'<span class="share"><b>{told["value"]:.2f}</b>{limits}</span>')


def output(name: str) -> Shown:
    """What a model says, with its mark where it is a cause."""
    return _LABELS[name] if name in _LABELS else named(Decision(name))


def by_cause(figures: Mapping[str, Any]) -> str:
    """Decisions as the model makes them, and the forced choice, a line for each output."""
    rows: list[Sequence[Shown]] = []
    for name in (*_CAUSES, ANY, "report"):
        decided = figures["decisions"].get(name)
        forced = figures["outputs"].get(name)
        rows.append(
            (
                output(name),
                forced["posts"] if forced else None,
                decided["decided"] if decided else None,
                interval(decided["precision"]) if decided else None,
                interval(decided["coverage"]) if decided else None,
                *_forced(forced),
            )
        )
    heads = (
        *("", "Labelled so", "Decided so", "Right of these", "Found of labelled"),
        *("Forced: precision", "Forced: recall", "F1"),
    )
    return table(heads, rows, caption="Quality by cause on labelled posts")


def _forced(told: Mapping[str, Any] | None) -> tuple[Shown, Shown, Shown]:
    if told is None:
        return None, None, None
    return interval(told["precision"]), interval(told["recall"]), interval(told["f1"])


def by_source(figures: Mapping[str, Any]) -> str:
    """The forced choice of the three causes at each source, with how many posts that rests on."""
    rows: list[Sequence[Shown]] = []
    for place, told in figures["places"].items():
        cells: list[Shown] = [_PLACES.get(place, place), told["posts"], interval(told["macro_f1"])]
        cells += [_short(told["causes"][cause.value]) for cause in STUDIED]
        rows.append(cells)
    heads: list[str] = ["Source", "Posts", "F1 of the three"]
    heads += [named_plainly(cause) for cause in STUDIED]
    return table(heads, rows, caption="Quality by source on labelled posts")


def named_plainly(cause: Cause) -> str:
    """The cause's label without its mark."""
    return cause.value.replace("_", " ").capitalize()


def _short(told: Mapping[str, Any]) -> Html | None:
    """What was right of what was said, and of what was there; nothing where neither is anything."""
    lines = [
        f"<div>{right_of(told['right'], of)} {words}</div>"
        for of, words in ((told["said"], "said so"), (told["posts"], "labelled so"))
        if of
    ]
    return Html(f'<div class="lines">{"".join(lines)}</div>') if lines else None


def right_of(right: int, of: int) -> str:
    """Such as `27 of 33` with the limits of that share (Wilson's): a bootstrap of few has none."""
    found = Share.of(right, of)
    limits = f'<span class="quiet">({found.low:.2f} to {found.high:.2f})</span>'
    return f'<span class="share"><b>{right:,} of {of:,}</b> {limits}</span>'


def audit(made: Audit) -> str:
    """Precision, recall and true shares in this database, as the audit sample estimates them."""
    rows = [_audited(one) for one in made.classes if one.posts]
    heads = ("", "Audited", "Right of those said", "Found of those there", "Said", "Truly so")
    return table(heads, rows, caption="Quality in this database, from the audit sample")


def _audited(one: ClassAudit) -> Sequence[Shown]:
    return (
        named(Decision(one.name)),
        one.posts,
        _measured(one.precision),
        _measured(one.recall),
        f"{one.claimed:.3f}",
        _measured(one.prevalence, digits=3),
    )


def _measured(found: Measured, *, digits: int = 2) -> Html | None:
    if found.value != found.value:  # not a number: nothing can be said
        return None
    value, low, high = (f"{v:.{digits}f}" for v in (found.value, found.low, found.high))
    told = f'<b>{value}</b> <span class="quiet">{low} to {high}</span>'
    return Html(f'<span class="share">{told}</span>')


def notes(told: Sequence[str]) -> str:
    """What a reader should know of an audit, with commands as such."""
    return "".join(f'<p class="quiet">{_code(note)}</p>' for note in told)


def _code(note: str) -> str:
    """Backticks of our own sentences as code."""
    parts = plain(note).split("`")
    return "".join(f"<code>{p}</code>" if at % 2 else p for at, p in enumerate(parts))
