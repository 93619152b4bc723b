"""How verdicts about releases look: a sign, its word, and what it means where one points at it."""

from __future__ import annotations

from dashboard.text import plain
from trends.claims import said
from trends.verdict import VERDICT_LABELS, Verdict

MEANINGS: dict[Verdict, str] = {
    Verdict.ROSE: said(
        "More reporters among the judged posts than at ordinary dates; the other ways of looking "
        "at it agree, and it stands after correction for the number of tests."
    ),
    Verdict.FELL: said(
        "Fewer reporters among the judged posts than at ordinary dates; the other ways of looking "
        "at it agree, and it stands after correction for the number of tests."
    ),
    Verdict.NO_MEANINGFUL_CHANGE: said(
        "The change is known well enough to say that it lies between ×0.8 and ×1.25."
    ),
    Verdict.UNCLEAR: said(
        "The data can't tell a change from none. The smallest change that would have been seen "
        "stands beside it."
    ),
    Verdict.TOO_FEW: said(
        "No place has 11 reporters in the window with one on each side: only counts are shown."
    ),
    Verdict.HISTORY_TOO_SHORT: said(
        "Too few ordinary dates to compare with: the estimate is provisional."
    ),
    Verdict.INCOMPLETE_DAYS: said(
        "Days around the release are missing or not complete: nothing is tested."
    ),
    Verdict.ALREADY_MOVING: said(
        "The weeks before were not level already, so a change can't be told from their drift."
    ),
}
_SIGNS: dict[Verdict, str] = {
    Verdict.ROSE: "▲",
    Verdict.FELL: "▼",
    Verdict.NO_MEANINGFUL_CHANGE: "=",
    Verdict.UNCLEAR: "?",
    Verdict.ALREADY_MOVING: "~",
}
PRELIMINARY = said("The weeks that follow are not over yet: this may still change.")
Q = said(
    "q: the share of false alarms to expect among all pairs of cause and release with a q as small "
    "as this one. A pair is called changed at 0.05 or less."
)
SMALLEST = said(
    "The smallest change that would have been seen in four of five cases, given how much the "
    "series moves anyway."
)
PRETEST = said(
    "Whether the eight weeks before were level: under 0.05 they were not. A level time before "
    "proves little, since a test of eight weeks misses many slow drifts (Roth 2022)."
)


def tag(verdict: Verdict, *, preliminary: bool = False) -> str:
    """The verdict as HTML."""
    sign = _SIGNS.get(verdict, "–")
    shown = (
        f'<span class="verdict {verdict.value}" title="{plain(MEANINGS[verdict])}">'
        f'<span aria-hidden="true">{sign}</span> {VERDICT_LABELS[verdict]}</span>'
    )
    if preliminary:
        shown += f' <span class="tag warn" title="{plain(PRELIMINARY)}">preliminary</span>'
    return shown


def q_value(q: float | None) -> str:
    """A q-value in words that fit a column."""
    if q is None:
        return "–"
    if q < 0.001:
        return "< 0.001"
    return f"{q:.3f}" if q < 0.1 else f"{q:.2f}"


def legend(*, opened: bool = False) -> str:
    """What every verdict and column means: on a phone nobody can point at a word."""
    verdicts = "".join(
        f"<dt>{tag(verdict)}</dt><dd>{plain(meaning)}</dd>" for verdict, meaning in MEANINGS.items()
    )
    columns = (
        ("Ratio", "Reporters per judged post after, over the same before; 28 days on either side, "
         "the day itself left out. Line: 95 % interval, as wide as ordinary dates demand."),
        ("q", Q),
        ("Smallest detectable", SMALLEST),
        ("p of the weeks before", PRETEST),
        ("preliminary", PRELIMINARY),
    )  # fmt: skip
    told = "".join(f"<dt>{name}</dt><dd>{plain(meaning)}</dd>" for name, meaning in columns)
    return (
        f"<details{' open' if opened else ''}><summary>What the words and columns mean</summary>"
        f'<dl class="facts">{verdicts}{told}</dl></details>'
    )
