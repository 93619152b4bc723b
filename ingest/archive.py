"""`whylost ingest import`: files of posts that somebody else collected, of any size.

A file is known by the SHA-256 of its bytes. Its posts are saved in blocks; each block and its line
in the ledger are one transaction, so that an import that was stopped goes on with the next block,
and a file that is in is passed over as fast as it can be hashed.

Frame: a capped feed, without exception. What the collectors of such a file asked for, what they
left out and what was deleted by then is unknown; its posts are counted, no rate is made of them.
That is why a file's place never is a live source's (`github-archive:...` beside `github:...`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Literal

from db import blocks, runs, trees
from db.engine import read
from db.handles import Engine
from db.posts import Saved
from domain.errors import InputError
from domain.keyed import Keyed
from domain.nouns import RunReport, SourceReport
from ingest.batches import Tally, cut, with_last
from ingest.filing import Filing
from ingest.formats import chosen, mapped
from ingest.formats.only import only as sieve
from ingest.formats.shape import File, Format, Item, Only
from ingest.redact import note_rules
from ingest.tidy import tidy
from ingest.unpack import DEFAULT_WINDOW, opened, unpacked

BLOCK = 1_000  # posts of one transaction
HEAD = 2**18  # bytes by which a format is recognised
_NAME = 100  # characters of a file's name in the report
_SIEVED = {
    "communities": "community (r/NAME)",
    "repositories": "repository (owner/name)",
    "words": "product",
}
Progress = Callable[[int, int | None], None]


@dataclass(kw_only=True, slots=True)
class _Import:
    """One run over files: how to read them, where to keep them."""

    engine: Engine
    filing: Filing
    format: str
    mapping: mapped.Mapped | None
    source: str | None
    only: Only
    window: int
    now: datetime
    report: Progress
    seen: int = 0  # posts so far, of all files
    passed: int = 0  # rows that --only didn't want

    def run(self, paths: Sequence[Path]) -> RunReport:
        began = monotonic()
        note_rules(self.engine)
        reports: list[SourceReport] = []
        refused: list[InputError] = []
        for path in dict.fromkeys(paths):
            try:
                reports.append(self._file(path, _distinct(path, reports)))
            except InputError as error:
                refused.append(error)
                reports.append(
                    SourceReport(
                        source=_distinct(path, reports), outcome="failed", message=str(error)
                    )
                )
        if refused and len(refused) == len(reports):
            raise refused[0]
        return RunReport(
            stage="import",
            started_at=self.now,
            finished_at=self.now + timedelta(seconds=monotonic() - began),
            outcome="done" if all(r.outcome == "done" for r in reports) else "partly",
            counts=_counts(reports)
            | {"passed_over": self.passed, "orphans": self._orphans()}
            | tidy(self.filing.engine, self.filing.keyed, self.now),
            sources=tuple(reports),
            message=" ".join(r.message for r in reports if r.outcome != "done"),
        )

    def _orphans(self) -> int:
        with read(self.engine) as connection:
            return trees.orphans(connection, self.filing.places)

    def _file(self, path: Path, name: str) -> SourceReport:
        """Imports one file. Raises `InputError` where nothing of it can be read."""
        began = monotonic()
        with opened(path) as (packed, digest):
            size = packed.seek(0, 2)
            identity = self._identity(digest)
            with read(self.engine) as connection:
                before = blocks.done(connection, identity)
            if before.complete:
                return SourceReport(
                    source=name,
                    outcome="done",
                    bytes=size,
                    posts_read=before.read,
                    posts_unchanged=before.read,
                    seconds=round(monotonic() - began, 3),
                    message="This file is in already.",
                )
            form, file = self._recognised(packed, path.name)
            made = self._blocks(form.read(file), identity, form.name, before)
            return replace(made, source=name, bytes=size, seconds=round(monotonic() - began, 3))

    def _identity(self, digest: str) -> str:
        """Of what the ledger tells: the same file sieved or mapped otherwise is another import."""
        told = [
            *(f"r/{name}" for name in sorted(self.only.communities)),
            *sorted(self.only.repositories),
            *sorted(self.only.words),
            *([self.mapping.fingerprint] if self.mapping else []),
        ]
        return sha256("\n".join([digest, *told]).encode()).hexdigest() if told else digest

    def _recognised(self, packed: BinaryIO, name: str) -> tuple[Format, File]:
        def again() -> BufferedReader:
            packed.seek(0)
            return unpacked(packed, name, self.window)

        head = again().read(HEAD)
        form = self.mapping or chosen(self.format, head, name)
        if self.only and not form.sieve:
            raise InputError(f"{name}: {form.name} can't be sieved.", "Leave --only out.")
        if self.only and not getattr(self.only, form.sieve):
            raise InputError(f"{name}: --only names no {_SIEVED[form.sieve]}.", "Name one.")
        return form, File(
            name=name, stream=again(), head=head, again=again, source=self.source, only=self.only
        )

    def _blocks(
        self, items: Iterator[Item], identity: str, form: str, before: blocks.Done
    ) -> SourceReport:
        """Saves what is not in yet. Where the file turns out damaged, what came before stays."""
        saved, met = Saved(), Tally()
        posts_read, number = before.read, before.blocks
        outcome: Literal["done", "partly"] = "done"
        damage = ""
        try:
            for block, last in with_last(cut(items, before.read, BLOCK)):
                saved += self.filing.save(block, identity, number, form=form, last=last)
                number += 1
                posts_read += len(block.posts)
                met.take(block.met)
                self.seen += len(block.posts)
                self.report(self.seen, None)
        except InputError as error:
            if number == 0:
                raise
            outcome, damage = "partly", f"{error} "
        self.passed += met.counts["passed"]
        if met.counts["unreadable"] and saved == Saved() and not before.read:
            outcome, damage = "partly", f"{damage}Nothing in it could be read; "
        return SourceReport(
            source="",
            outcome=outcome,
            posts_read=posts_read,
            posts_new=saved.new,
            posts_changed=saved.changed,
            posts_unchanged=saved.unchanged + before.read,
            posts_deleted=saved.deleted,
            unreadable=met.counts["unreadable"],
            message=damage + met.told(),
        )


def import_files(
    engine: Engine,
    keyed: Keyed,
    paths: Sequence[Path],
    *,
    format: str = "auto",  # noqa: A002 - the word of the command line's --format
    mapping: Path | None = None,
    source: str | None = None,
    only: Sequence[str] = (),
    window_bytes: int = DEFAULT_WINDOW,
    now: datetime,
    report: Progress = lambda _done, _total: None,
) -> RunReport:
    """Imports files (`-` is standard input) and says of each what came of it.

    `mapping` describes tables of one's own, see `ingest.formats.mapped`. `only` names communities
    (`r/NAME`), repositories or products; what is of none of them is passed over. `source` files the
    posts under another place than the format's: `mirror` makes `mirror:owner/repo` of
    `github-archive:owner/repo`. Raises `InputError` where no file at all
    could be read; where only some could, the outcome is `partly`. Call under the run lock.
    """
    task = _Import(
        engine=engine,
        filing=Filing(engine=engine, keyed=keyed, now=now),
        format=format,
        mapping=mapped.load(mapping) if mapping else None,
        source=source,
        only=sieve(only),
        window=window_bytes,
        now=now,
        report=report,
    )
    return runs.record(engine, "import", now, partial(task.run, paths))


def _distinct(path: Path, reports: Sequence[SourceReport]) -> str:
    """The file's name, numbered where an earlier file has the same."""
    name = path.name[-_NAME:] if str(path) != "-" else "standard input"
    taken = sum(r.source == name or r.source.startswith(f"{name} (") for r in reports)
    return f"{name} ({taken + 1})" if taken else name


def _counts(reports: Sequence[SourceReport]) -> dict[str, int]:
    return {
        "files": len(reports),
        "read": sum(r.posts_read for r in reports),
        "new": sum(r.posts_new for r in reports),
        "changed": sum(r.posts_changed for r in reports),
        "unchanged": sum(r.posts_unchanged for r in reports),
        "deleted": sum(r.posts_deleted for r in reports),
        "unreadable": sum(r.unreadable for r in reports),
    }
