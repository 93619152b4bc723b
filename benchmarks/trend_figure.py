"""Draws how often methods see a change where nothing happened: `python -m benchmarks.trend_figure`.

The figures are those of `trend_measured.json`; the drawing is `docs/false-changes.svg`. The same
figures give the same file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from benchmarks.trend_table import OURS, Figures, measured, own

OUT = Path(__file__).parents[1] / "docs" / "false-changes.svg"

SHOWN = {  # scenario -> what it does, in the order in which it gets harder
    "A": "steady",
    "C": "posts grow, weekends are quiet",
    "D": "and the rate drifts",
    "E": "and it wanders, as real ones do",
}
WIDTH, LEFT, RIGHT = 880, 312, 34
TOP, ROW, FOOT = 128, 38, 62
RADIUS = 5
SPREAD = 4  # pixels between the heights of two scenarios, so that dots don't hide each other
PROMISED = 5.0  # per cent

STYLE = """
  svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d9dee3;
        --A: #8c959f; --C: #2f81b7; --D: #c77700; --E: #c4314b; --ours: #eef6ee; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #14181d; --ink: #e8ecf0; --soft: #a3adb8; --line: #353c44;
          --A: #9aa4af; --C: #62b0e3; --D: #f0a63a; --E: #ff7a8c; --ours: #1d2b20; }
  }
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
         fill: var(--ink); }
  .title { font-size: 17px; font-weight: 600; }
  .soft { fill: var(--soft); font-size: 13px; }
  .own { font-weight: 600; }
  .grid { stroke: var(--line); stroke-width: 1; }
  .reach { stroke: var(--line); stroke-width: 3; stroke-linecap: round; }
  .promised { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; }
  .dot { stroke: var(--paper); stroke-width: 1.5; }
"""


def drawing(figures: Figures) -> str:
    """The whole file."""
    shares = figures["naive"]["20"] | {OURS: own(figures)}
    height = TOP + ROW * len(shares) + FOOT
    described = "; ".join(
        f"{name}: {', '.join(f'{SHOWN[s]} {row[s]:.0f} %' for s in SHOWN)}"
        for name, row in shares.items()
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title what">',
        '<title id="title">How often a method sees a change where nothing happened</title>',
        f'<desc id="what">{escape(described)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="var(--paper)"/>',
        *_head(),
        *_axis(TOP, height - FOOT),
        *(line for at, (name, row) in enumerate(shares.items()) for line in _row(at, name, row)),
        *_foot(height),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _head() -> Iterator[str]:
    yield _text(24, 34, "How often a method sees a change where nothing happened", "title")
    yield _text(
        24, 58, "Series of 20 reports a day, 28 days before and after an ordinary day", "soft"
    )
    x = 24
    for scenario, words in SHOWN.items():
        yield _dot(x + RADIUS, 84, scenario)
        yield _text(x + 2 * RADIUS + 8, 89, words, "soft")
        x += 2 * RADIUS + 34 + int(7.0 * len(words))


def _axis(top: int, bottom: int) -> Iterator[str]:
    for share in range(0, 101, 20):
        x = _x(share)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'
        yield _text(x, bottom + 20, f"{share} %", "soft", anchor="middle")


def _row(at: int, name: str, row: dict[str, float]) -> Iterator[str]:
    y = TOP + ROW * at + ROW // 2
    own = name == OURS
    if own:
        yield (
            f'<rect x="12" y="{y - ROW // 2}" width="{WIDTH - 24}" height="{ROW}" rx="4" '
            'fill="var(--ours)"/>'
        )
    yield _text(LEFT - 16, y + 5, name, "own" if own else "", anchor="end")
    reach = [_x(row[scenario]) for scenario in SHOWN]
    yield f'<line class="reach" x1="{min(reach)}" x2="{max(reach)}" y1="{y}" y2="{y}"/>'
    for number, (scenario, x) in enumerate(zip(SHOWN, reach, strict=True)):
        yield _dot(x, y + round((number - (len(SHOWN) - 1) / 2) * SPREAD), scenario)


def _foot(height: int) -> Iterator[str]:
    x = _x(PROMISED)
    yield f'<line class="promised" x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{height - FOOT}"/>'
    yield _text(x, TOP - 14, "5 %, as a test at 5 % promises", "soft", anchor="start")
    yield _text(
        _x(50), height - 16, "of series without any effect are called changed", "soft", "middle"
    )


def _x(share: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * share / 100.0, 1)


def _dot(x: float, y: int, scenario: str) -> str:
    return f'<circle class="dot" cx="{x}" cy="{y}" r="{RADIUS}" fill="var(--{scenario})"/>'


def _text(x: float, y: int, words: str, style: str = "", anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" class="{style}" text-anchor="{anchor}">{escape(words)}</text>'


def main() -> None:
    """Writes the file."""
    OUT.write_text(drawing(measured()), encoding="utf-8")


if __name__ == "__main__":
    main()
