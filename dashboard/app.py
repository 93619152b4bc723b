"""The pages as a table of contents, a line each. Streamlit runs this at every interaction.

Their folder is not called `pages`: Streamlit would run a file of a folder of that name by itself
where the first visitor opens a deep link.
"""

from __future__ import annotations

import streamlit as st

from dashboard import frame
from dashboard.views import (
    health,
    incident,
    incidents,
    method,
    model,
    moderation,
    overview,
    release,
    releases,
    report,
    reports,
)

PAGES = {
    "overview": st.Page(overview.page, title="Overview", url_path="overview", default=True),
    "reports": st.Page(reports.page, title="Reports", url_path="reports"),
    "incidents": st.Page(incidents.page, title="Incidents", url_path="incidents"),
    "releases": st.Page(releases.page, title="Releases", url_path="releases"),
    "health": st.Page(health.page, title="Data health", url_path="health"),
    "model": st.Page(model.page, title="Model", url_path="model"),
    "moderation": st.Page(moderation.page, title="Moderation", url_path="moderation"),
    "method": st.Page(method.page, title="Method", url_path="method"),
    "release": st.Page(release.page, title="Release", url_path="release", visibility="hidden"),
    "report": st.Page(report.page, title="Report", url_path="report", visibility="hidden"),
    "incident": st.Page(incident.page, title="Incident", url_path="incident", visibility="hidden"),
}

frame.run(st.navigation(list(PAGES.values()), position="hidden"), PAGES)
