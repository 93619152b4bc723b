"""What every source must keep, whatever its service does: nothing lost, nothing twice, no cursor
past uncommitted data, edits, deletions and late replies followed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from db.engine import read
from db.tables import AddressRow, PostRow, PostText, Tombstone
from ingest import keep
from ingest.source import Source
from ingest.sources import known
from tests.ingest.contract.conftest import Reading
from tests.support.replay import JSON, Reply

BOMB = gzip.compress(b"[" + b" " * 40_000_000 + b"]")
FAULTS = {
    "timeout": Reply(hang=0.5),
    "reset": Reply(reset=True),
    "429": Reply(status=429, headers={"Retry-After": "5"}),
    "500": Reply(status=500, headers={"Content-Type": "text/html"}, body=b"<h1>Oops"),
    "truncated": Reply(headers=JSON, body=b'{"items": [{"a": "b', promised=4_000),
    "wrong type": Reply(headers={"Content-Type": "text/html"}, body=b"<h1>Log in to this network"),
    "bomb": Reply(headers=JSON | {"Content-Encoding": "gzip"}, body=BOMB),
    "private redirect": Reply(status=302, headers={"Location": "http://192.168.1.1/login"}),
}


class Killed(BaseException):
    """Stands for SIGKILL: nothing may catch it."""


def test_every_source_has_its_service(reading: Reading) -> None:
    assert reading.name in known()
    assert reading.service.belonging()


@pytest.mark.parametrize("source", known().values(), ids=known())
def test_a_source_can_do_what_it_says(source: type[Source]) -> None:
    """`visits` and `checks` tell the run what to ask of a source: no promise without its method,
    and no method that would never be called."""
    assert source.visits == (source.thread is not Source.thread)
    assert bool(source.checks) == (source.check is not Source.check)


def test_all_that_belongs_is_kept_once(
    reading: Reading, engine: Engine, canonical_dump: Callable
) -> None:
    reading.settle(engine)
    assert reading.kept(engine) == sorted(reading.service.belonging())
    before = canonical_dump(engine)
    reading.run(engine)
    assert canonical_dump(engine) == before


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_request_changes_nothing_in_the_end(
    reading: Reading, fresh: Callable[[], Engine], canonical_dump: Callable, fault: str
) -> None:
    undisturbed = fresh()
    reading.run(undisturbed)
    requests = len(reading.server.asked)
    reading.settle(undisturbed)
    expected = canonical_dump(undisturbed)
    for number in range(requests):
        disturbed = fresh()
        reading.server.faults = {len(reading.server.asked) + number: FAULTS[fault]}
        report = reading.run(disturbed)
        assert report.outcome in ("done", "partly", "failed")
        reading.settle(disturbed)
        assert reading.kept(disturbed) == sorted(reading.service.belonging()), number
        assert shown(canonical_dump(disturbed)) == shown(expected), number


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    faults=st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(sorted(set(FAULTS) - {"timeout", "bomb"}))),
        max_size=6,
    )
)
def test_any_series_of_faults_changes_nothing_in_the_end(
    reading: Reading, fresh: Callable[[], Engine], faults: list[tuple[int, str]]
) -> None:
    engine = fresh()
    start = len(reading.server.asked)
    reading.server.faults = {start + number: FAULTS[name] for number, name in faults}
    reading.settle(engine)
    assert reading.kept(engine) == sorted(reading.service.belonging())


def test_a_run_killed_at_any_commit_goes_on_as_if_nothing_was(
    reading: Reading,
    fresh: Callable[[], Engine],
    canonical_dump: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    undisturbed = fresh()
    reading.settle(undisturbed)
    expected = shown(canonical_dump(undisturbed))
    saves = 0
    whole = keep.save_posts

    def counting(*given: object, **named: object) -> object:
        nonlocal saves
        saves += 1
        if saves == stop:
            raise Killed
        return whole(*given, **named)  # type: ignore[arg-type] # passed through

    monkeypatch.setattr(keep, "save_posts", counting)
    stop = 1
    while True:
        saves = 0
        engine = fresh()
        try:
            reading.run(engine)
        except Killed:
            pass
        else:
            break
        saves = stop  # no second kill
        reading.settle(engine)
        assert shown(canonical_dump(engine)) == expected, stop
        stop += 1
    assert stop > 1


def test_an_edit_is_a_new_version(reading: Reading, engine: Engine) -> None:
    reading.settle(engine)
    edited = reading.service.edit(reading.now + timedelta(minutes=30))
    if edited is None:
        pytest.skip(f"{reading.name} knows no edits")
    for days in (1, 2, 4, 8):
        reading.settle(engine, reading.now + timedelta(days=days))
    with read(engine) as connection:
        versions = connection.scalars(
            select(PostText.version)
            .join(AddressRow, AddressRow.post == PostText.post)
            .where(AddressRow.external_id == edited)
        ).all()
    assert sorted(versions) == [1, 2]
    assert sorted(set(reading.kept(engine))) == reading.kept(engine)


def test_a_deletion_is_followed(reading: Reading, engine: Engine) -> None:
    reading.settle(engine)
    with read(engine) as connection:
        keys = dict(connection.execute(select(AddressRow.external_id, AddressRow.post)).all())
    gone = reading.service.delete(reading.now + timedelta(minutes=30))
    if gone is None:
        pytest.skip(f"{reading.name} never shows what was deleted")
    for days in (1, 2, 4, 8):
        reading.settle(engine, reading.now + timedelta(days=days))
    key = keys[gone]
    with read(engine) as connection:
        assert connection.scalar(select(PostRow.state).where(PostRow.key == key)) == "deleted"
        texts = connection.scalars(select(PostText.text).where(PostText.post == key)).all()
        assert set(texts) == {None}
        assert connection.scalar(select(Tombstone.post).where(Tombstone.post == key)) == key
    assert gone not in reading.kept(engine)


def test_a_late_reply_is_found(reading: Reading, engine: Engine) -> None:
    reading.settle(engine)
    late = reading.service.reply(reading.now + timedelta(minutes=30))
    if late is None:
        pytest.skip(f"{reading.name} knows no replies")
    for days in (1, 2, 4, 8):
        reading.settle(engine, reading.now + timedelta(days=days))
    assert late in reading.kept(engine)
    with read(engine) as connection:
        parent = connection.scalar(
            select(PostRow.parent)
            .join(AddressRow, AddressRow.post == PostRow.key)
            .where(AddressRow.external_id == late)
        )
        assert connection.scalar(select(PostRow.key).where(PostRow.key == parent)) == parent


# Where a walk turned depends on the faults that it met.
_BY_RUN = ("cursor",)


def shown(dump: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """What a reader can see of a database: all but how far each source was read."""
    return {name: rows for name, rows in dump.items() if name not in _BY_RUN}
