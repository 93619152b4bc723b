"""Which release a thread is about: an announcement is linked as what it is.

A thread that is opened under a vendor's announcement bears its title, or begins with it. Only the
words are compared; a thread that merely mentions a product is about no release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from db.fold import fold
from db.tables import ReleaseRow
from domain.nouns import Release

# People share an announcement from the day before (time zones, embargoes) and for some weeks.
BEFORE, AFTER = timedelta(days=2), timedelta(days=90)
LEAST_WORDS = 3  # of a title that is looked for: "Introducing Bloom" would be found everywhere
_WORD = re.compile(r"\w+")


def announced(connection: Connection, title: str, opened: datetime) -> Release | None:
    """The release whose title stands in the title of a thread opened at that time, or None."""
    day = opened.date()
    query = select(ReleaseRow).where(
        ReleaseRow.announced >= day - AFTER,
        ReleaseRow.announced <= day + BEFORE,
        ReleaseRow.retired == "",
    )
    rows = connection.execute(query.order_by(ReleaseRow.announced.desc(), ReleaseRow.id))
    return named((Release(**row._asdict()) for row in rows), title, day)


def named(releases: Iterable[Release], title: str, day: date) -> Release | None:
    """The release with the longest title that stands in `title`, word for word; the one announced
    nearest to `day` where several are as long."""
    told = _words(title)
    found = [(len(words), r) for r in releases if (words := _found(r, told))]
    if not found:
        return None
    longest = max(n for n, _ in found)
    return min((r for n, r in found if n == longest), key=lambda r: (abs(r.announced - day), r.id))


def _found(release: Release, told: tuple[str, ...]) -> tuple[str, ...]:
    """The longest of a release's titles that stands in `told`; empty where none does."""
    titles = [t for whole in (release.source_title, release.title) for t in (whole, _head(whole))]
    wanted = sorted({_words(t) for t in titles}, key=len, reverse=True)
    return next((w for w in wanted if len(w) >= LEAST_WORDS and _inside(w, told)), ())


def _head(title: str) -> str:
    """What stands before the first colon or semicolon: what people repeat of a long title."""
    return re.split(r"[:;]", title, maxsplit=1)[0]


def _inside(words: tuple[str, ...], told: tuple[str, ...]) -> bool:
    return any(told[i : i + len(words)] == words for i in range(len(told) - len(words) + 1))


def _words(title: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(title) or ""))
