"""Other ways of looking at the same change; shown beside it, and some must agree in direction."""

from __future__ import annotations

from dataclasses import dataclass

TREND = "84 days before, with a linear trend"
RELATIVE = "relative to the other causes"
ONE_LEFT_OUT = "each place left out in turn"
COUNTS = "counts without a denominator"
UNNAMED = "denominator without posts that name the release"
COMPARATOR = "compared with another product"

# What has to agree before a verdict says rose or fell; the others are only shown.
REQUIRED = frozenset({TREND, RELATIVE, ONE_LEFT_OUT, COUNTS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sensitivity:
    """One other way of looking; ratio and 95 % limits are None where it can't be estimated.

    `agrees`: points the same way as the estimate (of counts: doesn't point significantly the other
    way); None where it can't be said, which stands in no verdict's way. `note`: over what, or why
    not.
    """

    name: str
    ratio: float | None
    low: float | None
    high: float | None
    agrees: bool | None
    note: str = ""
