"""A reader of the command line and one of the page see the same reasons for a judgement."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from classify import artifact, explain
from classify.explanation import told
from classify.passages import of_report, strongest_first
from classify.unspoken import KEPT
from dashboard import one
from dashboard.database import DATABASE, DEMONSTRATION
from db.engine import open_engine, read
from db.judges import judges
from db.queries.named import card_of
from db.queries.report import Report, report
from db.tables import AddressRow, VerdictRow
from domain.causes import Decision
from tests.flow.conftest import Ended, Program

_PAGE = """
import streamlit as st
from dashboard import frame
from dashboard.views import incident, report, reports
views = dict(report=report, reports=reports, incident=incident)
pages = dict((name, st.Page(view.page, url_path=name, title=name, default=name == "report"))
             for name, view in views.items())
frame.run(st.navigation(list(pages.values()), position="hidden"), pages)
"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program with its demonstration loaded and judged."""
    program = Program(home=tmp_path_factory.mktemp("explain"))
    ended = program("demo")
    assert ended.code == 0, ended.err
    return program


@pytest.fixture(scope="module")
def database(demonstration: Program) -> str:
    """The address of the demonstration's database."""
    (file,) = [f for f in demonstration.home.rglob("*.db") if "demo" in f.name]
    return f"sqlite:///{file}"


def explained(program: Program, post: str, *more: str) -> Ended:
    return program("classify", "explain", post, "--demonstration", *more)


def stored(database: str) -> list[tuple[Report, dict[str, Any]]]:
    """Every judged post with its model's card."""
    engine = open_engine(database)
    with read(engine) as connection:
        shown = judges(connection)
        assert shown is not None
        keys = connection.scalars(select(VerdictRow.post).order_by(VerdictRow.post)).all()
        card = card_of(connection, shown.current)
        found = [report(connection, key, shown) for key in keys]
    engine.dispose()
    return [(r, card) for r in found if r]


def undetermined(database: str) -> Report:
    """The post that the demonstration was made around, or another one that was left open."""
    found = [r for r, _ in stored(database) if r.decision is Decision.UNDETERMINED]
    return max(found, key=lambda r: len(r.verdict.evidence) if r.verdict else 0)


def test_page_and_command_show_the_same_evidence(database: str) -> None:
    model = artifact.load()
    seen = 0
    for found, card in stored(database):
        made = told(explain.of_stored(found, card, model))
        page = html.unescape(re.sub(r"<[^>]+>", "", one._evidence(found)))
        at = 0
        for passage in strongest_first(of_report(found)):
            (entry,) = [p for p in made["passages"] if p["number"] == passage.number]
            assert (entry["words"], entry["cue"]) == (passage.words, passage.cue)
            shown = f"{entry['weight']:+.2f}"
            for part in (shown, entry["words"].strip(), entry["meaning"], entry["cue"]):
                at_part = page.find(part, at)
                assert at_part >= 0, (found.key, part)
            at = page.find(entry["cue"], page.find(entry["meaning"], at))
            seen += 1
    assert seen > 100


def test_what_was_stored_is_what_the_model_says_again(database: str) -> None:
    model, lowered = artifact.load(), 0
    for found, card in stored(database)[:40]:
        verdict = found.verdict
        assert verdict is not None
        made = explain.of_stored(found, card, model)
        assert made.said.thresholds == explain.thresholds_of(model)
        for name, scaling in model.scalings.items():
            after = float(scaling(np.array([made.before[name]]))[0])
            stored_p = told(made)["probabilities"][name]["probability"]
            kept = KEPT if name in made.unspoken else 1
            lowered += name in made.unspoken
            if name == "report" or after <= verdict.report_probability:
                assert kept * after == pytest.approx(stored_p, abs=2e-3)
    assert lowered


def test_the_command_explains_a_stored_post(demonstration: Program, database: str) -> None:
    post = undetermined(database)
    ended = explained(demonstration, post.key)
    assert ended.code == 0, ended.err
    assert "Undetermined" in ended.out
    assert "Left undetermined: " in ended.out
    assert "needed" in ended.out
    machine = explained(demonstration, post.key, "--json").json()
    assert machine["decision"] == "undetermined"
    assert [p["number"] for p in machine["passages"]] == list(
        range(1, len(machine["passages"]) + 1)
    )
    for passage in machine["passages"]:
        text = machine[passage["field"]]
        assert text[passage["start"] : passage["end"]] == passage["words"]
        assert passage["meaning"].endswith(".")
        assert f"[{passage['number']}]" in ended.out
    for sentence in machine["why"]:
        assert sentence in ended.out


def test_a_post_is_found_by_its_address_and_its_source_s_id(
    demonstration: Program, database: str
) -> None:
    engine = open_engine(database)
    with read(engine) as connection:
        rows = connection.execute(select(AddressRow.post, AddressRow.external_id, AddressRow.url))
        known = rows.all()
    engine.dispose()
    post, external_id, url = next(row for row in known if row.url or row.external_id)
    for name in filter(None, (external_id, url)):
        assert explained(demonstration, name, "--json").json()["id"] == post


def test_the_page_says_why(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    post = undetermined(database)
    monkeypatch.setenv(DATABASE, database)
    monkeypatch.setenv(DEMONSTRATION, "1")
    app = AppTest.from_string(_PAGE, default_timeout=60)
    app.query_params["report"] = post.key
    app.run()
    assert not app.exception, app.exception
    words = html.unescape("\n".join(str(e.proto.body) for e in app.get("html")))
    assert "Left undetermined: " in words
    assert all(p.meaning in words for p in of_report(post))


def test_a_line_is_explained_without_a_database(whylost: Program) -> None:
    line = json.dumps({"id": 7, "title": "", "text": "prompt is too long\n\x1b[31m> quoted"})
    ended = whylost("classify", "explain", "-", given=line + "\n")
    assert ended.code == 0, ended.err
    assert "[1>prompt is too long<1]" in ended.out
    assert "\x1b" not in ended.out
    assert not Path(whylost.home, "whylost.db").exists()


@pytest.mark.parametrize(
    ("post", "given", "said"),
    [
        ("-", "nonsense\n", "can't be read"),
        ("-", "", "can't be read"),
        ("nothing-of-ours", None, "No post nothing-of-ours is held here"),
        ("", None, "No post was named"),
    ],
)
def test_what_can_t_be_explained_is_one_line(
    demonstration: Program, post: str, given: str | None, said: str
) -> None:
    ended = demonstration("classify", "explain", post, "--demonstration", given=given)
    assert ended.code == 1, ended.err
    assert ended.err.startswith("whylost: ")
    assert ended.err.count("\n") == 1
    assert said in ended.err
