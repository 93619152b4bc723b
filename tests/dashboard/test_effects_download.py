"""The forest plot leads to its numbers as files, narrowed as the plot is."""

from __future__ import annotations

import made_up_effects
import seeded
import timeline
from opening import Opening, opening, words
from sqlalchemy import Engine

from db.effects import save_effects
from db.engine import write
from trends.clusters import Cluster
from trends.kept import to_kept

__all__ = ["opening"]  # a fixture


def test_the_forest_plot_leads_to_its_numbers(sqlite_engine: Engine, opening: Opening) -> None:
    seeded.fill(sqlite_engine, posts=20)
    anchor = timeline.release("a-model", 0)
    cluster = Cluster(product="Claude", day=timeline.DAY, anchor=anchor, others=(), nearby=())
    tested = [
        to_kept(one, cluster, model=seeded.MODEL, family="") for one in made_up_effects.EVERY_CAUSE
    ]
    with write(sqlite_engine) as connection:
        save_effects(connection, "Claude", tested)
    page = words(opening("releases", show="tested", products="Claude"))
    assert '/download/effects.csv?products=Claude"' in page
    assert '/download/effects.parquet?products=Claude"' in page
