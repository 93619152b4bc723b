"""Judging lines of JSON through real pipes."""

from __future__ import annotations

import json
import os
import threading
import time
from io import BytesIO
from typing import Any

import pytest

from classify import artifact
from classify.predict import predict_stream
from domain.errors import InputError

MODEL = artifact.load()
FIELDS = {
    "id", "decision", "report_probability", "causes", "likely_cause", "abstained_because",
    "evidence", "model",
}  # fmt: skip


def predicted(*lines: bytes, skip_bad: bool = False) -> list[dict[str, Any]]:
    out = BytesIO()
    predict_stream(MODEL, BytesIO(b"\n".join(lines)), out, skip_bad=skip_bad)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def line(**fields: Any) -> bytes:
    return json.dumps({"id": "1", "title": "", "text": "", **fields}).encode()


def test_one_line_in_one_line_out_in_order() -> None:
    made = predicted(*[line(id=n, text="my chat history is gone") for n in range(200)])
    assert [m["id"] for m in made] == list(range(200))
    assert made[0].keys() >= FIELDS
    assert made[0]["causes"].keys() == {
        "context_limit", "safety_trigger", "session_management", "other"
    }  # fmt: skip
    assert made[0]["model"] == MODEL.id


def test_offsets_count_code_points_of_the_given_string() -> None:
    text = "🤷‍♀️ e\u0301 my whole history is gone"
    made = predicted(line(text=text))[0]
    quoted = {text[e["start"] : e["end"]] for e in made["evidence"] if e["field"] == "text"}
    assert "history is gone" in quoted


def test_lone_surrogates_and_nul_come_back_as_they_went() -> None:
    made = predicted(rb'{"id": "\ud800\u0000", "text": "\udfff history lost \u0000"}')
    assert made[0]["id"] == "\ud800\x00"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"not json", "not JSON"),
        (b"[1]", "not an object"),
        (b"", "not JSON"),
        (b'{"text": "x"}', '"id"'),
        (b'{"id": true, "text": "x"}', '"id"'),
        (b'{"id": 1}', "neither"),
        (b'{"id": 1, "text": 5}', '"text"'),
        (b'{"id": 1, "text": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_a_broken_line(bad: bytes, why: str) -> None:
    with pytest.raises(InputError, match=r"^Line 2 ") as error:
        predicted(line(), bad, line())
    assert why in error.value.what
    made = predicted(line(id="a"), bad, line(id="c"), skip_bad=True)
    assert [m.get("id") for m in made] == ["a", None, "c"]
    assert made[1]["line"] == 2
    assert why in made[1]["error"]


def test_what_came_before_a_broken_line_is_answered() -> None:
    out = BytesIO()
    with pytest.raises(InputError):
        predict_stream(MODEL, BytesIO(line(id="a") + b"\nnonsense\n"), out)
    assert json.loads(out.getvalue())["id"] == "a"


def test_an_empty_input_has_an_empty_answer() -> None:
    assert predicted() == []


def test_the_counts() -> None:
    report = predict_stream(MODEL, BytesIO(b"x\n" + line()), BytesIO(), skip_bad=True)
    assert (report.lines, report.bad) == (2, 1)


def test_an_answer_comes_while_the_input_stays_open() -> None:
    in_read, in_write = os.pipe()
    out_read, out_write = os.pipe()
    with (
        os.fdopen(in_read, "rb") as source,
        os.fdopen(in_write, "wb", buffering=0) as feed,
        os.fdopen(out_read, "rb") as answers,
        os.fdopen(out_write, "wb") as sink,
    ):
        work = threading.Thread(target=predict_stream, args=(MODEL, source, sink))
        work.start()
        for number in range(3):
            feed.write(line(id=number, text="prompt is too long") + b"\n")
            begin = time.monotonic()
            assert json.loads(answers.readline())["id"] == number
            assert time.monotonic() - begin < 2  # 0.2 s promised; a loaded machine gets more
        feed.close()
        work.join(timeout=10)
        assert not work.is_alive()
