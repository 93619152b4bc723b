"""What surrounds every page: title, navigation that keeps the filter, banner, and failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import data, filters, theme
from dashboard.text import plain
from db.queries import health
from domain.errors import InputError, WhylostError
from domain.filter import Filter

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

BANNER = (
    "<b>Demonstration.</b> These threads were invented to show what whylost does; nobody wrote "
    "them in public. <code>whylost run</code> reads real ones."
)


def run(page: Page, pages: Mapping[str, Page]) -> None:
    """Draws the frame and the chosen page in it."""
    st.set_page_config(page_title=f"{page.title} - whylost", layout="wide")
    st.html(theme.css(dark=is_dark()))
    st.session_state["page"] = next(n for n, p in pages.items() if p.title == page.title)
    st.session_state["pages"] = pages
    _navigation(page, pages.values())
    try:
        if data.shown().demonstration:
            st.html(f'<div class="banner" role="note">{BANNER}</div>')
        page.run()
    except InputError as error:
        failed(str(error))
        link(st.session_state["page"], "Clear the filter")
    except WhylostError as error:
        failed(str(error))


def _navigation(page: Page, pages: Iterable[Page]) -> None:
    """A row of links; the built-in one would drop the filter from the address."""
    try:
        kept = filters.as_query(filters.current())
    except InputError:
        kept = {}
    with st.container(key="nav", horizontal=True, gap=None):
        st.html('<span class="brand">whylost</span>', width="content")
        for other in pages:
            if other.visibility == "hidden":
                continue
            key = "here" if other.title == page.title else None
            with st.container(key=key, width="content"):
                st.page_link(other, label=other.title, query_params=kept or None)


def link(page: str, label: str, wanted: Filter | None = None, **more: str) -> None:
    """A link to one of our pages, by its name; `label` is ours, never text from outside.

    Within a page it is a button that writes the address: Streamlit's link to the page one is on
    shows the right thing and leaves the address as it was.
    """
    query = filters.as_query(wanted or Filter(), **more)
    if page != st.session_state["page"]:
        st.page_link(st.session_state["pages"][page], label=label, query_params=query or None)
        return
    key = f"go-{label}-{sorted(query.items())}"
    st.button(label, key=key, type="tertiary", on_click=_go, args=(query,))


def _go(query: dict[str, Any]) -> None:
    st.query_params.from_dict(query)


def is_dark() -> bool:
    """Whether this reader sees the dark theme."""
    return st.context.theme.type == "dark"


def failed(what: str) -> None:
    """A failure, with what to do."""
    st.html(
        f'<div class="state failed" role="alert"><b>This can\'t be shown.</b>{plain(what)}</div>'
    )


def empty(what: str, fix: str) -> None:
    """Nothing to show: `what` is missing, and what to do next. Both are our own HTML."""
    st.html(f'<div class="state" role="status"><b>{what}</b>{fix}</div>')


def nothing_yet(source: data.Shown) -> None:
    """Nothing is judged: which of the first steps is missing."""
    with data.reading(source) as connection:
        posts = health.totals(connection, None).posts
    if posts:
        empty(
            f"{posts:,} posts are held, and none is judged yet.",
            "Run <code>whylost classify</code>, then <code>whylost trends</code>; "
            "<code>whylost run</code> does all of it.",
        )
    else:
        empty(
            "There are no posts yet.",
            "Run <code>whylost run</code> to read the public sources, <code>whylost ingest import "
            "FILE</code> to read an archive, or <code>whylost demo</code> to see invented threads.",
        )
