"""Whether an export still says what the database says, and what happened since if it doesn't."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import seeded
from click.testing import Result
from sqlalchemy import Connection, Engine, delete, insert
from typer.testing import CliRunner

from db.commands import app
from db.constraints import constrain
from db.engine import claim, open_engine, upgrade, write
from db.export import export_daily, export_incidents, export_reports
from db.exported import beside, manifest_of
from db.incidents import save_incidents
from db.judges import Judges, know, show
from db.posts import save_posts
from db.releases import save_releases
from db.reviews import save_review
from db.tables import DailyCountRow, EvidenceRow, ExposureRow
from db.triage import place
from db.verdicts import save_verdicts
from db.verify import Answer, Verified, sentences, verify
from db.withdraw import AT_ITS_SOURCE, purge, take_titles
from domain.causes import Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.invocation import Invocation
from domain.keyed import Keyed
from domain.nouns import Incident, Release, Review
from domain.settings import Settings
from domain.triage import Triage

Change = Callable[[Connection, seeded.Seeded], None]


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    """The engine of this test holds the seeded posts."""
    return seeded.fill(engine, posts=60)


@pytest.fixture
def exported(engine: Engine, filled: seeded.Seeded, tmp_path: Path) -> Path:
    """The manifest of an export of all reports."""
    export_reports(engine, Filter(), seeded.JUDGES, tmp_path / "reports.csv", bom=True)
    return tmp_path / "reports.csv.manifest.json"


def verified(engine: Engine, path: Path, judges: Judges = seeded.JUDGES) -> Verified:
    manifest = manifest_of(path)
    return verify(engine, manifest, judges, beside(manifest, path))


def since(found: Verified) -> dict[tuple[str, str], tuple[int, int | None]]:
    return {(one.subject, one.what): (one.lines, one.of_rows) for one in found.since}


def later(filled: seeded.Seeded) -> datetime:
    return filled.now + timedelta(days=2)


def test_what_did_not_change_is_the_same(
    engine: Engine, filled: seeded.Seeded, exported: Path, tmp_path: Path
) -> None:
    assert verified(engine, exported).answer is Answer.SAME
    export_incidents(engine, Filter(), seeded.JUDGES, tmp_path / "i.csv", with_links=False)
    export_daily(engine, Filter(), seeded.JUDGES, tmp_path / "d.csv")
    for name in ("i.csv", "d.csv"):
        assert verified(engine, tmp_path / f"{name}.manifest.json").answer is Answer.SAME


def test_withdrawn_texts_leave_the_numbers_the_same(
    engine: Engine, filled: seeded.Seeded, exported: Path, tmp_path: Path
) -> None:
    export_incidents(engine, Filter(), seeded.JUDGES, tmp_path / "i.csv")
    first, second = filled.keys(Decision.SESSION_MANAGEMENT)[:2]
    thread = next(p.thread for p in filled.posts if p.key == second)
    told = {p.key for p in filled.posts if p.thread == thread}
    told &= {v.post for v in filled.verdicts if v.decision is not Decision.NOT_A_REPORT}
    with write(engine) as connection:
        purge(connection, [first], AT_ITS_SOURCE, later(filled), seeded.KEYED)
        take_titles(connection, [thread], later(filled))
    found = verified(engine, exported)
    assert (found.answer, found.withdrawn) == (Answer.SAME_NUMBERS, len(told | {first}))
    assert not found.rows
    (line,) = sentences(manifest_of(exported), found)
    assert line == f"reports.csv: same numbers, {found.withdrawn} texts withdrawn since."
    grouped = verified(engine, tmp_path / "i.csv.manifest.json")
    assert (grouped.answer, grouped.withdrawn) == (Answer.SAME_NUMBERS, 1)


def _reviewed(connection: Connection, filled: seeded.Seeded) -> None:
    save_review(
        connection,
        Review(
            post=filled.keys(Decision.OTHER)[0],
            version=1,
            decision=Decision.CONTEXT_LIMIT,
            secondary=None,
            reviewer="Ada",
            blind=False,
            stream="",
            note="",
            decided_at=later(filled),
        ),
    )


def _triaged(connection: Connection, filled: seeded.Seeded) -> None:
    key = filled.keys(Decision.OTHER)[0]
    place(connection, key, Triage.WATCHING, person="Ada", now=later(filled))


def _edited(connection: Connection, filled: seeded.Seeded) -> None:
    """Until it is judged anew its row stays away."""
    key = filled.keys(Decision.OTHER)[0]
    post = next(p for p in filled.posts if p.key == key)
    news = replace(post, text="All is well.", raw_hash="e" * 24)
    save_posts(connection, [news], later(filled), seeded.KEYED)


@pytest.mark.parametrize(
    ("change", "kind", "happened", "columns"),
    [
        (_reviewed, "changed", ("review", "reviewed"), {"decision", "decided_by"}),
        (_triaged, "changed", ("triage", "placed"), {"triage"}),
        (_edited, "went", ("post", "edited"), set()),
    ],
)
def test_a_change_is_told_with_its_row_and_its_line_of_the_log(
    engine: Engine,
    filled: seeded.Seeded,
    exported: Path,
    change: Change,
    kind: str,
    happened: tuple[str, str],
    columns: set[str],
) -> None:
    with write(engine) as connection:
        change(connection, filled)
    found = verified(engine, exported)
    assert found.answer is Answer.DIFFERS
    assert found.rows is not None
    assert getattr(found.rows, kind) == ((filled.keys(Decision.OTHER)[0],),)
    assert set(found.rows.columns) == columns
    assert since(found) == {happened: (1, 1)}
    without_file = verify(engine, manifest_of(exported), seeded.JUDGES, None)
    assert (without_file.answer, since(without_file)) == (Answer.DIFFERS, {happened: (1, None)})
    assert "without the file" in "\n".join(sentences(manifest_of(exported), without_file))


def test_rows_that_came_are_told_with_when_they_were_collected(
    engine: Engine, filled: seeded.Seeded, exported: Path
) -> None:
    like = next(p for p in filled.posts if p.key == filled.keys(Decision.OTHER)[0])
    judged = next(v for v in filled.verdicts if v.post == like.key)
    key, tomorrow = "ee" * 12, datetime.now(UTC) + timedelta(days=1)
    with write(engine) as connection:
        fresh = replace(like, key=key, address=None, raw_hash="d" * 24)
        save_posts(connection, [fresh], tomorrow, seeded.KEYED)
        save_verdicts(connection, [replace(judged, post=key)], {key: like.written_at.date()})
    found = verified(engine, exported)
    assert found.rows is not None
    assert (found.rows.came, found.rows.went, found.rows.changed) == (((key,),), (), ())
    assert found.notes == ("1 of the rows that came were collected after the export.",)
    assert found.rows_now == found.rows_then + 1


def test_another_model_is_named_and_the_one_of_then_is_asked(
    engine: Engine, filled: seeded.Seeded, exported: Path
) -> None:
    with write(engine) as connection:
        know(connection, "model-2", {"name": "another"}, later(filled))
        made = [replace(v, model="model-2", report_probability=0.9) for v in filled.verdicts]
        save_verdicts(connection, made, {p.key: p.written_at.date() for p in filled.posts})
        show(connection, Judges.only("model-2"), later(filled))
    found = verified(engine, exported, Judges.only("model-2"))
    assert found.answer is Answer.DIFFERS
    assert found.rows is not None
    assert len(found.rows.changed) == found.rows_then
    assert {"model", "report_probability"} <= set(found.rows.columns)
    assert f"Other models judge now: {seeded.MODEL} then, model-2 now." in found.notes
    assert "By the models of then the numbers are the same." in found.notes
    assert ("model", "shown") in since(found)


def test_a_merge_and_a_new_release_stand_among_what_happened(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    export_incidents(engine, Filter(), seeded.JUDGES, tmp_path / "i.csv")
    written = {p.key: p.written_at for p in filled.posts}
    first, *others = sorted(filled.keys(Decision.SESSION_MANAGEMENT)[:5], key=written.__getitem__)
    release = Release(
        id="r", announced=filled.now.date(), date_precision="day", deployed=None, vendor="V",
        product="unknown", affects="", kind="model", title="R", claimed_effect="",
        source_url="https://example.org/r", source_title="", confidence="high",
    )  # fmt: skip
    with write(engine) as connection:
        sides = ([first], others)
        constrain(connection, "merge", sides, person="Ada", reason="", now=later(filled))
        grouped = Incident(key=first, members=(first, *others))
        save_incidents(connection, seeded.MODEL, [first, *others], [grouped])
        save_releases(connection, [release], "imported", later(filled))
    found = verified(engine, tmp_path / "i.csv.manifest.json")
    assert found.answer is Answer.DIFFERS
    assert found.rows
    assert {("incident", "merge"), ("release", "imported")} <= set(since(found))


def test_daily_counts_are_held_against_their_days(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    day = filled.now.date().replace(day=1)
    kept = {"place": "github:openai/codex", "product": "Codex", "model": seeded.MODEL, "day": day}
    with write(engine) as connection:
        connection.execute(insert(ExposureRow), {**kept, "language": "en", "posts": 40})
    export_daily(engine, Filter(), seeded.JUDGES, tmp_path / "d.csv")
    counted = {"decision": "other", "reports": 3, "reporters": 2, "threads": 1}
    with write(engine) as connection:
        connection.execute(insert(DailyCountRow), {**kept, **counted})
    found = verified(engine, tmp_path / "d.csv.manifest.json")
    assert found.rows is not None
    assert found.rows.changed == ((str(day), "github:openai/codex", "Codex", "other"),)
    assert found.rows.columns == {"reports": 1, "reporters": 1, "threads": 1}


def test_a_filter_is_part_of_what_is_compared(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    wanted = Filter(causes=(Decision.SAFETY_TRIGGER,), sources=("github",))
    export_reports(engine, wanted, seeded.JUDGES, tmp_path / "s.csv")
    manifest = tmp_path / "s.csv.manifest.json"
    with write(engine) as connection:
        _reviewed(connection, filled)
    assert verified(engine, manifest).answer is Answer.SAME
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"filter": {"moods": ["bad"]}}))
    with pytest.raises(InputError, match="moods"):
        verified(engine, manifest)


def test_an_old_manifest_says_what_it_can(
    engine: Engine, filled: seeded.Seeded, exported: Path
) -> None:
    told = json.loads(exported.read_text())
    for name in ("snapshot", "taxonomy"):
        del told[name]
    exported.write_text(json.dumps(told))
    manifest = manifest_of(exported)
    assert verified(engine, exported).answer is Answer.SAME
    with pytest.raises(InputError, match="without a snapshot"):
        verify(engine, manifest, seeded.JUDGES, None)
    with write(engine) as connection:
        _reviewed(connection, filled)
    assert verified(engine, exported).answer is Answer.DIFFERS
    assert verify(engine, manifest, seeded.JUDGES, None).answer is Answer.DIFFERS


def test_both_databases_give_one_snapshot(
    postgres_url: str, sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    other = open_engine(postgres_url)
    upgrade(other)
    claim(other, keyed)
    told: list[list[Any]] = []
    for made in (sqlite_engine, other):
        seeded.fill(made, posts=60)
        told.append(
            [
                export(made, Filter(), seeded.JUDGES, tmp_path / "any.csv")["snapshot"]
                for export in (export_reports, export_incidents, export_daily)
            ]
        )
    assert told[0] == told[1]
    other.dispose()


def test_the_snapshot_holds_no_words(engine: Engine, filled: seeded.Seeded, exported: Path) -> None:
    """All texts, quotes and words of facts may go without another answer than "same numbers"."""
    with write(engine) as connection:
        keys = [post.key for post in filled.posts]
        purge(connection, keys, AT_ITS_SOURCE, later(filled), seeded.KEYED)
        connection.execute(delete(EvidenceRow))
    found = verified(engine, exported)
    assert (found.answer, found.withdrawn) == (Answer.SAME_NUMBERS, found.rows_then)


def run(engine: Engine, keyed: Keyed, home: Path, *words: str, as_json: bool = False) -> Result:
    """`whylost export verify` on the test's database."""
    key = home / "whylost.key"
    key.write_text(keyed.secret.hex())
    key.chmod(0o600)
    told = Invocation(
        settings=Settings(home=home, database=engine.url.render_as_string(hide_password=False)),
        json=as_json,
        verbose=False,
        progress=lambda _title: nullcontext(lambda _done, _total: None),
        redact=str,
    )
    return CliRunner().invoke(app, ["verify", *words], obj=told)


def test_the_command_ends_with_3_where_it_differs(
    engine: Engine, keyed: Keyed, filled: seeded.Seeded, exported: Path, tmp_path: Path
) -> None:
    ended = run(engine, keyed, tmp_path, str(exported))
    assert (ended.exit_code, ended.stdout.startswith("reports.csv: same, ")) == (0, True)
    with write(engine) as connection:
        _reviewed(connection, filled)
    ended = run(engine, keyed, tmp_path, str(exported))
    assert ended.exit_code == 3
    assert filled.keys(Decision.OTHER)[0] in ended.stdout
    assert "columns that changed: decision in 1" in ended.stdout
    assert "reviewed" in ended.stdout
    ended = run(engine, keyed, tmp_path, str(exported), as_json=True)
    assert json.loads(ended.stdout)["answer"] == "differs"
