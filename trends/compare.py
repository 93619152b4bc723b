"""One release: what the vendor claims beside what was reported before and after it.

The verdicts are those that `whylost trends` keeps; nothing that is asked for here changes them. A
release without a known deployment changed no product, so nothing is tested: what was written
around its day is described.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from db.handles import Connection
from db.judges import Judges, judges
from db.queries.answers import answers
from db.queries.effects import ShownEffect, effects_of
from db.queries.releases import releases
from domain.causes import Cause
from domain.errors import InputError
from domain.nouns import Release
from domain.products import PRODUCTS, UNKNOWN
from trends.claims import said
from trends.closer import Mentioned, Ways, look_closer
from trends.clusters import WINDOW, Cluster, deploys
from trends.effects import Curve, ReleaseEffect, release_effects
from trends.kept import effect_of
from trends.load import CAUSES, load
from trends.panel import Panel
from trends.part_words import told_parts
from trends.publications import near, publications
from trends.shrinking import shrunk
from trends.wording import announcement_sentences, claims, effect_sentences, stimulated


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """What was written of one cause around a day on which nothing is tested: no verdict."""

    cause: Cause
    events_before: int  # reporters
    events_after: int
    posts_before: int  # judged posts
    posts_after: int
    days_before: int
    days_after: int
    curve: Curve | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """All that is said of one release, of posts about `product` around `day`.

    Where it is tested there are `effects`, else what is `described`; causes in their order.
    """

    release: Release
    tested: bool
    product: str | None
    day: date
    effects: tuple[ReleaseEffect, ...]
    described: tuple[Described, ...]
    sentences: Mapping[Cause, tuple[str, ...]]
    notes: tuple[str, ...]  # about all causes, or why nothing is tested
    shrunk: Mapping[Cause, str]  # how far false positives flatten the ratio
    parts: Mapping[Cause, tuple[str, ...]]  # what the change is made of, in sentences
    cluster: Cluster | None
    family: str
    frozen_at: datetime | None
    contained_in: tuple[Release, ...]
    mentioned: Mentioned | None


def compare(
    connection: Connection,
    named: str,
    now: datetime,
    *,
    causes: Collection[Cause] = (),
    product: str | None = None,
) -> Comparison:
    """The release whose id is or begins with `named`; of `causes` only, if any are given.

    Of another `product` than the one that changed the days are only described. Raises `InputError`
    for an id that names no release or several, an unknown product, and before anything is judged.
    """
    if product is not None and product not in {known.name for known in PRODUCTS}:
        raise InputError(
            f"No product is called {product!r}.",
            f"It is one of {', '.join(known.name for known in PRODUCTS)}.",
        )
    catalogue = {release.id: release for release in releases(connection, retired=True)}
    release = _one(catalogue, named)
    shown = judges(connection)
    if shown is None:
        raise InputError("Nothing is judged yet.", "Run `whylost run` first.")
    wanted = tuple(cause for cause in CAUSES if not causes or cause in causes)
    kept = effects_of(connection, shown, release.id) if deploys(release) else []
    if kept and product in (None, release.product):
        return _tested(connection, shown, release, catalogue, kept, wanted, now.date())
    return _described(connection, shown, release, catalogue, wanted, product, now.date())


def _one(catalogue: Mapping[str, Release], named: str) -> Release:
    found = [release for name, release in catalogue.items() if named and name.startswith(named)]
    whole = [release for release in found if release.id == named]
    if len(whole or found) != 1:
        many = f"names {len(found):,} releases" if found else "names no release"
        raise InputError(f"{named!r} {many}.", "`whylost releases list` shows the ids.")
    return (whole or found)[0]


def _tested(
    connection: Connection,
    shown: Judges,
    release: Release,
    catalogue: Mapping[str, Release],
    kept: Sequence[ShownEffect],
    wanted: Sequence[Cause],
    today: date,
) -> Comparison:
    """A release around which tests were made: the verdicts as they are kept."""
    first = kept[0]
    cluster = as_tested(first, catalogue)
    effects = {e.cause: e for e in (effect_of(one.effect) for one in kept)}
    panel = load(connection, shown, today, [release.product]).panels.get(release.product)
    ways: Ways = {}
    mentioned, notes = None, tuple[str, ...]()
    if panel is not None:
        ways, mentioned = look_closer(connection, shown, panel, release, cluster.day)
        notes = _published(panel, catalogue, cluster, effects.values())
    made = tuple(
        replace(effects[cause], sensitivities=effects[cause].sensitivities + ways.get(cause, ()))
        for cause in wanted
        if cause in effects
    )
    return Comparison(
        release=release,
        tested=True,
        product=release.product,
        day=cluster.day,
        effects=made,
        described=(),
        sentences={effect.cause: effect_sentences(effect, cluster) for effect in made},
        notes=notes,
        shrunk=shrunk(made, answers(connection, shown)),
        parts=told_parts(connection, shown, panel, cluster.day, made) if panel else {},
        cluster=cluster,
        family=first.effect.family,
        frozen_at=first.frozen_at,
        contained_in=_linked(release, catalogue),
        mentioned=mentioned,
    )


def as_tested(one: ShownEffect, catalogue: Mapping[str, Release]) -> Cluster:
    """The cluster of a kept effect as it was tested, which a later catalogue leaves alone.

    `catalogue`: every release by id, retired ones too.
    """
    told = one.effect.detail
    anchor = catalogue[one.effect.cluster]
    together, nearby = (
        tuple(catalogue[name] for name in told[what] if name in catalogue and name != anchor.id)
        for what in ("releases", "nearby")
    )
    return Cluster(
        product=one.effect.product,
        day=one.effect.day,
        anchor=anchor,
        others=together,
        nearby=nearby,
    )


def _published(
    panel: Panel,
    catalogue: Mapping[str, Release],
    cluster: Cluster,
    effects: Iterable[ReleaseEffect],
) -> tuple[str, ...]:
    """What was published about failures near a rise; nothing where nothing rose."""
    if not any(effect.ratio is not None and effect.ratio > 1 for effect in effects):
        return ()
    last = panel.day(panel.exposure.shape[1] - 1)
    told = publications(catalogue.values(), panel.product, panel.first_day, last)
    (found,) = near([(cluster.day, cluster.day + WINDOW)], told, panel.first_day, last)
    marks = [told[at] for at in (*found.before, *found.during)]
    return tuple(stimulated(mark.announced, mark.title) for mark in marks)


def _described(
    connection: Connection,
    shown: Judges,
    release: Release,
    catalogue: Mapping[str, Release],
    wanted: Sequence[Cause],
    product: str | None,
    today: date,
) -> Comparison:
    """A release around which nothing is tested: what was written around its day."""
    day = release.deployed or release.announced
    panels = load(connection, shown, today).panels
    about = product or _about(release, panels)
    panel = panels.get(about) if about else None
    effects: tuple[ReleaseEffect, ...] = ()
    if panel is not None and 0 <= panel.index(day) < panel.exposure.shape[1]:
        effects = tuple(e for e in release_effects(panel, [day]) if e.cause in wanted)
    linked = _linked(release, catalogue)
    return Comparison(
        release=release,
        tested=False,
        product=about,
        day=day,
        effects=(),
        described=tuple(map(_description, effects)),
        sentences={},
        notes=_why(release, linked, about, effects),
        shrunk={},
        parts={},
        cluster=None,
        family="",
        frozen_at=None,
        contained_in=linked,
        mentioned=None,
    )


def _description(effect: ReleaseEffect) -> Described:
    return Described(**{name: getattr(effect, name) for name in Described.__dataclass_fields__})


def _about(release: Release, panels: Mapping[str, Panel]) -> str | None:
    """The product to describe: its own, or the one of its vendor that is most written about."""
    if release.product in panels:
        return release.product
    vendors = {known.name for known in PRODUCTS if known.vendor == release.vendor}
    mine = [panel for name, panel in panels.items() if name in vendors]
    if release.product != UNKNOWN or not mine:
        return None
    return max(mine, key=lambda panel: (int(panel.exposure.sum()), panel.product)).product


def _why(
    release: Release,
    linked: Sequence[Release],
    about: str | None,
    effects: Sequence[ReleaseEffect],
) -> tuple[str, ...]:
    """Why nothing is tested, in sentences; the vendor's claim comes last."""
    if not deploys(release):
        if release.retired:
            return (said("It no longer stands, so nothing is tested."), *claims([release]))
        return (*announcement_sentences(release, linked), *_seen(about, effects))
    if about is not None and about != release.product:
        told = [said(f"{about} is not what changed: nothing is tested in it.")]
    elif effects:
        told = [said("It is not tested yet: `whylost trends` brings the tests up to date.")]
    else:
        told = [
            said(f"No posts about {release.product} were collected on these days: nothing to test.")
        ]
    return (*told, *_seen(about, effects), *claims([release]))


def _seen(about: str | None, effects: Sequence[ReleaseEffect]) -> tuple[str, ...]:
    """What the described days are, or that there are none."""
    if not effects:
        return (said("No posts of these days were collected, so there is nothing to describe."),)
    return (said(f"What was written about {about} on these days is described, not tested."),)


def _linked(release: Release, catalogue: Mapping[str, Release]) -> tuple[Release, ...]:
    """The releases that are said to contain it, by day."""
    found = [catalogue[name] for name in release.contained_in.split() if name in catalogue]
    return tuple(sorted(found, key=lambda one: (one.deployed or one.announced, one.id)))
