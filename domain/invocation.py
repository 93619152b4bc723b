"""What the command line hands to a stage's commands: settings, the time, and how to tell."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.settings import Settings

# Told how many of how many items are done; the total may be unknown.
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """One command as it was called.

    `progress` opens a bar on a terminal, and nothing elsewhere. `redact` is ingest's redaction,
    lent to training, which may not import ingest.
    """

    settings: Settings
    json: bool
    verbose: bool
    progress: Callable[[str], AbstractContextManager[Progress]]
    redact: Callable[[str], str]

    def now(self) -> datetime:
        """The moment at which a stage begins; stages are given it, they don't ask the clock."""
        return datetime.now(UTC)

    def say(self, *lines: str) -> None:
        """Lines for a person; silent where a machine reads."""
        if not self.json:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()

    def warn(self, line: str) -> None:
        """A line on standard error, for person and machine alike."""
        sys.stderr.write(f"{line}\n")

    def tell(self, value: Mapping[str, Any] | Sequence[Any]) -> None:
        """A value for a machine; silent where a person reads. Days and times in ISO 8601."""
        if self.json:
            sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False) + "\n")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Columns for a person; numbers to the right."""
        if self.json:
            return
        cells = [[_cell(value) for value in row] for row in rows]
        widths = [
            max([len(head), *(len(row[at]) for row in cells)]) for at, head in enumerate(heads)
        ]
        self.say("  ".join(h.ljust(w) for h, w in zip(heads, widths, strict=True)).rstrip())
        for row, values in zip(cells, rows, strict=True):
            self.say(
                "  ".join(
                    text.rjust(width) if isinstance(value, int | float) else text.ljust(width)
                    for text, width, value in zip(row, widths, values, strict=True)
                ).rstrip()
            )


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        case float():
            return f"{value:.3g}"
        case int():
            return f"{value:,}"
        case _:
            return " ".join(str(value).split())


def _plain(value: object) -> Any:
    match value:
        case tuple() | set() | frozenset():
            return list(value)
        case _ if hasattr(value, "isoformat"):
            return value.isoformat()
        case _:
            return str(value)
