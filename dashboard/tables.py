"""Tables as plain HTML: dense, selectable, read by a screen reader, and text stays text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.text import plain


@dataclass(frozen=True, slots=True)
class Html:
    """Our own HTML, in which text from outside went through `plain`."""

    html: str


Shown = str | int | float | date | datetime | Html | None


def table(heads: Sequence[str], rows: Sequence[Sequence[Shown]], *, caption: str) -> str:
    """An HTML table; numbers to the right. `caption` is for those who can't see where it stands."""
    numeric = [any(_is_number(row[at]) for row in rows) for at in range(len(heads))]
    top = "".join(
        f'<th scope="col"{" class=n" if right else ""}>{plain(head)}</th>'
        for head, right in zip(heads, numeric, strict=True)
    )
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{plain(caption)}">'
        f'<table class="plain"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _is_number(value: Shown) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Shown) -> str:
    match value:
        case None:
            return "<td>–</td>"
        case Html(html):
            return f"<td>{html}</td>"
        case datetime():
            return f'<td class="d">{moment(value)}</td>'
        case date():
            return f'<td class="d">{value.isoformat()}</td>'
        case bool():
            return f"<td>{'yes' if value else 'no'}</td>"
        case int():
            return f'<td class="n">{value:,}</td>'
        case float():
            return f'<td class="n">{value:,.2f}</td>'
        case _:
            wide = ' class="w"' if len(value) > 40 else ""
            return f"<td{wide}>{plain(value)}</td>"


def moment(at: datetime) -> str:
    """A moment to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M}"


def counted(count: int, noun: str) -> str:
    """Such as `1 report` or `2,000 reports`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def ago(at: datetime, now: datetime) -> str:
    """How long before `now`, in the largest unit that fits."""
    minutes = max(int((now - at).total_seconds() // 60), 0)
    for unit, length in (("day", 1440), ("hour", 60)):
        if minutes >= length:
            count = minutes // length
            return f"{counted(count, unit)} ago"
    return f"{minutes} min ago"
