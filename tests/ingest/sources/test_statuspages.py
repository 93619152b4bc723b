"""Status pages: every word is open, entries change in place, what isn't given is a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, select

from db.engine import read
from db.tables import ChangeLog, Gap, OutageRow
from domain.errors import InputError
from domain.keyed import Keyed
from domain.nouns import RunReport
from ingest.feeds import parse
from ingest.sources import statuspages
from ingest.sources.statuspages import StatusPages
from ingest.wires.statuspages import Incident, Incidents
from tests.support.reading import run_alone
from tests.support.replay import Asked, Reply, json_reply, replaying
from tests.support.services.statuspages import incident, service

PAGE = "https://status.example"


def outages(engine: Engine) -> list[OutageRow]:
    with read(engine) as connection:
        return list(connection.execute(select(OutageRow).order_by(OutageRow.key)).all())


def run(
    engine: Engine, keyed: Keyed, home: Path, told: dict[str, object], at: datetime
) -> RunReport:
    return run_alone(engine, keyed, home, "statuspages", told, at)


def recorded(shared: Path, name: str) -> list[Incident]:
    told = msgspec.json.decode((shared / f"wire/statuspage/{name}").read_bytes(), type=Incidents)
    return [msgspec.json.decode(raw, type=Incident) for raw in told.incidents]


def test_recorded_incidents_of_statuspage(shared: Path) -> None:
    read_ = recorded(shared, "incidents_myemma_2019.json")
    made = [statuspages._outage(told, PAGE, "Emma") for told in read_]
    assert len(made) == 22
    first = made[0]
    assert first.started_at == datetime(2019, 2, 20, 18, 0, 19, 418000, tzinfo=UTC)
    assert first.resolved_at == datetime(2019, 2, 20, 19, 40, 58, 572000, tzinfo=UTC)
    assert (first.state, first.impact, first.product) == ("resolved", "none", "")
    assert first.key == "status.example/x0ljvc9m1wxj"
    assert all(o.told_at >= o.started_at for o in made)


def test_recorded_open_incidents_name_their_product(shared: Path) -> None:
    one, two = (
        statuspages._outage(told, PAGE, "Anthropic")
        for told in recorded(shared, "summary_claude_open_incidents_2026.json")
    )
    assert (one.product, one.resolved_at, one.state) == ("Claude Code", None, "identified")
    assert (two.product, two.resolved_at, two.state) == ("", None, "monitoring")
    assert two.told_at == datetime(2026, 8, 5, 13, 8, 34, tzinfo=UTC)


def test_keys_that_are_absent_when_empty(shared: Path) -> None:
    assert recorded(shared, "summary_openai_incidentio_2026.json") == []


def test_the_key_in_a_feed_is_that_of_the_api(shared: Path) -> None:
    body = (shared / "wire/statuspage/history_atom_github_2024.xml").read_bytes()
    (entry,) = parse(body, f"{PAGE}/history.atom").entries
    made = statuspages._from_feed(entry, PAGE, "Microsoft")
    assert made is not None
    assert made.key == "status.example/k1mlxlmdhqqp"
    assert (made.state, made.resolved_at) == ("resolved", entry.updated)


def test_an_entry_that_opens_again_has_no_end(now: datetime) -> None:
    told = msgspec.convert(
        incident("a", now, status="investigating", resolved_at=None), Incident, strict=False
    )
    assert statuspages._outage(told, PAGE, "Anthropic").resolved_at is None


def test_an_entry_told_otherwise_replaces_itself_and_is_logged(
    engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    pages = service(now)
    began = now - timedelta(hours=1)
    pages.incidents = [
        incident("open", began, status="investigating", resolved_at=None, incident_updates=[])
    ]
    with replaying(pages) as server:
        told = pages.settings(server.address)
        assert run(engine, keyed, tmp_path, told, now).outcome == "done"
        before = next(o for o in outages(engine) if o.key.endswith("/open"))
        assert (before.resolved_at, before.vendor) == (None, "Anthropic")
        pages.incidents = [incident("open", began)]
        run(engine, keyed, tmp_path, told, now + timedelta(hours=2))
    after = next(o for o in outages(engine) if o.key.endswith("/open"))
    assert (after.state, after.resolved_at) == ("resolved", began + timedelta(hours=2))
    with read(engine) as connection:
        lines = connection.execute(select(ChangeLog).where(ChangeLog.subject == "outage")).all()
    assert [line.key for line in lines] == [after.key]
    assert lines[0].before["state"] == "investigating"


def test_more_than_a_page_gives_is_a_gap(
    engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    pages = service(now)
    with replaying(pages) as server:
        told = pages.settings(server.address)
        run(engine, keyed, tmp_path, told, now)
        later = now + timedelta(days=10)
        pages.incidents = [incident(f"many{n}", later - timedelta(hours=60 - n)) for n in range(60)]
        report = run(engine, keyed, tmp_path, told, later)
    assert (report.outcome, report.counts["capped"]) == ("partly", 1)
    with read(engine) as connection:
        gap = connection.execute(select(Gap).where(Gap.began == now)).one()
    assert gap.ended == later - timedelta(hours=50)
    assert "newest 50" in gap.reason


def test_a_strange_entry_costs_only_itself(
    engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    def answer(_: Asked) -> Reply:
        return json_reply({"incidents": [{"id": 3}, incident("good", now, impact="full_outage")]})

    with replaying(answer) as server:
        report = run(engine, keyed, tmp_path, {"search": (server.address,)}, now)
    assert (report.outcome, report.counts["unreadable"]) == ("partly", 1)
    assert [o.impact for o in outages(engine)] == ["full_outage"]


def test_a_page_in_trouble_is_not_taken_for_another_kind(
    engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    pages = service(now)
    with replaying(pages) as server:
        told = pages.settings(server.address)
        told["search"] = told["search"][:1]  # type: ignore[index] # a tuple
        run(engine, keyed, tmp_path, told, now)
        server.answer = lambda _: Reply(status=404, headers={}, body=b"")
        asked = len(server.asked)
        assert run(engine, keyed, tmp_path, told, now).outcome == "failed"
        assert [a.path for a in server.asked[asked:]] == ["/one/api/v2/incidents.json"]


@pytest.mark.parametrize("bad", ["status.claude.com", "ftp://x", "https://"])
def test_what_is_no_page_is_named(bad: str, now: datetime) -> None:
    source = StatusPages(replace(StatusPages.defaults, search=(bad,)), now)
    with pytest.raises(InputError, match=r"sources\.statuspages: .* is no page"):
        source.places()
