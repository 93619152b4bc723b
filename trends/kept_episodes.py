"""A product's spikes and steps as the database keeps them, computed only where days changed.

An alarm rests on its own day and the nine weeks before it, so alarms are computed by calendar month
and joined to spikes afterwards; steps rest on all weeks at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from math import isinf

from db.effects import KeptEpisode
from db.judges import Judges
from domain.causes import Cause
from domain.nouns import Release
from trends import digests
from trends.episodes import SPIKE, AlarmDay, Spike, alarm_days, joined_alarms
from trends.kept import plain
from trends.panel import Panel
from trends.periods import ONE_DAY
from trends.publications import marked
from trends.spikes import HISTORY
from trends.steps import SEASON, STEP, SeasonWeek, Step, above_season, steps, weekly

WEEKS, MARKS = "weeks", "publications"
_MOST = 1e6  # strength of what nothing of was expected


def renewed(
    panel: Panel,
    judges: Judges,
    deployed: Sequence[Release],
    published: Sequence[Release],
    noted: Mapping[str, str],
    held: Sequence[KeptEpisode],
) -> tuple[tuple[KeptEpisode, ...] | None, dict[str, str]]:
    """The panel's episodes, or None where they are as `held`; and the digests to be noted.

    `noted`: the digests of what `held` was computed from. `deployed`, `published`: releases beside
    which steps and rises are set.
    """
    weeks = weekly(panel)
    months = _months(panel)
    told = {
        WEEKS: digests.together(
            judges, digests.of_weeks(panel, weeks), digests.of_releases(deployed)
        ),
        MARKS: digests.together(judges, digests.of_releases(published), str(panel.first_day)),
        **{
            month: digests.together(judges, digests.of_panel(panel, max(first - HISTORY, 0), after))
            for month, (first, after) in months.items()
        },
    }
    if noted == told:
        return None, told
    same = {what for what, digest in told.items() if noted.get(what) == digest}
    alarms = [a for a in _alarms_of(held) if _month(a.day) in same]
    for month, (first, after) in months.items():
        if month not in same:
            alarms += alarm_days(panel, first, after - 1)
    made = [_spike(spike, panel, judges) for spike in joined_alarms(alarms)]
    if WEEKS in same:
        made += [one for one in held if one.kind != SPIKE]
    else:
        made += [_step(one, panel, judges) for one in steps(panel, deployed)]
        made += [_season(one, panel, judges) for one in above_season(panel)]
    last = panel.day(panel.exposure.shape[1] - 1)
    return marked(made, published, panel.first_day, last), told


def _months(panel: Panel) -> dict[str, tuple[int, int]]:
    """Calendar month -> index of its first day in the panel and of the day after its last."""
    days = range(panel.exposure.shape[1])
    made = {}
    for month, mine in groupby(days, key=lambda n: _month(panel.day(n))):
        held = list(mine)
        made[month] = (held[0], held[-1] + 1)
    return made


def _month(day: date) -> str:
    return f"alarms {day:%Y-%m}"


def _alarms_of(held: Iterable[KeptEpisode]) -> Iterator[AlarmDay]:
    """The alarm days of the spikes that are kept."""
    for one in held:
        for told in one.detail["days"] if one.kind == SPIKE else ():
            yield AlarmDay(
                cause=Cause(one.cause),
                place=one.place,
                day=date.fromisoformat(told["day"]),
                reporters=told["reporters"],
                expected=told["expected"],
                posts=told["posts"],
                p=told["p"],
            )


def _spike(spike: Spike, panel: Panel, judges: Judges) -> KeptEpisode:
    first, last = spike.days[0], spike.days[-1]
    days = [
        {
            "day": one.day.isoformat(),
            "reporters": one.reporters,
            "expected": one.expected,
            "posts": one.posts,
            "p": one.p,
        }
        for one in spike.days
    ]
    return KeptEpisode(
        kind=SPIKE,
        place=first.place,
        product=panel.product,
        cause=first.cause.value,
        model=judges.of_day(first.day),
        began=first.day,
        ended=last.day,
        strength=_MOST if isinf(spike.strength) else spike.strength,
        detail={"days": days, "crude": any(one.p is None for one in spike.days)},
    )


def _step(step: Step, panel: Panel, judges: Judges) -> KeptEpisode:
    before = step.before.rate
    return KeptEpisode(
        kind=STEP,
        place=step.place,
        product=panel.product,
        cause=step.cause.value,
        model=judges.of_day(step.monday),
        began=step.first,
        ended=step.last,
        strength=step.after.rate / before if before else _MOST,
        detail=plain(step),
    )


def _season(week: SeasonWeek, panel: Panel, judges: Judges) -> KeptEpisode:
    return KeptEpisode(
        kind=SEASON,
        place=week.place,
        product=panel.product,
        cause=week.cause.value,
        model=judges.of_day(week.monday),
        began=week.monday,
        ended=week.monday + 6 * ONE_DAY,
        strength=week.reporters / week.expected if week.expected else _MOST,
        detail=plain(week),
    )
