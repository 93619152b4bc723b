"""One block of an archive's posts into the database, with its line in the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from db import blocks, closings, trees
from db.engine import read, write
from db.handles import Connection, Engine
from db.posts import Saved, buried, held, save_places, save_posts, save_threads
from domain.keyed import Keyed
from domain.nouns import Frame, Place, Terms
from ingest.batches import Block
from ingest.formats.shape import ARCHIVE, Row
from ingest.prepare import Prepared, keys, prepare
from ingest.quotes import without_quotes
from ingest.schedule import Plan, plan_of
from ingest.source import RawPost
from ingest.sources import named, terms_of
from ingest.threads import merged, rejoined

LONG_AFTER = datetime.max.replace(tzinfo=UTC)  # every post of an archive is back-filled
READING = 1  # to be raised where a reader makes other posts of the same rows


@dataclass(kw_only=True, slots=True)
class Filing:
    """Saves the blocks of one run; `places` are those of the posts that were read."""

    engine: Engine
    keyed: Keyed
    now: datetime
    places: set[str] = field(default_factory=set)

    def save(self, block: Block, identity: str, number: int, *, form: str, last: bool) -> Saved:
        """Keeps what is new in a block, all of it or nothing.

        Most of what costs time is spared for a row that was read before, in whatever file: it is
        known by its hash. Where only its post is known, that is neither redacted nor written.
        """
        rows = [self._hash(form, one) for one in block.posts]
        with read(self.engine) as connection:
            passed = blocks.rows_read(connection, {r for r in rows if r})
            posts = block.read(passed, rows)
            looked_up = keys(posts, self.keyed)
            known, graves = held(connection, looked_up), buried(connection, looked_up)
        ready = prepare(
            posts, known, graves, self.keyed, live_since=LONG_AFTER, plans=self._plans(posts)
        )
        fresh = {row for row in rows if row and row not in passed}
        with write(self.engine) as connection:
            saved = self._keep(connection, ready, posts, known)
            blocks.keep_rows(connection, sorted(fresh))
            blocks.save(
                connection,
                identity,
                number,
                format=form,
                read=len(rows),
                unreadable=block.met.counts["unreadable"],
                last=last,
                now=self.now,
            )
        self.places.update(p.place for p in posts)
        return saved + Saved(unchanged=ready.unchanged + sum(row in passed for row in rows))

    def _plans(self, posts: Sequence[RawPost]) -> dict[str, Plan]:
        """Who deletes a post at its source means our copy, too: it is asked for like a live one."""
        places = {p.place for p in posts}
        return {place: plan_of(named(_source(place)), self.now) for place in places}

    def _hash(self, form: str, post: RawPost | Row) -> str:
        """ "" where the format gives posts that are read already."""
        if isinstance(post, RawPost):
            return ""
        return self.keyed.hash("row", f"{form}\x1f{READING}\x1f{post.told}")

    def _keep(
        self,
        connection: Connection,
        ready: Prepared,
        posts: Sequence[RawPost],
        known: Collection[str],
    ) -> Saved:
        ready = rejoined(connection, ready, posts, self.keyed)
        ready = without_quotes(connection, ready, self.keyed)
        save_places(connection, _places(posts))
        save_threads(connection, ready.threads, self.now)
        save_threads(connection, ready.stubs, self.now, only_new=True)
        closings.save(connection, ready.standings)
        saved = save_posts(connection, ready.posts, self.now, self.keyed)
        new = [p for p in ready.posts if p.key not in known]
        trees.merge(connection, merged(new, self.keyed))
        trees.settle(connection, {p.key for p in new}, {p.thread for p in new})
        return saved


def _places(posts: Sequence[RawPost]) -> list[Place]:
    """The places of these posts; the part before the colon names the source, whose terms hold."""
    return [
        Place(
            name=name,
            source=_source(name),
            frame=Frame.CAPPED_FEED,
            terms=terms_of(_source(name)) or Terms(),
        )
        for name in dict.fromkeys(p.place for p in posts)
    ]


def _source(place: str) -> str:
    return place.partition(":")[0].removesuffix(ARCHIVE)
