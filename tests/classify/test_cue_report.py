"""The report per cue, on a handful of posts whose answers can be counted by hand."""

from __future__ import annotations

import json

import pytest

from classify.cue_report import CueFigures, as_told, cue_figures
from classify.cues.all import CUES, finder
from classify.cues.cue import Cue
from classify.cues.engine import CueFinder
from classify.labels import OWN, Labelled, examples
from classify.text import Content, views
from domain.causes import Cause, Symptom

LONG = Cue(name="long", about=Cause.CONTEXT_LIMIT, texts=("too long",))
WINDOW = Cue(name="window", about=Cause.CONTEXT_LIMIT, texts=("window",))
QUOTA = Cue(name="quota", about=Cause.CONTEXT_LIMIT, direction="against", texts=("quota",))
GONE = Cue(name="gone", about=Cause.SESSION_MANAGEMENT, texts=("gone",))
BROKEN = Cue(name="broken", about=None, texts=("broken",))
FORGOT = Cue(name="forgot", about=Symptom.FORGOT, texts=("forgot",))


def post(text: str, cause: str | None, **more: object) -> Labelled:
    told = {"secondary": None, "place": "github", "thread": text, "report": cause is not None}
    return Labelled(id="1", content=Content(text=text), cause=cause, **(told | more))  # type: ignore[arg-type]


POSTS = [
    post("too long, window", "context_limit"),
    post("too long, quota", "other"),
    post("window, gone", "session_management", secondary="context_limit"),
    post("quota", "other"),
    post("gone, too long", "undetermined"),
    post("gone", None),
    post("forgot, broken", "context_limit", place=OWN, symptoms=("forgot",)),
    post("forgot", "other"),
]
ALL = (LONG, WINDOW, QUOTA, GONE, BROKEN, FORGOT)


def figures(*cues: Cue) -> dict[str, CueFigures]:
    found = CueFinder(cues)
    made = cue_figures(cues, POSTS, [found.find(views(p.content)) for p in POSTS])
    return {f.cue: f for f in made}


def test_a_cue_for_a_cause() -> None:
    long = figures(*ALL)["long"]
    assert (long.posts, long.told, long.right) == (3, 2, 1)  # the undetermined one tells nothing
    assert long.base == pytest.approx(3 / 7)  # a second cause counts
    assert long.coverage == pytest.approx(3 / 8)
    assert not long.wrong_way


def test_a_cue_against_is_measured_where_something_speaks_for_it() -> None:
    quota = figures(*ALL)["quota"]
    assert (quota.posts, quota.told, quota.right) == (2, 1, 1)
    assert quota.base == pytest.approx(1 / 3)
    assert dict(quota.conflicts) == {"long": 1}


def test_symptoms_are_measured_where_they_are_labelled() -> None:
    forgot = figures(*ALL)["forgot"]
    assert (forgot.posts, forgot.told, forgot.right) == (2, 1, 1)
    assert figures(*ALL)["broken"].base == pytest.approx(7 / 8)


def test_overlap_and_conflict_are_counted_in_common_posts() -> None:
    made = figures(*ALL)
    assert dict(made["gone"].conflicts) == {"long": 1, "window": 1}
    assert made["long"].overlaps == ()  # one of four posts in common
    assert dict(figures(FORGOT, BROKEN)["broken"].overlaps) == {"forgot": 0.5}


def test_a_cue_that_points_the_wrong_way_comes_first() -> None:
    posts = [post("gone" if i < 40 else "else", None if i < 40 else "session_management")
             for i in range(80)]  # fmt: skip
    finder_ = CueFinder((GONE, BROKEN))
    made = cue_figures((BROKEN, GONE), posts, [finder_.find(views(p.content)) for p in posts])
    assert made[0].cue == "gone"
    assert made[0].wrong_way
    assert made[0].surely


def test_cues_in_a_thread_s_title_are_not_the_post_s() -> None:
    one = Labelled(
        id="1", content=Content(text="me too", thread_title="gone"), report=True,
        cause="other", secondary=None, place="github", thread="gone",
    )  # fmt: skip
    made = cue_figures([GONE], [one], [CueFinder([GONE]).find(views(one.content))])
    assert made[0].posts == 0
    assert made[0].precision is None


def test_no_shipped_error_text_points_the_wrong_way_in_our_own_posts() -> None:
    rows = examples()
    made = cue_figures(CUES, rows, [finder().find(views(r.content)) for r in rows])
    assert len(made) == len(CUES)
    assert [f.cue for f in made if f.cue.startswith("error:") and f.wrong_way] == []
    assert [f.cue for f in made if f.direction == "for" and f.surely] == []
    json.dumps(as_told(made), allow_nan=False)
