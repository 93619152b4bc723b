"""One file a source: each module here names its class as `SOURCE`, and is found by that."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from functools import cache

from db.retention import Keep
from domain.errors import SettingsError
from domain.nouns import Terms
from domain.settings import Settings, SourceSettings
from ingest.source import Source


def known() -> dict[str, type[Source]]:
    """Every source by name."""
    found: dict[str, type[Source]] = {}
    for module in pkgutil.iter_modules(__path__):
        source: type[Source] = importlib.import_module(f"{__name__}.{module.name}").SOURCE
        found[source.name] = source
    return dict(sorted(found.items()))


def settings_of(settings: Settings, source: type[Source]) -> SourceSettings:
    """A source's defaults, changed by the settings.

    Raises `SettingsError` where the settings speak of a source that there isn't.
    """
    names = known()
    for name in settings.sources:
        if name not in names:
            raise SettingsError(f"No source is called {name}.", f"Known: {', '.join(names)}.")
    return settings.of_source(source.name, source.defaults)


def keep_of(settings: Settings) -> Keep:
    """How many days the settings keep texts that are no reports, source by source."""
    days = {name: settings_of(settings, kind).keep_days for name, kind in known().items()}
    return Keep(
        days={name: number for name, number in days.items() if number},
        otherwise=settings.keep_days,
    )


@cache
def named(name: str) -> type[Source] | None:
    """The source of this name; only its own module is loaded."""
    if not name.isidentifier() or importlib.util.find_spec(f"{__name__}.{name}") is None:
        return None
    source: type[Source] = importlib.import_module(f"{__name__}.{name}").SOURCE
    return source


def terms_of(source: str) -> Terms | None:
    """The terms of a source by name; None for one that isn't read by any of ours."""
    kind = named(source)
    return kind.terms if kind else None
