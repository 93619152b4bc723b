"""Our own posts: every line as its README says, and enough of every kind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from classify import labels, validate
from classify.labels import examples


def test_every_line_is_as_the_readme_says() -> None:
    assert validate.problems() == []


def test_there_are_enough_of_every_kind() -> None:
    counts = Counter(row.cause or "none" for row in examples())
    assert sum(counts.values()) >= 300
    assert all(n >= 60 for n in counts.values())
    assert len(counts) == 6


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ('"report": false', "doesn't fit"),
        ('"register": "letter"', "no register"),
        ('"kind": "letter"', "no kind"),
        ('"symptoms": ["sneezing"]', "symptoms"),
        ('"cues": [{"cause": "other", "direction": "for", "quote": "nowhere"}]', "quote"),
        ('"cause": "undetermined"', "no reason"),
        ('"text": ""', "says nothing"),
        ("nonsense", "not JSON"),
    ],
)
def test_a_wrong_line_is_named(
    change: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = (
        '{"id": "a-1", "register": "short", "kind": "comment", "product": "", "thread_title": "", '
        '"title": "", "text": "gone", "report": true, "cause": "other", "secondary": null, '
        '"symptoms": [], "abstain": null, "cues": []}'
    )
    monkeypatch.setattr(labels, "EXAMPLES", tmp_path)
    (tmp_path / "a.jsonl").write_text(good + "\n")
    assert validate.problems() == []
    key = change.split(":")[0]
    field = next((part for part in good[1:-1].split(", ") if part.startswith(key)), good)
    (tmp_path / "a.jsonl").write_text(good.replace(field, change) + "\n")
    found = validate.problems()
    assert found
    assert problem in found[0]
    assert "a.jsonl:1" in found[0]


def test_an_id_twice_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = (labels.EXAMPLES / "other.jsonl").read_text(encoding="utf-8").split("\n")[0]
    monkeypatch.setattr(labels, "EXAMPLES", tmp_path)
    (tmp_path / "a.jsonl").write_text(f"{line}\n{line}\n", encoding="utf-8")
    assert "already" in validate.problems()[0]
