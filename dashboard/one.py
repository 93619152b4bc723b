"""One report in full: its words with the evidence marked, the verdict, and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from classify.passages import VOICE_LABELS, Passage, Said, of_report, strongest_first, why
from classify.text import Voice
from dashboard import frame, theme, triage
from dashboard.closed import closed
from dashboard.data import Shown
from dashboard.gone import gone
from dashboard.tables import counted, moment
from dashboard.text import cause_label, highlight, link, plain
from db.queries.context import Neighbour
from db.queries.report import Report
from domain.causes import (
    CAUSES,
    DECISION_LABELS,
)
from domain.closing import Ending
from domain.facts import FACTS
from domain.nouns import Outage, PostState, Release, Verdict


def show(source: Shown, report: Report, card: Mapping[str, Any]) -> None:
    """The whole page of one report; `card` is of the model that judged it."""
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
        st.html(_verdict(report, card))
        st.html(_evidence(report))
        if facts := _facts(report):
            st.html(facts)
        _around(report)
        triage.show(source, report.key)


def _where(report: Report) -> str:
    parts = [f"{moment(report.written_at)} UTC", report.place, report.kind]
    if report.products:
        parts.append(", ".join(report.products))
    if report.back_filled:
        parts.append("read long after it was written")
    if report.closing and report.closing.ending is not Ending.OPEN:
        parts.append(closed(report.closing))
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


def _verdict(report: Report, card: Mapping[str, Any]) -> str:
    verdict = report.verdict
    if verdict is None:
        return f'<div class="state">{_unjudged(report)}</div>'
    told = [f"<h3>Verdict</h3>{_probabilities(verdict)}"]
    if not report.review:
        told += [f"<p>{plain(sentence)}</p>" for sentence in why(Said.of(verdict, card))]
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


def _evidence(report: Report) -> str:
    passages = strongest_first(of_report(report))
    if not passages:
        return '<h3>Evidence</h3><p class="quiet">No cue was found in the text.</p>'
    return (
        "<h3>Evidence</h3><p class='quiet'>+ speaks for, − against; the strongest first. The "
        "number is how far the sign moves the log-odds.</p>"
        f"<ul>{''.join(map(_passage, passages))}</ul>"
    )


def _passage(passage: Passage) -> str:
    words = passage.words.strip()  # a filler is mostly spaces
    quote = f"“{plain(passage.words)}” " if words else ""
    hue = passage.cause.value if passage.cause else "other"
    sign = "+" if passage.direction == "for" else "−"
    voice = ""
    if passage.voice and passage.voice is not Voice.AUTHOR:
        voice = f" Spoken by {VOICE_LABELS[passage.voice]}."
    told = f"{plain(passage.meaning)}{voice}"
    return (
        f'<li><b class="hue-{hue}">{sign} {plain(cause_label(passage.cause))}</b> '
        f'<span class="n">{passage.weight:+.2f}</span> {quote}'
        f'<span class="quiet">{told} {plain(passage.cue)}</span></li>'
    )


def _facts(report: Report) -> str:
    """What the account states, in one order for every report; how it ended may be said later."""
    stated = report.verdict.facts if report.verdict else ()
    lines = []
    for name, info in FACTS.items():
        values = [info.values.get(f.value, f.value) for f in stated if f.name == name]
        said = plain(", ".join(values))
        if name == "outcome" and report.ended:
            said = plain(info.values[report.ended.outcome.value])
            if report.ended.post != report.key:
                said += " (said later in the thread)"
        if said:
            lines.append(
                f'<dt title="{plain(info.meaning)}">{plain(info.label)}</dt><dd>{said}</dd>'
            )
    if not lines:
        return ""
    return f'<h3>What the account states</h3><dl class="facts">{"".join(lines)}</dl>'


def _around(report: Report) -> None:
    if report.about:
        st.html(_announcement(report.about))
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
        frame.link("incident", "The incident", id=spread.key)


def _announcement(release: Release) -> str:
    """The announcement that the thread was opened under, and that it explains nothing by itself."""
    deployed = (
        f"Deployed on {release.deployed}."
        if release.deployed
        else "No product changed on that day as far as is known."
    )
    return (
        f"<h3>The thread is about</h3><p>{plain(release.title)} · {plain(release.vendor)}, "
        f"announced {release.announced}. {deployed} {link(release.source_url, 'Source')}</p>"
        "<p class='quiet'>Where people reported it, not why it happened.</p>"
    )


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
