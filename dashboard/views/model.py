"""The model that judges: how well, how sure, where it errs, whether anything has changed."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import data, filters, frame
from dashboard.data import Shown
from dashboard.model import card, drift, found, mistakes, quality, reliability, threshold, versions
from dashboard.model.found import Figures
from dashboard.tables import counted
from dashboard.text import plain
from db.judges import Judges
from db.queries import health
from domain.filter import STEPS

AT_ONCE = 20_000  # judged posts up to which drift is looked for without being asked
_ASKED = "drift"

_LEAD = """
<div class="prose"><p>A model judges each post from its own words. It errs: read the evidence before
you trust one verdict. Two kinds of figures stand here. Those on <b>labelled posts</b> come with the
program: real posts, each judged by a model that never saw their place. Those <b>of this
database</b> come from what people reviewed here.</p></div>
"""
_LABELLED = (
    '<p class="quiet">On labelled posts. Posts were chosen because keywords matched, and failures '
    "are frequent among them: in a raw stream fewer claims are right. <b>Decided</b>: where the "
    "model was sure enough. <b>Forced</b>: the likeliest answer for every post. Intervals are "
    "95 %, bootstrapped over threads.</p>"
)
_RELIABILITY = (
    '<p class="quiet">On labelled posts. A dot is a tenth of the probabilities: across, what the '
    "model said on average; up, how often it was so; larger dots hold more posts. On the line "
    "both agree; below it the model is too sure. Whiskers are exact 95 % intervals.</p>"
)
_THRESHOLD = (
    '<p class="quiet">The model decides by a threshold for each cause (below, on its card). Here '
    "a single one serves them all, in the 20 steps that are kept with every verdict: precision "
    "and coverage on labelled posts, with 95 % intervals, and reports of this database that match "
    "the filter. Nothing is decided anew.</p>"
)


def page() -> None:
    """The parts, the most asked for first."""
    source = data.shown()
    if source.judges is None:
        frame.nothing_yet(source)
        return
    model = source.judges.current
    brought = found.card(source, model)
    figures = found.figures(model, brought)
    st.title("Model")
    st.html(_LEAD + _as_of(model, source.judges, figures))
    _quality(source, source.judges, model, figures)
    _reliability(figures)
    _threshold(source, source.judges, figures)
    st.subheader("Surest mistakes")
    mistakes.show(found.contradictions(source, source.judges))
    _drift(source, source.judges)
    _versions(source, source.judges, model)
    st.subheader("Card")
    st.html(card.told(brought))


def _as_of(model: str, judges: Judges, figures: Figures | None) -> str:
    told = [f"Model <b>{plain(model)}</b>, shown on {versions.days(judges, model)}"]
    if figures:
        of = figures.told
        f1 = of["macro_f1"]["by_place"]["all"]
        told.append(
            f"F1 of the three causes {f1['value']:.2f} ({f1['low']:.2f} to {f1['high']:.2f}) on "
            f"{of['posts']:,} labelled posts"
        )
        if figures.of != model:
            told.append(f"figures of {plain(figures.of)}, which it corrects")
    return f'<div class="asof">{" · ".join(told)}</div>'


def _quality(source: Shown, judges: Judges, model: str, figures: Figures | None) -> None:
    st.subheader("Quality by cause")
    if figures is None:
        frame.empty(
            "No figures on labelled posts were recorded for this model.",
            "<code>whylost classify evaluate --gold FILE</code> measures on posts that you "
            "labelled.",
        )
    else:
        st.html(_LABELLED + quality.by_cause(figures.told))
    st.subheader("Quality in this database")
    made, notes = found.audited(source, judges, model)
    if made is None:
        st.html(
            '<p class="quiet">No random sample of these posts was judged by people, so how often '
            f"the model is right here isn't known.</p>{quality.notes(notes)}"
        )
    else:
        lead = (
            f'<p class="quiet">From {counted(made.posts, "post")} drawn at random and judged by '
            "people, weighted by their chance of being drawn; 95 % intervals.</p>"
        )
        st.html(lead + quality.audit(made) + quality.notes(notes))
    if figures is not None:
        st.subheader("Quality by source")
        st.html(
            '<p class="quiet">On labelled posts, by where they were written, forced '
            "choice: how many answers hold of those that said a cause, and how many posts are "
            "found of those labelled so, with 95 % intervals (Wilson).</p>"
            f"{quality.by_source(figures.told)}"
        )


def _reliability(figures: Figures | None) -> None:
    if figures is None:
        return
    st.subheader("Reliability")
    points, told = figures.told["reliability"], figures.told["outputs"]
    st.html(
        _RELIABILITY
        + reliability.diagrams(points)
        + "<details><summary>The same numbers as a table</summary>"
        + reliability.numbers(points, told)
        + "</details>"
    )


def _threshold(source: Shown, judges: Judges, figures: Figures | None) -> None:
    st.subheader("One threshold for all causes")
    st.html(_THRESHOLD)
    wanted = filters.current()
    with data.reading(source) as connection:
        sizes = health.totals(connection, judges)
    filters.bar(wanted, data.choices(source, judges, wanted), (sizes.first_day, sizes.last_day))
    chosen = threshold.step()
    threshold.slider(chosen)
    measured = figures.told["steps"] if figures else None
    st.html(threshold.shown(chosen, measured, found.by_step(source, judges, wanted)))
    least = chosen / STEPS
    frame.link(
        "reports",
        f"The reports whose likeliest cause has a probability of {least:.2f} or more",
        replace(wanted, least_probability=least),
    )
    if measured:
        st.html(
            threshold.curve(chosen, measured)
            + "<details><summary>The same numbers as a table</summary>"
            + threshold.all_steps(measured)
            + "</details>"
        )


def _drift(source: Shown, judges: Judges) -> None:
    st.subheader("Drift")
    judged = sum(posts for model, posts in found.models(source) if model == judges.current)
    if judged > AT_ONCE and st.query_params.get(_ASKED) != "yes":
        st.html(
            '<p class="quiet">Whether what is read, or what is said of it, has changed by month: '
            f"that reads {judged:,} verdicts and may take minutes.</p>"
        )
        st.button("Look for drift", on_click=_ask)
        return
    st.html(drift.told(*found.drift(source, judges)))


def _ask() -> None:
    st.query_params[_ASKED] = "yes"


def _versions(source: Shown, judges: Judges, model: str) -> None:
    st.subheader("Versions")
    known = found.models(source)
    st.html(versions.listed(known, judges))
    others = [name for name, _ in known if name != model]
    if not others:
        st.html(
            '<p class="quiet">One model has judged all posts. <code>whylost classify compare '
            "--with FOLDER</code> tries another one on a sample.</p>"
        )
        return
    against = versions.chosen(others)
    versions.choice(others, against)
    if against:
        st.html(versions.beside(against, model, found.otherwise(source, against, model)))
