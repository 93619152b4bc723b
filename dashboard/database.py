"""The database that the command told the pages to show: one engine a process."""

from __future__ import annotations

import os
from functools import cache

from db.engine import open_engine
from db.handles import Engine
from domain.errors import StoreError

# Set by `dashboard.serve`, read by the script that Streamlit runs and by the downloads.
DATABASE = "WHYLOST_DASHBOARD_DATABASE"
DEMONSTRATION = "WHYLOST_DASHBOARD_DEMONSTRATION"


def address() -> str:
    """The database's address. Raises `StoreError` where nothing was told."""
    if told := os.environ.get(DATABASE):
        return told
    raise StoreError("No database was named.", "Start the pages with `whylost dashboard`.")


def told_demonstration() -> bool:
    """Whether the command said that these are invented posts."""
    return os.environ.get(DEMONSTRATION) == "1"


@cache
def engine(url: str) -> Engine:
    """One engine for all sessions and downloads of the process."""
    return open_engine(url)
