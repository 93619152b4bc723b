"""The shared collections give the reply trees that they contain, counted from the raw files."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import aliased

from db.engine import read
from db.tables import PostRow
from domain.keyed import Keyed
from ingest.archive import import_files


@dataclass
class Truth:
    """Which post answers which, by the file's own ids; `told`: the depth of one without parent."""

    parents: dict[str, str | None] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, parent: str | None, told: int) -> None:
        self.parents[key], self.told[key] = parent, told

    def depth(self, key: str) -> int:
        parent, steps = self.parents[key], 0
        while parent in self.parents:
            key, parent, steps = str(parent), self.parents[str(parent)], steps + 1
        return self.told[key] + steps


def nested(thing: dict[str, Any], depth: int) -> Iterator[tuple[dict[str, Any], int]]:
    for child in thing["data"]["children"]:
        if child["kind"] == "t1":
            yield child["data"], depth
            if child["data"].get("replies"):
                yield from nested(child["data"]["replies"], depth + 1)


def listings(path: Path) -> Truth:
    truth = Truth()
    packed = zstandard.ZstdDecompressor().stream_reader(path.open("rb"))
    for line in io.TextIOWrapper(packed, encoding="utf-8"):
        posts, comments = json.loads(line)
        opener = posts["data"]["children"][0]["data"]["id"]
        truth.add(f"t3_{opener}", None, 0)
        for told, depth in nested(comments, 1):
            truth.add(f"t1_{told['id']}", told["parent_id"], depth)
    return truth


def threads(path: Path) -> Truth:
    truth = Truth()
    for line in path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        truth.add(told["postId"], None, 0)
        for one in told["comments"]:
            truth.add(one["id"], one["parentId"] or told["postId"], one["depth"] + 1)
    return truth


def topics(path: Path) -> Truth:
    truth = Truth()
    for topic in json.loads(path.read_text(encoding="utf-8")):
        posts = {p["post_number"]: p for p in topic["post_comments"] if p["post_type"] == 1}
        posts = {n: p for n, p in posts.items() if not p.get("hidden")}
        for number, post in posts.items():
            above = posts.get(post["reply_to_post_number"] or 1) if number != 1 else None
            parent = str(above["id"]) if above else None
            truth.add(str(post["id"]), parent, 0 if number == 1 else 1)
    return truth


REAL = {
    "reddit_assistant_threads.ndjson.zst": listings,
    "reddit_claude_codex_threads.ndjson": threads,
    "discourse_openai_topics.json": topics,
}


@pytest.mark.parametrize("name", REAL)
def test_a_collection_gives_its_trees(
    name: str, shared: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    path = shared / "data" / name
    truth = REAL[name](path)
    report = import_files(sqlite_engine, keyed, [path], now=now)
    above = aliased(PostRow)
    with read(sqlite_engine) as connection:
        resolved = connection.scalar(
            select(func.count()).select_from(PostRow).join(above, above.key == PostRow.parent)
        )
        found = connection.execute(select(PostRow.depth, func.count()).group_by(PostRow.depth))
        depths = dict(found.all())
    assert resolved == sum(parent in truth.parents for parent in truth.parents.values())
    assert depths == dict(Counter(truth.depth(key) for key in truth.parents))
    assert report.counts["orphans"] == sum(
        truth.told[key] > 0 and parent not in truth.parents for key, parent in truth.parents.items()
    )


def test_flattened_comments_are_all_orphans(
    shared: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    path = shared / "data" / "hn_reddit_feedback.ndjson"
    ids = {json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()}
    report = import_files(sqlite_engine, keyed, [path], now=now)
    assert report.counts["new"] == len(ids)
    assert report.counts["orphans"] == sum(one.startswith("hn_comment_") for one in ids)
