"""Whole imports: packed files, damage, stops in between, the same file again; on both databases."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import random
import resource
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import Connection, Engine, func, select

from db import blocks
from db.engine import read
from db.tables import AddressRow, ImportBlock, PlaceRow, PostRow, PostText, RunRow, ThreadRow
from domain.errors import InputError
from domain.keyed import Keyed
from ingest import archive
from ingest.archive import import_files
from ingest.formats import known
from ingest.formats.shape import File
from ingest.prepare import post_key
from ingest.unpack import opened, unpacked
from tests.support.world import World

ARCHIVES = Path(__file__).parent / "archives"
OURS = sorted(ARCHIVES.iterdir())
REAL = {
    "github_claude_code_issues.csv": 808,
    "reddit_assistant_threads.ndjson.zst": 766 + 17_225,
    "reddit_claude_codex_threads.ndjson": 303 + 7_358,
    "hn_reddit_feedback.ndjson": 3_610,
    "discourse_openai_topics.json": 530,
    "play_chatgpt_reviews.csv": 27_440,
    "appstore_chatgpt_reviews.csv": 2_027,
}


def feedback(count: int, first: int = 0) -> list[str]:
    """Lines of Hacker News comments, invented."""
    return [
        json.dumps(
            {
                "id": f"hn_comment_{number}",
                "source": "hackernews",
                "source_url": f"https://news.ycombinator.com/item?id={number}",
                "title": "Re: Ask HN: where did it go",
                "text": f"Session {number} is gone from /home/fenwick{number}/x.",
                "author": f"u_{number % 7}",
                "timestamp": datetime.fromtimestamp(1770000000 + number, UTC).isoformat(),
            }
        )
        for number in range(first, first + count)
    ]


def written(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def count(connection: Connection, table: type[object]) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def test_every_shape_in_one_go(engine: Engine, keyed: Keyed, now: datetime) -> None:
    report = import_files(engine, keyed, OURS, now=now)
    assert report.outcome == "done"
    assert report.counts["files"] == len(OURS) == 12
    assert report.counts["unreadable"] == 17
    with read(engine) as connection:
        assert count(connection, PostRow) == report.counts["new"] == 58
        frames = connection.execute(select(PlaceRow.source, PlaceRow.frame).distinct())
        assert {source for source, _ in frames} == {
            *("github", "play", "appstore", "reddit", "hackernews", "discourse")
        }
        places = connection.scalars(select(PlaceRow.frame).distinct()).all()
        assert places == ["capped feed"]
        assert all(connection.scalars(select(PostRow.back_filled)))
        gone = connection.execute(
            select(PostText.text).join(PostRow).where(PostRow.state == "deleted")
        ).scalars()
        assert list(gone) == [None] * 14
        texts = " ".join(filter(None, connection.scalars(select(PostText.text))))
        assert "/Users/[user]/.claude" in texts
        assert connection.scalar(select(RunRow.outcome)) == "done"
    again = import_files(engine, keyed, OURS, now=now)
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)


def test_trees_are_kept(sqlite_engine: Engine, keyed: Keyed, now: datetime) -> None:
    import_files(sqlite_engine, keyed, [ARCHIVES / "listings.ndjson"], now=now)
    with read(sqlite_engine) as connection:
        rows = {
            key: (parent, thread)
            for key, parent, thread in connection.execute(
                select(PostRow.key, PostRow.parent, PostRow.thread)
            )
        }
    key = post_key("reddit:t1_c3", keyed)
    assert rows[key][0] == post_key("reddit:t1_c2", keyed)
    opener = post_key("reddit:t3_p1", keyed)
    assert sum(thread == rows[opener][1] for _, thread in rows.values()) == 6
    assert all(parent is None or parent in rows for parent, _ in rows.values())


PACKED = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
    "plain": bytes,
}


@pytest.mark.parametrize("kind", PACKED)
def test_packed_files_are_told_by_content(
    kind: str, tmp_path: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    content = "\n".join(feedback(50)).encode()
    path = tmp_path / "file"
    path.write_bytes(PACKED[kind](content))
    report = import_files(sqlite_engine, keyed, [path], now=now)
    assert report.counts["new"] == 50


def test_frames_one_after_another_are_one_file(tmp_path: Path) -> None:
    for pack in (gzip.compress, lzma.compress, zstandard.ZstdCompressor().compress):
        path = tmp_path / "two"
        path.write_bytes(pack(b"one\n" * 9) + pack(b"two\n" * 9))
        with opened(path) as (file, _):
            assert unpacked(file, "two").read() == b"one\n" * 9 + b"two\n" * 9


@pytest.mark.parametrize("kind", ["gz", "xz", "zst"])
def test_a_cut_file_keeps_what_was_read_and_says_so(
    kind: str,
    tmp_path: Path,
    sqlite_engine: Engine,
    keyed: Keyed,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "BLOCK", 100)
    monkeypatch.setattr(archive, "HEAD", 4_096)
    rows = feedback(3_000)
    random.Random(1).shuffle(rows)
    packed = PACKED[kind]("\n".join(rows).encode())
    path = tmp_path / "cut"
    path.write_bytes(packed[: len(packed) * 3 // 4])
    report = import_files(sqlite_engine, keyed, [path], now=now)
    assert report.outcome == "partly"
    assert "is damaged" in report.message
    assert 0 < report.counts["new"] < 3_000
    assert report.counts["new"] % 100 == 0
    path.write_bytes(packed)
    whole = import_files(sqlite_engine, keyed, [path], now=now)
    assert whole.outcome == "done"
    assert whole.counts["new"] + report.counts["new"] == 3_000


def test_a_large_window_is_refused_with_its_size(
    tmp_path: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    settings = zstandard.ZstdCompressionParameters(window_log=24, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    packed = packer.compress("\n".join(feedback(20)).encode()) + packer.flush()
    path = tmp_path / "wide.zst"
    path.write_bytes(packed)
    with pytest.raises(InputError, match=r"window of 16 MB.*8 MB.*--window 16"):
        import_files(sqlite_engine, keyed, [path], window_bytes=2**23, now=now)
    report = import_files(sqlite_engine, keyed, [path], window_bytes=2**24, now=now)
    assert report.counts["new"] == 20


def test_standard_input(
    sqlite_engine: Engine, keyed: Keyed, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = gzip.compress("\n".join(feedback(30)).encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    report = import_files(sqlite_engine, keyed, [Path("-")], now=now)
    assert (report.sources[0].source, report.counts["new"]) == ("standard input", 30)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "is empty"), (b"some words\n", "no shape that is known"), (None, "can't be read")],
)
def test_a_file_that_is_none_is_one_line_and_no_run_is_left_open(
    content: bytes | None,
    told: str,
    tmp_path: Path,
    sqlite_engine: Engine,
    keyed: Keyed,
    now: datetime,
) -> None:
    path = tmp_path / "x"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=told):
        import_files(sqlite_engine, keyed, [path], now=now)
    with read(sqlite_engine) as connection:
        assert connection.scalar(select(RunRow.outcome)) == "failed"
    good = written(tmp_path, "good", feedback(5))
    report = import_files(sqlite_engine, keyed, [path, good], now=now)
    assert (report.outcome, report.counts["new"]) == ("partly", 5)
    assert told in report.message


def test_two_files_of_one_name_are_reported_apart(
    tmp_path: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    (tmp_path / "a").mkdir()
    paths = [written(tmp_path, "f", feedback(3)), written(tmp_path / "a", "f", feedback(3, 10))]
    report = import_files(sqlite_engine, keyed, [*paths, paths[0]], now=now)
    assert [s.source for s in report.sources] == ["f", "f (2)"]


class Stop(Exception):
    """Ends an import in the middle."""


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_import_that_was_stopped_goes_on_with_the_next_block(
    after: int,
    tmp_path: Path,
    engine: Engine,
    keyed: Keyed,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "BLOCK", 10)
    rows = feedback(45)
    rows.insert(12, "{broken")
    rows.insert(44, "{broken")
    rows.insert(10, "{broken")  # between two blocks: belongs to the first
    path = written(tmp_path, "f", rows)
    saved = blocks.save

    def stopping(connection: Connection, file: str, block: int, **told: object) -> None:
        saved(connection, file, block, **told)  # type: ignore[arg-type] # passed on as it came
        if block == after:
            raise Stop

    monkeypatch.setattr(blocks, "save", stopping)
    with pytest.raises(Stop):
        import_files(engine, keyed, [path], now=now)
    monkeypatch.setattr(blocks, "save", saved)
    with read(engine) as connection:
        assert count(connection, PostRow) == after * 10
    report = import_files(engine, keyed, [path], now=now)
    assert report.counts["new"] == 45 - after * 10
    assert report.counts["read"] == 45
    with read(engine) as connection:
        ledger = connection.execute(
            select(
                ImportBlock.block, ImportBlock.read, ImportBlock.unreadable, ImportBlock.last
            ).order_by(ImportBlock.block)
        ).all()
    assert [tuple(row) for row in ledger] == [
        *((0, 10, 1, False), (1, 10, 1, False), (2, 10, 0, False)),
        *((3, 10, 0, False), (4, 5, 1, True)),
    ]


def test_shuffled_renamed_repacked_with_a_few_changes_changes_just_those(
    tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    rows = feedback(1_200)
    import_files(engine, keyed, [written(tmp_path, "f", rows)], now=now)
    for number in range(0, 1_200, 100):
        rows[number] = rows[number].replace("is gone", "is back")
    random.Random(2).shuffle(rows)
    path = tmp_path / "g"
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    report = import_files(engine, keyed, [path], now=now)
    assert (report.counts["new"], report.counts["changed"]) == (0, 12)
    assert report.counts["unchanged"] == 1_188


def test_a_source_of_ones_own(
    tmp_path: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    path = written(tmp_path, "f", feedback(3))
    import_files(sqlite_engine, keyed, [path], source="mirror", now=now)
    with read(sqlite_engine) as connection:
        assert connection.execute(select(PlaceRow.name, PlaceRow.source)).one() == (
            *("mirror:feedback", "mirror"),
        )


def test_memory_does_not_follow_the_size_of_a_file(
    tmp_path: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    """One JSON array of 60 MB, read element by element."""
    filler = "y" * 200_000
    path = tmp_path / "topics.json"
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for number in range(300):
            post = {"id": number, "post_number": 1, "created_at": "2026-01-01T00:00:00Z"}
            post |= {"cooked": f"<p><a href='https://f.example/t/x/1'>x</a>{filler}</p>"}
            topic = {"id": number, "title": "t", "created_at": "2026-01-01T00:00:00Z"}
            file.write(("," if number else "") + json.dumps(topic | {"post_comments": [post]}))
        file.write("]")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with opened(path) as (file_, _):
        head = unpacked(file_, "f").read(archive.HEAD)
        file_.seek(0)
        stream = unpacked(file_, "f")
        file = File(name="f", stream=stream, head=head, again=lambda: stream)
        items = known()["discourse-topics"].read(file)
        assert sum(1 for _ in items) == 300
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 30_000  # kB


def test_the_real_files(shared: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime) -> None:
    """Each of the shared collections: recognised, whole, parents found."""
    paths = [shared / "data" / name for name in REAL]
    report = import_files(sqlite_engine, keyed, paths, now=now)
    assert {s.source: s.posts_read for s in report.sources} == REAL
    assert report.counts["unreadable"] == 0
    assert report.counts["new"] == sum(REAL.values()) - 27  # ids that stand twice in one file
    with read(sqlite_engine) as connection:
        answers = connection.scalar(select(func.count()).where(PostRow.parent.is_not(None))) or 0
        orphans = connection.scalar(
            select(func.count())
            .select_from(PostRow)
            .where(PostRow.parent.is_not(None))
            .where(PostRow.parent.not_in(select(PostRow.key)))
        )
        assert answers > 24_000
        assert orphans == 36
        assert count(connection, ThreadRow) > 30_000
        deleted = connection.scalar(select(func.count()).where(PostRow.state == "deleted")) or 0
        assert deleted >= 128
        assert count(connection, AddressRow) == count(connection, PostRow) - deleted
    again = import_files(sqlite_engine, keyed, paths, now=now)
    assert again.counts["new"] == again.counts["changed"] == 0
    assert (again.finished_at - now) < (report.finished_at - now) / 10


def test_what_was_imported_is_asked_for_and_followed_when_it_is_deleted(
    world: World, engine: Engine, now: datetime
) -> None:
    import_files(engine, world.keyed, [ARCHIVES / "issues.csv", ARCHIVES / "play.csv"], now=now)
    query = select(AddressRow.external_id, AddressRow.due_at, PostRow.key).join(PostRow)
    with read(engine) as connection:
        rows = connection.execute(query).all()
    due = {row.external_id: row.due_at for row in rows}
    asked = [row for row in rows if row.external_id.startswith("github:")]
    assert asked
    assert all((at is not None) == key.startswith("github:") for key, at in due.items())
    world.hub.repository = asked[0].external_id.partition(":")[2].partition("#")[0]
    world.hub.issues.clear()  # none of them is there any more
    world.hub.comments.clear()
    world.source("github", search=(world.hub.repository,))
    report = world.run(engine, now + timedelta(days=91), ("github",))
    assert report.counts["deleted"] == len(asked), report.message
    with read(engine) as connection:
        states = connection.scalars(
            select(PostRow.state).where(PostRow.key.in_([row.key for row in asked]))
        )
        assert set(states) == {"deleted"}
