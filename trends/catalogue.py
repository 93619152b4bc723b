"""The catalogue of releases and of confirmed faults: two CSV files that come with the program.

`trends/data/releases.csv` is the source of truth for what vendors did. `announced` is the day of
the source; `deployed` is the day on which `product` changed for its users, and is empty where that
isn't known: a research announcement deploys nothing, a closed test changes nothing for users at
large. `affects` keeps the source's own wording. `contained_in` links an announcement to the
releases said to contain it, by their ids; the id of a version of Claude Code that concerns the
causes is `anthropic-claude-code-` and its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from db.engine import write
from db.handles import Connection, Engine
from db.releases import SavedEvents, save_faults, save_releases, unlinked
from domain.causes import Cause
from domain.errors import InputError
from domain.nouns import ConfirmedFault, Release
from domain.products import PRODUCTS, UNKNOWN
from trends.csvlines import Line, lines

FOLDER = Path(__file__).parent / "data"
RELEASES = FOLDER / "releases.csv"
FAULTS = FOLDER / "confirmed_incidents.csv"

RESEARCH = "safety_training_research"  # an announcement: it deploys nothing
KINDS = (
    RESEARCH,
    "safety_safeguard_deployment",
    "policy_change",
    "model_release",
    "context_feature",
    "session_feature",
    "outage_or_postmortem",
)
CONFIDENCES = ("high", "medium", "low")
PRECISIONS = ("day", "month")

# What a column holds where the file leaves it out; columns not named here must be there.
_DEFAULTS = {
    "date_precision": "day",
    "deployed": "",
    "product": UNKNOWN,
    "affects": "",
    "claimed_effect": "",
    "source_title": "",
    "confidence": "medium",
    "note": "",
    "contained_in": "",
    "retired": "",
}
_RELEASE_COLUMNS = tuple(Release.__dataclass_fields__)
_FAULT_COLUMNS = tuple(ConfirmedFault.__dataclass_fields__)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
_NAME_LENGTH = 120

Noun = TypeVar("Noun", Release, ConfirmedFault)


def read_releases(path: Path = RELEASES) -> list[Release]:
    """The releases in a CSV file, in its order.

    Raises `InputError` naming file and line for the first line that can't be taken.
    """
    return _read(path, _RELEASE_COLUMNS, release_of)


def read_faults(path: Path = FAULTS) -> list[ConfirmedFault]:
    """The confirmed faults in a CSV file, in its order; raises as `read_releases` does."""
    return _read(path, _FAULT_COLUMNS, _fault)


def import_releases(engine: Engine, path: Path | None, now: datetime) -> SavedEvents:
    """Brings the releases of `path` (None: the catalogue of the program) into the database.

    Lines that a user imported stay as they are when the program's own catalogue comes again.
    Raises `InputError` as `read_releases` does, and for a link to a release that isn't known.
    """
    releases = read_releases(path or RELEASES)
    with write(engine) as connection:
        check_links(connection, releases)
        return save_releases(connection, releases, "imported" if path else "shipped", now)


def check_links(connection: Connection, releases: Sequence[Release]) -> None:
    """Raises `InputError` where one is linked to a release that isn't among them nor known."""
    for release, absent in unlinked(connection, releases):
        raise InputError(
            f"{release}: contained_in names {absent}, which is no release.",
            "`whylost releases list` shows the ids.",
        )


def import_faults(engine: Engine, path: Path | None, now: datetime) -> SavedEvents:
    """Brings the confirmed faults of `path` (None: those of the program) into the database."""
    faults = read_faults(path or FAULTS)
    with write(engine) as connection:
        return save_faults(connection, faults, "imported" if path else "shipped", now)


