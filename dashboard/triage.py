"""Where a report stands in people's work, on its page: the state, a form to set it, its history."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import data
from dashboard.data import Shown
from dashboard.database import engine
from dashboard.tables import moment
from dashboard.text import plain
from db.engine import write
from db.triage import LONGEST_NAME, LONGEST_REASON, Standing, Step, history, place, standing
from domain.errors import WhylostError
from domain.triage import TRIAGE_MEANINGS, Triage

_NAME = "person"  # in the session: whoever sets one state sets others


def show(source: Shown, post: str) -> None:
    """The state of one report. A change is saved at once, and the page is drawn again."""
    with data.reading(source) as connection:
        now, steps = standing(connection, post), history(connection, post)
    st.html(f"<h3>Triage</h3>{_told(now)}")
    with st.expander("Set the state"), st.form(f"triage-{post}", border=False):
        chosen = st.selectbox(
            "State",
            [state.value for state in Triage],
            index=list(Triage).index(now.state),
            format_func=lambda name: f"{name.capitalize()}: {TRIAGE_MEANINGS[Triage(name)]}",
        )
        assignee = st.text_input("Who follows it up", now.assignee, max_chars=LONGEST_NAME)
        reason = st.text_input("Why", now.reason, max_chars=LONGEST_REASON)
        person = st.text_input(
            "Your name",
            st.session_state.get(_NAME, ""),
            max_chars=LONGEST_NAME,
            help="Nobody is signed in: it is kept as you give it.",
        )
        if st.form_submit_button("Save"):
            _save(source, post, Triage(chosen), person=person, assignee=assignee, reason=reason)
    if steps:
        st.html(_history(steps))


def _save(
    source: Shown, post: str, state: Triage, *, person: str, assignee: str, reason: str
) -> None:
    try:
        with write(engine(source.url)) as connection:
            place(
                connection,
                post,
                state,
                person=person,
                assignee=assignee,
                reason=reason,
                now=data.now(),
            )
    except WhylostError as error:
        st.html(
            f'<div class="state failed" role="alert"><b>Nothing was saved.</b>{plain(str(error))}'
            "</div>"
        )
        return
    st.session_state[_NAME] = person
    st.rerun()


def _told(now: Standing) -> str:
    meaning = TRIAGE_MEANINGS[now.state]
    who = f" Followed up by {plain(now.assignee)}." if now.assignee else ""
    why = f'<p class="quiet">{plain(now.reason)}</p>' if now.reason else ""
    return f"<p><b>{now.state.value.capitalize()}.</b> {meaning}{who}</p>{why}"


def _history(steps: Sequence[Step]) -> str:
    lines = "".join(
        f"<li>{moment(step.at)} UTC: {step.state.value}, set by {plain(step.person)}"
        f"{f', for {plain(step.assignee)}' if step.assignee else ''}</li>"
        for step in steps
    )
    return f'<ul class="quiet">{lines}</ul>'
