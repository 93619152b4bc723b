"""One cause around one release in detail: what each place says, and other ways of looking."""

from __future__ import annotations

from dashboard import verdicts
from dashboard.effect_rows import cell
from dashboard.ratios import limits, times, whisker
from dashboard.tables import counted
from dashboard.text import plain
from trends.claims import said
from trends.closer import PROBABILITIES
from trends.effects import ReleaseEffect, SourceEffect
from trends.sensitivity import (
    COMPARATOR,
    COUNTS,
    ONE_LEFT_OUT,
    RELATIVE,
    REQUIRED,
    TREND,
    UNNAMED,
    Sensitivity,
)
from trends.standing import POSTS
from trends.verdict import LEVEL

# Why one looks again, for a reader; the name says how.
WHY: dict[str, str] = {
    TREND: said("Whether it was on its way already: a slow drift would look like a change."),
    RELATIVE: said("Whether reports of every kind moved alike, as in an outage or a viral thread."),
    ONE_LEFT_OUT: said("Whether a single place makes all of it."),
    COUNTS: said("Whether only the denominator moved, as when a launch brings many posts."),
    UNNAMED: said("The same denominator without the talk about the release itself."),
    COMPARATOR: said("Whether another product saw the same at that time."),
    POSTS: said("Whether a few authors who write much make all of it."),
    PROBABILITIES: said("Whether it hangs on where the model draws its line."),
}


def agreement(effect: ReleaseEffect) -> str:
    """How many other ways of looking agree, for the head of their list."""
    told = [
        f"{count} {verb}"
        for verb, agrees in (("agree", True), ("disagree", False), ("can't be said", None))
        if (count := sum(one.agrees is agrees for one in effect.sensitivities))
    ]
    return f"Other ways of looking at it: {', '.join(told) or 'none'}"


def spread(effect: ReleaseEffect) -> str:
    """How many places are in it, for the head of their list."""
    pooled = sum(one.weight is not None for one in effect.sources)
    left = len(effect.sources) - pooled
    return f"{counted(pooled, 'place')} in it" + (f", {left} left out" if left else "")


def places(effect: ReleaseEffect) -> str:
    """A row a place with its own ratio; those left out say why."""
    if not effect.sources:
        return "<p class='quiet'>No place of this product is tested.</p>"
    body = "".join(_place(one, f"hue-{effect.cause.value}") for one in effect.sources)
    heads = ("Place", "Before", "After", "Ratio", "q", "Weight")
    top = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f'<table class="effects places"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
        f'<p class="quiet">{_spread(effect)}</p>'
    )


def _place(one: SourceEffect, hue: str) -> str:
    if one.ratio is not None:
        shown = f"<span>{times(one.ratio)} {_quiet(limits(one))}</span>{whisker(one, hue)}"
    else:
        exact = ""
        if one.exact_low is not None:
            top = f" to {times(one.exact_high)}" if one.exact_high is not None else " and more"
            exact = f" The counts alone allow {times(one.exact_low)}{top}."
        shown = f"<span>{_quiet(plain(one.left_out or 'Not estimated.') + exact)}</span>"
    weight = "–" if one.weight is None else f"{one.weight:.0%}"
    return (
        f'<tr><th scope="row">{plain(one.place)}</th>'
        + cell("Before", f"{one.events_before:,} {_quiet(f'of {one.posts_before:,}')}")
        + cell("After", f"{one.events_after:,} {_quiet(f'of {one.posts_after:,}')}")
        + cell("Ratio", shown, "ratio")
        + cell("q", verdicts.q_value(one.q))
        + cell("Weight", weight)
        + "</tr>"
    )


def _quiet(html: str) -> str:
    return f'<span class="quiet">{html}</span>' if html else ""


def _spread(effect: ReleaseEffect) -> str:
    """What the pooled estimate hides, in words."""
    pooled = sum(one.weight is not None for one in effect.sources)
    if pooled < 2 or effect.i_squared is None:
        return "One place only: nothing is pooled."
    if effect.i_squared < 0.25:
        told = "hardly more than noise would"
    elif effect.i_squared < 0.6:
        told = "somewhat more than noise would"
    else:
        told = "far more than noise would: read them one by one"
    return (
        f"Their ratios differ {told} (I² {effect.i_squared:.2f}, the part of their variation that "
        "is not noise). Each has a q of its own only where the pooled change passed."
    )


def sensitivities(effect: ReleaseEffect) -> str:
    """Other ways of looking at the same change, and whether they agree, as HTML."""
    if not effect.sensitivities:
        return "<p class='quiet'>Nothing is estimated, so nothing is looked at again.</p>"
    return f'<ul class="ways">{"".join(_way(one) for one in effect.sensitivities)}</ul>'


def _way(one: Sensitivity) -> str:
    if one.agrees is None:
        sign, told = "–", "can't be said"
    elif one.agrees:
        sign, told = "✓", "agrees"
    else:
        sign, told = "✗", "disagrees"
    shown = f"{times(one.ratio)} {_quiet(limits(one))}" if one.ratio is not None else ""
    note = f" {plain(one.note)}" if one.note else ""
    must = "" if one.name in REQUIRED else " Shown only: it stands in no verdict's way."
    why = plain(WHY.get(one.name, ""))
    return (
        f'<li class="{told.split()[-1]}"><span class="sign" aria-hidden="true">{sign}</span>'
        f"<div><b>{plain(one.name[:1].upper() + one.name[1:])}</b>: {told}. {shown}"
        f'<div class="quiet">{why}{must}{note}</div></div></li>'
    )


def reasons(effect: ReleaseEffect) -> str:
    """Why the verdict is no plainer, and what else is known of the estimate."""
    told = list(effect.reasons)
    if effect.pretest_p is not None:
        level = "look level" if effect.pretest_p >= LEVEL else "are not level"
        told.append(f"The weeks before {level} (p {effect.pretest_p:.2f}).")
    if effect.placebo_dates:
        told.append(
            f"Compared with {counted(effect.placebo_dates, 'ordinary date')} of the same series."
        )
    return f'<p class="quiet">{plain(" ".join(told))}</p>' if told else ""
