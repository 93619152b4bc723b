"""What a person does to the timeline: adds an entry, retires one, lets it stand again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from db.engine import write
from db.handles import Connection, Engine
from db.queries.releases import release, releases
from db.releases import retire as set_retired
from db.releases import save_releases
from domain.errors import InputError
from domain.nouns import Release
from trends.catalogue import check_links, release_of

_NO_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG = 50  # characters of the title


def add(engine: Engine, told: Mapping[str, str], now: datetime) -> Release:
    """Puts a release on the timeline; `told` are its columns as text, as in the catalogue.

    Without an id it gets one of vendor, day and title. Raises `InputError` for a column that can't
    be taken, an id that is there already, and a link to a release that isn't.
    """
    with write(engine) as connection:
        made = entry(connection, told)
        save_releases(connection, [made], "imported", now)
    return made


def entry(connection: Connection, told: Mapping[str, str]) -> Release:
    """The release that `told` makes, not saved yet; raises as `add` does."""
    columns = {name: " ".join(value.split()) for name, value in told.items()}
    try:
        made = release_of({"id": _id(columns)} | columns)
    except ValueError as error:
        words = str(error)
        raise InputError(f"{words[:1].upper()}{words[1:]}.") from error
    if release(connection, made.id):
        raise InputError(
            f"{made.id} is on the timeline already.",
            "`whylost releases import` changes an entry; --id names another.",
        )
    check_links(connection, [made])
    return made


def retire(engine: Engine, named: str, because: str, now: datetime) -> Release:
    """Takes a release off pictures and tests, for a reason in words; gives it as it is then.

    It stays in the database and in the change log. Raises `InputError` where `named` is no id nor
    the beginning of one only, without a reason, and where it is retired already.
    """
    if not because.strip():
        raise InputError("There is no reason.", "Write --because and why it no longer stands.")
    return _set(engine, named, " ".join(because.split()), now)


def restore(engine: Engine, named: str, now: datetime) -> Release:
    """Lets a retired release stand again; raises `InputError` as `retire` does."""
    return _set(engine, named, "", now)


def _set(engine: Engine, named: str, because: str, now: datetime) -> Release:
    with write(engine) as connection:
        found = _one(connection, named)
        if bool(found.retired) == bool(because):
            how = f"is retired already: {found.retired}" if because else "is not retired"
            raise InputError(f"{found.id} {how}.")
        set_retired(connection, found.id, because, now)
        made = release(connection, found.id)
    return made or found


def _one(connection: Connection, named: str) -> Release:
    found = [r for r in releases(connection, retired=True) if named and r.id.startswith(named)]
    whole = [r for r in found if r.id == named]
    if len(whole or found) != 1:
        many = f"names {len(found):,} releases" if found else "names no release"
        raise InputError(f"{named!r} {many}.", "`whylost releases list --retired` shows the ids.")
    return (whole or found)[0]


def _id(columns: Mapping[str, str]) -> str:
    vendor, title = (
        _NO_SLUG.sub("-", columns.get(name, "").lower()).strip("-") for name in ("vendor", "title")
    )
    return f"{vendor}-{columns.get('announced', '')}-{title[:_SLUG]}".strip("-")
