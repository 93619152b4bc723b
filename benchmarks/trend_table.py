"""Writes the measured figures into docs/statistics.md: `python -m benchmarks.trend_table`.

`trend_measured.json` holds what `benchmarks.trend_false_positives --json` said at full size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MEASURED = FOLDER / "trend_measured.json"
DOCS = FOLDER.parent / "docs" / "statistics.md"
OURS = "the verdict's test here"
SCENARIOS = "ABCDEFG"

Figures = dict[str, Any]


def measured() -> Figures:
    """The figures as they were measured."""
    found: Figures = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def own(figures: Figures, volume: str = "20") -> dict[str, float]:
    """Per cent of pairs without any effect that have a p of 5 % or less, by scenario."""
    return {name: one["per cent"] for name, one in figures["cells"][volume].items()}


def tables(figures: Figures) -> dict[str, str]:
    """Each table of the document by the name of its place."""
    made = {
        "naive": _naive,
        "cells": _cells,
        "power": _power,
        "margin": _margin,
        "dashboards": _dashboards,
        "spikes": _spikes,
        "steps": _steps,
        "derived": _derived,
        "injected": _injected,
    }
    return {name: "\n".join(table(figures)) for name, table in made.items()}


def documented(text: str, made: dict[str, str]) -> str:
    """The document with its tables replaced. Raises `ValueError` where one has no place."""
    for name, table in made.items():
        begin, end = f"<!-- figures: {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, mark, after = rest.partition(end)
        if not mark:
            raise ValueError(f"{DOCS.name} has no place for {name}")
        text = f"{before}{begin}{table}\n{mark}{after}"
    return text


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _naive(figures: Figures) -> Iterator[str]:
    yield from _head("20 reports a day", *SCENARIOS)
    for method, row in figures["naive"]["20"].items():
        yield _row(method, *(f"{row[name]:.0f}" for name in SCENARIOS))
    mine = own(figures)
    yield _row(f"**{OURS}**", *(f"**{mine[name]:.1f}**" for name in SCENARIOS))


def _cells(figures: Figures) -> Iterator[str]:
    yield from _head("reports a day", *SCENARIOS)
    for volume in figures["cells"]:
        mine = own(figures, volume)
        yield _row(volume, *(f"{mine[name]:.1f}" for name in SCENARIOS))
    shares = [share for volume in figures["cells"] for share in own(figures, volume).values()]
    pairs = next(iter(figures["cells"]["20"].values()))["pairs"]
    yield ""
    yield (
        f"{len(shares)} cells of {pairs:,} pairs each: {min(shares):.1f} to {max(shares):.1f} %, "
        f"{sum(shares) / len(shares):.1f} % on average."
    )
    wander = figures["together"]
    listed = ", ".join(f"{name} {one['per cent']:.1f} %" for name, one in wander.items())
    yield (
        "Where half of the wandering is common to all causes of a product (20 reports a day): "
        f"{listed}."
    )


def _power(figures: Figures) -> Iterator[str]:
    """Among 4 and among 48 pairs: at 20 reports a day, then by volume."""
    yield from _head("20 reports a day", *SCENARIOS)
    made = figures["power"]
    for named, row in made.items():
        if len(row) == len(SCENARIOS):
            change = named.partition(",")[0]
            yield _row(change, *(_two(row[name]) for name in SCENARIOS))
    yield ""
    yield from _head("E, reports a day", "x2", "x1.5")
    for volume in figures["cells"]:
        cells = (_two(made[f"{change}, {volume}"]["E"]) for change in ("x2", "x1.5"))
        yield _row(volume, *cells)
    every = [one for row in made.values() for one in row.values()]
    held, of = (sum(one[key] for one in every) for key in ("covered", "panels"))
    wrong = sum(one["others"] for one in every)
    yield ""
    yield (
        f"The 95 % interval of the ratio holds the truth in {100 * held / of:.1f} % of these "
        f"{of:,} releases; of the three causes beside the changed one {100 * wrong / of / 3:.1f} % "
        "were called changed."
    )


def _margin(figures: Figures) -> Iterator[str]:
    yield from _head("scenario, reports a day", "called no meaningful change")
    for named, one in figures["margin"].items():
        yield _row(named, f"{one['per cent']:.1f} % of {one['of']:,}")


def _two(one: dict[str, int]) -> str:
    """Of the changes, how many got the verdict among 4 and among 48 pairs."""
    small, large = (100 * one[key] / one["panels"] for key in ("family", "quarter"))
    return f"{small:.0f} / {large:.0f} %"


def _dashboards(figures: Figures) -> Iterator[str]:
    yield from _head("reports a day, scenario", "dashboards", "false changes in all", "most in one")
    for named, counts in figures["dashboards"].items():
        yield _row(named.replace(" ", ", "), len(counts), sum(counts), max(counts))


def _spikes(figures: Figures) -> Iterator[str]:
    yield from _head(
        "reports a day",
        "false alarms a year: A",
        "E",
        "F",
        "three days x2 seen (B)",
        "three days x3 seen (B)",
    )
    for volume, row in figures["derived"]["spikes"].items():
        alarms = (f"{row[name]:.1f}" for name in "AEF")
        yield _row(volume, *alarms, *(f"{row[ratio]['per cent']:.0f} %" for ratio in ("x2", "x3")))


def _steps(figures: Figures) -> Iterator[str]:
    yield from _head("reports a day", "any said where there is none", "x1.5 found", "x2 found")
    for volume, row in figures["derived"]["lasting steps"].items():
        yield _row(volume, *(f"{row[name]['per cent']:.1f} %" for name in ("none", "x1.5", "x2")))
    said, called = figures["derived"]["drift"].values()
    yield ""
    yield (
        f"A steady drift of 0.3 % a day is taken for steps in {said['per cent']:.0f} % of series; "
        f"{called['per cent']:.0f} % of these are told to be a drift."
    )


def _derived(figures: Figures) -> Iterator[str]:
    yield from _head("what", "", "")
    for part in ("another product", "parts of a rise", "corrections", "late days"):
        for words, one in figures["derived"][part].items():
            yield _row(part, words, f"{one['per cent']:.1f} % of {one['of']:,}")


def _injected(figures: Figures) -> Iterator[str]:
    yield from _head(
        "reports multiplied by", "step of 4 + 4 weeks", "lasting step found", "three days alarmed"
    )
    for ratio, row in figures["injected"].items():
        yield _row(ratio, *(f"{one['hits']} of {one['of']}" for one in row.values()))


def main() -> None:
    """Rewrites the document."""
    made = tables(measured())
    DOCS.write_text(documented(DOCS.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main()
