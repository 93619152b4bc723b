"""One cause around one release: the verdict in a sentence, the curve, the places, other ways."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import effect_detail, verdicts
from dashboard.event_study import curve_table, event_study
from dashboard.summary import named
from dashboard.text import plain
from domain.causes import Decision
from trends.clusters import Cluster
from trends.compare import Described
from trends.effects import ReleaseEffect
from trends.wording import headline, smallest

_BARS = "Weekly ratios to the week before the day (dashed). Bars: 95 %, "


def show(effect: ReleaseEffect, cluster: Cluster, parts: Sequence[str], *, dark: bool) -> None:
    """Draws the section; `parts`: what the change is made of, in sentences."""
    with st.container(key=f"cause-{effect.cause.value}"):
        tag = verdicts.tag(effect.verdict, preliminary=effect.preliminary)
        head = f"<h3>{named(Decision(effect.cause.value)).html} {tag}</h3>"
        told = " ".join((headline(effect, cluster), *smallest(effect)))
        st.html(f"{head}<p>{plain(told)}</p>{effect_detail.reasons(effect)}")
        if effect.curve is None and not effect.sources:
            return
        left, right = st.columns([1, 1], gap="medium")
        with left:
            curve(effect, dark=dark)
        with right:
            with st.expander(effect_detail.agreement(effect)):
                st.html(effect_detail.sensitivities(effect))
            with st.expander(effect_detail.spread(effect)):
                st.html(effect_detail.places(effect))
            if parts:
                with st.expander("What the change is made of"):
                    lines = "".join(f"<li>{plain(sentence)}</li>" for sentence in parts)
                    st.html(f"<ul>{lines}</ul>")
            if effect.curve is not None and effect.curve.weeks:
                with st.expander("The curve as a table"):
                    st.html(curve_table(effect.curve))


def curve(effect: ReleaseEffect | Described, *, dark: bool, head: str = "") -> None:
    """The curve with what it shows."""
    if effect.curve is None or not effect.curve.weeks:
        st.html('<p class="quiet">No curve: the weeks around this day are too few or too thin.</p>')
        return
    bars = (
        "as wide as ordinary weeks demand."
        if effect.curve.calibrated
        else "of the counts' own noise alone, for want of ordinary weeks."
    )
    st.html(f"{head}<p class='quiet'>{_BARS}{bars}</p>")
    drawn = event_study(effect.curve, effect.cause, dark=dark)
    st.vega_lite_chart(drawn, theme=None, width="stretch", key=f"curve-{effect.cause.value}")
