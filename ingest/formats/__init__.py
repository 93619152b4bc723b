"""One file a format: each module here that names a `FORMAT` is found by that.

A format is recognised by a file's first bytes, never by its name.
"""

from __future__ import annotations

import importlib
import pkgutil

from domain.errors import InputError
from ingest.formats.shape import Format


def known() -> dict[str, Format]:
    """Every format by name."""
    modules = (
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    )
    found: list[Format] = [m.FORMAT for m in modules if hasattr(m, "FORMAT")]
    return {f.name: f for f in sorted(found, key=lambda f: f.name)}


def chosen(name: str, head: bytes, file: str) -> Format:
    """The format of this name, or with `auto` the one that `head` (the first bytes) shows.

    Raises `InputError` for a name that nothing has, and for bytes that no format fits.
    """
    formats = known()
    if name != "auto":
        if name not in formats:
            raise InputError(f"No format is called {name!r}.", f"Known: {', '.join(formats)}.")
        return formats[name]
    fitting = [f for f in formats.values() if f.fits(head)]
    if not fitting:
        what = "is empty" if not head.strip() else "has no shape that is known"
        raise InputError(f"{file} {what}.", f"Known are {', '.join(formats)}.")
    return fitting[0]
