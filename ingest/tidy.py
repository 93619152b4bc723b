"""What follows every reading: words that must not be kept any longer go, and go for good."""

from __future__ import annotations

from datetime import datetime

from db.elsewhere import take_elsewhere
from db.erase import erase
from db.handles import Engine
from db.superseded import purge_superseded
from domain.keyed import Keyed


def tidy(engine: Engine, keyed: Keyed, now: datetime) -> dict[str, int]:
    """Takes quotes of deleted posts and superseded texts, erases them; what a run counts of it."""
    counts = {
        "quotes_removed": take_elsewhere(engine, keyed, now),
        "superseded_purged": purge_superseded(engine, now),
    }
    erase(engine)
    return counts
