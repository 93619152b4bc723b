"""One release, by its permalink `?id=ID`: what was claimed, and what was reported around it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import cause_section, data, effect_rows, filters, frame, studies, study
from dashboard.event_study import curve_table
from dashboard.summary import named
from dashboard.text import plain
from db.queries.releases import releases
from domain.causes import Decision
from domain.filter import Filter
from domain.nouns import Release
from trends.clusters import Cluster
from trends.compare import Comparison


def page() -> None:
    """The release, or why there is none."""
    source = data.shown()
    wanted = filters.current()
    with data.reading(source) as connection:
        known = releases(connection, retired=True)
    frame.link("releases", "← All releases", wanted)
    release = next((one for one in known if one.id == st.query_params.get("id", "")), None)
    if release is None:
        frame.empty(
            "No release with this name is in the catalogue.",
            "It may be of another catalogue; all that is known is on the page of releases.",
        )
        return
    st.html(study.heading(release))
    if release.retired:
        frame.empty("This entry no longer stands.", plain(release.retired))
    if source.judges is None:
        st.html(study.claimed(release, ()))
        frame.nothing_yet(source)
        return
    found = studies.comparison(source, release.id, data.now().date().isoformat())
    contained = [one for one in known if release.id in one.contained_in.split()]
    if found.cluster is not None:
        tested(found, found.cluster, contained, wanted, dark=frame.is_dark())
        st.subheader("Posts that name it")
        st.html(study.naming(release, found.mentioned))
    else:
        untested(found, wanted, dark=frame.is_dark())


def tested(
    found: Comparison,
    cluster: Cluster,
    contained: Sequence[Release],
    wanted: Filter,
    *,
    dark: bool,
) -> None:
    """A release whose days were compared."""
    st.html(study.claimed(found.release, found.effects) + study.contents(contained, wanted))
    st.html(study.caution(cluster, wanted) + study.published(found.notes))
    st.subheader("Before and after")
    st.html(study.tested_as(found, cluster, wanted))
    st.html(effect_rows.by_cause(found.effects))
    shrunk = study.shrinking(found.shrunk)
    st.html(f"<h3>What wrongly counted posts do to these ratios</h3>{shrunk}")
    for effect in found.effects:
        cause_section.show(effect, cluster, found.parts.get(effect.cause, ()), dark=dark)


def untested(found: Comparison, wanted: Filter, *, dark: bool) -> None:
    """A day on which no product changed as far as is known, or of which too little is held."""
    st.html(study.claimed(found.release, ()))
    st.html(study.untested(found, wanted))
    drawn = [one for one in found.described if one.curve is not None and one.curve.weeks]
    if not drawn or found.release.date_precision != "day":
        st.html('<p class="quiet">No week around this day is held in full, so none is drawn.</p>')
        return
    st.subheader(f"Posts about {found.product}, week by week")
    st.html(
        '<p class="quiet">As description only: nothing here is tested, and the curves move at any '
        "date.</p>"
    )
    columns = st.columns(2, gap="medium")
    for number, one in enumerate(drawn):
        with columns[number % 2]:
            head = f"<h4>{named(Decision(one.cause.value)).html}</h4>"
            cause_section.curve(one, dark=dark, head=head)
    with st.expander("The curves as tables"):
        for one in drawn:
            if one.curve is not None:
                head = f"<h4>{named(Decision(one.cause.value)).html}</h4>"
                st.html(head + curve_table(one.curve))
