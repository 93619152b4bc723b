"""Review sheets on a page: the posts of a filter as a file, and a filled sheet taken back.

A sheet that came back is compared first and taken by a button only; nothing of it is shown but
what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from dashboard import data
from dashboard.data import Shown
from dashboard.database import engine
from dashboard.tables import counted, table
from dashboard.text import plain
from db.filled import FilledSheet, read_filled
from db.returned import Ended, Ending, Taking, take
from db.returned import counted as by_ending
from db.reviews import LONGEST_NAME
from domain.errors import WhylostError
from domain.filter import Filter

_TAKEN = "sheet taken"  # in the session: what the last button did
_MOST = 100  # listed rows on the page; the rest is named


def show(source: Shown, wanted: Filter) -> None:
    """The section: a sheet of the posts of `wanted`, and the upload of one that came back."""
    with st.expander("Review sheets: out to reviewers and back in"):
        st.html(_out(wanted))
        given = st.file_uploader("A sheet that was filled in", type=["csv", "tsv", "txt"])
        reviewer = st.text_input(
            "Who filled in rows that name nobody", max_chars=LONGEST_NAME, key="sheet-reviewer"
        )
        blind = st.checkbox("Nobody saw what the model says", key="sheet-blind")
        instead = st.checkbox(
            "Decisions take the place of what the same person decided before", key="sheet-replace"
        )
        how = Taking(reviewer=reviewer, blind=blind, replace=instead, now=data.now())
        if told := st.session_state.pop(_TAKEN, None):
            st.html(f'<p role="status"><b>{told}</b></p>')
        if given is not None:
            try:
                _came_back(source, read_filled(given.getvalue(), given.name), how)
            except WhylostError as error:
                st.html(
                    '<div class="state failed" role="alert"><b>Nothing was taken.</b>'
                    f"{plain(str(error))}</div>"
                )


def _out(wanted: Filter) -> str:
    asked = wanted if wanted.reviews else replace(wanted, reviews=("unreviewed",))
    query = plain(urlencode(asked.to_query(), doseq=True))
    which = "" if wanted.reviews else " that nobody has judged yet"
    return (
        f'<p><a href="/download/review.csv?{query}" download>A sheet for reviewers</a> of the '
        f"reports of this filter{which}, with nothing of what the model says. "
        "Fill in <code>review_decision</code> and <code>reviewer</code>, keep <code>post</code> "
        "and <code>version</code>, save it as CSV.</p>"
    )


def _came_back(source: Shown, sheet: FilledSheet, how: Taking) -> None:
    """What would happen, and the button with which it does."""
    found = take(engine(source.url), sheet, how, dry=True)
    st.html(_told(found))
    good = by_ending(found)[Ending.TAKEN]
    if good and st.button(f"Take {_decisions(good)}", type="primary"):
        saved = by_ending(take(engine(source.url), sheet, how))[Ending.TAKEN]
        verb = "was" if saved == 1 else "were"
        st.session_state[_TAKEN] = f"{_decisions(saved).capitalize()} {verb} saved."
        st.rerun()


def _decisions(number: int) -> str:
    return counted(number, "decision")


def _told(found: Sequence[Ended]) -> str:
    numbers = by_ending(found)
    line = (
        f"<p><b>{counted(len(found), 'row')}</b>: {numbers[Ending.TAKEN]:,} to take, "
        f"{numbers[Ending.UNCHANGED]:,} known already, {numbers[Ending.EMPTY]:,} not filled in, "
        f"{numbers[Ending.CONFLICT]:,} in conflict, {numbers[Ending.WRONG]:,} wrong.</p>"
    )
    listed = [
        (one.row.number, f"{fault.why} {fault.fix}", fault.column, fault.value, one.ending.value)
        for one in found
        if (fault := one.fault)
    ]
    if not listed:
        return line
    heads = ("Row", "Why, and what to do", "Column", "Value", "Ends as")
    more = len(listed) - _MOST
    rest = (
        f"<p>{more:,} more are not shown: <code>whylost review import FILE --dry-run --out "
        "rest.csv</code> writes all of them.</p>"
        if more > 0
        else ""
    )
    return line + table(heads, listed[:_MOST], caption="Rows that are not taken") + rest
