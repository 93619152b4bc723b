"""One incident, by its permalink `?id=KEY`: its members, its spread, what people decided."""

from __future__ import annotations

import streamlit as st

from classify.membership import why_here
from classify.regroup import links
from dashboard import data, frame, incident_spread, theme
from dashboard.tables import Html, Shown, counted, moment, table
from dashboard.text import link, plain
from db.constraints import Constraint
from db.queries.incident import InFull, Member, incident
from db.queries.outages import Explanation
from domain.causes import DECISION_LABELS
from domain.filter import Filter
from domain.nouns import Role

_ROLES = {Role.REPORT: "A report", Role.CORROBORATES: "Says “same here”"}


def page() -> None:
    """The incident, or why there is none."""
    source = data.shown()
    if source.judges is None:
        frame.nothing_yet(source)
        return
    key = st.query_params.get("id", "")
    with data.reading(source) as connection:
        found = incident(connection, key, source.judges)
        members = [m.post for m in found.members] if found else []
        linked = links(connection, source.judges, members)
    frame.link("incidents", "← All incidents")
    if found is None:
        frame.empty(
            "There is no incident with this key.",
            "Incidents are grouped anew when posts arrive or people merge and split them: look "
            "for the report itself.",
        )
        return
    st.title("Incident")
    st.html(_heading(found))
    frame.link("reports", "Its reports as a list, with CSV", Filter(incident=found.key))
    st.subheader("Spread")
    st.html(incident_spread.by_day(found.members))
    st.html(incident_spread.by_place(found.members))
    st.subheader("Members")
    st.html(_members(found, {m.post: why_here(m, found, linked) for m in found.members}))
    if found.explanations:
        st.subheader("Outages at that time")
        st.html(_outages(found.explanations))
    if found.constraints:
        st.subheader("What people decided")
        st.html("<ul>" + "".join(map(_decided, found.constraints)) + "</ul>")


def _heading(found: InFull) -> str:
    spread = found.spread
    reach = [
        counted(spread.reports, "report"),
        counted(spread.reporters, "reporter"),
        counted(spread.threads, "thread"),
    ]
    if spread.corroborations:
        reach.append(f"{spread.corroborations:,} that only say “same here”")
    first, last = found.members[0], found.members[-1]
    title = plain(first.thread_title) or "a thread without a title"
    return (
        f'<p class="row-title">{title}</p><p>{" · ".join(reach)}, {moment(first.written_at)} to '
        f'{moment(last.written_at)} UTC.</p><p class="quiet">Grouped because they answer one '
        "another or say nearly the same; that they are the same failure is likely, not certain."
        "</p>"
    )


def _members(found: InFull, why: dict[str, str]) -> str:
    rows: list[list[Shown]] = [
        [
            Html(
                f'<a href="report?report={plain(m.post)}" target="_self">{moment(m.written_at)}</a>'
            ),
            _ROLES[m.role],
            _said(m),
            m.place,
            ", ".join(m.products) or None,
            _shortened(why[m.post]) or None,
            Html(link(m.url, "Original")) if m.url else None,
        ]
        for m in found.members
    ]
    heads = ("Written (UTC)", "Is", "Decision", "Place", "Product", "Why it is here", "Address")
    return table(heads, rows, caption="Members of the incident")


def _said(member: Member) -> str:
    if member.role is Role.CORROBORATES or member.decision is None:
        return "–"
    return f"{theme.mark(member.decision)} {DECISION_LABELS[member.decision]}"


def _shortened(why: str) -> str:
    """The reason without the key of the other post, which says nothing to a reader."""
    return why.replace("reply: ", "a reply between it and ").strip()


def _outages(found: tuple[Explanation, ...]) -> str:
    told = []
    for one in found:
        outage = one.outage
        ended = moment(outage.resolved_at) if outage.resolved_at else "not resolved yet"
        name = link(outage.url, f"{outage.product}: {outage.name} ({outage.impact})")
        times = f"{moment(outage.started_at)} to {ended}"
        told.append(
            f"<li>{name} <span class='quiet'>{times}; {counted(one.posts, 'report')}</span></li>"
        )
    return (
        f"<ul>{''.join(told)}</ul><p class='quiet'>From the vendors' status pages: a possible "
        "explanation, never a confirmed cause.</p>"
    )


def _decided(one: Constraint) -> str:
    named = {"merge": "Merged", "split": "Split"}[one.kind]
    return (
        f"<li>{named} by <b>{plain(one.person)}</b> on {moment(one.at)} UTC: "
        f"{plain(one.reason)}</li>"
    )
