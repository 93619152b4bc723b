"""Terms of places: renewed from what the program knows, and asked before texts leave or teach."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import seeded
from sqlalchemy import Engine, select

from db import terms
from db.engine import read, write
from db.export import export_daily, export_incidents, export_reports
from db.tables import PlaceRow, PostRow
from domain.causes import Decision
from domain.filter import Filter
from domain.nouns import Terms

OPEN = Terms(attribution="GitHub")
CLOSED = Terms(export_text=False, train=False, keep_days=9, attribution="Hacker News")


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    made = seeded.fill(engine)
    with write(engine) as connection:
        terms.renew(connection, {"github": OPEN, "hackernews": CLOSED}.get)
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def test_only_places_whose_terms_changed_are_written(engine: Engine, filled: seeded.Seeded) -> None:
    with write(engine) as connection:
        assert terms.renew(connection, {"github": OPEN, "hackernews": CLOSED}.get) == 0
        assert terms.renew(connection, {"github": CLOSED, "nowhere": CLOSED}.get) == 2
        assert terms.renew(connection, {"github": Terms(attribution="GitHub")}.get) == 2
    with read(engine) as connection:
        kept = connection.execute(select(PlaceRow.source, PlaceRow.keep_days).distinct())
        assert {tuple(row) for row in kept} == {("github", None), ("hackernews", 9)}


def test_posts_that_may_not_train_are_never_selected(engine: Engine, filled: seeded.Seeded) -> None:
    query = select(PostRow.place).join(PlaceRow, PlaceRow.name == PostRow.place)
    with read(engine) as connection:
        places = set(connection.scalars(query.where(terms.may_train())))
        assert places == {p.name for p in seeded.PLACES if p.source == "github"}


def test_words_stay_here_where_the_terms_say_so(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    manifest = export_reports(engine, Filter(), seeded.JUDGES, tmp_path / "r.csv")
    rows = rows_of(tmp_path / "r.csv")
    words = ("title", "text", "thread_title", "evidence_for", "evidence_against")
    for row in rows:
        told = [row[name] for name in words]
        assert any(told) if row["source"] == "github" else not any(told)
        assert row["decision"]
    assert {row["source"] for row in rows} == {"github", "hackernews"}
    assert [p["place"] for p in manifest["places"]] == sorted(p.name for p in seeded.PLACES)
    for place in manifest["places"]:
        here = place["place"].startswith("github")
        assert place["attribution"] == ("GitHub" if here else "Hacker News")
        assert ("hackernews" in place["text_withheld"]) is not here


def test_an_incident_s_title_is_withheld_alike(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    with write(engine) as connection:
        terms.renew(connection, {"hackernews": OPEN}.get)
    export_incidents(engine, Filter(), seeded.JUDGES, tmp_path / "i.csv")
    (row,) = rows_of(tmp_path / "i.csv")
    assert row["title"]
    with write(engine) as connection:
        terms.renew(connection, {"github": CLOSED, "hackernews": CLOSED}.get)
    export_incidents(engine, Filter(), seeded.JUDGES, tmp_path / "i.csv")
    (closed,) = rows_of(tmp_path / "i.csv")
    assert closed["title"] == ""
    assert closed["reports"] == row["reports"]


def test_a_manifest_names_the_places_of_its_filter_only(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    wanted = Filter(sources=("hackernews",), causes=(Decision.OTHER,))
    for export in (export_reports, export_daily):
        manifest = export(engine, wanted, seeded.JUDGES, tmp_path / "any.csv")
        assert {p["place"] for p in manifest["places"]} == {
            "hackernews:Claude",
            "hackernews:ChatGPT",
        }


@pytest.mark.parametrize(
    ("store", "export", "said"),
    [(True, True, ""), (True, False, "passed on"), (False, True, "kept"), (False, False, "passed")],
)
def test_a_reason_is_given(store: bool, export: bool, said: str) -> None:
    place = terms.PlaceTerms(
        place="forum:a",
        source="forum",
        store_text=store,
        export_text=export,
        train=True,
        keep_days=None,
        attribution="A forum",
    )
    assert said in place.withheld_because
    assert bool(place.withheld_because) is bool(said)
