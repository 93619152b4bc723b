"""The files that people take away: complete, marked, the same on both databases."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
import seeded
from sqlalchemy import Engine, insert

from db.columns import DAILY, INCIDENTS, REPORTS
from db.effect_columns import EFFECTS
from db.engine import claim, open_engine, read, upgrade, write
from db.export import export_daily, export_incidents, export_reports, stream
from db.queries.reports import count_reports
from db.review_columns import REVIEW
from db.tables import DailyCountRow, ExposureRow
from db.withdraw import purge
from domain.causes import Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.keyed import Keyed

JUDGES = seeded.JUDGES
DOCS = Path(__file__).parents[2] / "docs" / "export.md"


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    """The engine of this test holds the seeded posts."""
    return seeded.fill(engine)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def test_every_report_is_one_row(engine: Engine, filled: seeded.Seeded, tmp_path: Path) -> None:
    out = tmp_path / "reports.csv"
    manifest = export_reports(engine, Filter(), JUDGES, out)
    rows = _rows(out)
    with read(engine) as connection:
        assert len(rows) == manifest["rows"] == count_reports(connection, Filter(), JUDGES)
    assert sum(manifest["decisions"].values()) == len(rows)
    assert list(rows[0]) == [column.name for column in REPORTS]
    assert {row["data"] for row in rows} == {"real"}
    posts = {post.key: post for post in filled.posts}
    for row in rows:
        assert 0 <= float(row["p_context_limit"]) <= float(row["report_probability"]) <= 1
        assert row["reviewer"] == row["review_decision"] == ""
        assert row["day"] == posts[row["post"]].written_at.date().isoformat()
    gone = next(row for row in rows if row["decision"] == "session_management")
    assert gone["evidence_for"] == "session_management (history_gone): my history is gone"


def test_hostile_texts_stay_text(engine: Engine, filled: seeded.Seeded, tmp_path: Path) -> None:
    out = tmp_path / "reports.csv"
    export_reports(engine, Filter(words="history gone"), JUDGES, out)
    shown = {row["post"]: row["text"] for row in _rows(out)}
    assert shown[f"ff{0:022x}"] == "'" + seeded.HOSTILE[0]
    assert shown[f"ff{1:022x}"] == seeded.HOSTILE[1]
    assert not {"\u202e", "\x1b"} & set(shown[f"ff{3:022x}"])


def test_the_manifest_describes_the_file(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    out = tmp_path / "reports.csv"
    wanted = Filter(sources=("github",), first_day=date(2026, 5, 1))
    manifest = export_reports(engine, wanted, JUDGES, out, bom=True)
    assert json.loads((tmp_path / "reports.csv.manifest.json").read_text()) == manifest
    assert manifest["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert Filter.from_query(manifest["filter"]) == wanted
    assert manifest["demonstration"] is False
    assert out.read_bytes().startswith(b"\xef\xbb\xbfdata,")
    assert sorted(path.name for path in tmp_path.glob("reports*")) == [
        "reports.csv",
        "reports.csv.manifest.json",
    ]


def test_links_can_be_left_out(engine: Engine, filled: seeded.Seeded, tmp_path: Path) -> None:
    out = tmp_path / "any.csv"
    export_reports(engine, Filter(), JUDGES, out)
    assert "https://example.org/" in out.read_text()
    for export in (export_reports, export_incidents):
        export(engine, Filter(), JUDGES, out, with_links=False)
        assert "https://example.org/" not in out.read_text()


def test_a_withdrawn_post_keeps_its_row_and_loses_its_words(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    key = filled.keys(Decision.SAFETY_TRIGGER)[0]
    with write(engine) as connection:
        purge(connection, [key], "deleted at its source", filled.now, seeded.KEYED)
    export_reports(engine, Filter(), JUDGES, tmp_path / "r.csv")
    row = next(row for row in _rows(tmp_path / "r.csv") if row["post"] == key)
    assert row["state"] == "deleted"
    assert row["text"] == row["evidence_for"] == row["permalink"] == ""


def test_a_review_is_named_in_its_row(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    key = filled.keys(Decision.OTHER)[0]
    seeded.review(engine, key, Decision.SESSION_MANAGEMENT)
    export_reports(engine, Filter(reviews=("reviewed",)), JUDGES, tmp_path / "r.csv")
    (row,) = _rows(tmp_path / "r.csv")
    assert (row["post"], row["decision"], row["decided_by"]) == (
        key,
        "session_management",
        "person",
    )


def test_incidents_count_their_members(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    export_incidents(engine, Filter(), JUDGES, tmp_path / "i.csv")
    (row,) = _rows(tmp_path / "i.csv")
    assert list(row) == [column.name for column in INCIDENTS]
    assert row["reports"] == row["reports_session_management"] == "4"
    assert row["first_at"] < row["last_at"]


def test_daily_rows_have_their_denominator_and_their_zeros(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    place, day = "github:openai/codex", (filled.now.date().replace(day=1))
    kept = {"place": place, "product": "Codex", "model": seeded.MODEL}
    with write(engine) as connection:
        for language, posts in (("en", 40), ("de", 2)):
            connection.execute(
                insert(ExposureRow), {**kept, "day": day, "language": language, "posts": posts}
            )
        counted = {"decision": "other", "reports": 3, "reporters": 2, "threads": 1}
        connection.execute(insert(DailyCountRow), {**kept, **counted, "day": day})
    export_daily(engine, Filter(products=("Codex",)), JUDGES, tmp_path / "d.csv")
    rows = _rows(tmp_path / "d.csv")
    assert list(rows[0]) == [column.name for column in DAILY]
    assert len(rows) == 5
    assert {row["posts"] for row in rows} == {"42"}
    assert {r["decision"]: r["reports"] for r in rows if r["reports"] != "0"} == {"other": "3"}
    with pytest.raises(InputError, match="words"):
        export_daily(engine, Filter(words="gone"), JUDGES, tmp_path / "d.csv")
    assert len(_rows(tmp_path / "d.csv")) == 5  # the earlier file is still whole


def test_demonstration_rows_say_so(tmp_path: Path, keyed: Keyed) -> None:
    made = open_engine(f"sqlite:///{tmp_path / 'demonstration.db'}")
    upgrade(made)
    claim(made, keyed, demonstration=True)
    seeded.fill(made, posts=40)
    assert export_reports(made, Filter(), JUDGES, tmp_path / "r.csv")["demonstration"] is True
    assert {row["data"] for row in _rows(tmp_path / "r.csv")} == {"demonstration"}
    made.dispose()


def test_a_place_that_cannot_be_written_is_named(sqlite_engine: Engine, tmp_path: Path) -> None:
    seeded.fill(sqlite_engine, posts=5)
    with pytest.raises(InputError, match="nowhere"):
        export_reports(sqlite_engine, Filter(), JUDGES, tmp_path / "nowhere" / "r.csv")


def test_a_stopped_export_leaves_nothing(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded.fill(sqlite_engine, posts=40)
    out = tmp_path / "r.csv"
    monkeypatch.setattr("db.sheets.holds_demonstration", _Stops())
    with pytest.raises(KeyboardInterrupt):
        export_reports(sqlite_engine, Filter(), JUDGES, out)
    assert list(tmp_path.glob("*r.csv*")) == []


class _Stops:
    def __call__(self, engine: Engine) -> bool:
        raise KeyboardInterrupt


def test_both_databases_export_the_same(
    postgres_url: str, sqlite_engine: Engine, keyed: Keyed
) -> None:
    other = open_engine(postgres_url)
    upgrade(other)
    claim(other, keyed)
    for made in (sqlite_engine, other):
        filled = seeded.fill(made)
        seeded.review(made, filled.keys(Decision.OTHER)[0], Decision.CONTEXT_LIMIT)
    for what in ("reports", "incidents"):
        wanted = Filter(words="the", least_probability=0.5)
        texts = ["".join(stream(made, what, wanted, JUDGES)) for made in (sqlite_engine, other)]
        assert texts[0] == texts[1]
        assert texts[0].count("\r\n") > 1
    other.dispose()


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("## reports", REPORTS),
        ("## incidents", INCIDENTS),
        ("## daily", DAILY),
        ("## effects", EFFECTS),
        ("## review:", REVIEW),
    ],
)
def test_the_documentation_lists_every_column(heading: str, columns: tuple[object, ...]) -> None:
    section = DOCS.read_text(encoding="utf-8").split(f"\n{heading}")[1].split("\n## ")[0]
    told = [line for line in section.splitlines() if line.startswith("| `")]
    assert told == [f"| `{column.name}` | {column.holds} |" for column in columns]  # type: ignore[attr-defined]  # columns of three kinds
