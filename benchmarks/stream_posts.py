"""The labelled posts of the stream (`stream_marks/README.md`), their texts looked up in the files.

A label names its post by the file it is from and the SHA-256 of title and text, as the program
reads them before redaction.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedReader
from pathlib import Path

from classify.labels import Labelled
from classify.text import Content
from ingest.formats import chosen
from ingest.formats.shape import File, Note, Row
from ingest.privacy import redact
from ingest.source import RawPost
from ingest.unpack import LARGEST_WINDOW, opened, unpacked

MARKS = Path(__file__).parent / "stream_marks" / "posts.csv"
HEAD = 2**18  # bytes by which a format is recognised
PLACES = {"hackernews": "hn"}  # as the labelled collection calls them


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One label. `annotator`: who read the post; 60 posts bear a label of each."""

    file: str
    digest: str
    source: str
    stratum: str  # "A" or "B"
    annotator: str
    label: str  # a cause, "undetermined" or "not"
    secondary: str
    confidence: str
    drawn: int  # posts of this source and stratum that were drawn
    available: int  # of so many

    @property
    def cell(self) -> str:
        """Source and stratum: what posts were drawn from."""
        return f"{self.source} {self.stratum}"


def marks() -> list[Mark]:
    """All labels, in the file's order."""
    with MARKS.open(encoding="utf-8", newline="") as lines:
        return [
            Mark(
                file=row["file"],
                digest=row["sha256"],
                source=row["source"],
                stratum=row["stratum"],
                annotator=row["annotator"],
                label=row["label"],
                secondary=row["secondary"],
                confidence=row["confidence"],
                drawn=int(row["drawn"]),
                available=int(row["available"]),
            )
            for row in csv.DictReader(lines)
        ]


def contents(data: Path) -> dict[tuple[str, str], Content]:
    """The marked posts' redacted texts, by file and digest.

    Raises `LookupError` where one isn't in `data` any more.
    """
    wanted = {(m.file, m.digest) for m in marks()}
    made: dict[tuple[str, str], Content] = {}
    for file in sorted({file for file, _ in wanted}):
        titles: dict[str, str] = {}
        posts: dict[str, RawPost] = {}
        for post in raw_posts(data / file):
            if post.thread_title:
                titles.setdefault(post.thread, post.thread_title)
            if (file, key := digest(post)) in wanted:
                posts.setdefault(key, post)
        for key, post in posts.items():
            made[file, key] = content(post, titles.get(post.thread, ""))
    if missing := wanted - made.keys():
        raise LookupError(f"{len(missing)} labelled posts are not in {data}")
    return made


def digest(post: RawPost) -> str:
    """What a post is known by."""
    return sha256(f"{post.title}\n{post.text}".encode("utf-8", "replace")).hexdigest()


def content(post: RawPost, thread_title: str) -> Content:
    """A post as the model reads it once it is stored."""
    title = "" if thread_title == post.title else thread_title
    return Content(
        title=redact(post.title),
        text=redact(post.text),
        thread_title=redact(title),
        kind=post.kind,
        source=source_of(post),
    )


def source_of(post: RawPost) -> str:
    """`hackernews` of `hackernews-archive:...`."""
    return post.place.partition(":")[0].removesuffix("-archive")


def labelled(mark: Mark, read: Content) -> Labelled:
    """A label and its post, as evaluation takes them."""
    report = mark.label != "not"
    return Labelled(
        id=mark.digest,
        content=read,
        report=report,
        cause=mark.label if report else None,
        secondary=mark.secondary or None,
        place=PLACES.get(mark.source, mark.source),
        thread=read.thread_title or mark.digest,
        stratum=mark.cell,
    )


def raw_posts(path: Path) -> Iterator[RawPost]:
    """Every post of a collection that can be read."""
    with opened(path) as (packed, _):

        def again() -> BufferedReader:
            packed.seek(0)
            return unpacked(packed, path.name, LARGEST_WINDOW)

        head = again().read(HEAD)
        file = File(name=path.name, stream=again(), head=head, again=again)
        for item in chosen("auto", head, path.name).read(file):
            if isinstance(item, Note):
                continue
            try:
                yield item.post() if isinstance(item, Row) else item
            except ValueError:
                continue  # a row that is no post; import counts these
