"""What an older export holds that was withdrawn since: row by row, without its texts."""

from __future__ import annotations

import csv
import json
import shutil
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import seeded
from click.testing import Result
from sqlalchemy import Engine, delete, update
from typer.testing import CliRunner

from db.commands import app
from db.engine import read, write
from db.export import export_daily, export_incidents, export_reports, write_withdrawn
from db.exported import manifest_of, rows_of, table_of
from db.posts import save_posts
from db.tables import (
    AddressRow,
    EvidenceRow,
    FactRow,
    IncidentMember,
    PostProduct,
    PostRow,
    PostText,
    Tombstone,
    VerdictRow,
)
from db.withdraw import AT_ITS_SOURCE, purge, take_titles
from db.withdrawn import Withdrawn, withdrawn
from domain.causes import Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.invocation import Invocation
from domain.keyed import Keyed
from domain.nouns import Post
from domain.settings import Settings


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    """The engine of this test holds the seeded posts."""
    return seeded.fill(engine, posts=120)


@pytest.fixture
def exported(engine: Engine, filled: seeded.Seeded, tmp_path: Path) -> Path:
    """The manifest of an export of all reports."""
    export_reports(engine, Filter(), seeded.JUDGES, tmp_path / "reports.csv", bom=True)
    return tmp_path / "reports.csv.manifest.json"


def found(engine: Engine, manifest: Path, table: Path | None = None) -> list[Withdrawn]:
    described = manifest_of(manifest)
    with read(engine) as connection:
        return withdrawn(
            connection, described, rows_of(described, table or table_of(described, manifest))
        )


def of(filled: seeded.Seeded, decision: Decision) -> Post:
    return next(p for p in filled.posts if p.key == filled.keys(decision)[0])


def test_nothing_was_withdrawn_from_a_fresh_export(engine: Engine, exported: Path) -> None:
    assert found(engine, exported) == []


def test_each_happening_is_told_with_its_place_in_the_file(
    engine: Engine, filled: seeded.Seeded, exported: Path
) -> None:
    later = filled.now + timedelta(days=2)
    gone, edited = of(filled, Decision.SAFETY_TRIGGER), of(filled, Decision.OTHER)
    kept, named = of(filled, Decision.CONTEXT_LIMIT), of(filled, Decision.SESSION_MANAGEMENT)
    with write(engine) as connection:
        purge(connection, [gone.key], AT_ITS_SOURCE, later, seeded.KEYED)
        news = replace(edited, text="All is well.", raw_hash="e" * 24)
        save_posts(connection, [news], later, seeded.KEYED)
        connection.execute(
            update(PostText)
            .where(PostText.post == kept.key)
            .values(text=None, title=None, purged_at=later, purged_because="retention")
        )
        take_titles(connection, [named.thread], later)
    told = {(one.post, one.what): one for one in found(engine, exported)}
    assert told[gone.key, "deleted"].why == AT_ITS_SOURCE
    assert told[gone.key, "deleted"].at == later
    assert told[edited.key, "edited"].at == later
    assert told[kept.key, "purged"].why == "retention"
    assert told[named.key, "title_removed"].at == later
    table = exported.with_name("reports.csv")
    with table.open(newline="", encoding="utf-8-sig") as file:
        records = list(csv.reader(file))
    whole = table.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    for one in told.values():
        assert records[one.row - 1][1] == one.post
        assert one.post in whole[one.line - 1]


