"""Incidents of a judged database: what joins them, and how long grouping takes.

    python -m benchmarks.incidents FILE.db FILE.key [--new 100]

Works on a copy of an SQLite file. Times grouping with nothing new, with some posts judged anew, and
of everything at once; then counts links by kind, and near-duplicates with and without the least
length.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, and_, delete, select

from classify import near
from classify.group import Kind, Link
from classify.regroup import reached, regroup
from db import grouping, key, marks
from db.engine import open_engine, read, upgrade, write
from db.judges import Judges, judges
from db.tables import IncidentMember, Meta, PostRow, PostText
from domain.keyed import Keyed


def seconds(work: Callable[[], object]) -> str:
    """How long `work` takes: by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return f"{time.perf_counter() - clock:6.2f} s ({time.process_time() - processor:.2f} s of CPU)"


def forget(engine: Engine) -> None:
    """Makes the next grouping one of everything."""
    with write(engine) as connection:
        connection.execute(delete(Meta).where(Meta.name == "incidents_grouped"))


def touch(engine: Engine, number: int) -> None:
    """Notes some posts as judged anew."""
    with read(engine) as connection:
        posts = connection.scalars(select(PostRow.key).order_by(PostRow.key)).all()
    with write(engine) as connection:
        grouping.due(connection, random.Random(1).sample(list(posts), min(number, len(posts))))


def told(engine: Engine, shown: Judges) -> None:
    """Prints what joins incidents."""
    with read(engine) as connection:
        reach = reached(connection, shown, grouping.everything(connection, shown))
        author = dict(connection.execute(select(PostRow.key, PostRow.author)).all())
        mine = IncidentMember.model == shown.current
        roles = Counter(connection.scalars(select(IncidentMember.role).where(mine)))
        incidents = Counter(connection.scalars(select(IncidentMember.incident).where(mine)))
    links: list[Link] = list(reach.links())
    alike = [link for link in links if link.kind is Kind.NEAR_DUPLICATE]
    print(f"incidents: {len(incidents):,}, of one post: {list(incidents.values()).count(1):,}")
    print(f"members by role: {dict(roles)}; replies that join: {len(links) - len(alike):,}")
    across = sum(len({reach.nodes[post].thread for post in link.posts}) > 1 for link in alike)
    different = sum(len({author[post] for post in link.posts}) > 1 for link in alike)
    print(f"near-duplicate links: {len(alike)}, across threads {across}, authors {different}")


def everywhere(engine: Engine, keyed: Keyed, least: int) -> None:
    """Prints near-duplicates among all posts that are held, reports or not, by whose they are."""
    text = and_(PostText.post == PostRow.key, PostText.version == PostRow.version)
    query = select(PostRow.key, PostRow.author, PostText.title, PostText.text).join(PostText, text)
    with read(engine) as connection:
        rows = connection.execute(query.where(PostText.text.is_not(None))).all()
    author = {row.key: row.author for row in rows}
    made = {r.key: near.sketch(r.title or "", r.text or "", keyed, least=least) for r in rows}
    sketches = {post: sketch for post, sketch in made.items() if sketch is not None}
    buckets: dict[int, set[str]] = {}
    same: dict[bytes, list[str]] = {}
    for post, sketch in sketches.items():
        same.setdefault(sketch, []).append(post)
        for band in marks.bands(sketch):
            buckets.setdefault(band, set()).add(post)
    pairs = [(same[a][0], same[b][0]) for a, b in near.pairs(buckets.values(), sketches)]
    pairs += [(posts[0], post) for posts in same.values() for post in posts[1:]]
    whose = Counter(_whose(author[one], author[other]) for one, other in pairs)
    print(f"near-duplicates among all posts of {least} triples or more: {dict(whose)}")


def _whose(one: str | None, other: str | None) -> str:
    if one is None or other is None:
        return "unknown authors"
    return "one author" if one == other else "two authors"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="a judged SQLite database")
    parser.add_argument("key", type=Path, help="its key file")
    parser.add_argument("--new", type=int, default=100)
    given = parser.parse_args()
    keyed: Keyed = key.load(given.key)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{shutil.copy(given.file, folder)}")
        upgrade(engine)
        with read(engine) as connection:
            shown = judges(connection)
        if shown is None:
            raise SystemExit("Nothing was judged in this database.")
        models = shown

        def group() -> None:
            regroup(engine, models, keyed, datetime.now(UTC))

        group()
        print("nothing new:   ", seconds(group))
        touch(engine, given.new)
        print(f"{given.new:5} new:     ", seconds(group))
        forget(engine)
        print("everything:    ", seconds(group))
        told(engine, models)
        for least in (near.LEAST_SHINGLES, 1):
            everywhere(engine, keyed, least)
        engine.dispose()


if __name__ == "__main__":
    main()
