"""`whylost releases compare`: the claim beside what was reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from domain.causes import Cause
    from domain.invocation import Invocation
    from trends.compare import Comparison, Described
    from trends.effects import Curve, ReleaseEffect

_HEADS = ("cause", "verdict", "ratio", "low", "high", "q", "seen from", "before", "after")


def compare(
    context: typer.Context,
    release: Annotated[str, typer.Option(help="Its id, or the beginning of it.")],
    cause: Annotated[
        list[str] | None, typer.Option(help="Only this cause; may be repeated.")
    ] = None,
    product: Annotated[
        str | None, typer.Option(help="Describe posts about this product instead.")
    ] = None,
) -> None:
    """What a release claims beside what was reported before and after it, all with --json."""
    from db.engine import read
    from db.opened import opened
    from trends.compare import compare as compared
    from trends.kept import plain

    told: Invocation = context.obj
    causes = _causes(cause or ())
    with opened(told.settings) as database, read(database.engine) as connection:
        made = compared(connection, release, told.now(), causes=causes, product=product)
    told.tell(plain(made))
    _show(told, made)


def _causes(named: Sequence[str]) -> tuple[Cause, ...]:
    from domain.causes import Cause
    from domain.errors import InputError

    known = {cause.value: cause for cause in Cause}
    if wrong := [name for name in named if name not in known]:
        raise InputError(f"No cause is called {wrong[0]!r}.", f"It is one of {', '.join(known)}.")
    return tuple(known[name] for name in named)


def _show(told: Invocation, made: Comparison) -> None:
    release = made.release
    dated = f"announced {release.announced}"
    dated += f", deployed {release.deployed}" if release.deployed else ", deployment not known"
    told.say(f"{release.title} ({release.vendor}, {release.product}; {dated})")
    if release.retired:
        told.say(f"Retired: “{release.retired}”")
    if made.tested:
        _verdicts(told, made)
    elif made.described:
        told.say(f"Posts about {made.product}, 28 days before and from {made.day} on:")
        heads = ("cause", "reporters before", "of posts", "reporters after", "of posts")
        told.table(heads, [_counts(one) for one in made.described])
        _curves(told, made.described)
    told.say(*made.notes)


def _verdicts(told: Invocation, made: Comparison) -> None:
    told.say("Ratio: reporters for each judged post, after over before; 95 % interval.")
    told.table(_HEADS, [_verdict(effect) for effect in made.effects])
    for effect in made.effects:
        told.say(f"{effect.cause.value}:")
        told.say(*(f"  {sentence}" for sentence in made.sentences[effect.cause]))
        for way in effect.sensitivities:
            between = (
                "-" if way.low is None or way.high is None else f"{way.low:.2f}-{way.high:.2f}"
            )
            ratio = "-" if way.ratio is None else f"{way.ratio:.2f}"
            told.say(f"    {ratio} ({between})  {way.name}. {way.note}".rstrip())
        if shrunk := made.shrunk.get(effect.cause):
            told.say(f"  {shrunk}")
        if parts := made.parts.get(effect.cause):
            told.say("  What the change is made of:", *(f"    {sentence}" for sentence in parts))
    if seen := made.mentioned:
        unread = f"; {seen.unread:,} texts are no longer held" if seen.unread else ""
        told.say(
            f"Posts that name it ({', '.join(seen.names)}): {seen.before:,} in the 28 days before, "
            f"{seen.after:,} from that day on{unread}."
        )
    family = made.family or "none: it came to a quarter that was closed"
    frozen = f", frozen {made.frozen_at:%Y-%m-%d}" if made.frozen_at else ""
    told.say(f"Family of tests: {family}{frozen}.")


def _verdict(effect: ReleaseEffect) -> tuple[object, ...]:
    preliminary = " (preliminary)" if effect.preliminary else ""
    return (
        effect.cause.value,
        effect.verdict.value + preliminary,
        effect.ratio,
        effect.low,
        effect.high,
        effect.q,
        effect.smallest_rise,
        f"{effect.events_before:,} of {effect.posts_before:,}",
        f"{effect.events_after:,} of {effect.posts_after:,}",
    )


def _counts(one: Described) -> tuple[object, ...]:
    return (
        one.cause.value,
        one.events_before,
        one.posts_before,
        one.events_after,
        one.posts_after,
    )


def _curves(told: Invocation, described: Sequence[Described]) -> None:
    """A row a week: the rate as a multiple of that of the week before the day."""
    drawn = [(one.cause, one.curve) for one in described if one.curve]
    if not drawn:
        return
    weeks = sorted({week for _, curve in drawn for week in curve.weeks})
    told.say("Reporters for each judged post by week, as a multiple of week -1; 95 % limits:")
    told.table(
        ("week", *(cause.value for cause, _ in drawn)),
        [(week, *(_week(curve, week) for _, curve in drawn)) for week in weeks],
    )


def _week(curve: Curve, week: int) -> str | None:
    if week not in curve.weeks:
        return None
    at = curve.weeks.index(week)
    return f"{curve.ratio[at]:.2f} ({curve.low[at]:.2f}-{curve.high[at]:.2f})"
