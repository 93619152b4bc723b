"""Files that hold everything: sieved, stopped and gone on with, known again, deletions kept."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.exc import OperationalError

from db import blocks
from db.engine import claim, open_engine, read, upgrade
from db.tables import ImportBlock, PostRow, PostText
from domain.errors import InputError
from domain.keyed import Keyed
from ingest import archive, batches
from ingest.archive import import_files
from ingest.paths import files

ARCHIVES = Path(__file__).parent / "archives"
PLACES = ("ClaudeAI", "lanternhouse", "meadow")


def comments(count: int) -> list[dict[str, Any]]:
    """Rows of a month, every third in r/ClaudeAI; invented."""
    return [
        {
            "id": f"c{number}",
            "link_id": f"t3_s{number // 30}",
            "parent_id": f"t1_c{number - 3}" if number % 30 > 2 else f"t3_s{number // 30}",
            "subreddit": PLACES[number % 3],
            "body": f"Session {number} is gone from /home/fenwick{number}/x.",
            "author": f"u{number % 7}",
            "created_utc": 1_770_000_000 + number,
        }
        for number in range(count)
    ]


def packed(path: Path, rows: list[dict[str, Any]]) -> Path:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(zstandard.ZstdCompressor().compress(content))
    return path


def test_the_same_file_sieved_otherwise_is_another_import(
    tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    path = packed(tmp_path / "RC.zst", comments(90))

    def imported(*only: str) -> dict[str, int]:
        return import_files(engine, keyed, [path], only=only, now=now).counts

    first = imported("r/claudeai")
    assert (first["new"], first["passed_over"]) == (30, 60)
    assert imported("r/ClaudeAI")["unchanged"] == 30  # in already
    both = imported("r/meadow", "r/ClaudeAI")
    assert (both["new"], both["unchanged"], both["passed_over"]) == (30, 30, 30)
    everything = imported()
    assert (everything["new"], everything["unchanged"], everything["passed_over"]) == (30, 60, 0)
    with read(engine) as connection:
        files_ = connection.scalar(select(func.count(ImportBlock.file.distinct())))
        assert files_ == 3


@pytest.mark.parametrize(
    ("name", "only", "told"),
    [
        ("play.csv", "r/ClaudeAI", "play-reviews-csv can't be sieved"),
        ("comments.ndjson", "anthropics/claude-code", r"names no community \(r/NAME\)"),
        ("events.ndjson", "Claude", r"names no repository \(owner/name\)"),
        ("hn.ndjson", "r/ClaudeAI", "names no product"),
    ],
)
def test_a_sieve_that_does_not_fit_is_refused(
    name: str, only: str, told: str, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    with pytest.raises(InputError, match=told):
        import_files(sqlite_engine, keyed, [ARCHIVES / name], only=[only], now=now)


def test_a_text_known_as_deleted_is_never_stored(
    tmp_path: Path, keyed: Keyed, now: datetime
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    upgrade(engine)
    claim(engine, keyed)
    names = ("comments.ndjson", "submissions.ndjson", "hn.ndjson", "events.ndjson")
    import_files(engine, keyed, [ARCHIVES / name for name in names], now=now)
    engine.dispose()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for there in (b"Same here", b"filter held this back", b"Let through later"):
        assert there in content
    for gone in (b"author took away", b"moderator", b"flagged away", b"taken back", b"Taken away"):
        assert gone not in content


def test_a_later_dump_takes_away_what_was_deleted_since(
    tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    rows = comments(30)
    import_files(engine, keyed, [packed(tmp_path / "a", rows)], now=now)
    rows[4]["_meta"] = {"was_deleted_later": True, "removal_type": "deleted"}
    rows[5]["body"] = "[removed]"
    report = import_files(engine, keyed, [packed(tmp_path / "b", rows)], now=now)
    assert (report.counts["deleted"], report.counts["unchanged"]) == (2, 28)
    with read(engine) as connection:
        texts = connection.scalars(
            select(PostText.text).join(PostRow).where(PostRow.state == "deleted")
        )
        assert texts.all() == [None, None]


def test_a_row_that_was_read_before_is_not_read_again(
    tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = comments(300)
    import_files(engine, keyed, [packed(tmp_path / "a", rows)], now=now)
    rows[7]["body"] += " And back."
    rows[8]["score"] = 5  # nothing that a post is made of
    random.Random(3).shuffle(rows)
    read_: list[str] = []
    block_read = batches.Block.read

    def counted(self: batches.Block, *told: Any) -> list[Any]:
        found = block_read(self, *told)
        read_.extend(post.external_id for post in found)
        return found

    monkeypatch.setattr(batches.Block, "read", counted)
    path = tmp_path / "b"
    path.write_bytes(gzip.compress("".join(json.dumps(r) + "\n" for r in rows).encode()))
    report = import_files(engine, keyed, [path], now=now)
    assert (report.counts["changed"], report.counts["unchanged"]) == (1, 299)
    assert read_ == ["reddit:t1_c7"]


def test_an_older_row_again_does_not_undo_a_later_one(
    tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    rows = comments(10)
    import_files(engine, keyed, [packed(tmp_path / "a", rows)], now=now)
    later = [rows[2] | {"body": "It came back."}]
    import_files(engine, keyed, [packed(tmp_path / "b", later)], now=now)
    report = import_files(engine, keyed, [packed(tmp_path / "c", rows[::-1])], now=now)
    assert report.counts["changed"] == 0


def test_a_copy_from_before_an_edit_is_no_news(
    tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    row = comments(1)[0]
    copies = {
        "edited": row | {"edited": 1_770_000_500, "body": "It came back."},
        "as it was": row,
        "in between": row | {"edited": 1_770_000_400, "body": "It may come back."},
        "edited again": row | {"edited": 1_770_000_600, "body": "It is gone again."},
        "taken away": row | {"body": "[deleted]"},
    }
    counts = [
        import_files(engine, keyed, [packed(tmp_path / name, [copy])], now=now).counts
        for name, copy in copies.items()
    ]
    assert [(c["new"], c["changed"], c["deleted"]) for c in counts] == [
        *((1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 1, 0), (0, 0, 1))
    ]


class Stop(Exception):
    """Ends an import in the middle."""


@pytest.mark.parametrize("only", [(), ("r/ClaudeAI",)])
def test_a_dump_that_was_stopped_ends_as_if_it_had_not_been(
    only: tuple[str, ...],
    tmp_path: Path,
    engine: Engine,
    keyed: Keyed,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    canonical_dump: Callable[[Engine], dict[str, list[tuple[object, ...]]]],
) -> None:
    monkeypatch.setattr(archive, "BLOCK", 10)
    rows = comments(100)
    rows[44]["created_utc"] = "never"
    random.Random(5).shuffle(rows)
    path = packed(tmp_path / "RC.zst", rows)
    saved = blocks.save
    for after in (0, 2):

        def stopping(
            connection: Any, file: str, block: int, *, after: int = after, **told: Any
        ) -> None:
            saved(connection, file, block, **told)
            if block == after:
                raise Stop

        monkeypatch.setattr(blocks, "save", stopping)
        with pytest.raises(Stop):
            import_files(engine, keyed, [path], only=only, now=now)
    monkeypatch.setattr(blocks, "save", saved)
    report = import_files(engine, keyed, [path], only=only, now=now)
    assert report.outcome == "done"
    undisturbed = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    upgrade(undisturbed)
    claim(undisturbed, keyed)
    import_files(undisturbed, keyed, [path], only=only, now=now)
    assert canonical_dump(engine) == canonical_dump(undisturbed)
    undisturbed.dispose()


def test_a_dump_whose_process_was_killed_ends_as_if_it_had_not_been(
    tmp_path: Path, canonical_dump: Callable[[Engine], dict[str, list[tuple[object, ...]]]]
) -> None:
    path = packed(tmp_path / "RC.zst", comments(3_000))
    home = {"WHYLOST_HOME": str(tmp_path)}

    def started(name: str) -> subprocess.Popen[bytes]:
        words = ["--database", f"sqlite:///{tmp_path / name}", "ingest", "import", str(path)]
        return subprocess.Popen(
            [sys.executable, "-m", "whylost", *words], env=os.environ | home, stdout=-3
        )

    for least in (1, 2):
        process = started("killed.db")
        while process.poll() is None and _blocks(tmp_path / "killed.db") < least:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert started("killed.db").wait() == 0
    assert started("whole.db").wait() == 0
    dumps = []
    for name in ("killed.db", "whole.db"):
        engine = open_engine(f"sqlite:///{tmp_path / name}")
        dumps.append(canonical_dump(engine))
        engine.dispose()
    assert dumps[0] == dumps[1]
    assert len(dumps[0]["post"]) == 3_000


def _blocks(path: Path) -> int:
    if not path.exists():
        return 0
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM import_block")) or 0)
    except OperationalError:
        return 0
    finally:
        engine.dispose()


def test_patterns_are_expanded_in_an_order_that_never_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["2026-01-01-10.json.gz", "2026-01-01-9.json.gz", "2026-01-02-0.json.gz", "[1].csv"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "folder.json.gz").mkdir()
    monkeypatch.chdir(tmp_path)
    assert [p.name for p in files(["*.json.gz"])] == [names[1], names[0], names[2]]
    assert [p.name for p in files(["[1].csv", "-", "*-9*", "*.gz"])] == [
        *("[1].csv", "-", names[1], names[0], names[2])
    ]
    assert [p.name for p in files([f"{tmp_path}/*-02-0*", "missing.csv"])] == [
        names[2],
        "missing.csv",
    ]
    with pytest.raises(InputError, match="No file matches"):
        files(["*.zst"])
    with pytest.raises(InputError, match="is a folder"):
        files(["."])
