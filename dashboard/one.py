"""One report in full: its words with the evidence marked, the verdict, and what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import frame, theme
from dashboard.gone import gone
from dashboard.tables import counted, moment
from dashboard.text import cause_label, describe, highlight, link, plain
from db.queries.context import Neighbour
from db.queries.report import Report
from domain.causes import (
    ABSTENTION_LABELS,
    CAUSES,
    DECISION_LABELS,
    SYMPTOM_LABELS,
    Decision,
    Symptom,
)
from domain.filter import Filter
from domain.nouns import Evidence, Fact, Outage, PostState, Verdict


def show(report: Report) -> None:
    """The whole page of one report."""
    decision = report.decision
    named = DECISION_LABELS[decision] if decision else "Not judged yet"
    st.title(f"{theme.mark(decision)} {named}" if decision else named)
    st.html(_where(report))
    words, verdict = st.columns([5, 3], gap="medium")
    with words:
        st.html(_words(report))
        if len(report.versions) > 1:
            st.html(_edits(report))
        _context(report)
    with verdict:
        st.html(_verdict(report))
        st.html(_evidence(report.verdict.evidence if report.verdict else (), report))
        if report.verdict and report.verdict.facts:
            st.html(_facts(report.verdict.facts))
        _around(report)


def _where(report: Report) -> str:
    parts = [f"{moment(report.written_at)} UTC", report.place, report.kind]
    if report.products:
        parts.append(", ".join(report.products))
    if report.back_filled:
        parts.append("read long after it was written")
    original = "No address of an original is held."
    if report.address and report.address.url:
        original = link(report.address.url, "Open the original")
    told = " · ".join(plain(part) for part in parts)
    return f'<div class="quiet">{told} · {original}</div>'


def _words(report: Report) -> str:
    evidence = report.verdict.evidence if report.verdict else ()
    current = report.current

    def marked(field: str, text: str | None) -> str:
        return highlight(text, [e for e in evidence if e.span.field == field])

    name = marked("thread_title", report.thread_title) or "without a title"
    thread = f'<div class="quiet">Thread: {name}</div>'
    if current.text is None and current.title is None:
        return (
            f'<div class="panel">{thread}<p>{gone(report.state, current.purged_because)} '
            "What was judged of it stays, so that past counts can be explained.</p></div>"
        )
    title = f"<h2>{marked('title', current.title)}</h2>" if current.title else ""
    edited = " (edited)" if report.state is PostState.EDITED else ""
    return (
        f'<div class="panel">{thread}{title}<div class="text">{marked("text", current.text)}</div>'
        f'<div class="quiet">Redacted{edited}. Underlined: evidence for a cause; dashed: against.'
        "</div></div>"
    )


def _verdict(report: Report) -> str:
    verdict = report.verdict
    if verdict is None:
        return f'<div class="state">{_unjudged(report)}</div>'
    told = [f"<h3>Verdict</h3>{_probabilities(verdict)}"]
    if verdict.abstained_because and not report.review:
        told.append(f"<p>Undetermined: {plain(ABSTENTION_LABELS[verdict.abstained_because])}</p>")
    if verdict.decision is Decision.UNDETERMINED and verdict.likely_cause:
        likely = CAUSES[verdict.likely_cause].label
        told.append(f'<p class="quiet">If it had to be named: {plain(likely)}.</p>')
    if report.review:
        review = report.review
        told.append(
            f"<p><b>{plain(review.reviewer)}</b> decided "
            f"{plain(DECISION_LABELS[review.decision])} on {moment(review.decided_at)}; the model "
            f"had said {plain(DECISION_LABELS[verdict.decision])}.</p>"
        )
        if review.note:
            told.append(f'<p class="quiet">{plain(review.note)}</p>')
    told.append(f'<p class="quiet">Model {plain(verdict.model)}, language {verdict.language}.</p>')
    return "".join(told)


def _unjudged(report: Report) -> str:
    if report.current.text is None:
        return "<b>Not judged.</b>The text was gone before the model of its day could read it."
    if report.too_late:
        return (
            "<b>Not judged.</b>It was read after the model of its day had been replaced, and no "
            "day mixes two models."
        )
    return (
        "<b>Not judged yet.</b>This version of the text arrived after the last judging; "
        "<code>whylost classify</code> judges it."
    )


def _probabilities(verdict: Verdict) -> str:
    """Bars with their numbers; the bars are for the eye only."""
    lines = [("A report at all", verdict.report_probability, "other")]
    lines += [(CAUSES[cause].label, p, cause.value) for cause, p in verdict.causes.items()]
    shown = "".join(
        f'<span>{plain(label)}</span><i class="hue-{hue}" aria-hidden="true">'
        f'<i style="width:{p:.0%}"></i></i><span class="n">{p:.2f}</span>'
        for label, p, hue in lines
    )
    return (
        f'<div class="bars">{shown}</div><p class="quiet">Probability that the post tells of a '
        "failure, and that each cause is among those that hold; they need not add up to one.</p>"
    )


def _evidence(evidence: Sequence[Evidence], report: Report) -> str:
    if not evidence:
        return '<h3>Evidence</h3><p class="quiet">No cue was found in the text.</p>'
    current = report.current
    fields = {"title": current.title, "text": current.text, "thread_title": report.thread_title}
    lines = []
    for passage in sorted(evidence, key=lambda e: -abs(e.weight)):
        words = (fields[passage.span.field] or "")[passage.span.start : passage.span.end]
        quote = f"“{plain(words)}” " if words.strip() else ""  # a filler is mostly spaces
        hue = passage.cause.value if passage.cause else "other"
        sign = "+" if passage.direction == "for" else "−"
        lines.append(
            f'<li title="{plain(describe(passage))}"><b class="hue-{hue}">{sign} '
            f"{plain(cause_label(passage.cause))}</b> {quote}"
            f'<span class="quiet">{plain(passage.cue)}</span></li>'
        )
    return (
        "<h3>Evidence</h3><p class='quiet'>+ speaks for, − against; the strongest first.</p>"
        f"<ul>{''.join(lines)}</ul>"
    )


def _facts(facts: Sequence[Fact]) -> str:
    lines = "".join(
        f"<dt>{plain(fact.name.replace('_', ' ').capitalize())}</dt>"
        f"<dd>{plain(_fact_value(fact))}</dd>"
        for fact in facts
    )
    return f'<h3>What the account states</h3><dl class="facts">{lines}</dl>'


def _fact_value(fact: Fact) -> str:
    if fact.name == "symptom" and fact.value in set(Symptom):
        return SYMPTOM_LABELS[Symptom(fact.value)]
    return fact.value


def _around(report: Report) -> None:
    if report.outages:
        st.html(
            "<h3>Outages at that time</h3><ul>"
            + "".join(f"<li>{_outage(outage)}</li>" for outage in report.outages)
            + "</ul><p class='quiet'>From the vendor's status page: it can explain a report, it "
            "never confirms a cause.</p>"
        )
    if report.incident:
        spread = report.incident
        st.html(
            f"<h3>Incident</h3><p>{counted(spread.reports, 'report')} by "
            f"{counted(spread.reporters, 'reporter')} in {counted(spread.threads, 'thread')} "
            "that look like the same failure.</p>"
        )
        frame.link("reports", "Show them", Filter(incident=spread.key))


def _outage(outage: Outage) -> str:
    ended = moment(outage.resolved_at) if outage.resolved_at else "not resolved yet"
    told = f"{outage.product}: {outage.name} ({outage.impact})"
    times = f"{moment(outage.started_at)} to {ended}"
    return f"{link(outage.url, told)} <span class='quiet'>{times}</span>"


def _edits(report: Report) -> str:
    lines = []
    for version in report.versions:
        when = version.edited_at or version.seen_at
        lost = gone(report.state, version.purged_because) if version.purged_at else ""
        lines.append(f"<li>Version {version.version}: {moment(when)}. {lost}</li>")
    return f"<h3>Edits</h3><ul>{''.join(lines)}</ul>"


def _context(report: Report) -> None:
    if report.parents:
        st.html("<h3>It answers</h3>")
        for parent in report.parents:
            _neighbour(parent)
    if report.replies_total:
        shown = len(report.replies)
        more = f", the first {shown} shown" if shown < report.replies_total else ""
        st.html(f"<h3>Replies</h3><p class='quiet'>{report.replies_total:,}{more}</p>")
        for reply in report.replies:
            _neighbour(reply)


def _neighbour(post: Neighbour) -> None:
    if post.decision is None:
        named = "Not judged"
    else:
        named = f"{theme.mark(post.decision)} {DECISION_LABELS[post.decision]}"
    who = ", same author" if post.same_author else ""
    with st.container(key=f"near-{post.key}", gap=None):
        frame.link("report", f"{named} · {moment(post.written_at)}{who}", report=post.key)
        text = plain(post.text)
        if post.text is None:
            text = gone(post.state, post.purged_because)
        title = f"<b>{plain(post.title)}</b><br>" if post.title else ""
        st.html(f'<div class="post"><div class="text" tabindex="0">{title}{text}</div></div>')
