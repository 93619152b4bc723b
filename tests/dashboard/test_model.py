"""The page of the model in its states, without a browser."""

from __future__ import annotations

import pytest
import seeded
from opening import Opening, opening, words
from sqlalchemy import Engine, update

from classify.artifact import load
from dashboard.model.plot import Dot, plot
from dashboard.model.quality import interval, right_of
from db.engine import write
from db.judges import Judges, know
from db.tables import ModelRow
from db.verdicts import save_verdicts
from domain.causes import Cause, Decision
from domain.nouns import Verdict

__all__ = ["opening"]
OTHER = "an-earlier-model"


@pytest.fixture
def known(sqlite_engine: Engine) -> seeded.Seeded:
    """Posts that a model judged of which no figures were recorded."""
    return seeded.fill(sqlite_engine)


@pytest.fixture
def shipped(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> seeded.Seeded:
    """The same, judged by the model that the program brings."""
    model = load().id
    monkeypatch.setattr(seeded, "MODEL", model)
    monkeypatch.setattr(seeded, "JUDGES", Judges.only(model))
    return seeded.fill(sqlite_engine)


def test_nothing_is_judged_yet(opening: Opening) -> None:
    assert "There are no posts yet." in words(opening("model"))


def test_a_model_without_figures_and_reviews_says_so(
    opening: Opening, known: seeded.Seeded
) -> None:
    told = words(opening("model"))
    assert "No figures on labelled posts were recorded for this model." in told
    assert "No random sample of these posts was judged by people" in told
    assert "Nobody has reviewed a post that the model decided." in told
    assert "One model has judged all posts." in told
    assert "This model came without a card." in told
    assert "Reports here" in told


def test_the_shipped_model_shows_its_figures(opening: Opening, shipped: seeded.Seeded) -> None:
    told = words(opening("model"))
    assert "on 843 labelled posts" in told
    assert 'aria-label="Quality by source on labelled posts"' in told
    assert told.count('class="plot ') == 6  # five diagrams, and the curve
    assert "Calibration error" in told


def test_a_correction_shows_the_figures_of_what_it_corrects(
    opening: Opening, known: seeded.Seeded, sqlite_engine: Engine
) -> None:
    with write(sqlite_engine) as connection:
        connection.execute(update(ModelRow).values(card={"base": load().id}))
    assert f"figures of {load().id}, which it corrects" in words(opening("model"))


def test_the_threshold_is_in_the_address(opening: Opening, shipped: seeded.Seeded) -> None:
    reported = [v for v in shipped.verdicts if v.likely_cause]
    app = opening("model", threshold="0.80")
    assert 'aria-label="What a threshold of 0.80 does"' in words(app)
    studied = [v for v in reported if v.likely_cause is not Cause.OTHER]
    here = sum(int(v.causes[v.likely_cause] * 20) >= 16 for v in studied if v.likely_cause)
    assert 0 < here < len(studied)
    assert f"{here} of {len(studied)}" in words(app)
    links = [link for link in app.get("page_link") if "of 0.80 or more" in link.label]
    assert [link.proto.query_string for link in links] == ["least_probability=0.8"]
    (slider,) = [s for s in app.slider if s.label.startswith("Name the likeliest")]
    assert slider.value == 0.8
    slider.set_value(0.9).run()
    assert app.query_params["threshold"] in ("0.90", ["0.90"])


@pytest.mark.parametrize("told", ["often", "1.5", "nan"])
def test_a_threshold_that_is_none_is_refused(
    opening: Opening, known: seeded.Seeded, told: str
) -> None:
    assert f"threshold={told} can&#x27;t be read." in words(opening("model", threshold=told))


def test_the_surest_mistake_leads_to_its_report(
    opening: Opening, known: seeded.Seeded, sqlite_engine: Engine
) -> None:
    wrong, right = known.keys(Decision.SAFETY_TRIGGER)[:2]
    seeded.review(sqlite_engine, wrong, Decision.OTHER)
    seeded.review(sqlite_engine, right, Decision.SAFETY_TRIGGER)
    app = opening("model")
    told = words(app)
    assert "<b>1</b> of 2 posts" in told
    assert "A person decided: ◆ <b>Other failure</b>" in told
    links = [link for link in app.get("page_link") if "Safety trigger 0." in link.label]
    assert len(links) == 1
    assert wrong in str(links[0].proto)


def test_people_who_agree_are_counted(
    opening: Opening, known: seeded.Seeded, sqlite_engine: Engine
) -> None:
    for post in known.keys(Decision.OTHER)[:2]:
        seeded.review(sqlite_engine, post, Decision.OTHER)
    assert "People agree with the model on all 2 posts" in words(opening("model"))


def test_an_audit_is_shown_beside(
    opening: Opening, known: seeded.Seeded, sqlite_engine: Engine
) -> None:
    posts = known.keys(Decision.OTHER)[:4]
    seeded.draw(sqlite_engine, *posts)
    for post in posts[:3]:
        seeded.review(sqlite_engine, post, Decision.OTHER)
    told = words(opening("model"))
    assert "From 3 posts drawn at random and judged by people" in told
    assert "1 of 4 drawn posts wait to be judged" in told


def test_another_model_is_compared_with(
    opening: Opening, known: seeded.Seeded, sqlite_engine: Engine
) -> None:
    judged = [v for v in known.verdicts if v.decision is Decision.OTHER][:3]
    days = {p.key: p.written_at.date() for p in known.posts}
    with write(sqlite_engine) as connection:
        know(connection, OTHER, {}, known.now)
        save_verdicts(connection, [_of(OTHER, v) for v in judged], days)
    assert f"{OTHER}</td>" in words(opening("model"))
    told = words(opening("model", against=OTHER))
    assert f"Of 3 posts that both judged, {seeded.MODEL} decides otherwise" in told
    assert "<b>100 %</b>" in told
    nobody = words(opening("model", against="nobody"))
    assert "No other model nobody has judged posts here." in nobody


def _of(model: str, verdict: Verdict) -> Verdict:
    return Verdict(
        post=verdict.post,
        version=verdict.version,
        model=model,
        report_probability=0.1,
        causes=verdict.causes,
        likely_cause=None,
        decision=Decision.NOT_A_REPORT,
        abstained_because=None,
        language="en",
    )


def test_drift_of_many_posts_waits_to_be_asked_for(
    opening: Opening, known: seeded.Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "What changed" in words(opening("model"))
    monkeypatch.setattr("dashboard.views.model.AT_ONCE", 10)
    app = opening("model")
    assert "What changed" not in words(app)
    next(button for button in app.button if button.label == "Look for drift").click().run()
    assert "What changed" in words(app)


def test_a_share_of_few_has_a_wide_interval() -> None:
    assert "(0.21 to 1.00)" in right_of(1, 1)
    assert interval({"value": None, "low": None, "high": None}) is None
    cell = interval({"value": 0.5, "low": None, "high": None})
    assert cell is not None
    assert "to" not in cell.html


def test_a_plot_says_what_it_shows_and_places_its_dots() -> None:
    dot = Dot(across=0.25, up=0.5, low=0.4, high=0.7, told='7 posts: "so"')
    made = plot([dot], label="Reliability <b>", hue="other")
    assert 'aria-label="Reliability &lt;b&gt;"' in made
    assert "left:25.00%;bottom:50.00%" in made
    assert "bottom:40.00%;height:30.00%" in made
    assert "7 posts: &quot;so&quot;" in made
