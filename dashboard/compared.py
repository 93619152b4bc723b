"""The forest plot: every tested release on one scale, corrected together for their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from dashboard import effect_rows, filters, frame, studies, verdicts
from dashboard.data import Shown
from dashboard.effect_rows import Compared
from dashboard.tables import counted
from dashboard.text import plain
from domain.causes import CAUSES, Cause
from domain.filter import Filter
from trends.claims import ASSOCIATION
from trends.verdict import VERDICT_LABELS, Verdict

PAGE_SIZE = 20  # releases


def show(source: Shown) -> None:
    """The choices and the plot."""
    if source.judges is None:
        frame.nothing_yet(source)
        return
    wanted = filters.current()
    everything = studies.all_tested(source, source.judges)
    if not everything:
        frame.empty(
            "No release is tested yet.",
            "A test needs posts about a product, judged, from at least 28 days on either side of a "
            "deployment; <code>whylost trends</code> tests what there is.",
        )
        return
    st.html(
        f'<p class="prose"><b>{ASSOCIATION}</b> Each product and quarter is one family of tests, '
        "corrected together; the choices below change what is listed, never a verdict.</p>"
    )
    chosen = _chosen(everything, wanted)
    told = sum(len(one.effects) for one in chosen)
    st.html(
        f'<div class="asof">{counted(told, "pair")} of cause and release, around '
        f"{counted(len(chosen), 'deployment')}. {_called(chosen)}</div>{verdicts.legend()}"
    )
    if not chosen:
        frame.empty("Nothing matches.", "Choose another product, cause or verdict.")
        return
    query = plain(urlencode(wanted.to_query(), doseq=True))
    if wanted == Filter(products=wanted.products, causes=wanted.causes):
        st.html(
            '<p class="quiet">All numbers: '
            f'<a href="/download/effects.csv?{query}" download>CSV</a>, '
            f'<a href="/download/effects.parquet?{query}" download>Parquet</a></p>'
        )
    page, pages = _page(len(chosen))
    st.html(effect_rows.forest(chosen[page * PAGE_SIZE : (page + 1) * PAGE_SIZE], wanted))
    if pages > 1:
        _turn(page, pages, wanted)


def _chosen(everything: Sequence[Compared], wanted: Filter) -> list[Compared]:
    """Those that the choices let through; product and cause are those of the filter."""
    products = sorted({one.product for one in everything})
    with st.container(key="controls", horizontal=True, gap="small"):
        only = _several("products", "Product", {name: name for name in products})
        causes = _several("causes", "Cause", {c.value: CAUSES[c].label for c in Cause})
        said = _several("verdict", "Verdict", {v.value: VERDICT_LABELS[v] for v in Verdict})
    made = []
    for one in everything:
        if only and one.product not in only:
            continue
        kept = [
            effect
            for effect in one.effects
            if (not causes or effect.cause.value in causes)
            and (not said or effect.verdict.value in said)
        ]
        if kept:
            made.append(replace(one, effects=kept))
    return made


def _several(field: str, label: str, options: dict[str, str]) -> list[str]:
    key = f"forest_{field}"
    st.session_state[key] = [v for v in st.query_params.get_all(field) if v in options]
    return st.multiselect(
        label,
        list(options),
        key=key,
        format_func=options.__getitem__,
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
    st.query_params.pop("part", None)


def _called(chosen: Sequence[Compared]) -> str:
    """How many are called changed, and what that is worth."""
    changed = sum(
        effect.verdict in (Verdict.ROSE, Verdict.FELL) for one in chosen for effect in one.effects
    )
    if not changed:
        return "None of them is called changed."
    return (
        f"{changed:,} called changed, at q 0.05 or less: about one such call in twenty is to be "
        "expected to be a false alarm."
    )


def _page(found: int) -> tuple[int, int]:
    pages = max(-(-found // PAGE_SIZE), 1)
    asked = st.query_params.get("part", "1")
    return (min(max(int(asked), 1), pages) - 1 if asked.isdecimal() else 0), pages


def _turn(page: int, pages: int, wanted: Filter) -> None:
    kept = {name: v for name in ("show", "verdict") if (v := st.query_params.get(name, ""))}
    with st.container(key="turn", horizontal=True):
        if page:
            frame.link("releases", "← Later", wanted, **kept, part=str(page))
        if page + 1 < pages:
            frame.link("releases", "Earlier →", wanted, **kept, part=str(page + 2))