def _read(path: Path, columns: tuple[str, ...], make: Callable[[Line], Noun]) -> list[Noun]:
    made: list[Noun] = []
    seen: dict[str, int] = {}
    for number, line in lines(path, columns, _DEFAULTS):
        try:
            noun = make(line)
        except ValueError as error:
            raise InputError(f"{path.name}, line {number}: {error}.", "Mend that line.") from error
        if noun.id in seen:
            raise InputError(
                f"{path.name}, line {number}: the id {noun.id} stands on line {seen[noun.id]} too.",
                "Give each line an id of its own.",
            )
        seen[noun.id] = number
        made.append(noun)
    return made


def release_of(told: Mapping[str, str]) -> Release:
    """The release whose columns are `told` as text, those left out as in a file.

    Raises `ValueError` naming the column that can't be taken.
    """
    line = {name: told.get(name, _DEFAULTS.get(name, "")) for name in _RELEASE_COLUMNS}
    release = Release(
        **line
        | {  # type: ignore[arg-type]  # the other columns are text, as the noun has them
            "id": _identity(line),
            "announced": _day(line, "announced"),
            "date_precision": _one_of(line, "date_precision", PRECISIONS),
            "deployed": _day(line, "deployed") if line["deployed"] else None,
            "vendor": _filled(line, "vendor"),
            "product": _one_of(line, "product", (*(p.name for p in PRODUCTS), UNKNOWN)),
            "kind": _one_of(line, "kind", KINDS),
            "title": _filled(line, "title"),
            "source_url": _link(line),
            "confidence": _one_of(line, "confidence", CONFIDENCES),
            "contained_in": _links(line),
        }
    )
    if release.deployed and release.product == UNKNOWN:
        raise ValueError("a day of deployment needs the product that changed")
    if release.deployed and release.kind == RESEARCH:
        raise ValueError("research deploys nothing: name in contained_in what contains it")
    return release


def _fault(line: Line) -> ConfirmedFault:
    fault = ConfirmedFault(
        **line
        | {  # type: ignore[arg-type]  # the other columns are text, as the noun has them
            "id": _identity(line),
            "vendor": _filled(line, "vendor"),
            "product": _filled(line, "product"),
            "began": _day(line, "began"),
            "ended": _day(line, "ended"),
            "cause": Cause(_one_of(line, "cause", tuple(Cause))),
            "source_url": _link(line),
            "confidence": _one_of(line, "confidence", CONFIDENCES),
        }
    )
    if fault.ended < fault.began:
        raise ValueError("it ended before it began")
    return fault


def _identity(line: Line) -> str:
    if not _ID.fullmatch(line["id"]):
        raise ValueError(f"id {line['id'][:40]!r} is not small letters, digits, hyphens or dots")
    return line["id"]


def _day(line: Line, name: str) -> date:
    try:
        return date.fromisoformat(line[name])
    except ValueError as error:
        raise ValueError(f"{name} {line[name][:40]!r} is not a day like 2026-05-08") from error


def _one_of(line: Line, name: str, known: tuple[str, ...]) -> str:
    if line[name] not in known:
        raise ValueError(f"{name} {line[name][:40]!r} is none of {', '.join(known)}")
    return line[name]


def _filled(line: Line, name: str) -> str:
    if not line[name]:
        raise ValueError(f"{name} is empty")
    if name == "vendor" and len(line[name]) > _NAME_LENGTH:
        raise ValueError(f"{name} is longer than {_NAME_LENGTH} characters")
    return line[name]


def _links(line: Line) -> str:
    """Ids parted by one space, each once; raises `ValueError` for what is no id, or its own."""
    ids = list(dict.fromkeys(line["contained_in"].split()))
    for one in ids:
        if not _ID.fullmatch(one) or one == line["id"]:
            raise ValueError(f"contained_in {one[:40]!r} is not the id of another release")
    return " ".join(ids)


def _link(line: Line) -> str:
    if not re.match(r"https?://[^\s/]", line["source_url"]):
        raise ValueError(f"source_url {line['source_url'][:40]!r} is not a web address")
    return line["source_url"]
