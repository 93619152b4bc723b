"""The database that the command told the pages to show: one engine a process.

Where that is the demonstration because no real post was read yet, the real database takes its place
as soon as it holds judged posts.
"""

from __future__ import annotations

import os
from functools import cache

from db.engine import open_engine, read
from db.handles import Engine
from db.judges import judges
from db.opened import count_posts
from domain.errors import StoreError

# Set by `dashboard.serve`, read by the script that Streamlit runs and by the downloads.
DATABASE = "WHYLOST_DASHBOARD_DATABASE"
DEMONSTRATION = "WHYLOST_DASHBOARD_DEMONSTRATION"
AWAITED = "WHYLOST_DASHBOARD_AWAITED"


def address() -> str:
    """The database's address. Raises `StoreError` where nothing was told."""
    awaited = os.environ.get(AWAITED)
    if awaited and _holds_judged_posts(awaited):
        os.environ |= {DATABASE: awaited, DEMONSTRATION: "0", AWAITED: ""}
    if told := os.environ.get(DATABASE):
        return told
    raise StoreError("No database was named.", "Start the pages with `whylost dashboard`.")


def told_demonstration() -> bool:
    """Whether the command said that these are invented posts."""
    return os.environ.get(DEMONSTRATION) == "1"


def _holds_judged_posts(url: str) -> bool:
    with read(engine(url)) as connection:
        return judges(connection) is not None and count_posts(engine(url)) > 0


@cache
def engine(url: str) -> Engine:
    """One engine for all sessions and downloads of the process."""
    return open_engine(url)
