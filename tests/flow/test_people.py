"""People's part as a user does it: draw, read, decide, learn, choose a model, compare."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classify import artifact
from classify.corrected import Stored, save
from classify.correction import OUTPUTS, Adjustment, Correction
from classify.labels import examples
from classify.model import CLASSES
from db.choice import chosen
from db.engine import open_engine, read, write
from db.reviews import save_review
from db.samples import waiting
from domain.causes import Decision
from domain.nouns import Review
from tests.flow.conftest import Program

POSTS = 60


@pytest.fixture
def filled(whylost: Program) -> Program:
    """The program with posts of our own, imported and judged."""
    whylost.home.mkdir()
    began = datetime(2026, 5, 1, tzinfo=UTC)
    with (whylost.home / "issues.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["issue_number", "title", "body", "html_url", "state", "created_at",
                       "updated_at", "labels", "author", "is_pull_request"])  # fmt: skip
        for n, row in enumerate(examples()[:: len(examples()) // POSTS][:POSTS], 1):
            at = (began + timedelta(hours=7 * n)).isoformat().replace("+00:00", "Z")
            url = f"https://github.com/Example-Org/lantern/issues/{n}"
            text = row.content.text or row.content.title
            title = row.content.title or "A question"
            rows.writerow([n, title, text, url, "open", at, at, "", f"u_{n}", False])
    for words in (("ingest", "import", "issues.csv"), ("classify",)):
        ended = whylost(*words)
        assert ended.code == 0, ended.err
    return whylost


def judge_all(program: Program, decision: Decision = Decision.OTHER) -> int:
    """Somebody judges all that waits; gives how many posts that were."""
    engine = open_engine(f"sqlite:///{program.home / 'whylost.db'}")
    with write(engine) as connection:
        found = waiting(connection)
        for one in found:
            save_review(
                connection,
                Review(
                    post=one.post,
                    version=1,
                    decision=decision,
                    secondary=None,
                    reviewer="Ada",
                    blind=True,
                    stream=one.stream,
                    note="",
                    decided_at=datetime.now(UTC),
                ),
            )
    engine.dispose()
    return len(found)


def test_from_a_drawing_to_an_audit(filled: Program) -> None:
    drawn = filled("classify", "draw", "--posts", "20", "--json").json()
    assert (drawn["drawn"], drawn["from"]) == (20, POSTS)
    assert sum(one["drawn"] for one in drawn["strata"].values()) == 20
    again = filled("classify", "draw", "--posts", "5", "--seed", "1")
    assert again.code == 1
    assert "--seed 0" in again.err
    assert filled("classify", "draw", "--posts", "5", "--stream", "best").code == 1

    queue = filled("review", "--json").json()
    assert [one["stream"] for one in queue] == ["audit"] * 20
    key = queue[0]["post"]
    shown = filled("review", key)
    assert "version 1" in shown.out
    assert "probab" not in shown.out
    assert shown.code == 0
    text = filled("review", key, "--json").json()["text"]
    assert " ".join(text.split())[:30] in " ".join(shown.out.split())

    words = ("review", key, "--decision", "safety_trigger", "--as", "Grace", "--blind")
    assert filled(*words).code == 0
    listed = filled("export", "reports", "--out", "r.csv", "--cause", "safety_trigger")
    assert listed.code == 0
    with (filled.home / "r.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["post"]: row for row in csv.DictReader(file)}
    assert rows[key]["decided_by"] == "person"
    assert len(filled("review", "--json").json()) == 19

    assert "No two people" in filled("review", "agreement").out
    words = ("review", key, "--decision", "other", "--as", "Ada", "--blind")
    assert filled(*words).code == 0
    agreed = filled("review", "agreement", "--json").json()
    assert [pair["reviewers"] for pair in agreed["pairs"]] == [["Ada", "Grace"]]
    assert agreed["alpha"]["posts"] == 1
    assert "Only blind reviews count" in filled("review", "agreement").out

    assert judge_all(filled) == 19
    made = filled("classify", "audit", "--json").json()
    assert made["posts"] + 5 >= 20
    names = {one["name"] for one in made["classes"]}
    assert names == set(Decision)
    told = filled("classify", "audit")
    assert "95 % intervals" in told.out


def test_a_decision_that_can_t_be_is_one_line(filled: Program) -> None:
    key = (
        filled("classify", "draw", "--posts", "1", "--json")
        and filled("review", "--json").json()[0]["post"]
    )
    wrong = [
        (("--decision", "bad", "--as", "Ada"), "--decision can't be bad"),
        (("--decision", "other"), "Name yourself with --as"),
        (("--decision", "other", "--as", "Ada", "--version", "7"), "you saw 7"),
        (("--decision", "other", "--as", "Ada", "--secondary", "other"), "second cause"),
        (("--take-back", "--as", "Ada"), "has no decision"),
        (("--note", "hm"), "Add --decision"),
    ]
    for words, said in wrong:
        ended = filled("review", key, *words)
        assert (ended.code, ended.err.count("\n")) == (1, 1), ended.err
        assert said in ended.err
    assert filled("review", "nobody's").code == 1
    assert filled("review", key, "--decision", "other", "--as", "Ada").code == 0
    assert filled("review", key, "--take-back", "--as", "Ada").code == 0
    assert len(filled("review", "--json").json()) == 1


def test_too_little_to_learn_from_changes_nothing(filled: Program) -> None:
    assert filled("classify", "draw", "--stream", "uncertain", "--posts", "8").code == 0
    judge_all(filled)
    made = filled("classify", "learn", "--json").json()
    assert (made["lessons"], made["model"], made["active"]) == (8, None, False)
    assert "too little" in filled("classify", "learn").out
    doubts = filled("classify", "doubts", "--json").json()
    assert set(doubts) == {"doubts", "disputes"}


def test_a_chosen_correction_judges_until_the_shipped_model_is_chosen_again(
    filled: Program,
) -> None:
    """Both models' verdicts stay side by side and can be compared."""
    shipped = artifact.load()
    level = Adjustment(
        sources={"github-archive": -9.0, "github": -9.0}, places={}, text=(0.0,) * len(CLASSES)
    )
    correction = Correction(shipped.id, dict.fromkeys(OUTPUTS, level))
    identity = save(
        filled.home / "models", Stored(correction=correction, fine=True, told={"reviews": "x"})
    )
    before = filled("classify", "--again", "--json").json()
    assert filled("classify", "use", identity, "--why", "to see").code == 0
    engine = open_engine(f"sqlite:///{filled.home / 'whylost.db'}")
    with read(engine) as connection:
        assert chosen(connection) == identity
    engine.dispose()
    ended = filled("classify", "--json")
    assert ended.code == 0, ended.err
    assert ended.json()["judged"] == POSTS
    assert ended.json()["not_a_report"] > before["not_a_report"]

    listed = {row["model"]: row for row in filled("classify", "compare", "--json").json()}
    assert listed[identity]["shown"]
    assert listed[shipped.id]["verdicts"] == POSTS
    made = filled("classify", "compare", shipped.id, identity, "--json").json()
    assert made["posts"] == POSTS
    assert made["changed"] >= ended.json()["not_a_report"] - before["not_a_report"]
    shown = filled("classify", "compare", shipped.id, identity)
    assert f"Rows: {shipped.id}; columns: {identity}." in shown.out
    assert filled("classify", "compare", shipped.id, "nothing").code == 1

    (filled.home / "models" / f"{identity}.json").write_text("{}")
    broken = filled("classify")
    assert (broken.code, broken.err.count("\n")) == (1, 1)
    assert "classify use shipped" in broken.err
    assert filled("classify", "use", "shipped").code == 0
    assert filled("classify", "--json").json()["judged"] == 0  # its verdicts are still there
    listed = {row["model"]: row for row in filled("classify", "compare", "--json").json()}
    assert listed[shipped.id]["shown"]


def test_a_model_in_a_folder_is_tried_without_being_stored(filled: Program) -> None:
    given = filled.home / "given"
    shutil.copytree(artifact.SHIPPED, given)
    model = artifact.load(given)
    never = replace(model.thresholds, report=0.999)
    identity = artifact.save(replace(model, thresholds=never), given).id
    words = ("classify", "compare", "--with", "given", "--posts", "40", "--json")
    made = filled(*words).json()
    assert made["models"] == [model.id, identity]
    assert (made["posts"], made["posts_in_all"]) == (40, POSTS)
    assert made["changed"] > 0
    assert all(row["second"] == "not_a_report" or row["posts"] for row in made["table"])
    assert filled(*words).json() == made
    assert [row["model"] for row in filled("classify", "compare", "--json").json()] == [model.id]
    nowhere = filled("classify", "compare", "--with", "nowhere")
    assert (nowhere.code, nowhere.err.count("\n")) == (1, 1)
    assert json.loads((given / "card.json").read_text())["id"] == identity
