"""Where people contradicted the model most: the surest verdicts first, each with its report."""

from __future__ import annotations

import streamlit as st

from dashboard import frame, theme
from dashboard.tables import counted, moment
from dashboard.text import plain
from db.queries.contradicted import Contradicted, Contradictions
from domain.causes import DECISION_LABELS

_HOW = (
    "Open a report and use its form, or run <code>whylost review</code>. "
    "<code>whylost classify draw --posts 100</code> draws posts to judge."
)


def show(found: Contradictions) -> None:
    """The list, or why there is none."""
    if not found.reviewed:
        frame.empty("Nobody has reviewed a post that the model decided.", _HOW)
        return
    if not found.posts:
        frame.empty(
            f"People agree with the model on all {counted(found.reviewed, 'post')} that it decided "
            "and they reviewed.",
            "That says little where few were reviewed, or where reviewers saw its verdict.",
        )
        return
    shown = ""
    if found.posts > len(found.surest):
        shown = f" The {len(found.surest):,} surest are shown."
    st.html(
        f'<div class="asof"><b>{found.posts:,}</b> of {counted(found.reviewed, "post")} that the '
        "model decided and people reviewed were decided otherwise. Reviewers pick striking posts, "
        f"so this is no error rate.{shown}</div>"
    )
    for one in found.surest:
        _row(one)


def _row(one: Contradicted) -> None:
    with st.container(key=f"row-{one.said.value}-mistake-{one.post}"):
        label = f"{theme.mark(one.said)} {DECISION_LABELS[one.said]} {one.probability:.2f}"
        frame.link("report", f"{label} · {moment(one.written_at)}", report=one.post)
        how = "judged blind" if one.blind else "the verdict was in sight"
        st.html(
            f"<div>A person decided: {theme.mark(one.decision)} "
            f"<b>{DECISION_LABELS[one.decision]}</b> "
            f'<span class="quiet">({how})</span></div><div class="quiet">{plain(one.place)}</div>'
        )
