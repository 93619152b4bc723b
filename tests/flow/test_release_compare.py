"""`whylost trends` and `whylost releases compare` on a year of posts: a rise is told from noise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import daily
import pytest
from daily import DailyPlace, level, step
from sqlalchemy import Engine, select, update

from db.engine import open_engine, read, write
from db.tables import PostRow, PostText
from domain.causes import Cause
from tests.flow.conftest import Program
from trends.claims import ASSOCIATION, violations

DAYS = 320
# Products of which the catalogue that comes with the program knows no deployment.
OURS, OTHER = "Copilot", "Perplexity"


@dataclass(frozen=True, kw_only=True)
class Year:
    """A program whose places were collected until today."""

    program: Program
    rising: date  # from here on session reports are twice as many
    quiet: date

    def compare(self, release: str, *more: str) -> Any:
        ended = self.program("releases", "compare", "--release", release, *more, "--json")
        assert ended.code == 0, ended.err
        return ended.json()


def places(rising: date) -> tuple[DailyPlace, ...]:
    session = (Cause.SESSION_MANAGEMENT, step(0.1, rising, 2.0))
    context = (Cause.CONTEXT_LIMIT, level(0.1))
    return (
        DailyPlace(name="forum:a", product=OURS, posts=30.0, rates=(session, context)),
        DailyPlace(name="hub:b", product=OURS, posts=30.0, rates=(session, context)),
        DailyPlace(
            name="hub:c",
            product=OTHER,
            posts=20.0,
            rates=((Cause.SESSION_MANAGEMENT, level(0.1)), (Cause.CONTEXT_LIMIT, level(0.1))),
        ),
    )


def lived(program: Program) -> Year:
    """Fills the program's database; nothing is counted yet."""
    assert program("sources").code == 0
    today = datetime.now(UTC).date()
    rising, quiet = today - timedelta(days=40), today - timedelta(days=160)
    engine = open_engine(program.database or f"sqlite:///{program.home / 'whylost.db'}")
    daily.fill(engine, places(rising), days=DAYS, first=today - timedelta(days=DAYS))
    with write(engine) as connection:
        daily.release(connection, "our-rising", deployed=rising, product=OURS)
        daily.release(
            connection,
            "our-feature",
            deployed=rising + timedelta(days=3),
            product=OURS,
            kind="session_feature",
            affects=f"{OURS} 2.1.3",
        )
        daily.release(connection, "our-quiet", deployed=quiet, product=OURS)
        daily.release(connection, "absent", deployed=quiet, product="Cursor")
        daily.release(
            connection,
            "result",
            deployed=None,
            announced=quiet,
            product="unknown",
            vendor="Microsoft",
            kind="safety_training_research",
            contained_in="our-rising our-quiet",
        )
        daily.release(
            connection, "gone", deployed=quiet, product=OURS, retired="It was drawn back; led to."
        )
    _name(engine, rising)
    engine.dispose()
    return Year(program=program, rising=rising, quiet=quiet)


def _name(engine: Engine, rising: date) -> None:
    """Some posts name the version of the feature."""
    with read(engine) as connection:
        query = select(PostRow.key).where(PostRow.place == "hub:b", PostRow.day > rising).limit(40)
        keys = connection.scalars(query).all()
    with write(engine) as connection:
        for number, key in enumerate(keys):
            words = "It is version 2.1.3." if number % 2 else "It is version 2.1.30."
            connection.execute(update(PostText).where(PostText.post == key).values(text=words))


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    made = lived(Program(home=tmp_path_factory.mktemp("year")))
    ended = made.program("trends")
    assert ended.code == 0, ended.err
    return made


def by_cause(told: Any) -> dict[str, Any]:
    return {effect["cause"]: effect for effect in told["effects"]}


def test_what_doubled_rose_and_what_did_not_did_not(year: Year) -> None:
    rising = by_cause(year.compare("our-rising"))
    session, context = rising["session_management"], rising["context_limit"]
    assert session["verdict"] == "rose"
    assert session["low"] < 2.0 < session["high"]
    assert session["low"] > 1.0
    assert session["q"] <= 0.05
    assert session["smallest_rise"] < 2.0
    assert context["verdict"] in ("no_meaningful_change", "unclear")
    assert rising["safety_trigger"]["verdict"] == "too_few"
    quiet = by_cause(year.compare("our-quiet"))
    assert {e["verdict"] for e in quiet.values()} <= {"no_meaningful_change", "unclear", "too_few"}


def test_the_text_says_it_with_interval_and_denominator(year: Year) -> None:
    ended = year.program(
        "releases", "compare", "--release", "our-ris", "--cause", "session_management"
    )
    assert ended.code == 0, ended.err
    assert "Reports of session management rose around this period:" in ended.out
    assert "95 % interval" in ended.out
    assert "judged posts" in ended.out
    assert ASSOCIATION in ended.out
    assert "Fewer failures, says the vendor." in ended.out  # the claim beside
    assert "our-feature" in ended.out  # deployed within 28 days
    assert "after this release" not in ended.out
    assert "context_limit" not in ended.out


def test_every_sentence_passes_the_linter(year: Year) -> None:
    for release in ("our-rising", "our-quiet", "result", "absent", "gone"):
        told = year.compare(release)
        sentences = [*told["notes"], *(s for group in told["sentences"].values() for s in group)]
        assert sentences
        assert [violations(sentence) for sentence in sentences] == [()] * len(sentences)


