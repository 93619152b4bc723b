"""How much is reported, by likely cause, over time; and what of it is missing."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import data, filters, frame, summary
from dashboard.axes import Frame, frame_of
from dashboard.data import Shown
from dashboard.overview_tables import heading, numbers, outstanding
from dashboard.panels import panel
from dashboard.strip import strip
from dashboard.text import plain
from dashboard.watched import Watched
from db.queries import health
from db.queries.releases import releases
from db.queries.series import is_narrow
from domain.filter import Filter
from domain.nouns import Release
from domain.products import ANY, PRODUCTS
from trends.curves import Series
from trends.periods import Period
from trends.series import Overview, SeenPlace

PERIODS = {Period.WEEK.value: "Weeks", Period.DAY.value: "Days"}


def page() -> None:
    """The filter, the counts, a panel a cause, and what is missing."""
    source = data.shown()
    st.title("Overview")
    if source.judges is None:
        frame.nothing_yet(source)
        return
    wanted = filters.current()
    period = _period()
    with data.reading(source) as connection:
        sizes = health.totals(connection, source.judges)
        runs = health.runs(connection, limit=10)
        known = releases(connection)
    seen = data.overview(source, wanted, period.value, data.now().date().isoformat())
    st.html(summary.as_of(source, sizes, runs))
    filters.bar(
        wanted, data.choices(source, source.judges, wanted), (sizes.first_day, sizes.last_day)
    )
    total = next((t for t in seen.totals if t.decision is None), None)
    if total is None or not total.reports:
        frame.empty("No report matches.", "Clear a part of the filter, or choose other days.")
        frame.link("overview", "Clear the filter")
        return
    st.html(summary.three(seen.totals, wanted))
    _charts(source, seen, wanted, period, known)
    _missing(seen)


def _period() -> Period:
    asked = st.query_params.get("period", Period.WEEK.value)
    return Period(asked) if asked in PERIODS else Period.WEEK


def _charts(
    source: Shown, seen: Overview, wanted: Filter, period: Period, known: Sequence[Release]
) -> None:
    """The panels of one place, chosen above them: places are never added up."""
    drawn = [place for place in seen.places if any(s.place == place.name for s in seen.series)]
    if not drawn:
        frame.empty(
            "No whole period to draw yet.",
            "A rate needs a complete day or week; the counts above include the running one.",
        )
        return
    place = _controls(drawn, seen.series)
    series = [s for s in seen.series if s.place == place.name]
    around = frame_of(series, period, dark=frame.is_dark())
    if around is None:
        frame.empty("No whole period to draw yet.", "Choose days instead of weeks.")
        return
    there = [release for release in known if around.holds(release)]
    st.html(_unit(place, series[0]))
    _strip(there, around, wanted)
    tested = _of_place(there, place, wanted)
    watched = _watched(source, wanted, place, known, tested)
    with st.container(key="panels", gap=None):
        for one in series:
            st.html(heading(one, watched, around))
            spec = panel(one, around, tested, wanted, labelled=one is series[-1], watched=watched)
            st.vega_lite_chart(spec, theme=None, width="stretch", key=f"panel-{one.decision.value}")
    with st.expander("The same numbers as a table"):
        st.html(numbers(series, watched, around))
    if shown := outstanding(series, watched, around):
        with st.expander("What stands out, as a table"):
            st.html(shown)


def _controls(places: Sequence[SeenPlace], series: Sequence[Series]) -> SeenPlace:
    """Place and period, kept in the address. The place with the most reports stands first."""
    reports = {
        place.name: sum(n or 0 for s in series if s.place == place.name for n in s.reports)
        for place in places
    }
    ordered = sorted(places, key=lambda place: (-reports[place.name], place.name))
    names = [place.name for place in ordered]
    asked = st.query_params.get("place", names[0])
    with st.container(key="controls", horizontal=True, gap="small"):
        st.session_state["at_place"] = asked if asked in names else names[0]
        st.selectbox(
            "Place",
            names,
            key="at_place",
            format_func=lambda name: f"{name} ({reports[name]:,})",
            help="Each place has its own denominator; a sum over places would move with their mix.",
            width=300,
            on_change=_write,
            args=("place", "at_place"),
        )
        st.session_state["by_period"] = _period().value
        st.segmented_control(
            "Period",
            list(PERIODS),
            key="by_period",
            format_func=PERIODS.__getitem__,
            required=True,
            on_change=_write,
            args=("period", "by_period"),
        )
    return next(p for p in ordered if p.name == st.session_state["at_place"])


def _write(field: str, key: str) -> None:
    st.query_params[field] = st.session_state[key]


def _unit(place: SeenPlace, series: Series) -> str:
    frame_told = f"{place.name} shows us {place.frame.value}"
    return (
        f'<div class="quiet">{plain(series.unit.capitalize())}, with 95 % intervals; '
        f"{plain(frame_told)}. Hatched: a gap, or not complete yet. Grey: only partly seen. "
        "Amber: more than expected. Dotted band: a lasting step, somewhere in it. "
        "A point leads to the posts behind it.</div>"
    )


def _strip(there: Sequence[Release], around: Frame, wanted: Filter) -> None:
    drawn = strip(there, around, wanted)
    if drawn is None:
        return
    st.html(
        f'<div class="asof"><b>Releases</b> {len(there):,} in these days. ▼ deployed, ○ announced '
        "only; point at one for its name, open it for what was reported around it. Dashed lines "
        "below: deployments in this place's products. Near in time is not because of.</div>"
    )
    st.vega_lite_chart(drawn, theme=None, width="stretch", key="releases")


def _watched(
    source: Shown,
    wanted: Filter,
    place: SeenPlace,
    known: Sequence[Release],
    tested: Sequence[Release],
) -> Watched:
    """What is known beside the counts; only delays where a filter makes them something else."""
    explored = is_narrow(wanted) or wanted.languages or len(wanted.products) > 1
    product = wanted.products[0] if wanted.products else ANY
    found = data.standing_out(source, product)
    return Watched(
        episodes=() if explored else found.episodes,
        late=found.late.get(place.name),
        all_posts=not explored and product == ANY,
        publications={one.id: one for one in known},
        deployed=tuple(tested),
    )


def _of_place(there: Sequence[Release], place: SeenPlace, wanted: Filter) -> list[Release]:
    """Deployments in the products that the place's name or the filter names."""
    named = place.name.lower().replace("-", " ")
    products = set(wanted.products) or {
        p.name for p in PRODUCTS if any(word.replace("-", " ") in named for word in p.words)
    }
    return [r for r in there if r.deployed and r.product in products]


def _missing(seen: Overview) -> None:
    st.subheader("What is missing")
    lines = "".join(f"<li>{plain(one.text)}</li>" for one in seen.missing)
    notes = "".join(f"<p class='quiet'>{plain(note)}</p>" for note in seen.notes)
    st.html(f"<ul>{lines}</ul>{notes}" if lines else f"<p>Nothing that is known.</p>{notes}")
