"""What an evaluation says of a raw stream, as a section of its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classify.predicted import CLASS_NAMES
from classify.readout import measured
from classify.report.document import Section, Table
from classify.report.labels import label
from classify.stream import ANY

_TITLE = "In a raw stream"


def stream_section(told: Mapping[str, Any]) -> Section:
    """Estimates for the streams that the strata file tells of."""
    if not told["posts"]:
        return Section(_TITLE, ("No labelled post is of a stratum that the strata file names.",))
    return Section(
        _TITLE,
        (
            "Labelled posts were chosen, reports more often than others. Here every post counts "
            f"as many as it stands for: {told['posts']} posts stand for {told['stands_for']:,}, "
            f"and tell about as much as {told['effective_posts']:.0f} posts drawn evenly would; "
            f"{told['left_out']} of no known stratum are left out. Intervals draw threads within "
            "strata; where a large stratum has few rows they are too narrow, since what those "
            "rows lack counts as absent.",
            _estimates(told),
            _false_alarms(told["unmatched"]),
            "Shares of the classes differ from source to source. Below: the probabilities as they "
            "are; moved to shares that were found per source without looking at labels (on so many "
            "posts), wholly and with a tenth of the shares elsewhere kept; and moved to the "
            "labelled shares, which is about the most that moving can give.",
            _shift(told["shares_re_estimated"]),
        ),
    )


def _estimates(told: Mapping[str, Any]) -> Table:
    rows = [
        (
            label(name),
            "" if name == ANY else measured(told["prevalence"][name], 3),
            measured(told["forced_choice"][name]["precision"]),
            measured(told["forced_choice"][name]["recall"]),
            measured(told["decided"][name]["precision"]),
            measured(told["decided"][name]["recall"]),
        )
        for name in told["forced_choice"]
    ]
    none = CLASS_NAMES[-1]
    rows.append((label(none), measured(told["prevalence"][none], 3), "", "", "", ""))
    heads = ("Class", "share", "precision, named", "recall, named", "decided", "recall, decided")
    return Table(heads, tuple(rows))


def _false_alarms(told: Mapping[str, Any]) -> Table:
    rows = [
        (
            f"{source}, no keyword matched",
            str(found["rows"]),
            *(
                f"{f['posts']}: {f['per_1000']:.1f} [{f['low']:.1f}, {f['high']:.1f}]"
                for f in (found["likely"], found["decided"])
            ),
        )
        for source, found in told.items()
    ]
    heads = ("Wrongly of the three causes", "posts", "named, of 1,000", "decided, of 1,000")
    return Table(heads, tuple(rows))


def _shift(told: Mapping[str, Any]) -> Table:
    rows = [
        (f"{source}: {name}", f"{m['log_loss']:.3f}", f"{m['calibration_error']:.3f}")
        for source, measures in {
            "All": told["all"],
            **{
                f"{s} ({found['estimated_on']:,})": found["measures"]
                for s, found in told["by_source"].items()
            },
        }.items()
        for name, m in measures.items()
    ]
    return Table(("Probabilities", "log loss", "calibration error"), tuple(rows))
