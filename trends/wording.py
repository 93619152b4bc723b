"""What the program says about the reports around a release: plain sentences, each of them checked.

Every sentence passes `trends.claims.said`. Ratios are rates after over rates before; they are told
as "times as many for each judged post". What a vendor wrote stands between “ and ”.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from domain.causes import Cause
from domain.nouns import Release
from trends.claims import ASSOCIATION, said
from trends.clusters import WINDOW, Cluster
from trends.effects import ReleaseEffect
from trends.sensitivity import REQUIRED
from trends.verdict import Verdict

NOTHING_TO_TEST = said("No product changed on this day as far as is known: nothing to test.")
PRELIMINARY = said(
    "Preliminary: the 28 days from then on are not all complete, so this may still change."
)
SIDE_BY_SIDE = said(
    "The claim and the reports stand side by side; reports that agree or disagree with it are no "
    "test of it."
)

_OF: dict[Cause, str] = {
    Cause.CONTEXT_LIMIT: "context limits",
    Cause.SAFETY_TRIGGER: "safety triggers",
    Cause.SESSION_MANAGEMENT: "session management",
    Cause.OTHER: "other failures",
}
_DAYS = WINDOW.days
_LISTED = 12  # deployments named; the rest are counted
_LEAST, _MOST = 0.01, 1_000  # ratios beyond them are told as such


def effect_sentences(effect: ReleaseEffect, cluster: Cluster) -> tuple[str, ...]:
    """Everything that is said of one cause around one cluster of releases, the verdict first."""
    return (
        headline(effect, cluster),
        *smallest(effect),
        *([PRELIMINARY] if effect.preliminary else []),
        *(said(reason) for reason in effect.reasons),
        *other_looks(effect),
        *([] if effect.ratio is None else [ASSOCIATION]),
        *deployments(cluster),
        *claims(cluster.releases),
    )


def headline(effect: ReleaseEffect, cluster: Cluster) -> str:
    """The verdict in one sentence, with the ratio, its interval and its denominator if there is
    a ratio; the reporters and the judged posts otherwise."""
    about, when = f"Reports of {_OF[effect.cause]}", _when(cluster)
    match effect.verdict:
        case Verdict.ROSE:
            head = f"{about} rose {when}"
        case Verdict.FELL:
            head = f"{about} fell {when}"
        case Verdict.NO_MEANINGFUL_CHANGE:
            head = f"{about} show no meaningful change {when}"
        case Verdict.UNCLEAR:
            head = f"Whether {about.lower()} changed {when} is unclear"
        case Verdict.ALREADY_MOVING:
            head = f"{about} were moving already in the weeks before"
        case Verdict.HISTORY_TOO_SHORT:
            head = f"The history is too short for a verdict on {about.lower()}; provisionally"
        case Verdict.TOO_FEW:
            head = f"{about} are too few for a test {when}"
        case Verdict.INCOMPLETE_DAYS:
            head = f"Too few days are complete for a test of {about.lower()} {when}"
    return said(f"{head}: {_measured(effect)}.")


def smallest(effect: ReleaseEffect) -> Sequence[str]:
    """What the comparison could have seen, and what it would have needed to say more."""
    posts = effect.posts_before + effect.posts_after
    made = []
    if effect.smallest_rise is not None and effect.smallest_fall is not None and posts:
        made.append(
            "The smallest change it could have seen with 80 % probability: a rise to "
            f"{_times(effect.smallest_rise)} times or a fall to {_times(effect.smallest_fall)} "
            f"times (in {_posts(posts)})."
        )
    if effect.verdict is Verdict.UNCLEAR and effect.needed is not None and posts:
        way = "more" if effect.needed > 1 else "less"
        made.append(
            f"It would have needed {_times(effect.needed)} times or {way} to be told from the "
            f"ordinary ups and downs (in {_posts(posts)})."
        )
    return [said(sentence) for sentence in made]


def other_looks(effect: ReleaseEffect) -> Sequence[str]:
    """Which other ways of looking at it point the same way, which don't, and which can't be had."""
    looks = effect.sensitivities
    made = []
    for verb, agrees in (("agree", True), ("disagree", False), ("can't be had", None)):
        names = [
            one.name + ("" if one.name in REQUIRED else " (only shown)")
            for one in looks
            if one.agrees is agrees
        ]
        if names:
            made.append(said(f"Other ways of looking at it that {verb}: {'; '.join(names)}."))
    return made


def deployments(cluster: Cluster) -> Sequence[str]:
    """What else was deployed while the days were counted; nothing where nothing is known."""
    made = []
    if cluster.others:
        made.append(f"Tested together, deployed within 7 days: {_listed(cluster.others)}.")
    together = {release.id for release in cluster.others}
    if further := [r for r in cluster.nearby if r.id not in together]:
        made.append(
            f"Also deployed in {cluster.product} within {_DAYS} days, so the same days tell of it: "
            f"{_listed(further)}."
        )
    return [said(sentence) for sentence in made]


def claims(releases: Iterable[Release]) -> Sequence[str]:
    """What the vendors claim of these releases, to be set beside the reports."""
    told = [
        said(f"The vendor’s claim: {_quoted(r.claimed_effect)}, for {_titled(r)}.")
        for r in releases
        if r.claimed_effect
    ]
    return [*told, SIDE_BY_SIDE] if told else []


def announcement_sentences(release: Release, containing: Sequence[Release]) -> tuple[str, ...]:
    """What is said of a release without a known deployment; `containing`: those it is linked to."""
    made = [NOTHING_TO_TEST]
    if containing:
        made.append(said(f"It is said to have gone into: {_listed(containing)}."))
    return (*made, *claims([release]))


def stimulated(day: date, title: str) -> str:
    """Marks a rise beside news of failures: press, or a post-mortem with this title on that day."""
    return said(
        f"{_quoted(title)} ({day}) lies within these days: news of failures moves others to write "
        "of theirs, so more reports need not mean more failures."
    )


def false_positives(share: float, low: float, high: float, audited: int) -> str:
    """How much false positives shrink a ratio.

    `share`, with limits of its 95 % interval: which part of the posts that the model counts are
    something else, among `audited` posts that it counts. Raises `ValueError` unless 0 <= low <=
    share <= high <= 1.
    """
    if not 0.0 <= low <= share <= high <= 1.0:
        raise ValueError("the share and its limits lie between 0 and 1, in order")
    return said(
        f"Of {audited:,} audited posts that count here, {share * 100:.0f} % are something else "
        f"(95 % interval {low * 100:.0f} to {high * 100:.0f} %); if that part stays as it is, a "
        f"ratio looks smaller than it is: a doubling would read as {_times(2.0 - share)} times."
    )


def _when(cluster: Cluster) -> str:
    """Never "after this release" where something else was deployed near it."""
    return "around this period" if cluster.around else f"in the {_DAYS} days from {cluster.day} on"


def _measured(effect: ReleaseEffect) -> str:
    counts = (
        f"{_reporters(effect.events_after)} of {_posts(effect.posts_after)} from that day on, "
        f"{effect.events_before:,} of {effect.posts_before:,} before"
    )
    if effect.ratio is None or effect.low is None or effect.high is None:
        days = f"{effect.days_after} and {effect.days_before} complete days"
        return f"{counts}, in {days}"
    return (
        f"{_times(effect.ratio)} times as many for each judged post as in the {_DAYS} days before "
        f"(95 % interval {_times(effect.low)} to {_times(effect.high)}; {counts})"
    )


def _reporters(count: int) -> str:
    return f"{count:,} reporter" if count == 1 else f"{count:,} reporters"


def _posts(count: int) -> str:
    return f"{count:,} judged posts"


def _times(ratio: float) -> str:
    if ratio < _LEAST:
        return f"under {_LEAST}"
    if ratio > _MOST:
        return f"over {_MOST:,}"
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.2f}"


def _listed(releases: Sequence[Release]) -> str:
    named = ", ".join(_titled(release) for release in releases[:_LISTED])
    more = len(releases) - _LISTED
    return f"{named} and {more} more" if more > 0 else named


def _titled(release: Release) -> str:
    """The title with the day of its deployment, or else of its announcement."""
    return f"{_quoted(release.title)} ({release.deployed or release.announced})"


def _quoted(words: str) -> str:
    """Words of somebody else on one line between “ and ”, where no such mark can end them early."""
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in words)
    return "“" + " ".join(plain.replace("“", "‘").replace("”", "’").split()) + "”"
