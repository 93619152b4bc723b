"""Settings, read once at the edges and passed down as values.

Order of precedence: command line, environment, `whylost.toml`, the defaults on this page.
Credentials are never in the file: it names the environment variables that hold them.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.errors import SettingsError

DATABASE_VARIABLE = "WHYLOST_DATABASE_URL"
CONFIG_VARIABLE = "WHYLOST_CONFIG"
HOME_VARIABLE = "WHYLOST_HOME"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSettings:
    """What one source may do and where. `credentials` maps a role to a variable's name."""

    enabled: bool = True
    search: tuple[str, ...] = ()
    base: str = ""
    also: Mapping[str, str] = field(default_factory=dict)  # further addresses, by role
    about: Mapping[str, str] = field(default_factory=dict)  # the product of an entry of `search`
    pace_seconds: float = 1.0  # least time between two requests to a host
    budget_requests: int = 500  # of one run
    budget_seconds: float = 600.0
    budget_megabytes: float = 200.0
    budget_dollars: float = 0.0  # of one run, where reading costs money
    budget_dollars_month: float = 0.0
    keep_days: int = 0  # of texts that are no report; 0: as [whylost] says
    timeout_seconds: float = 20.0
    credentials: Mapping[str, str] = field(default_factory=dict)

    def secret(self, role: str) -> str | None:
        """The credential of this role from its environment variable, or None where it is unset."""
        variable = self.credentials.get(role)
        return (os.environ.get(variable) or None) if variable else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that can be set. `home` holds the database, the key file and the lock.

    `sources` holds what is said of a source other than its own defaults: see `of_source`.
    """

    home: Path
    database: str
    contact: str = ""
    back_fill_days: int = 400
    first_run_days: int = 7
    at_once: int = 6  # sources that are read at a time
    keep_days: int = 400  # of texts that are no report
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of_source(self, name: str, defaults: SourceSettings) -> SourceSettings:
        """The settings of a source: its own defaults, changed by what the file says."""
        return replace(defaults, **self.sources.get(name, {}))

    @property
    def demo_database(self) -> str:
        """The demonstration threads live in a file of their own, beside the real database."""
        return f"sqlite:///{self.home / 'demonstration.db'}"

    @property
    def key_file(self) -> Path:
        """The secret of the keyed hashes, outside the database."""
        return self.home / "whylost.key"


def load(config: Path | None = None, database: str | None = None) -> Settings:
    """Settings from `config` (default: $WHYLOST_CONFIG, else ./whylost.toml where it exists).

    Raises `SettingsError` for a file that is missing, not TOML, or says what we don't know.
    """
    named = config or _path(os.environ.get(CONFIG_VARIABLE))
    told = _read(named) if named else _read_if_there(Path("whylost.toml"))
    where = str(named or "whylost.toml")
    top = _section(told, "whylost", where)
    home = _path(os.environ.get(HOME_VARIABLE)) or _path(top.pop("home", None)) or _data_folder()
    url = database or os.environ.get(DATABASE_VARIABLE) or top.pop("database", "")
    top.pop("database", None)
    sources = _section(told, "sources", where)
    _nothing_left(told, "", where)
    return Settings(
        home=home,
        database=url or f"sqlite:///{home / 'whylost.db'}",
        sources=_sources(sources, where),
        **_typed(Settings, top, "whylost", where),
    )


def _sources(told: dict[str, Any], where: str) -> dict[str, dict[str, Any]]:
    """What is said of each source; which sources there are is known to `ingest` alone."""
    made: dict[str, dict[str, Any]] = {}
    for name, section in told.items():
        if not isinstance(section, dict):
            raise SettingsError(f"{where}: sources.{name} is not a table.", "Write [sources.NAME].")
        made[name] = _typed(SourceSettings, section, f"sources.{name}", where)
    return made


def _typed(kind: type[Any], told: dict[str, Any], section: str, where: str) -> dict[str, Any]:
    """`told` with each value of the type of the field's default; names the setting that is not."""
    made: dict[str, Any] = {}
    known = {f.name: f for f in fields(kind) if f.name not in ("home", "database", "sources")}
    for name, value in told.items():
        if name not in known:
            raise SettingsError(
                f"{where}: [{section}] has no setting {name}.",
                f"Known: {', '.join(sorted(known))}.",
            )
        made[name] = _as(value, str(known[name].type), f"{where}: [{section}] {name}")
    return made


def _as(value: Any, kind: str, what: str) -> Any:
    match kind, value:
        case "bool", bool():
            return value
        case "str", str():
            return value
        case "int", int() if not isinstance(value, bool) and value >= 0:
            return value
        case "float", int() | float() if not isinstance(value, bool) and value >= 0:
            return float(value)
        case "tuple[str, ...]", list() if all(isinstance(v, str) for v in value):
            return tuple(value)
        case "Mapping[str, str]", dict() if all(isinstance(v, str) for v in value.values()):
            return dict(value)
        case _:
            raise SettingsError(f"{what} = {value!r} does not fit.", f"It takes a {kind}.")


def _section(told: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    section = told.pop(name, {})
    if not isinstance(section, dict):
        raise SettingsError(f"{where}: {name} is not a table.", f"Write [{name}].")
    return section


def _nothing_left(told: dict[str, Any], section: str, where: str) -> None:
    for name in told:
        raise SettingsError(
            f"{where}: there is no section [{name}].", "Known: [whylost], [sources.NAME]."
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} is not there.", "Name a file with --config.") from error
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}.", "Mend that line.") from error


def _read_if_there(path: Path) -> dict[str, Any]:
    return _read(path) if path.is_file() else {}


def _path(told: object) -> Path | None:
    return Path(told).expanduser() if isinstance(told, str) and told else None


def _data_folder() -> Path:
    """The platform's folder for a user's data (XDG base directories, Application Support ...)."""
    import platformdirs  # only where no folder was named: it costs time at start

    return Path(platformdirs.user_data_dir("whylost", appauthor=False))


_DURATION = re.compile(r"(\d{1,4})\s*([hdw])", re.ASCII)  # four digits: two centuries of weeks
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def since(text: str, now: datetime) -> datetime:
    """`7d`, `36h`, `2w` before `now`, or the start (UTC) of a day `2026-05-08`.

    Raises `SettingsError` for anything else.
    """
    if found := _DURATION.fullmatch(text.strip()):
        return now - int(found[1]) * _UNITS[found[2]]
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise SettingsError(
            f"{text!r} is neither a duration nor a date.", "Write 36h, 7d, 2w or 2026-05-08."
        ) from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
