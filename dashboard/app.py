"""The pages as a table of contents, a line each. Streamlit runs this at every interaction."""

from __future__ import annotations

import streamlit as st

from dashboard import frame
from dashboard.pages import health, method, overview, releases, reports

PAGES = (
    st.Page(overview.page, title="Overview", url_path="overview", default=True),
    st.Page(reports.page, title="Reports", url_path="reports"),
    st.Page(releases.page, title="Releases", url_path="releases"),
    st.Page(health.page, title="Data health", url_path="health"),
    st.Page(method.page, title="Method", url_path="method"),
)

frame.run(st.navigation(list(PAGES), position="hidden"), PAGES)
