"""The shipped catalogue, what a bad line says, and who may change a line."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from db.engine import read
from db.queries.releases import release
from db.tables import ChangeLog
from domain.errors import InputError
from domain.products import PRODUCTS, UNKNOWN
from trends.catalogue import (
    FAULTS,
    RELEASES,
    RESEARCH,
    import_faults,
    import_releases,
    read_faults,
    read_releases,
)

HEAD = "id,announced,vendor,kind,title,source_url,product,deployed\n"
LINE = "one,2026-05-08,Acme,model_release,A model,https://example.org/1,Claude,2026-05-08\n"


LINKED = HEAD.replace("\n", ",contained_in\n")
VERSION = "anthropic-claude-code-"


def write(path: Path, text: str) -> Path:
    file = path / "releases.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_files_are_whole() -> None:
    releases = read_releases()
    assert len(releases) == 415
    assert len({r.id for r in releases}) == 415
    assert {r.product for r in releases} <= {p.name for p in PRODUCTS} | {UNKNOWN}
    assert len(read_faults()) == 7


def test_every_row_of_the_sources_is_there_with_its_own_wording(shared: Path) -> None:
    with (shared / "data/releases.csv").open(encoding="utf-8", newline="") as file:
        told = Counter((r["date"], r["title"], r["product_or_model"]) for r in csv.DictReader(file))
    ours = Counter(
        (r.announced.isoformat(), r.title, r.affects)
        for r in read_releases()
        if not r.id.startswith(VERSION)
    )
    assert ours == told


def test_every_version_that_concerns_the_causes_is_there_once(shared: Path) -> None:
    with (shared / "data/claude_code_changelog_events.csv").open(encoding="utf-8") as file:
        events = list(csv.DictReader(file))
    days = {event["version"]: event["date"] for event in events}
    ours = [r for r in read_releases() if r.product == "Claude Code"]
    named = Counter(r.affects.removeprefix("Claude Code ") for r in ours)
    missing = {v for v in days if named[v] != 1}
    assert missing == {"2.0.0"}  # stands there as "Claude Code 2.0"
    for r in ours:
        version = r.id.removeprefix(VERSION)
        if version != r.id:
            assert r.announced.isoformat() == days[version]
            told = [e["summary"] for e in events if e["version"] == version]
            assert all(summary in r.claimed_effect for summary in told), r.id


def test_research_deploys_nothing() -> None:
    research = [r for r in read_releases() if r.kind == "safety_training_research"]
    assert len(research) == 72
    assert {(r.deployed, r.product) for r in research} == {(None, UNKNOWN)}
    why = [r for r in research if "Teaching Claude why" in r.title]
    assert [(r.announced, r.deployed) for r in why] == [(date(2026, 5, 8), None)]


def test_an_announcement_is_linked_to_what_is_said_to_contain_it() -> None:
    known = {r.id: r for r in read_releases()}
    linked = {r.id: r.contained_in.split() for r in known.values() if r.contained_in}
    for one, targets in linked.items():
        assert known[one].deployed is None, one
        for target in targets:
            assert known[target].vendor == known[one].vendor
            assert known[target].kind in {"model_release", "safety_safeguard_deployment"}
    why = next(r for r in known.values() if "Teaching Claude why" in r.title)
    models = [known[target] for target in linked[why.id]]
    assert [(m.announced.isoformat(), m.affects) for m in models] == [
        ("2025-10-15", "Claude Haiku 4.5"),
        ("2025-11-24", "Claude Opus 4.5"),
        ("2026-02-05", "Claude Opus 4.6"),
        ("2026-02-17", "Claude Sonnet 4.6"),
        ("2026-04-07", "Claude Mythos Preview"),
        ("2026-04-16", "Claude Opus 4.7"),
    ]


def test_training_without_a_link_says_that_nobody_said() -> None:
    for r in read_releases():
        if "subtype:training" in r.note and not r.contained_in:
            assert "which released models contain it is not said" in r.note, r.id


def test_a_deployment_has_a_day_a_product_and_a_kind_that_deploys() -> None:
    deployed = [r for r in read_releases() if r.deployed]
    assert len(deployed) == 261
    assert all(r.date_precision == "day" and r.product != UNKNOWN for r in deployed)
    assert Counter(r.kind for r in deployed).keys() == {
        "model_release",
        "context_feature",
        "session_feature",
        "safety_safeguard_deployment",
        "outage_or_postmortem",  # three: a faulty change went out, or access ended, as stated
    }
    by_product = Counter(r.product for r in deployed)
    assert by_product["Claude Code"] == 160
    assert by_product["Claude"] == 60
    assert by_product["ChatGPT"] == 28


def test_what_was_not_deployed_says_why() -> None:
    for r in read_releases():
        assert r.deployed or r.note, r.id


def test_nothing_shipped_is_retired() -> None:
    assert {r.retired for r in read_releases()} == {""}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: no column id"),
        ("id,announced\n", "line 1: no column vendor"),
        (HEAD.replace("product", "produkt"), "line 1: an unknown column produkt"),
        (HEAD.replace("deployed", "id"), "line 1: a column stands there twice"),
        (HEAD + LINE + LINE, "line 3: the id one stands on line 2 too"),
        (HEAD + LINE.replace("one", "One!"), "line 2: id 'One!'"),
        (HEAD + LINE.replace("2026-05-08,Acme", "8 May,Acme"), "line 2: announced '8 May'"),
        (HEAD + LINE.replace(",2026-05-08\n", ",soon\n"), "line 2: deployed 'soon'"),
        (HEAD + LINE.replace("Acme", ""), "line 2: vendor is empty"),
        (HEAD + LINE.replace("model_release", "party"), "line 2: kind 'party'"),
        (HEAD + LINE.replace("Claude,", "Claudia,"), "line 2: product 'Claudia'"),
        (HEAD + LINE.replace("Claude,", "unknown,"), "line 2: a day of deployment needs"),
        (HEAD + LINE.replace("model_release", RESEARCH), "line 2: research deploys nothing"),
        (LINKED + LINE.replace("\n", ",Two!\n"), "line 2: contained_in 'Two!'"),
        (LINKED + LINE.replace("\n", ",one\n"), "line 2: contained_in 'one' is not the id of ano"),
        (HEAD + LINE.replace("https://", "javascript:"), "line 2: source_url 'javascript:"),
        (HEAD + LINE.replace("A model", "A, model"), "line 2: 9 cells under 8 columns"),
        (HEAD + '"two\nlines",2026\n' + LINE, "line 2: 2 cells"),
        (HEAD + LINE + '"never closed\n', "line 3: "),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        read_releases(write(tmp_path, text))
    assert says in str(error.value)
    assert "\n" not in error.value.what.replace("two\nlines", "")


def test_what_is_no_text_or_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_releases(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00id")
    with pytest.raises(InputError, match="UTF-8"):
        read_releases(tmp_path / "bytes.csv")


def test_columns_left_out_and_a_byte_order_mark_are_taken(tmp_path: Path) -> None:
    found = read_releases(write(tmp_path, "\ufeff" + HEAD + "\n" + LINE))
    assert [(r.id, r.confidence, r.date_precision, r.affects) for r in found] == [
        ("one", "medium", "day", "")
    ]


def test_a_fault_can_not_end_before_it_began(tmp_path: Path) -> None:
    text = FAULTS.read_text(encoding="utf-8").replace("2025-09-18", "2025-01-18")
    with pytest.raises(InputError, match="line 2: it ended before it began"):
        read_faults(write(tmp_path, text))


def test_importing_again_changes_nothing(engine: Engine, now: datetime) -> None:
    assert import_releases(engine, None, now).new == 415
    assert import_faults(engine, None, now).new == 7
    again = import_releases(engine, None, now)
    assert (again.new, again.changed, again.unchanged, again.kept) == (0, 0, 415, 0)
    assert import_faults(engine, None, now).unchanged == 7
    with read(engine) as connection:
        assert connection.execute(select(ChangeLog)).all() == []


def test_a_users_line_stays_when_the_shipped_one_comes_again(
    engine: Engine, now: datetime, tmp_path: Path
) -> None:
    import_releases(engine, None, now)
    mine = next(r for r in read_releases() if r.deployed and r.product == "Claude")
    with RELEASES.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    row = rows[mine.id] | {"deployed": "", "note": "rolled out over a month"}
    file_of_mine = tmp_path / "mine.csv"
    with file_of_mine.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    assert import_releases(engine, file_of_mine, now).changed == 1
    again = import_releases(engine, None, now)
    assert (again.changed, again.kept) == (0, 1)
    with read(engine) as connection:
        held = release(connection, mine.id)
        lines = connection.execute(select(ChangeLog.what, ChangeLog.before, ChangeLog.after)).all()
    assert held is not None
    assert held.deployed is None
    assert held.note == "rolled out over a month"
    assert len(lines) == 1
    assert lines[0].what == "imported"
    assert lines[0].before == {"deployed": mine.deployed.isoformat(), "note": mine.note}  # type: ignore[union-attr]  # chosen for having one
    assert lines[0].after == {"deployed": None, "note": "rolled out over a month"}


def test_a_link_leads_to_a_release_of_the_file_or_of_the_database(
    engine: Engine, now: datetime, tmp_path: Path
) -> None:
    two = LINE.replace("one", "two").replace("2026-05-08\n", "2026-05-08,one\n")
    text = LINKED + LINE.replace("\n", ",\n") + two
    assert import_releases(engine, write(tmp_path, text), now).new == 2
    three = two.replace("two", "three").replace(",one\n", ",one  two one\n")
    assert import_releases(engine, write(tmp_path, LINKED + three), now).new == 1
    with read(engine) as connection:
        held = release(connection, "three")
    assert held is not None
    assert held.contained_in == "one two"
    four = two.replace("two", "four").replace(",one\n", ",five\n")
    with pytest.raises(InputError, match="four: contained_in names five, which is no release"):
        import_releases(engine, write(tmp_path, LINKED + four), now)
    with read(engine) as connection:
        assert release(connection, "four") is None
