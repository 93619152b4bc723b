"""Evaluating and telling of it: folds, the report's forms, and that no text of a post leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from classify import strict, unlabelled
from classify.evaluate import held_out, place_of_rows, probabilities, thread_folds
from classify.fit import Parameters, prepare
from classify.labels import Labelled, examples
from classify.model import Model
from classify.predicted import STUDIED_NAMES, Predicted, halves, holds
from classify.readout import read_out
from classify.report import charts
from classify.report.document import (
    Document,
    Picture,
    Section,
    Table,
    markdown,
    must_be_writable,
    page,
)
from classify.report.evaluation import FIGURES, write_all
from classify.shift import PARTLY, RE_ESTIMATED
from classify.summary import MISTAKES, mistakes, summarise
from classify.text import Content
from domain.errors import InputError

Several = tuple[Predicted, ...]
SIZES = {("own-a", "hit"): 100, ("own-b", "nohit"): 3000}


@pytest.fixture(scope="module")
def as_gold(own: Several) -> Several:
    """Predictions of our own posts dressed as those of two real places."""
    known = [p for p in own if p.row.cause != "undetermined"][::4]
    return tuple(_dressed(i, p) for i, p in enumerate(known))


def _dressed(i: int, p: Predicted) -> Predicted:
    source, stratum = (("own-a", "hit"), ("own-b", "nohit"))[i % 2]
    content = replace(p.row.content, source=source)
    row = replace(p.row, id=f"{i:x}", place=source, stratum=stratum, content=content)
    return replace(p, row=row)


@pytest.fixture(scope="module")
def told(as_gold: Several, own: Several) -> dict:  # type: ignore[type-arg] # JSON
    return json.loads(json.dumps(summarise(as_gold, as_gold, own, SIZES), allow_nan=False))


def test_an_evaluation_can_be_read_by_people_and_machines(
    as_gold: Several, own: Several, told: dict
) -> None:  # type: ignore[type-arg]
    assert told["by_place"]["all"]["posts"] == len(as_gold)
    assert told["undetermined"]["posts"] == sum(p.row.cause == "undetermined" for p in own)
    assert told["stream"]["stands_for"] == 3100
    assert "macro F1" in read_out(told)
    held = told["by_place"]["all"]
    for cause in held["causes"].values():
        for measure in ("precision", "recall", "f1", "brier_skill", "calibration_slope"):
            assert cause[measure]["low"] <= cause[measure]["value"] <= cause[measure]["high"]
    assert sum(map(sum, (row.values() for row in held["confusion"].values()))) == held["posts"]


def test_posts_whose_cause_nobody_could_tell_are_left_out(as_gold: Several, own: Several) -> None:
    unknown = [replace(_dressed(i, p), row=replace(_dressed(i, p).row, id=f"ff{i:x}"))
               for i, p in enumerate(own) if p.row.cause == "undetermined"]  # fmt: skip
    told = summarise([*as_gold, *unknown], as_gold, own)
    assert told["undetermined_left_out"] == len(unknown) > 0
    assert told["by_place"]["all"]["posts"] == len(as_gold)
    listed = [m for kind in told["mistakes"].values() for m in kind["surest"]]
    assert not [m for m in listed if m["id"].startswith("ff")]


def test_without_labelled_posts_it_says_so(own: Several, tmp_path: Path) -> None:
    nothing = summarise([], [], own, SIZES)
    json.dumps(nothing, allow_nan=False)
    assert "no labelled post" in read_out(nothing)
    write_all(nothing, tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == [FIGURES]


def test_the_report_s_three_forms_say_the_same(told: dict, tmp_path: Path) -> None:  # type: ignore[type-arg]
    write_all(told, tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert json.loads((folder / FIGURES).read_text(encoding="utf-8")) == told
    text = (folder / "report.md").read_text(encoding="utf-8")
    html = (folder / "report.html").read_text(encoding="utf-8")
    value = f"{told['by_place']['all']['macro_f1']['value']:.2f} ["
    assert value in text
    assert value in html
    pictures = re.findall(r"\]\((\S+\.svg)\)", text)
    assert len(pictures) == html.count("<svg") == 6
    for name in pictures:
        ET.fromstring((folder / name).read_text(encoding="utf-8"))  # noqa: S314 - our own


def test_the_page_asks_for_nothing(told: dict, tmp_path: Path) -> None:  # type: ignore[type-arg]
    write_all(told, tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert set(re.findall(r"https?://[^\s\"']+", html)) == {"http://www.w3.org/2000/svg"}
    assert not re.findall(r"<(?:script|link|img|iframe|object)|\bsrc=|@import|url\(", html)


def test_no_text_of_a_post_is_written(as_gold: Several, told: dict, tmp_path: Path) -> None:  # type: ignore[type-arg]
    write_all(told, tmp_path)
    written = "".join(f.read_text(encoding="utf-8") for f in tmp_path.iterdir())
    long = [p.row.content.text for p in as_gold if len(p.row.content.text) > 40]
    assert long
    assert not [text for text in long if text[:40] in written]


def test_mistakes_are_the_surest_and_truly_wrong(as_gold: Several) -> None:
    found = mistakes(as_gold)
    by_id = {p.row.id: p for p in as_gold}
    for kind in found.values():
        surest = [m["probability"] for m in kind["surest"]]
        assert surest == sorted(surest, reverse=True)
        assert len(surest) == min(kind["posts"], MISTAKES)
        for m in kind["surest"]:
            assert not holds(m["said"], by_id[m["id"]].row)
            assert m["half"] == ("odd" if int(m["id"], 16) % 2 else "even")
    assert all(m["said"] in STUDIED_NAMES for m in found["named_wrongly"]["surest"])
    assert all(m["labelled"] in STUDIED_NAMES for m in found["missed"]["surest"])


def test_halves_share_nothing_and_lack_nothing(as_gold: Several) -> None:
    parts = halves(as_gold)
    assert len(parts["odd"]) + len(parts["even"]) == len(parts["all"])
    assert {p.row.id for p in parts["odd"]}.isdisjoint(p.row.id for p in parts["even"])


def _posts(titles: Sequence[str]) -> list[Labelled]:
    return [
        Labelled(
            id=f"{i:x}",
            content=Content(title=title, text="it is broken", source="github_x"),
            report=True,
            cause="other",
            secondary=None,
            place="github",
            thread=title,
        )
        for i, title in enumerate(titles)
    ]


def test_random_folds_keep_threads_together_and_our_own_in_training() -> None:
    rows = [*examples()[:5], *_posts([f"thread {i // 3}" for i in range(60)])]
    known = prepare(rows)
    folds = thread_folds(known)
    assert folds[:5] == place_of_rows(known)[:5] == ["own"] * 5
    threads: dict[str, set[str]] = {}
    for row, fold in zip(rows[5:], folds[5:], strict=True):
        threads.setdefault(row.thread, set()).add(fold)
    assert all(len(found) == 1 for found in threads.values())
    assert len(set(folds[5:])) == 5


def test_the_strict_setting_reaches_its_target_where_sureness_is_earned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dice = np.random.default_rng(4)
    made = []
    for i, row in enumerate(_posts([f"t{i}" for i in range(2000)])):
        sure = float(dice.uniform(0.3, 1.0))
        cause = "context_limit" if dice.random() < (0.98 if sure > 0.8 else 0.5) else "other"
        causes = dict.fromkeys((*STUDIED_NAMES, "other"), 0.0) | {"context_limit": sure}
        made.append(
            Predicted(
                row=replace(row, cause=cause),
                report=1.0,
                causes=causes,
                likely="context_limit",
                decision="undetermined" if i % 50 == 0 else "context_limit",
                abstained_because="unsupported_language" if i % 50 == 0 else None,
            )
        )
    monkeypatch.setattr(strict, "LEAST_DECIDED", 50)
    found = strict.strict(made)
    assert found["precision"]["value"] >= 0.9  # without a threshold it would be 0.6
    assert found["precision"]["high"] >= found["target"]
    assert found["precision_at_least"] <= found["precision"]["value"]
    assert 400 < found["decided"] < 900
    assert found["by_cause"]["context_limit"]["decided"] == found["decided"]


def test_words_from_outside_stay_words() -> None:
    odd = "<b>|`x`](http://x)"
    made = Document("T", (Section("S", (odd, Table(("a", "b"), ((odd, odd),)))),))
    assert "<b>" not in page(made)
    assert "](" not in markdown(made)
    row = markdown(made).splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


def test_charts_are_well_formed_whatever_they_show() -> None:
    points = [{"posts": 3, "probability": 0.0, "frequency": 1.0, "low": 0.2, "high": 1.0}]
    ET.fromstring(charts.reliability("<a&b>", points))  # noqa: S314 - our own
    ET.fromstring(charts.reliability("none", []))  # noqa: S314 - our own
    flat = [{"coverage": 0.1, "risk": 0.0}, {"coverage": 1.0, "risk": 0.0}]
    ET.fromstring(charts.curves("t", {"<x>": flat, "none": []}))  # noqa: S314 - our own


def test_a_picture_is_a_file_for_markdown_and_inline_for_the_page() -> None:
    made = Document("T", (Section("S", (Picture("p", "c", "<svg></svg>"),)),))
    assert "![c](p.svg)" in markdown(made)
    assert "<figure><svg></svg>" in page(made)


def _line(**fields: object) -> str:
    return json.dumps({"id": "1", "text": "my chats are gone", **fields}) + "\n"


def test_unlabelled_posts_are_read_by_source_and_redacted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlabelled, "MOST", 3)
    file = tmp_path / "posts.jsonl"
    lines = [_line(source="play_x"), _line(source="github_y", title="write to a@b.example")]
    file.write_text("".join([*lines, *[_line(source="play_x")] * 4]), encoding="utf-8")
    found = unlabelled.read_unlabelled(file, lambda text: text.replace("a@b.example", "[email]"))
    assert {source: len(posts.rows) for source, posts in found.items()} == {
        "github_y": 1,
        "play_x": 3,
    }
    assert found["github_y"].rows[0].content.title == "write to [email]"
    assert found["play_x"].rows[0].place == "play"


@pytest.mark.parametrize(
    ("line", "why"), [(_line(), "names no source"), ("nonsense\n", "not JSON"), ("\n", "not JSON")]
)
def test_an_unlabelled_line_that_can_t_be_read_is_named(
    line: str, why: str, tmp_path: Path
) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(_line(source="play_x") + line, encoding="utf-8")
    with pytest.raises(InputError, match=f":2.*{why}"):
        unlabelled.read_unlabelled(file, str)
    with pytest.raises(InputError, match="can't be read"):
        unlabelled.read_unlabelled(tmp_path / "none.jsonl", str)


def test_shares_are_estimated_on_unlabelled_posts_where_there_are_some(
    as_gold: Several, own: Several
) -> None:
    many = np.tile([0.01, 0.01, 0.01, 0.07, 0.9], (50, 1))
    told = summarise(as_gold, as_gold, own, SIZES, {"own-b": many})
    found = told["stream"]["shares_re_estimated"]["by_source"]
    assert found["own-b"]["estimated_on"] == 50
    assert found["own-a"]["estimated_on"] == found["own-a"]["rows"]
    assert found["own-b"][RE_ESTIMATED]["not_a_report"] > 0.9
    assert found["own-b"][PARTLY]["other"] > found["own-b"][RE_ESTIMATED]["other"]


def test_every_group_s_model_is_handed_on() -> None:
    rows = [*examples()[::20], *_posts([f"thread {i}" for i in range(20)])]
    known = prepare(rows)
    seen: dict[str, int] = {}

    def also(group: str, model: Model) -> None:
        seen[group] = len(probabilities(model, known)[0])

    held_out(known, place_of_rows(known), parameters=Parameters(trees=5, folds=2), also=also)
    assert seen == {"github": len(rows)}


def test_what_can_t_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="can't be written"):
        must_be_writable([tmp_path / "file" / "figures.json"])
    must_be_writable([tmp_path / "new" / "figures.json"])
    assert not (tmp_path / "new" / "figures.json").exists()