def test_a_row_that_was_empty_already_is_no_news(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    gone = of(filled, Decision.SAFETY_TRIGGER)
    with write(engine) as connection:
        purge(connection, [gone.key], AT_ITS_SOURCE, filled.now, seeded.KEYED)
    export_reports(engine, Filter(), seeded.JUDGES, tmp_path / "r.csv")
    assert found(engine, tmp_path / "r.csv.manifest.json") == []


def test_a_reply_that_quotes_a_deleted_post_is_told(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    quoted = of(filled, Decision.SAFETY_TRIGGER)
    quoting = of(filled, Decision.OTHER)
    text = f"> {quoted.text.split('. ')[0]}.\n\nOurs, too."
    with write(engine) as connection:
        connection.execute(
            update(PostRow)
            .where(PostRow.key == quoting.key)
            .values(thread=quoted.thread, written_at=quoted.written_at + timedelta(hours=1))
        )
        connection.execute(update(PostText).where(PostText.post == quoting.key).values(text=text))
    for name in ("before.csv", "after.csv"):
        export_reports(engine, Filter(), seeded.JUDGES, tmp_path / name)
        if name == "before.csv":
            with write(engine) as connection:
                purge(connection, [quoted.key], AT_ITS_SOURCE, filled.now, seeded.KEYED)
    told = found(engine, tmp_path / "before.csv.manifest.json")
    assert (quoting.key, "quote_removed") in {(one.post, one.what) for one in told}
    assert found(engine, tmp_path / "after.csv.manifest.json") == []
    with (tmp_path / "after.csv").open(newline="", encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file) if r["post"] == quoting.key)
    assert row["text"].startswith("> […]  ")


def test_a_forgotten_post_is_told(engine: Engine, filled: seeded.Seeded, exported: Path) -> None:
    first, second = filled.keys(Decision.OTHER)[:2]
    with write(engine) as connection:
        for table in (FactRow, EvidenceRow, VerdictRow, IncidentMember, PostProduct, AddressRow):
            connection.execute(delete(table).where(table.post.in_([first, second])))
        connection.execute(delete(PostText).where(PostText.post.in_([first, second])))
        connection.execute(delete(PostRow).where(PostRow.key.in_([first, second])))
        connection.execute(
            Tombstone.__table__.insert(),  # type: ignore[attr-defined]  # a table, typed as any FROM
            [{"post": first, "reason": "forgotten on request", "at": filled.now}],
        )
    told = {one.post: (one.what, one.why) for one in found(engine, exported)}
    assert told == {first: ("forgotten", "forgotten on request"), second: ("not_held", "")}


def test_an_older_manifest_goes_by_time(
    engine: Engine, filled: seeded.Seeded, exported: Path, tmp_path: Path
) -> None:
    """Neither a number of the change log nor a column of versions."""
    table = tmp_path / "old.csv"
    with exported.with_name("reports.csv").open(newline="", encoding="utf-8-sig") as file:
        records = [row[:-1] for row in csv.reader(file)]
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(records)
    told = json.loads(exported.read_text())
    del told["changes"]
    created = filled.now + timedelta(days=1)
    exported.write_text(json.dumps(told | {"created": created.isoformat()}))
    edited = of(filled, Decision.OTHER)
    with write(engine) as connection:
        news = replace(edited, text="All is well.", raw_hash="e" * 24)
        save_posts(connection, [news], created + timedelta(hours=1), seeded.KEYED)
    assert [(one.post, one.what) for one in found(engine, exported, table)] == [
        (edited.key, "edited")
    ]


def test_incidents_name_their_earliest_report(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    export_incidents(engine, Filter(), seeded.JUDGES, tmp_path / "i.csv")
    with (tmp_path / "i.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    manifest = tmp_path / "i.csv.manifest.json"
    assert found(engine, manifest) == []
    with write(engine) as connection:
        purge(connection, [row["incident"]], AT_ITS_SOURCE, filled.now, seeded.KEYED)
    assert [(one.row, one.line, one.what) for one in found(engine, manifest)] == [(2, 2, "deleted")]
    export_incidents(engine, Filter(), seeded.JUDGES, tmp_path / "i.csv")
    with (tmp_path / "i.csv").open(newline="", encoding="utf-8") as file:
        (left,) = csv.DictReader(file)
    assert (left["reports"], left["permalink"]) == (row["reports"], "")


def test_the_list_as_a_file(engine: Engine, filled: seeded.Seeded, exported: Path) -> None:
    with write(engine) as connection:
        purge(
            connection,
            filled.keys(Decision.OTHER)[:3],
            AT_ITS_SOURCE,
            filled.now,
            seeded.KEYED,
        )
    told = found(engine, exported)
    out = exported.with_name("list.csv")
    write_withdrawn(out, told)
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["post"] for row in rows] == [one.post for one in told]
    assert list(rows[0]) == ["row", "line", "post", "what", "why", "at"]


def test_wrong_files_are_named(
    sqlite_engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded.fill(sqlite_engine, posts=20)
    out = tmp_path / "r.csv"
    export_reports(sqlite_engine, Filter(), seeded.JUDGES, out)
    manifest = tmp_path / "r.csv.manifest.json"
    with pytest.raises(InputError, match="can't be read"):
        manifest_of(tmp_path / "nothing.json")
    for wrong in (out, tmp_path / "list.json"):
        (tmp_path / "list.json").write_text('{"what": "recipes"}')
        with pytest.raises(InputError, match="is no manifest"):
            manifest_of(wrong)
    described = manifest_of(manifest)
    moved = tmp_path / "away" / "r.csv.manifest.json"
    moved.parent.mkdir()
    shutil.copy(manifest, moved)
    with pytest.raises(InputError, match="is not beside"):
        table_of(described, moved)
    whole = out.read_text()
    out.write_text(whole.replace("github", "elsewhere", 1))
    with pytest.raises(InputError, match="--file"):
        table_of(described, manifest)
    out.write_text("a;b\n1;2\n")
    with pytest.raises(InputError, match="no column post"):
        list(rows_of(described, out))
    out.write_bytes(whole.encode() + b'"\xff')
    with pytest.raises(InputError, match=r"line \d+ can't be read"):
        list(rows_of(described, out))
    out.write_text(whole.replace("00000000000", "ccccccccccc"))
    with pytest.raises(InputError, match="is held here"):
        found(sqlite_engine, manifest, out)


def test_a_renamed_file_is_known_by_its_manifests_name(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    seeded.fill(sqlite_engine, posts=20)
    export_reports(sqlite_engine, Filter(), seeded.JUDGES, tmp_path / "r.csv")
    (tmp_path / "r.csv").rename(tmp_path / "march.csv")
    manifest = (tmp_path / "r.csv.manifest.json").rename(tmp_path / "march.csv.manifest.json")
    assert table_of(manifest_of(manifest), manifest) == tmp_path / "march.csv"


def run(engine: Engine, keyed: Keyed, home: Path, *words: str, as_json: bool = False) -> Result:
    """`whylost export withdrawn` on the test's database."""
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
    return CliRunner().invoke(app, ["withdrawn", *words], obj=told)


def test_the_command_ends_with_3_where_something_was_withdrawn(
    engine: Engine, keyed: Keyed, filled: seeded.Seeded, exported: Path, tmp_path: Path
) -> None:
    ended = run(engine, keyed, tmp_path, str(exported))
    assert (ended.exit_code, ended.stdout.startswith("Nothing of ")) == (0, True), ended.output
    gone = filled.keys(Decision.OTHER)[0]
    with write(engine) as connection:
        purge(connection, [gone], AT_ITS_SOURCE, filled.now, keyed)
    ended = run(engine, keyed, tmp_path, str(exported))
    assert ended.exit_code == 3
    assert gone in ended.stdout
    out = tmp_path / "list.csv"
    ended = run(engine, keyed, tmp_path, str(exported), "--out", str(out), as_json=True)
    assert ended.exit_code == 3
    listed = json.loads(ended.stdout)
    assert (gone, "deleted") in {(one["post"], one["what"]) for one in listed}
    with out.open(newline="", encoding="utf-8") as file:
        assert [row["post"] for row in csv.DictReader(file)] == [one["post"] for one in listed]


def test_a_daily_export_holds_no_posts(sqlite_engine: Engine, keyed: Keyed, tmp_path: Path) -> None:
    seeded.fill(sqlite_engine, posts=20)
    export_daily(sqlite_engine, Filter(), seeded.JUDGES, tmp_path / "d.csv")
    ended = run(sqlite_engine, keyed, tmp_path, str(tmp_path / "d.csv.manifest.json"))
    assert (ended.exit_code, "holds counts, no posts" in ended.stdout) == (0, True)
