"""One release as its page shows it, as HTML: the catalogue's words beside what was reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard import verdicts
from dashboard.addresses import anchor
from dashboard.ratios import limits, times
from dashboard.summary import named
from dashboard.tables import counted
from dashboard.text import link, plain
from domain.causes import Cause, Decision
from domain.filter import Filter
from domain.nouns import Release
from trends.claims import ASSOCIATION, NOT_INCIDENCE
from trends.closer import Mentioned
from trends.clusters import WINDOW, Cluster
from trends.compare import Comparison
from trends.effects import ReleaseEffect
from trends.wording import SIDE_BY_SIDE


def heading(release: Release) -> str:
    """The title, what it is, when, and where that is said."""
    product = release.affects if release.product == "unknown" else release.product
    tags = (release.vendor, product, release.kind.replace("_", " "))
    shown = "".join(f'<span class="tag">{plain(tag)}</span>' for tag in tags if tag)
    words = link(release.source_url, release.source_title or release.title)
    sure = f"Confidence in the date: {plain(release.confidence)}."
    return (
        f"<h1>{plain(release.title)}</h1><div>{shown}</div>"
        f'<div class="asof">{when(release)}. {sure} Source: {words}</div>'
    )


def when(release: Release) -> str:
    """Both days, or that one isn't known."""
    precise = release.date_precision == "day"
    announced = (
        f"{release.announced}" if precise else f"{release.announced:%Y-%m}, the day is not known"
    )
    if release.deployed is None:
        return f"Announced {announced}; deployment not known"
    if release.deployed == release.announced:
        return f"Announced and deployed {release.deployed}"
    return f"Announced {announced}; deployed {release.deployed}"


def claimed(release: Release, effects: Sequence[ReleaseEffect]) -> str:
    """What the vendor says beside what was reported; neither explains the other."""
    says = (
        f"<p>{plain(release.claimed_effect)}</p>"
        if release.claimed_effect
        else '<p class="quiet">The catalogue knows of no claim about failures.</p>'
    )
    reported = (
        f"<ul>{''.join(_reported(effect) for effect in effects)}</ul>"
        if effects
        else "<p>Nothing is tested; where there are curves below, they describe.</p>"
    )
    return (
        f'<div class="beside"><div class="panel"><h3>The vendor says</h3>{says}</div>'
        f'<div class="panel"><h3>Reported in public</h3>{reported}</div></div>'
        f'<p class="quiet">{SIDE_BY_SIDE}</p>'
    )


def _reported(effect: ReleaseEffect) -> str:
    between = limits(effect)
    ratio = f" {times(effect.ratio)} ({between})" if effect.ratio is not None and between else ""
    return (
        f"<li>{named(Decision(effect.cause.value)).html}: "
        f"{verdicts.tag(effect.verdict, preliminary=effect.preliminary)}"
        f'<span class="quiet">{ratio}</span></li>'
    )


def caution(cluster: Cluster, wanted: Filter) -> str:
    """The sentence that stands on every page with a verdict, and what else changed then."""
    told = f"<p><b>{ASSOCIATION}</b> {NOT_INCIDENCE}</p>"
    product = plain(cluster.product)
    if not cluster.nearby:
        return (
            f'<div class="state caution" role="note">{told}<p>No other deployment of {product} '
            "within 28 days is known to the catalogue.</p></div>"
        )
    listed = "".join(_dated(release, wanted) for release in cluster.nearby)
    count = len(cluster.nearby)
    others = "One other deployment" if count == 1 else f"{count} other deployments"
    return (
        f'<div class="state caution" role="note">{told}<details><summary>{others} of {product} '
        "within 28 days: a change belongs to this period, not to one of them.</summary>"
        f"<ul>{listed}</ul></details></div>"
    )


def _dated(release: Release, wanted: Filter) -> str:
    return (
        f'<li><span class="when">{release.deployed or release.announced}</span> '
        f"{anchor('release', release.title, wanted, id=release.id)}</li>"
    )


