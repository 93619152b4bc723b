"""What the numbers mean and what they can't mean."""

from __future__ import annotations

import streamlit as st

from dashboard import data, frame, theme, verdicts
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


_CHANGES = """
<div class="prose">
<p>Around a <b>deployment</b>, reporters per judged post in the 28 days from the day after it are
set against the 28 days before it. The day itself is left out. Announcements change no product as
far as is known, so nothing is tested around them.</p>
<h3>What each number means</h3>
<dl class="facts">
<dt>Ratio</dt><dd>The rate after over the rate before, places put together by random effects: each
counts for what it can tell, and their disagreement widens the interval.</dd>
<dt>95 % interval</dt><dd>As wide as the same comparison varies at ordinary dates of the same
series, not only as wide as counting noise. That is why it is wider than a textbook's.</dd>
<dt>q</dt><dd>Many tests are made, so some would look striking by accident. q is the share of such
false alarms to expect among all tests of one product and quarter with a q as small. 0.05 or less is
called a change.</dd>
<dt>Smallest detectable</dt><dd>The smallest change that the comparison would have seen in four of
five cases. “Unclear” beside a large one says that the data are too few, not that nothing
happened.</dd>
<dt>Other ways of looking</dt><dd>With a linear trend, relative to the other causes, each place left
out, without a denominator. A change that one of these contradicts is not called one.</dd>
<dt>Curve</dt><dd>The weeks around the day, set to the week before it. Where the weeks before were
not level, the verdict is “already moving before”. Level ones prove little.</dd>
<dt>Frozen</dt><dd>Once the last window of a quarter is complete, its verdicts are kept as they are.
Nothing that a reader chooses changes one.</dd>
<dt>Above expectation</dt><dd>Days with more reporters than the nine weeks before let expect, beyond
one in a thousand. Shaded amber in the overview. In the first weeks a cruder rule stands in, which
is often wrong and says so.</dd>
<dt>Lasting step</dt><dd>A change of the weekly rate that stays, known to about two weeks either
way, so it is drawn as a band. Beside its nearest deployment stands which share of all days lies
as near to some deployment: where that is large, nearness means nothing.</dd>
<dt>Not complete yet</dt><dd>Days of which under 95 % of the posts are seen, judging by how late
posts were seen lately. They are hatched, with what they are expected to come to, and never
tested.</dd>
<dt>Published shortly before</dt><dd>News of failures moves others to write of theirs, so more
reports need not mean more failures.</dd>
</dl>
<h3>What they can't mean</h3>
<ul>
<li>No number here tells a release from anything else that happened that day: an outage, a price,
press, another vendor's news.</li>
<li>“No meaningful change” is about reports in these places. It doesn't say that nothing
failed.</li>
<li>Where other deployments lie within 28 days, a change belongs to the period, not to one of
them.</li>
<li>Posts that are counted wrongly pull every ratio towards no change.</li>
</ul>
<p class="quiet">All of it, with the simulations behind it, stands in
<code>docs/statistics.md</code>.</p>
</div>
"""


def page() -> None:
    """Definitions, in plain words, with the lists that the program itself uses."""
    st.title("Method")
    st.html(_LEAD)
    st.subheader("What changed around a release")
    st.html(_CHANGES + verdicts.legend())
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
