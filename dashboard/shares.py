"""Shares as HTML: a share with its interval and its count, and parts of a whole as a bar."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.tables import Html
from trends.intervals import wilson_share


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` with Wilson's 95 % interval; shares are 0 to 1."""

    part: int
    whole: int
    share: float
    low: float
    high: float

    @classmethod
    def of(cls, part: int, whole: int) -> Share:
        """Raises `ValueError` for a part that is larger than the whole; `whole` is 1 or more."""
        found = wilson_share(part, whole)
        return cls(part, whole, float(found.estimate), float(found.low), float(found.high))


def share_cell(share: Share) -> Html:
    """Such as `12 % 8 to 18 · 24`: the share, its interval, the count."""
    limits = f"{_percent(share.low)} to {_percent(share.high)}"
    return Html(
        f'<span class="share"><b>{_percent(share.share)} %</b> '
        f'<span class="quiet">{limits} · {share.part:,}</span></span>'
    )


def stacked(first: int, second: int, whole: int) -> Html:
    """Two parts of a whole as a bar, the second one hatched; the numbers stand beside it."""
    parts = "".join(
        f'<i class="{name}" style="width:{100 * part / whole:.2f}%"></i>'
        for name, part in (("full", first), ("hatched", second))
    )
    return Html(f'<i class="stack" aria-hidden="true">{parts}</i>')


def _percent(share: float) -> str:
    """Whole per cents; a tenth where it would be rounded to none or all though it is neither."""
    told = f"{100 * share:.0f}"
    if (told == "0" and share > 0) or (told == "100" and share < 1):
        return f"{100 * share:.1f}"
    return told
