"""Judging lines of JSON from a file or a pipe: one line in, one line out, in the same order."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass
from typing import Any, BinaryIO

from classify.model import Judgement, Model
from classify.text import Content
from domain.errors import InputError

BATCH = 128  # lines judged together where they come faster than they are judged
_WAITING = 128  # lines read ahead
_END = None


@dataclass(frozen=True, slots=True)
class PredictReport:
    """How many lines were read, and how many of them could not be."""

    lines: int
    bad: int


def predict_stream(
    model: Model, source: BinaryIO, sink: BinaryIO, *, skip_bad: bool = False
) -> PredictReport:
    """Reads `source` to its end. `sink` is flushed whenever no further line waits.

    Raises `InputError` naming the number of a broken line, after the answers to all lines before it
    were written; with `skip_bad` answers `{"line": n, "error": ...}` in its place.
    """
    waiting: queue.Queue[bytes | OSError | None] = queue.Queue(_WAITING)
    stopped = threading.Event()
    threading.Thread(target=_read, args=(source, waiting, stopped), daemon=True).start()
    number = bad = 0
    try:
        while (batch := _batch(waiting))[0] is not _END:
            lines = [line for line in batch if line is not _END]
            bad += _answer(model, lines, number, sink, skip_bad=skip_bad)
            number += len(lines)
            if waiting.empty():
                sink.flush()
            if batch[-1] is _END:
                break
    finally:
        stopped.set()
        sink.flush()
    return PredictReport(lines=number, bad=bad)


def _read(
    source: BinaryIO, waiting: queue.Queue[bytes | OSError | None], stopped: threading.Event
) -> None:
    """Puts lines into the queue until the end, or until nobody wants them any more."""

    def put(item: bytes | OSError | None) -> None:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.5)
                return
            except queue.Full:
                continue

    try:
        for line in iter(source.readline, b""):
            put(line)
            if stopped.is_set():
                return
    except OSError as error:
        put(error)
    put(_END)


def _batch(waiting: queue.Queue[bytes | OSError | None]) -> list[bytes | None]:
    """What waits, at least one item, the end as its own last item."""
    made: list[bytes | None] = []
    item = waiting.get()
    while True:
        if isinstance(item, OSError):
            raise InputError(f"The input can't be read on: {item.strerror}.") from item
        made.append(item)
        if item is _END or len(made) == BATCH:
            return made
        try:
            item = waiting.get_nowait()
        except queue.Empty:
            return made


def _answer(
    model: Model, lines: list[bytes], before: int, sink: BinaryIO, *, skip_bad: bool
) -> int:
    read: list[tuple[Any, Content] | str] = []
    for line in lines:
        told = parse(line)
        read.append(told)
        if isinstance(told, str) and not skip_bad:
            break
    judged = iter(model.judge([r[1] for r in read if not isinstance(r, str)]))
    bad = 0
    for number, told in enumerate(read, before + 1):
        if not isinstance(told, str):
            _write(sink, {"id": told[0], **answer(next(judged)), "model": model.id})
        elif skip_bad:
            bad += 1
            _write(sink, {"line": number, "error": told})
        else:
            raise InputError(f"Line {number} of the input: {told}.", "Mend it, or pass --skip-bad.")
    return bad


def _write(sink: BinaryIO, told: dict[str, Any]) -> None:
    sink.write(json.dumps(told, ensure_ascii=True).encode("ascii") + b"\n")


def parse(line: bytes) -> tuple[Any, Content] | str:
    """The id and content of one line, or what is wrong with it."""
    try:
        told = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        return "it is nested too deeply"
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except ValueError as error:
        return f"it is not JSON ({error})"
    if not isinstance(told, dict):
        return "it is not an object"
    if not isinstance(told.get("id"), str | int) or isinstance(told["id"], bool):
        return '"id" is missing, or neither a string nor a whole number'
    if "title" not in told and "text" not in told:
        return 'it has neither "title" nor "text"'
    fields: dict[str, str] = {}
    for name in ("title", "text", "thread_title", "kind", "source", "place"):
        value = told.get(name)
        if value is not None and not isinstance(value, str):
            return f'"{name}" is not a string'
        fields[name] = value or ""
    return told["id"], Content(**fields)


def answer(judged: Judgement) -> dict[str, Any]:
    """A judgement as `predict` writes it. Fields are only ever added."""
    return {
        "decision": judged.decision.value,
        "report_probability": judged.report_probability,
        "causes": {cause.value: p for cause, p in judged.causes.items()},
        "likely_cause": judged.likely_cause and judged.likely_cause.value,
        "abstained_because": judged.abstained_because and judged.abstained_because.value,
        "evidence": [
            {
                "field": e.span.field,
                "start": e.span.start,
                "end": e.span.end,
                "cause": e.cause and e.cause.value,
                "direction": e.direction,
                "cue": e.cue,
                "weight": e.weight,
            }
            for e in judged.evidence
        ],
        "facts": [
            {
                "name": f.name,
                "value": f.value,
                "field": f.span.field if f.span else None,
                "start": f.span.start if f.span else None,
                "end": f.span.end if f.span else None,
            }
            for f in judged.facts
        ],
        "language": judged.language,
    }
