"""Reply trees: depth and thread follow from the posts that are held, whatever came first."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from db import trees
from db.engine import read
from db.tables import PostRow, ThreadRow
from domain.keyed import Keyed
from ingest import archive
from ingest.archive import import_files
from ingest.prepare import post_key


def comment(number: int, parent: int | None) -> str:
    """A line of a dump of comments; all of one thread."""
    told = {"id": f"c{number}", "link_id": "t3_s", "created_utc": 1_770_000_000 + number}
    told |= {"parent_id": "t3_s" if parent is None else f"t1_c{parent}"}
    return json.dumps(told | {"subreddit": "ClaudeAI", "body": f"Number {number}.", "author": "a"})


SUBMISSION = json.dumps(
    {"id": "s", "subreddit": "ClaudeAI", "title": "It forgot", "selftext": "All.", "author": "b"}
    | {"created_utc": 1_770_000_000, "num_comments": 3}
)


def item(number: int, parent: int | None) -> str:
    """A line of an export of Hacker News."""
    told: dict[str, object] = {"id": number, "type": "comment" if parent else "story", "by": "a"}
    told |= {"time": 1_770_000_000 + number, "text": f"Number {number}.", "title": "Lanterns"}
    return json.dumps(told | ({"parent": parent} if parent else {}))


def written(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def depths(connection: Connection, keyed: Keyed, ids: list[str]) -> list[int | None]:
    found = dict(connection.execute(select(PostRow.key, PostRow.depth)).all())
    return [found.get(post_key(one, keyed)) for one in ids]


@pytest.mark.parametrize("seed", range(4))
def test_depths_are_exact_whatever_the_order_and_the_files(
    seed: int,
    tmp_path: Path,
    engine: Engine,
    keyed: Keyed,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "BLOCK", 7)
    dice = random.Random(seed)
    parents = [None if n == 0 else dice.choice([None, *range(n)]) for n in range(60)]
    right: list[int] = []
    for parent in parents:
        right.append(1 if parent is None else right[parent] + 1)
    rows = [comment(n, p) for n, p in enumerate(parents)]
    if seed:
        dice.shuffle(rows)
    files = [
        written(tmp_path, "RC_1", rows[:30]),
        written(tmp_path, "RC_2", rows[30:]),
        written(tmp_path, "RS_1", [SUBMISSION]),
    ]
    dice.shuffle(files)
    report = import_files(engine, keyed, files, now=now)
    assert report.counts["orphans"] == 0
    with read(engine) as connection:
        ids = [f"reddit:t1_c{n}" for n in range(60)]
        assert depths(connection, keyed, ids) == right
        assert connection.execute(select(ThreadRow.title)).scalars().all() == ["It forgot"]


def test_answers_to_what_is_not_there_are_counted(
    tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    rows = [comment(1, None), comment(2, 1), comment(4, 3), comment(5, 4)]
    first = import_files(engine, keyed, [written(tmp_path, "a", rows)], now=now)
    assert first.counts["orphans"] == 2  # of the submission, and of number 3
    with read(engine) as connection:
        ids = [f"reddit:t1_c{n}" for n in (1, 2, 4, 5)]
        assert depths(connection, keyed, ids) == [1, 2, 2, 3]
    late = written(tmp_path, "b", [comment(3, 2)])
    second = import_files(engine, keyed, [late, written(tmp_path, "c", [SUBMISSION])], now=now)
    assert second.counts["orphans"] == 0
    with read(engine) as connection:
        ids = [f"reddit:t1_c{n}" for n in (1, 2, 3, 4, 5)]
        assert depths(connection, keyed, ids) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_a_story_in_another_file_is_found(
    order: tuple[int, ...], tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    """An export in pieces: comments whose ancestors lie in other pieces."""
    pieces = [
        [item(10, None), item(11, 10), item(20, None)],
        [item(12, 11), item(13, 12), item(21, 20)],
        [item(14, 13), item(15, 14), item(16, 13)],
    ]
    files = [written(tmp_path, f"hn-{at}", pieces[at]) for at in order]
    report = import_files(engine, keyed, files, now=now)
    assert (report.counts["new"], report.counts["orphans"]) == (9, 0)
    with read(engine) as connection:
        ids = [f"hn:{n}" for n in (10, 11, 12, 13, 14, 15, 16, 20, 21)]
        assert depths(connection, keyed, ids) == [0, 1, 2, 3, 4, 5, 4, 0, 1]
        threads = dict(connection.execute(select(PostRow.key, PostRow.thread)).all())
        opened = {threads[post_key(f"hn:{n}", keyed)] for n in range(10, 17)}
        assert opened == {keyed.hash("thread", "hn:10")}
        assert len(connection.scalars(select(ThreadRow.key)).all()) == 2


def test_a_circle_over_blocks_ends(
    tmp_path: Path,
    engine: Engine,
    keyed: Keyed,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for size in (1, 10):
        monkeypatch.setattr(archive, "BLOCK", size)
        for kind in (comment, item):
            rows = [kind(size + 1, size + 2), kind(size + 2, size + 1), kind(size + 3, size + 3)]
            path = written(tmp_path, f"{kind.__name__}-{size}", rows)
            assert import_files(engine, keyed, [path], now=now).counts["new"] == 3


def test_a_comment_that_waits_in_a_thread_of_many_is_found_alone(
    tmp_path: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    rows = [comment(n, None) for n in range(300)] + [comment(901, 900), comment(902, 901)]
    import_files(sqlite_engine, keyed, [written(tmp_path, "a", rows)], now=now)
    with read(sqlite_engine) as connection:
        before = dict(connection.execute(select(PostRow.key, PostRow.depth)).all())
    late = written(tmp_path, "b", [comment(900, 299)])
    import_files(sqlite_engine, keyed, [late], now=now)
    with read(sqlite_engine) as connection:
        after = dict(connection.execute(select(PostRow.key, PostRow.depth)).all())
    moved = {key for key, depth in before.items() if after[key] != depth}
    assert moved == {post_key("reddit:t1_c901", keyed), post_key("reddit:t1_c902", keyed)}
    assert sorted(after[key] for key in moved) == [3, 4]


def test_no_post_is_no_question(sqlite_engine: Engine) -> None:
    with read(sqlite_engine) as connection:
        trees.settle(connection, set(), set())
        assert trees.orphans(connection, set()) == 0
