"""What follows every reading: words that must not be kept any longer go, and go for good."""

from __future__ import annotations

from datetime import datetime

from db import terms
from db.elsewhere import take_elsewhere
from db.engine import write
from db.erase import erase
from db.handles import Engine
from db.retention import Keep, expire
from db.superseded import purge_superseded
from domain.keyed import Keyed
from ingest.sources import terms_of


def tidy(engine: Engine, keyed: Keyed, now: datetime, keep: Keep | None = None) -> dict[str, int]:
    """Takes quotes of deleted posts and texts whose time is over, and erases them.

    `keep` says how long texts are kept that are no reports; without it none of them goes. Gives
    what a run counts of it.
    """
    with write(engine) as connection:
        terms.renew(connection, terms_of)
    counts = {
        "quotes_removed": take_elsewhere(engine, keyed, now),
        "superseded_purged": purge_superseded(engine, keyed, now),
    }
    if keep is not None:
        counts["retention_purged"] = expire(engine, keep, now)
    erase(engine)
    return counts
