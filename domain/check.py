"""What `whylost doctor` finds out, one line a matter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One matter that was looked at. `fix` is empty where nothing is to be done."""

    name: str
    ok: bool
    found: str
    fix: str = ""
