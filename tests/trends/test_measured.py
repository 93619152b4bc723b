"""The published figures of trends are those that were measured, and small runs agree with them."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from benchmarks import trend_figure, trend_parts, trend_table, trend_watch
from benchmarks.simulated_series import SCENARIOS
from benchmarks.trend_cells import VOLUMES, Tally
from benchmarks.trend_false_positives import SIZES, failures


def test_the_document_holds_the_measured_figures() -> None:
    written = trend_table.DOCS.read_text(encoding="utf-8")
    assert trend_table.documented(written, trend_table.tables(trend_table.measured())) == written


def test_the_figure_is_drawn_from_the_measured_figures() -> None:
    assert trend_figure.OUT.read_text(encoding="utf-8") == trend_figure.drawing(
        trend_table.measured()
    )


def test_they_were_measured_at_full_size_and_nothing_is_worse_than_promised() -> None:
    figures = trend_table.measured()
    assert figures["sizes"] == {name: full for name, (full, _) in SIZES.items()}
    assert list(figures["cells"]) == list(VOLUMES)
    assert all(list(row) == list(SCENARIOS) for row in figures["cells"].values())
    assert failures(figures) == []


def test_a_place_without_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for naive"):
        trend_table.documented("nothing", {"naive": "|"})


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (Tally(pairs=2_000, tested=2_000, flagged=150, verdicts=0, family=0, said={}), "of 2000"),
        (Tally(pairs=10, tested=10, flagged=1, verdicts=0, family=0, said={}), "on average"),
    ],
)
def test_false_positives_are_told(cell: Tally, words: str) -> None:
    figures = {"cells": {"20": {"E": asdict(cell) | {"per cent": 0.0}}}}
    assert any(words in sentence for sentence in failures(figures))


def test_false_changes_and_lost_power_are_told() -> None:
    told = failures(
        {
            "dashboards": {"20 E": [3] * 5 + [0] * 15},
            "power": {"x2, 20": {"E": {"family": 80, "panels": 100}}},
        }
    )
    assert len(told) == 2
    assert failures({"dashboards": {"20 E": [3] + [0] * 39}}) == []


def test_the_figure_names_what_it_shows_for_those_who_cannot_see_it() -> None:
    drawn = trend_figure.drawing(trend_table.measured())
    described = re.search(r"<desc[^>]*>(.*)</desc>", drawn)
    assert described is not None
    for method in trend_table.measured()["naive"]["20"]:
        assert method in described[1]
    assert drawn.count("<circle") == (len(trend_figure.SHOWN)) * (
        len(trend_table.measured()["naive"]["20"]) + 2
    )


def test_parts_of_a_rise_and_corrections_hold_the_truth() -> None:
    for told in (trend_parts.parts_of_a_rise(200, 3), trend_parts.corrections(100, 3)):
        for words, share in told.items():
            if not words.startswith("raw"):
                assert share["per cent"] >= 88.0, words
            elif "prevalence" in words:
                assert share["per cent"] < 80.0  # else there would be nothing to correct


def test_two_products_that_move_alike_are_not_told_apart() -> None:
    told = trend_parts.comparator(15, 3)
    assert told["both products x1.5: said to differ"]["hits"] <= 3
    assert told["one product x1.5: interval holds the truth"]["hits"] >= 11


def test_spikes_steps_and_late_days_hold_their_truth() -> None:
    spikes = trend_watch.alarms(40, 3)
    assert spikes["20"]["A"] <= 2.0
    assert spikes["100"]["x3"]["hits"] == 40
    steps = trend_watch.steps(60, 3)
    for volume in ("2", "20", "100"):
        assert steps[volume]["none"]["hits"] <= 5
    assert steps["20"]["x2"]["hits"] >= 55
    said, called = trend_watch.drifting(30, 3).values()
    assert called["hits"] >= 0.9 * said["hits"] > 0
    for words, share in trend_watch.late_days(100, 3).items():
        assert share["per cent"] >= 88.0, words
