"""The two pictures of an evaluation, as SVG that stands alone and follows the page's colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDE, HIGH = 300, 280
_LEFT, _TOP, _SIDE = 46, 14, 220
_DASHES = ("", "5 3", "2 3")


def reliability(name: str, points: Sequence[Mapping[str, float]]) -> str:
    """Frequency against probability with intervals; what is calibrated lies on the diagonal."""
    made = [_line((0, 0), (1, 1), 'stroke-dasharray="3 3" opacity=".6"')]
    for point in points:
        at = point["probability"]
        made.append(_line((at, point["low"]), (at, point["high"]), 'stroke-width="1.5"'))
        x, y = _place(at, point["frequency"])
        told = (
            f"{point['posts']:.0f} posts: said {at:.2f}, found {point['frequency']:.2f} "
            f"[{point['low']:.2f}, {point['high']:.2f}]"
        )
        made.append(f'<circle cx="{x}" cy="{y}" r="3.5"><title>{told}</title></circle>')
    title = f"Reliability of {name}"
    return _chart(title, "probability said", "share found", "".join(made))


def curves(title: str, lines: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Risk against coverage, a line a curve; there is room for the legend above the highest."""
    top = 1.25 * max((p["risk"] for points in lines.values() for p in points), default=0.0) or 1.0
    made = []
    for number, (name, points) in enumerate(lines.items()):
        dash = _DASHES[number % len(_DASHES)]
        places = " ".join("{},{}".format(*_place(p["coverage"], p["risk"] / top)) for p in points)
        style = f'stroke-dasharray="{dash}"' if dash else ""
        made.append(f'<polyline points="{places}" fill="none" stroke-width="1.8" {style}/>')
        y = _TOP + 12 + 15 * number
        made.append(
            f'<path d="M{_LEFT + 8} {y - 4}h22" stroke-width="1.8" {style}/>'
            f'<text x="{_LEFT + 36}" y="{y}" stroke="none">{escape(name)}</text>'
        )
    return _chart(title, "share of posts kept", "share wrong", "".join(made), top)


def _chart(title: str, across: str, up: str, inside: str, top: float = 1.0) -> str:
    ticks = []
    for step in (0.0, 0.5, 1.0):
        x, y = _place(step, step)
        ticks.append(
            f'<text x="{x}" y="{_TOP + _SIDE + 16}" text-anchor="middle">{step:g}</text>'
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{step * top:.2g}</text>'
        )
    middle = _TOP + _SIDE / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" '
        f'height="{HIGH}" role="img" fill="currentColor" stroke="currentColor" '
        f'font-family="system-ui, sans-serif" font-size="11"><title>{escape(title)}</title>'
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" '
        f'opacity=".5"/><g stroke="none">{"".join(ticks)}'
        f'<text x="{_LEFT + _SIDE / 2}" y="{HIGH - 12}" text-anchor="middle">{escape(across)}'
        f'</text><text x="12" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 12 {middle})">{escape(up)}</text></g>{inside}</svg>'
    )


def _place(across: float, up: float) -> tuple[float, float]:
    return round(_LEFT + across * _SIDE, 1), round(_TOP + (1 - up) * _SIDE, 1)


def _line(begin: tuple[float, float], end: tuple[float, float], style: str) -> str:
    (a, b), (c, d) = _place(*begin), _place(*end)
    return f'<path d="M{a} {b}L{c} {d}" {style}/>'
