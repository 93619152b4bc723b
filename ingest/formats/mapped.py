"""Tables and lines of one's own: a TOML file says which column holds what.

Where the table names no thread, a post stands in the thread of the post that it answers. The
reference with an example is docs/importing.md.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from domain.errors import InputError
from domain.products import PRODUCTS
from ingest.formats.pieces import first_keys, lines, rows
from ingest.formats.shape import UNREADABLE, BadCell, File, Item, Note, Row, Sieve, moment
from ingest.products import products_of
from ingest.source import RawPost
from ingest.text import from_html, from_markdown, tidy

Name = Annotated[str, msgspec.Meta(min_length=1)]
_TEXT: dict[str, Callable[[str], str]] = {
    "plain": tidy,
    "markdown": from_markdown,
    "html": from_html,
}
_NO = frozenset(("", "0", "false", "no", "f", "n", "none", "null"))


class Columns(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Names of columns; in JSON, `user.name` is the key `name` of the object `user`."""

    id: Name
    text: Name
    written_at: Name
    thread: Name | None = None
    parent: Name | None = None
    title: Name | None = None
    author: Name | None = None
    edited_at: Name | None = None
    deleted: Name | None = None
    url: Name | None = None
    place: Name | None = None
    product: Name | None = None


class Declared(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file; see docs/importing.md."""

    source: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]
    columns: Columns
    place: Name = "import"
    text_is: Literal["plain", "markdown", "html"] = "plain"
    time: Name = "iso"  # or seconds, milliseconds, or a pattern of strptime
    zone: Name = "UTC"  # of times that name none
    kind: Name = "post"
    products: tuple[str, ...] = ()
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","


def load(path: Path) -> Mapped:
    """Reads a mapping. Raises `InputError`, which names the line or the key that is wrong."""
    try:
        content = path.read_bytes()
        told = tomllib.loads(content.decode())
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Check the name.") from error
    except ValueError as error:
        raise InputError(f"{path} is not TOML: {error}.") from error
    try:
        mapping = msgspec.convert(told, Declared)
        zone = ZoneInfo(mapping.zone)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {error}.", "See docs/importing.md.") from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(f"{path}: no zone is called {told['zone']!r}.") from error
    known = [product.name for product in PRODUCTS]
    for product in mapping.products:
        if product not in known:
            raise InputError(
                f"{path}: no product is called {product!r}.", f"Known: {', '.join(known)}."
            )
    return Mapped(mapping=mapping, zone=zone, fingerprint=sha256(content).hexdigest())


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """A format made of a mapping; never recognised by itself."""

    mapping: Declared
    zone: ZoneInfo
    fingerprint: str
    name: ClassVar[str] = "mapped"
    sieve: ClassVar[Sieve] = ""

    def fits(self, head: bytes) -> bool:
        """Never: a mapping is named."""
        return False

    def read(self, file: File) -> Iterator[Item]:
        """One post a row or line; what can't be read is told with its column."""
        columns: dict[str, str] = msgspec.structs.asdict(self.mapping.columns)
        wanted = {ours: theirs for ours, theirs in columns.items() if theirs}
        read = _lines if first_keys(file.head) else _table
        for number, told in read(file.stream, wanted, self.mapping.delimiter):
            where = f"line {number}"
            if not isinstance(told, dict):
                yield Note(kind="unreadable", where=where)
                continue
            values = [told.get(name, told) for name in wanted.values()]
            yield Row(
                where,
                "\x1f".join([self.fingerprint, *map(str, values)]),
                partial(self._post, file, told, wanted),
            )

    def _post(self, file: File, told: Mapping[str, Any], columns: Mapping[str, str]) -> RawPost:
        mapping = self.mapping
        cells = {ours: _found(told, path) for ours, path in columns.items()}
        id_, parent = cells["id"].strip(), cells.get("parent", "").strip()
        if not id_:
            raise BadCell(columns["id"])
        own = f"{mapping.source}:{id_}"
        answered = f"{mapping.source}:{parent}" if parent else None
        named = cells.get("thread", "").strip()
        thread = f"{mapping.source}:{named}" if named else answered or own
        opens = thread == own
        deleted = cells.get("deleted", "").strip().lower() not in _NO
        title = "" if deleted else tidy(cells.get("title", ""))
        written = self._moment(cells["written_at"], columns["written_at"])
        edited = cells.get("edited_at", "")
        return RawPost(
            place=file.place(mapping.source, cells.get("place", "").strip() or mapping.place),
            thread=thread,
            thread_title=title if opens else None,
            thread_opened_at=written if opens else None,
            external_id=own,
            parent=None if opens else answered or thread,
            kind=mapping.kind if opens else "reply",
            author=cells.get("author", "").strip() or None,
            title=title,
            text="" if deleted else _TEXT[mapping.text_is](cells["text"]),
            written_at=written,
            edited_at=self._moment(edited, columns["edited_at"]) if edited.strip() else None,
            deleted=deleted,
            url=cells.get("url", "").strip(),
            depth=0 if opens else 1,
            products=products_of(mapping.products, cells.get("product", ""), ""),
        )

    def _moment(self, told: str, column: str) -> datetime:
        try:
            match self.mapping.time:
                case "iso" | "seconds":
                    read = datetime.fromisoformat(told.strip()) if "-" in told else moment(told)
                case "milliseconds":
                    read = moment(float(told) / 1_000)
                case pattern:
                    read = datetime.strptime(told.strip(), pattern)  # noqa: DTZ007 - below
            zoned = read.replace(tzinfo=self.zone) if read.tzinfo is None else read
            return zoned.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise BadCell(column) from error


def _table(
    stream: io.BufferedReader, wanted: Mapping[str, str], delimiter: str
) -> Iterator[tuple[int, object]]:
    names = list(wanted.values())
    for number, row in rows(stream, [name.strip().lower() for name in names], delimiter):
        yield number, row and dict(zip(names, row, strict=True))


def _lines(
    stream: io.BufferedReader, _wanted: Mapping[str, str], _delimiter: str
) -> Iterator[tuple[int, object]]:
    for number, line in lines(stream):
        try:
            yield number, msgspec.json.decode(line or b"")
        except UNREADABLE:
            yield number, None


def _found(row: Mapping[str, Any], path: str) -> str:
    """What stands at a path of keys; nothing, truth and numbers as text."""
    told: Any = row
    for key in [path] if path in row else path.split("."):
        told = told.get(key) if isinstance(told, dict) else None
    match told:
        case None:
            return ""
        case bool():
            return "true" if told else "false"
        case str():
            return told
        case int() | float():
            return str(told)
        case _:
            raise BadCell(path)
