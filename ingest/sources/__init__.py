"""One file a source: each module here names its class as `SOURCE`, and is found by that."""

from __future__ import annotations

import importlib
import pkgutil

from ingest.source import Source


def known() -> dict[str, type[Source]]:
    """Every source by name."""
    found: dict[str, type[Source]] = {}
    for module in pkgutil.iter_modules(__path__):
        source: type[Source] = importlib.import_module(f"{__name__}.{module.name}").SOURCE
        found[source.name] = source
    return dict(sorted(found.items()))