def tested_as(found: Comparison, cluster: Cluster, wanted: Filter) -> str:
    """Which day and which family the verdicts belong to."""
    told = [
        f"Before and after {cluster.day}: 28 days on either side, in posts about "
        f"{plain(cluster.product)}."
    ]
    if cluster.anchor.id != found.release.id:
        other = anchor("release", cluster.anchor.title, wanted, id=cluster.anchor.id)
        told.append(f"Tested together with {other}, deployed {cluster.day}.")
    elif cluster.others:
        names = ", ".join(
            f"{anchor('release', r.title, wanted, id=r.id)} ({r.deployed})" for r in cluster.others
        )
        told.append(f"Tested together with {names}, within 7 days of it.")
    if not found.family:
        told.append("It came to a quarter that was closed, so it is not tested: it has no q.")
    else:
        told.append(f"Corrected together with all causes and deployments of {plain(found.family)}.")
        told.append(
            f"Frozen on {found.frozen_at:%Y-%m-%d}: nothing changes these verdicts any more."
            if found.frozen_at
            else "Frozen once the last of its windows is complete; until then it may change."
        )
    return f'<p class="quiet">{" ".join(told)}</p>'


def shrinking(shrunk: Mapping[Cause, str]) -> str:
    """By how much wrongly counted posts pull each ratio towards no change."""
    lines = "".join(
        f"<li>{named(Decision(cause.value)).html}: {plain(sentence)}</li>"
        for cause, sentence in shrunk.items()
    )
    return f"<ul>{lines}</ul>" if lines else f'<p class="quiet">{_UNAUDITED}</p>'


_UNAUDITED = (
    "Posts that are counted wrongly pull every ratio towards no change. By how much can be said "
    "once a random sample of the model's answers has been reviewed by people."
)


def published(notes: Sequence[str]) -> str:
    """What was published of failures near a rise, marked; empty without any."""
    if not notes:
        return ""
    lines = "".join(f"<li>{plain(note)}</li>" for note in notes)
    return (
        f'<details><summary><span class="tag warn">perhaps stimulated</span> '
        f"{counted(len(notes), 'publication')} about failures in or shortly before these days"
        f"</summary><ul>{lines}</ul></details>"
    )


def untested(found: Comparison, wanted: Filter) -> str:
    """Why nothing is tested, and which releases are said to contain it."""
    why, told = found.notes[:1], ""
    if found.contained_in:
        listed = "".join(_dated(one, wanted) for one in found.contained_in)
        told = f"<p>Said to have gone into:</p><ul>{listed}</ul>"
    elif found.release.deployed is None:
        told = '<p class="quiet">No release is known that is said to contain it.</p>'
    head = plain(" ".join(why))
    return f'<div class="state" role="note"><b>{head}</b>{told}</div>'


def naming(release: Release, mentioned: Mentioned | None) -> str:
    """How many posts name the release, with a link to the reports among them for each name."""
    if mentioned is None:
        told = (
            "Nothing but the name of its product names it, so that posts about it can't be told "
            "from others."
        )
        return f'<p class="quiet">{told}</p>'
    day = release.deployed or release.announced
    around = Filter(first_day=day - WINDOW, last_day=day + WINDOW, products=(release.product,))
    links = ", ".join(
        anchor("reports", f"“{name}”", replace(around, words=name)) for name in mentioned.names
    )
    unread = (
        f" {counted(mentioned.unread, 'judged post')} of these days can't be searched any more: "
        "the text is no longer held."
        if mentioned.unread
        else ""
    )
    return (
        f"<p>{counted(mentioned.before, 'judged post')} about {plain(release.product)} named it in "
        f"the 28 days before, {mentioned.after:,} from that day on.{unread} "
        f"Reports with these words: {links}.</p>"
    )


def contents(contained: Sequence[Release], wanted: Filter) -> str:
    """The announcements that are said to have gone into a release."""
    if not contained:
        return ""
    listed = "".join(_dated(one, wanted) for one in contained)
    return (
        f"<details><summary>{counted(len(contained), 'announcement')} said to have gone into it"
        f"</summary><ul>{listed}</ul></details>"
    )
