"""Exports of Hacker News (BigQuery's `full` table, ClickHouse's `hackernews`), whatever the file.

The file is read twice: first for the links, see `hn_links`, then for the posts. With `--only` what
names a product comes in, and all answers to it, as from the live source; the place is then that of
the name. Dead items are hidden on the site and count as deleted. The title of a story is known to
its comments where it came before them, among the last `RECENT` stories.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from domain.errors import InputError
from ingest.formats.hn_links import MOST_NAMES, Links, Named, Stand
from ingest.formats.shape import File, Item, Note, moment, row
from ingest.matching import names, narrowest_first, of_the_trade
from ingest.products import products_of
from ingest.source import RawPost
from ingest.text import from_html, tidy

COLUMNS = ("id", "type", "by", "time", "text", "parent", "title", "dead", "deleted")
RECENT = 100_000
_LARGEST = 2**32  # ids are below
_TRUE = frozenset(("1", "true", "t"))
_NONE = frozenset(("", "0", "\\n", "null"))
_TRADE = "AI"  # a word of the trade, for what counts only beside one

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Told:
    """An item; `gone` where it was deleted or killed."""

    where: str
    id: int
    parent: int  # 0: none
    kind: str
    author: str | None
    time: Value
    title: str
    text: str  # HTML
    gone: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What its comments should know of a story."""

    title: str
    opened_at: datetime


Items = Callable[[io.BufferedReader], Iterator[Told | Note]]


def item(where: str, told: dict[str, Value]) -> Told:
    """An item of either export. Raises `ValueError` for numbers that are none."""
    number = int(told["id"] or 0)
    parent = 0 if str(told["parent"] or "").lower() in _NONE else int(told["parent"] or 0)
    if not 0 < number < _LARGEST or not 0 <= parent < _LARGEST:
        raise ValueError("no id")
    return Told(
        where=where,
        id=number,
        parent=parent,
        kind=str(told["type"] or ""),
        author=str(told["by"] or "") or None,
        time=told["time"],
        title=str(told["title"] or ""),
        text=str(told["text"] or ""),
        gone=any(str(told[flag]).lower() in _TRUE for flag in ("dead", "deleted")),
    )


def read(file: File, items: Items) -> Iterator[Item]:
    """The posts of an export, in its order."""
    wanted = narrowest_first(file.only.words)
    if len(wanted) > MOST_NAMES:
        raise InputError(f"--only takes at most {MOST_NAMES} names for {file.name}.")
    links = Links()
    for found in items(file.stream):
        if isinstance(found, Told):
            links.put(found.id, found.parent, _named(found, wanted))
    stories: dict[int, Story] = {}
    for found in items(file.again()):
        try:
            yield found if isinstance(found, Note) else _item(file, found, links, wanted, stories)
        except ValueError:
            yield Note(kind="unreadable", where=found.where)


def _named(found: Told, wanted: list[str]) -> Named:
    """What the item names itself, by the matching of the live source."""
    if not wanted:
        return Named()
    title = "" if found.parent else found.title
    seen = f"{title}\n{found.text}".lower()
    trade = not found.parent and of_the_trade(title)
    if not any(name.split()[-1].lower() in seen for name in wanted):
        return Named(trade=trade)
    words = f"{title}\n{from_html(found.text)}"
    return Named(
        certain=_first(wanted, words, title), beside=_first(wanted, words, _TRADE), trade=trade
    )


def _first(wanted: list[str], words: str, around: str) -> int:
    return next((n for n, name in enumerate(wanted, 1) if names(name, words, around)), 0)


def _item(
    file: File, found: Told, links: Links, wanted: list[str], stories: dict[int, Story]
) -> Item:
    if found.kind not in ("story", "comment", "poll"):
        return Note(kind="left_out", where=found.where)
    stand, written = links.stand(found.id), _written(found)
    if not found.parent:
        _remember(stories, found, written)
    if wanted and not stand.name:
        return Note(kind="passed", where=found.where)
    name = wanted[stand.name - 1].lower() if wanted else "all"
    story = stories.get(stand.root)
    return row(
        found.where,
        partial(_post, file.place("hackernews", name), story=story),
        story.title if story else "",
        stand=stand,
        written=written,
        found=replace(found, where=""),
    )


def _remember(stories: dict[int, Story], found: Told, written: datetime) -> None:
    title = "" if found.gone else tidy(from_html(found.title))
    stories[found.id] = Story(title, written)
    if len(stories) > RECENT:
        del stories[next(iter(stories))]


def _post(
    place: str, *, story: Story | None, stand: Stand, written: datetime, found: Told
) -> RawPost:
    comment = bool(found.parent)
    return RawPost(
        place=place,
        thread=f"hn:{stand.root}",
        thread_title=story.title if story else None,
        thread_opened_at=story.opened_at if story else None,
        external_id=f"hn:{found.id}",
        parent=f"hn:{found.parent}" if comment else None,
        kind="comment" if comment else "story",
        author=None if found.gone else found.author,
        title="" if comment or found.gone or story is None else story.title,
        text="" if found.gone else from_html(found.text),
        written_at=written,
        deleted=found.gone,
        url=f"https://news.ycombinator.com/item?id={found.id}",
        depth=stand.depth,
        products=products_of((), story.title, "") if story else (),
    )


def _written(found: Told) -> datetime:
    if found.time is None or isinstance(found.time, bool) or found.time == "":
        raise ValueError("no time")
    return moment(found.time)
