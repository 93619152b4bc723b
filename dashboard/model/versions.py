"""The models that judged posts here: which days they are shown on, and where two differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import streamlit as st

from dashboard.shares import Share, share_cell
from dashboard.summary import named
from dashboard.tables import Shown, table
from dashboard.text import plain
from db.judges import Judges
from domain.causes import Decision
from domain.errors import InputError

PARAMETER = "against"


def days(judges: Judges, model: str) -> str:
    """The days on which the model's verdicts are shown, in words."""
    ends = [*(after.first for _, after in pairwise(judges.spans)), None]
    told = [
        _days(span.first, end)
        for span, end in zip(judges.spans, ends, strict=True)
        if span.model == model
    ]
    return "; ".join(told) or "none: kept for comparison"


def _days(first: date, end: date | None) -> str:
    begun = "" if first == date.min else f"from {first}"
    ended = f"before {end}" if end else ""
    return " ".join(filter(None, (begun, ended))) or "all days"


def listed(models: Sequence[tuple[str, int]], judges: Judges) -> str:
    """Every model with its verdicts and its days."""
    rows: list[Sequence[Shown]] = [(m, verdicts, days(judges, m)) for m, verdicts in models]
    return table(("Model", "Verdicts", "Shown on"), rows, caption="Models that judged posts here")


def chosen(others: Sequence[str]) -> str | None:
    """The model in the address. Raises `InputError` for one that judged nothing here."""
    told = st.query_params.get(PARAMETER)
    if told and told not in others:
        raise InputError(
            f"No other model {told[:60]} has judged posts here.", "Choose one on the page."
        )
    return told or None


def choice(others: Sequence[str], now: str | None) -> None:
    """The widget; choosing writes the address."""
    key = "model_against"
    st.session_state[key] = now
    st.selectbox(
        "Compare with",
        others,
        index=None,
        key=key,
        placeholder="Choose a model",
        width=320,
        on_change=_write,
        args=(key,),
    )


def _write(key: str) -> None:
    if st.session_state[key]:
        st.query_params[PARAMETER] = st.session_state[key]
    else:
        st.query_params.pop(PARAMETER, None)


def beside(other: str, current: str, found: Mapping[tuple[Decision, Decision], int]) -> str:
    """How many posts the two decide otherwise, and from what to what."""
    whole = sum(found.values())
    if not whole:
        return '<p class="quiet">There is no post that both have judged.</p>'
    changed = {pair: posts for pair, posts in found.items() if pair[0] is not pair[1]}
    share = share_cell(Share.of(sum(changed.values()), whole)).html
    lead = (
        f"<p>Of {whole:,} posts that both judged, {plain(current)} decides otherwise than "
        f"{plain(other)} on: {share}</p>"
    )
    rows: list[Sequence[Shown]] = [
        (named(before), named(after), posts)
        for (before, after), posts in sorted(changed.items(), key=lambda item: -item[1])
    ]
    heads = (f"By {other}", f"By {current}", "Posts")
    return lead + (table(heads, rows, caption="Decided otherwise") if rows else "")
