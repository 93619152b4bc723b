"""Rises that began soon after something was published about failures are marked as such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from db.effects import KeptEpisode
from domain.nouns import Release
from domain.products import ANY, PRODUCTS
from trends.stimulated import Publicity, publicity

# What moves others to write of failures of their own: post-mortems, and results on safety.
PUBLICATIONS = frozenset({"outage_or_postmortem", "safety_training_research"})
_VENDOR = {product.name: product.vendor for product in PRODUCTS}


def publications(
    releases: Iterable[Release], product: str, first: date, last: date
) -> tuple[Release, ...]:
    """What the product's vendor published of failures from `first` to `last`, by day.

    Of all vendors for all products together. Only entries whose day is known.
    """
    vendor = None if product == ANY else _VENDOR.get(product, product)
    found = [
        release
        for release in releases
        if release.kind in PUBLICATIONS
        and not release.retired
        and release.date_precision == "day"
        and vendor in (None, release.vendor)
        and first <= release.announced <= last
    ]
    return tuple(sorted(found, key=lambda release: (release.announced, release.id)))


def near(
    rises: Sequence[tuple[date, date]], published: Sequence[Release], first: date, last: date
) -> tuple[Publicity, ...]:
    """For each rise, first and last day, which of `published` stand near it; `first` to `last` are
    the days that were looked at."""
    days = [(release.announced - first).days for release in published]
    numbers = [((began - first).days, (ended - first).days) for began, ended in rises]
    return publicity(numbers, days, span=(last - first).days + 1)


def marked(
    episodes: Sequence[KeptEpisode], published: Sequence[Release], first: date, last: date
) -> tuple[KeptEpisode, ...]:
    """Episodes with what was published near those that are rises."""
    found = near([(one.began, one.ended) for one in episodes], published, first, last)
    return tuple(
        replace(one, detail={**one.detail, "published": _told(publicity_, published)})
        if one.strength > 1
        else one
        for one, publicity_ in zip(episodes, found, strict=True)
    )


def _told(near_it: Publicity, published: Sequence[Release]) -> dict[str, object]:
    return {
        "before": [published[n].id for n in near_it.before],
        "during": [published[n].id for n in near_it.during],
        "chance": near_it.chance,
    }
