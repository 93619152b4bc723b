"""The timeline of what vendors announced and deployed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import compared, data, faults, filters, frame
from dashboard.addresses import anchor
from dashboard.text import link, plain
from db.candidates import count_new
from db.queries.releases import releases
from domain.filter import Filter
from domain.nouns import Release

_VIEWS = {
    "timeline": "Timeline",
    "tested": "Before and after",
    "faults": "Confirmed faults",
}


def page() -> None:
    """One of three views of the same releases, kept in the address."""
    source = data.shown()
    with data.reading(source) as connection:
        known = releases(connection)
        candidates = count_new(connection)
    st.title("Releases")
    if not known:
        frame.empty(
            "The timeline is empty.",
            "<code>whylost trends</code> loads the catalogue that comes with the program; "
            "<code>whylost releases import FILE</code> adds your own.",
        )
        return
    match _view():
        case "tested":
            compared.show(source)
        case "faults":
            faults.show(source)
        case _:
            _timeline_view(known, candidates)


def _view() -> str:
    """What is shown, from the address."""
    asked = st.query_params.get("show", "timeline")
    st.session_state["release_show"] = asked if asked in _VIEWS else "timeline"
    chosen = st.segmented_control(
        "Show",
        list(_VIEWS),
        key="release_show",
        format_func=_VIEWS.__getitem__,
        required=True,
        label_visibility="collapsed",
        on_change=_write,
        args=("show", "release_show"),
    )
    return str(chosen)


def _timeline_view(known: Sequence[Release], candidates: int) -> None:
    st.html(
        '<p class="prose">An <b>announcement</b> is a page that a vendor published. A '
        "<b>deployment</b> is the day on which a product changed; only where that is known can "
        "reports before and after be compared. Without one, no product changed on this day as far "
        "as is known: there is nothing to test.</p>"
    )
    chosen = _bar(known)
    st.html(
        f'<div class="asof">{len(chosen):,} of all {len(known):,} entries; '
        f"{sum(r.deployed is not None for r in chosen):,} with a known deployment.</div>"
    )
    if candidates:
        st.html(
            f'<p class="quiet">{candidates:,} entries of vendors\' feeds wait to be confirmed or '
            "dismissed: <code>whylost releases candidates</code>.</p>"
        )
    if not chosen:
        frame.empty("No entry matches.", "Choose another vendor or kind.")
        return
    st.html(_timeline(chosen, filters.current()))


def _bar(known: Sequence[Release]) -> list[Release]:
    """The choices, kept in the address like every filter."""
    years = sorted({str(r.announced.year) for r in known}, reverse=True)
    with st.container(key="controls", horizontal=True, gap="small"):
        year = _year(years)
        vendors = _several("vendor", "Vendor", sorted({r.vendor for r in known}))
        kinds = _several("kind", "Kind", sorted({r.kind for r in known}))
        only = _several("tested", "Deployment", ["known", "unknown"])
    return [
        release
        for release in known
        if str(release.announced.year) == year
        and (not vendors or release.vendor in vendors)
        and (not kinds or release.kind in kinds)
        and (not only or ("known" if release.deployed else "unknown") in only)
    ]


def _year(years: list[str]) -> str:
    """One year at a time: the whole timeline is too long to read."""
    asked = st.query_params.get("year", years[0])
    st.session_state["release_year"] = asked if asked in years else years[0]
    chosen = st.selectbox(
        "Year",
        years,
        key="release_year",
        width=110,
        on_change=_write,
        args=("year", "release_year"),
    )
    return str(chosen)


def _several(field: str, label: str, options: list[str]) -> list[str]:
    key = f"release_{field}"
    st.session_state[key] = [v for v in st.query_params.get_all(field) if v in options]
    return st.multiselect(
        label,
        options,
        key=key,
        format_func=lambda value: value.replace("_", " "),
        placeholder="All",
        width=230,
        on_change=_write,
        args=(field, key),
    )


def _write(field: str, key: str) -> None:
    if chosen := st.session_state[key]:
        st.query_params[field] = chosen
    else:
        st.query_params.pop(field, None)


def _timeline(chosen: Sequence[Release], wanted: Filter) -> str:
    """One entry a release: when on the left, what on the right, below one another on a phone."""
    entries = "".join(
        f'<li><div class="when">{_when(release)}</div><div>{_what(release, wanted)}</div></li>'
        for release in chosen
    )
    return f'<ol class="timeline">{entries}</ol>'


def _when(release: Release) -> str:
    precise = release.date_precision == "day"
    announced = release.announced.isoformat() if precise else f"{release.announced:%Y-%m}"
    vague = "" if precise else ", the day is not known"
    if release.deployed == release.announced:
        return f"<b>{announced}</b><br>announced and deployed"
    deployed = f"deployed {release.deployed}" if release.deployed else "deployment not known"
    return f'<b>{announced}</b><br>announced{vague}<br><span class="quiet">{deployed}</span>'


def _what(release: Release, wanted: Filter) -> str:
    product = release.affects if release.product == "unknown" else release.product
    tags = (release.vendor, product, release.kind.replace("_", " "))
    shown = "".join(f'<span class="tag">{plain(tag)}</span>' for tag in tags if tag)
    sure = "" if release.confidence == "high" else f" Confidence in the date: {release.confidence}."
    claimed = f"The vendor says: {release.claimed_effect}." if release.claimed_effect else ""
    told = f'<div class="quiet">{plain(claimed)}{plain(sure)}</div>' if claimed or sure else ""
    words = link(release.source_url, release.source_title or release.title)
    title = anchor("release", release.title, wanted, id=release.id)
    return f'<b>{title}</b> {shown}{told}<div class="source">{words}</div>'