def test_what_a_change_is_made_of_stands_beside_the_verdict(year: Year) -> None:
    told = year.compare("our-rising")
    assert told["parts"].keys() == {effect["cause"] for effect in told["effects"]}
    sentences = [sentence for group in told["parts"].values() for sentence in group]
    assert [violations(sentence) for sentence in sentences] == [()] * len(sentences)
    session = " ".join(told["parts"]["session_management"])
    assert "reporters without an earlier report wrote more or fewer" in session
    assert "10 on each side are needed" in " ".join(told["parts"]["safety_trigger"])
    ended = year.program("releases", "compare", "--release", "our-rising")
    assert "What the change is made of:" in ended.out
    assert year.compare("absent")["parts"] == {}


def test_other_ways_of_looking_stand_beside_the_verdict(year: Year) -> None:
    session = by_cause(year.compare("our-feature"))["session_management"]
    ways = {way["name"]: way for way in session["sensitivities"]}
    assert {
        "posts instead of reporters",
        "sums of probabilities instead of decisions",
        "denominator without posts that name the release",
        "compared with another product",
        "relative to the other causes",
    } <= ways.keys()
    assert ways["compared with another product"]["note"].startswith(f"Relative to {OTHER}")
    assert all(way["ratio"] > 1.3 for way in ways.values())


def test_posts_that_name_the_release_are_counted(year: Year) -> None:
    told = year.compare("our-feature")
    assert told["mentioned"] == {"names": ["2.1.3"], "before": 0, "after": 20, "unread": 0}
    assert told["cluster"]["anchor"]["id"] == "our-rising"
    assert [r["id"] for r in told["cluster"]["nearby"]] == ["our-feature"]
    assert told["family"].startswith(OURS)
    assert year.compare("our-rising")["mentioned"] is None  # nothing names it but the product


def test_an_announcement_is_described_not_tested(year: Year) -> None:
    told = year.compare("result")
    assert told["tested"] is False
    assert told["effects"] == []
    assert told["notes"][0] == (
        "No product changed on this day as far as is known: nothing to test."
    )
    assert [r["id"] for r in told["contained_in"]] == ["our-quiet", "our-rising"]
    assert told["product"] == OURS  # of that vendor the one most written about
    (session,) = (d for d in told["described"] if d["cause"] == "session_management")
    assert session["events_before"] > 100
    assert len(session["curve"]["weeks"]) == 17
    assert "verdict" not in session
    ended = year.program("releases", "compare", "--release", "result")
    assert "nothing to test" in ended.out
    assert "rose" not in ended.out
    assert "week" in ended.out


def test_of_another_product_the_days_are_described(year: Year) -> None:
    told = year.compare("our-rising", "--product", OTHER)
    assert (told["tested"], told["product"], told["effects"]) == (False, OTHER, [])
    assert told["described"]
    assert told["notes"][0] == f"{OTHER} is not what changed: nothing is tested in it."


def test_what_is_not_collected_is_not_tested(year: Year) -> None:
    told = year.compare("absent")
    assert (told["tested"], told["described"]) == (False, [])
    assert "No posts about Cursor" in told["notes"][0]
    retired = year.compare("gone")
    assert retired["tested"] is False
    assert retired["notes"][0] == "It no longer stands, so nothing is tested."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--release", "nobody"), "'nobody' names no release"),
        (("--release", "our"), "names 3 releases"),
        (("--release", "our-quiet", "--cause", "magic"), "No cause is called 'magic'"),
        (("--release", "our-quiet", "--product", "Clippy"), "No product is called 'Clippy'"),
    ],
)
def test_what_there_is_not_is_one_line(year: Year, words: tuple[str, ...], said: str) -> None:
    ended = year.program("releases", "compare", *words)
    assert ended.code == 1
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert year.program("releases", "compare").code == 2


def test_before_anything_is_judged_the_fix_is_said(whylost: Program) -> None:
    assert whylost("trends").code == 0
    listed = whylost("releases", "list", "--json").json()
    ended = whylost("releases", "compare", "--release", listed[0]["id"])
    assert (ended.code, ended.out) == (1, "")
    assert "Nothing is judged yet. Run `whylost run` first." in ended.err


def test_trends_tells_everything_to_a_machine(year: Year) -> None:
    told = year.program("trends", "--json").json()
    assert told.keys() >= {"run", "overview", "effects", "families", "episodes", "completeness"}
    assert told["back_test"]["cases"]  # the catalogue knows some faults
    assert all(case["reason"] for case in told["back_test"]["cases"])  # none in our products
    rose = [e for e in told["effects"] if e["verdict"] == "rose"]
    assert [(e["cluster"], e["cause"]) for e in rose] == [("our-rising", "session_management")]
    steps = [e for e in told["episodes"] if e["kind"] == "step" and e["product"] == OURS]
    assert {(e["place"], e["cause"]) for e in steps} == {
        ("forum:a", "session_management"),
        ("hub:b", "session_management"),
    }
    assert all(e["began"] <= str(year.rising) <= e["ended"] for e in steps)
    assert {c["place"] for c in told["completeness"]} == {"forum:a", "hub:b", "hub:c"}
    assert told["run"]["counts"]["exposure_rows"] == 0  # nothing has changed since


@pytest.mark.postgres
def test_it_is_the_same_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str
) -> None:
    made = lived(Program(home=tmp_path_factory.mktemp("server"), database=postgres_url))
    assert made.program("trends").code == 0
    effects = by_cause(made.compare("our-rising"))
    assert effects["session_management"]["verdict"] == "rose"
    assert effects["context_limit"]["verdict"] in ("no_meaningful_change", "unclear")
