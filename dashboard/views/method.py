"""What the numbers mean and what they can't mean."""

from __future__ import annotations

import streamlit as st

from dashboard import data, frame, theme
from dashboard.tables import Html, table
from dashboard.text import plain
from domain.causes import ABSTENTION_LABELS, CAUSES, Decision
from domain.nouns import Frame

_LEAD = """
<div class="prose">
<h2>What is counted</h2>
<p>A <b>report</b> is a public post in which somebody tells of a failure of an AI assistant. For
each, a model says how probable each cause is, shows the words that speak for and against it, and
decides only where it is sure enough; else the report is <b>undetermined</b>, with the reason.</p>
<p>The same reports are counted three ways: <b>reports</b> (posts), <b>reporters</b> (authors, once
in each thread; they are known only by a keyed hash) and <b>threads</b>. A heated thread moves the
first, hardly the last.</p>
<h2>What a rate is</h2>
<p>Reporters per 1,000 posts of the same place that the model judged, with a 95 % interval
(Garwood's for a Poisson count, Wilson's where reports are frequent or posts few). Only complete
days and weeks have one; a day in a known gap is missing, not zero. Places are never added up: each
shows another part of what is written.</p>
<h2>What the numbers can't say</h2>
<ul>
<li><b>Reports are not incidence.</b> They count who wrote about a failure in public, not whom it
befell. Nothing here says how many users lost their work.</li>
<li><b>The likely cause is what the account points to</b>, not what a vendor's system did. It can't
be verified from a thread.</li>
<li><b>Near in time is not because of.</b> A release drawn beside a rise says that both happened
then; press, other releases and the mood of a forum happen too.</li>
<li><b>The model errs.</b> It misses reports and takes others for one; the page of each report shows
its evidence, so that you can judge for yourself.</li>
<li><b>Deleted posts are gone</b>, more of them the longer ago they were written; days that were
read long afterwards are marked.</li>
</ul>
</div>
"""


def page() -> None:
    """Definitions, in plain words, with the lists that the program itself uses."""
    st.title("Method")
    st.html(_LEAD)
    st.subheader("Causes")
    st.html(_causes())
    st.subheader("Why a report stays undetermined")
    reasons = "".join(f"<li>{plain(told)}</li>" for told in ABSTENTION_LABELS.values())
    st.html(f"<ul>{reasons}</ul>")
    st.subheader("What is seen of a place")
    st.html(_frames())
    st.subheader("People")
    st.html(
        '<p class="prose">Texts are redacted before they are stored: addresses, names in paths, '
        "handles, keys. Authors are kept as keyed hashes only: pseudonymous, not anonymous. "
        "A post that its author deletes loses its text here as well. The "
        "program's folder <code>docs</code> says more.</p>"
    )
    source = data.shown()
    if source.judges is None:
        frame.nothing_yet(source)


def _causes() -> str:
    rows = [
        (
            Html(
                f'<span class="hue-{cause.value}">{theme.mark(Decision(cause.value))}</span> '
                f"{plain(info.label)}"
            ),
            info.meaning,
            info.not_this,
        )
        for cause, info in CAUSES.items()
    ]
    return table(("Cause", "The account says that", "Not this"), rows, caption="Causes")


def _frames() -> str:
    rows = [
        (f.value.capitalize(), "rates and counts" if f.allows_rates else "counts only")
        for f in Frame
    ]
    return table(("We see", "So we show"), rows, caption="Frames")
