"""Addresses of our own pages for links inside our own HTML; they keep the filter."""

from __future__ import annotations

from urllib.parse import urlencode

from dashboard.text import plain
from domain.filter import Filter


def address(page: str, wanted: Filter, **more: str) -> str:
    """Such as `/release?causes=other&id=…`; `more` is left out where it is empty."""
    query = wanted.to_query() | {name: [value] for name, value in more.items() if value}
    return f"/{page}?{urlencode(query, doseq=True)}" if query else f"/{page}"


def anchor(page: str, words: str, wanted: Filter, **more: str) -> str:
    """A link as HTML; `words` may be text from outside."""
    return f'<a href="{plain(address(page, wanted, **more))}" target="_self">{plain(words)}</a>'
