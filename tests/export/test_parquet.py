"""Parquet: the same rows as in CSV, typed; and the sheet of effects in both."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import made_up_effects
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import seeded
import timeline
from sqlalchemy import Engine, insert

from db import sheets
from db.effects import save_effects
from db.engine import write
from db.export import export_daily, export_effects, export_incidents, export_reports
from db.exported import beside, manifest_of
from db.parquet import records
from db.tables import DailyCountRow, ExposureRow
from db.verify import Answer, verify
from db.withdraw import AT_ITS_SOURCE, purge
from domain.causes import Cause, Decision
from domain.errors import InputError
from domain.filter import Filter
from trends.clusters import Cluster
from trends.kept import to_kept

JUDGES = seeded.JUDGES
EXPORTS = (export_reports, export_incidents, export_daily, export_effects)


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    """Posts, a day's count and effects of every verdict."""
    made = seeded.fill(engine, posts=60)
    kept = {"place": "github:openai/codex", "product": "Codex", "model": seeded.MODEL}
    kept["day"] = made.now.date()
    anchor = timeline.release("a-model", 0)
    cluster = Cluster(product="Claude", day=timeline.DAY, anchor=anchor, others=(), nearby=())
    tested = [
        to_kept(one, cluster, model=seeded.MODEL, family="") for one in made_up_effects.EVERY_CAUSE
    ]
    with write(engine) as connection:
        connection.execute(insert(ExposureRow), {**kept, "language": "en", "posts": 42})
        counted = {"decision": "other", "reports": 3, "reporters": 2, "threads": 1}
        connection.execute(insert(DailyCountRow), {**kept, **counted})
        save_effects(connection, "Claude", tested)
    return made


def _both(engine: Engine, export: Any, folder: Path) -> tuple[list[dict[str, Any]], Path]:
    export(engine, Filter(), JUDGES, folder / "any.csv")
    export(engine, Filter(), JUDGES, folder / "any.parquet", parquet=True)
    with (folder / "any.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True)), folder / "any.parquet"


@pytest.mark.parametrize("export", EXPORTS)
def test_it_holds_what_the_csv_holds(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path, export: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(sheets, "BATCH", 7)  # several row groups
    monkeypatch.setattr("db.parquet._GROUP", 2)
    told, table = _both(engine, export, tmp_path)
    assert told
    assert [{k: v or "" for k, v in row.items()} for row in records(table)] == told
    manifests = [manifest_of(tmp_path / f"any.{kind}.manifest.json") for kind in ("csv", "parquet")]
    assert manifests[0].snapshot == manifests[1].snapshot
    assert pq.ParquetFile(table).num_row_groups == -(-len(told) // 14)


def test_columns_are_typed(engine: Engine, filled: seeded.Seeded, tmp_path: Path) -> None:
    _told, table = _both(engine, export_reports, tmp_path)
    schema = pq.read_schema(table)
    assert schema.field("written_at").type == pa.timestamp("us", "UTC")
    assert schema.field("day").type == pa.date32()
    assert schema.field("p_context_limit").type == pa.float64()
    assert schema.field("version").type == pa.int64()
    assert schema.field("text").metadata[b"holds"].startswith(b"Its text")
    row = next(r for r in pq.read_table(table).to_pylist() if r["post"] == f"ff{0:022x}")
    assert row["text"] == seeded.HOSTILE[0]  # no formula can run here
    assert row["written_at"] == seeded.FIRST + timedelta(days=100)


def test_an_empty_export_is_a_table(engine: Engine, filled: seeded.Seeded, tmp_path: Path) -> None:
    out = tmp_path / "none.parquet"
    manifest = export_reports(engine, Filter(words="zebra"), JUDGES, out, parquet=True)
    assert (manifest["rows"], pq.read_table(out).num_rows) == (0, 0)


def test_it_is_verified_as_csv_is(engine: Engine, filled: seeded.Seeded, tmp_path: Path) -> None:
    _told, table = _both(engine, export_reports, tmp_path)
    manifest = tmp_path / "any.parquet.manifest.json"
    described = manifest_of(manifest)
    assert verify(engine, described, JUDGES, beside(described, manifest)).answer is Answer.SAME
    with write(engine) as connection:
        gone = filled.keys(Decision.OTHER)[:1]
        purge(connection, gone, AT_ITS_SOURCE, datetime(2026, 11, 1, tzinfo=UTC), seeded.KEYED)
    found = verify(engine, described, JUDGES, beside(described, manifest))
    assert (found.answer, found.withdrawn, bool(found.rows)) == (Answer.SAME_NUMBERS, 1, False)
    table.write_bytes(b"PAR1, or not")
    with pytest.raises(InputError, match="Parquet"):
        verify(engine, described, JUDGES, table)


def test_effects_say_what_the_page_says(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    wanted = Filter(products=("Claude",), causes=(Decision.CONTEXT_LIMIT,))
    export_effects(engine, wanted, JUDGES, tmp_path / "e.csv")
    with (tmp_path / "e.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    made = next(e for e in made_up_effects.EVERY_CAUSE if e.cause is Cause.CONTEXT_LIMIT)
    assert (row["verdict"], row["cause"]) == (made.verdict.value, "context_limit")
    assert made.ratio is not None
    assert float(row["ratio"]) == pytest.approx(made.ratio, abs=1e-4)
    assert row["events_after"] == str(made.events_after)
    assert row["days_before"] == str(made.days_before)
    assert date.fromisoformat(row["day"]) == made.day
    for way in made.sensitivities:
        assert way.name in row["other_looks"]
    with pytest.raises(InputError, match="sources"):
        export_effects(engine, Filter(sources=("github",)), JUDGES, tmp_path / "e.csv")
