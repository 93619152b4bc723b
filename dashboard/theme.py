"""How the pages look: Streamlit's options, a small style sheet, and the charts' colours.

Colours are told apart by readers with any common colour blindness (after Okabe and Ito's palette)
and are never the only sign: each cause has its own mark and dash as well. Text on its background
has a contrast of at least 4.5 to 1. Fonts are the system's: nothing is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboard.effects_sheet import SHEET as EFFECTS
from dashboard.shares_sheet import SHEET as SHARES
from domain.causes import Decision

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif"
_CODE = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

OPTIONS: dict[str, Any] = {
    "theme.font": _FONT,
    "theme.headingFont": _FONT,
    "theme.codeFont": _CODE,
    "theme.baseFontSize": 14,
    "theme.headingFontSizes": ["1.5rem", "1.15rem", "1rem", "1rem", "0.95rem", "0.9rem"],
    "theme.headingFontWeights": [650, 650, 650, 600, 600, 600],
    "theme.baseRadius": "4px",
    "theme.buttonRadius": "4px",
    "theme.showWidgetBorder": True,
    "theme.light.primaryColor": "#1f5f8b",
    "theme.light.backgroundColor": "#fdfdfc",
    "theme.light.secondaryBackgroundColor": "#f3f3f0",
    "theme.light.textColor": "#1d2226",
    "theme.light.linkColor": "#1a5a86",
    "theme.light.borderColor": "#d9dad5",
    "theme.dark.primaryColor": "#6fb3de",
    "theme.dark.backgroundColor": "#14171a",
    "theme.dark.secondaryBackgroundColor": "#1d2126",
    "theme.dark.textColor": "#e4e6e8",
    "theme.dark.linkColor": "#84c0e8",
    "theme.dark.borderColor": "#363c43",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """How a decision is told from the others: colour by theme, mark in text, shape and dash."""

    light: str
    dark: str
    mark: str
    shape: str
    dash: tuple[int, ...]

    def colour(self, *, dark: bool) -> str:
        """The colour on this background."""
        return self.dark if dark else self.light


SIGNS: dict[Decision, Sign] = {
    Decision.CONTEXT_LIMIT: Sign(
        light="#0067a8", dark="#5cb8ee", mark="●", shape="circle", dash=(1, 0)
    ),
    Decision.SAFETY_TRIGGER: Sign(
        light="#b84a00", dark="#f08a4b", mark="▲", shape="triangle-up", dash=(7, 3)
    ),
    Decision.SESSION_MANAGEMENT: Sign(
        light="#00785a", dark="#35c79b", mark="■", shape="square", dash=(2, 2)
    ),
    Decision.OTHER: Sign(
        light="#63686c", dark="#a3a9ae", mark="◆", shape="diamond", dash=(9, 3, 2, 3)
    ),
    Decision.UNDETERMINED: Sign(
        light="#9a4480", dark="#e29cc8", mark="○", shape="cross", dash=(1, 3)
    ),
    Decision.NOT_A_REPORT: Sign(
        light="#63686c", dark="#a3a9ae", mark="·", shape="stroke", dash=(1, 4)
    ),
}


def mark(decision: Decision) -> str:
    """The sign that stands before a decision's name in text."""
    return SIGNS[decision].mark


def css(*, dark: bool) -> str:
    """The style sheet, for `st.html`."""
    colours = "".join(
        f"--{decision.value}: {sign.colour(dark=dark)};" for decision, sign in SIGNS.items()
    )
    quiet = "#a0a8b0" if dark else "#596068"
    line = OPTIONS["theme.dark.borderColor" if dark else "theme.light.borderColor"]
    panel = OPTIONS[f"theme.{'dark' if dark else 'light'}.secondaryBackgroundColor"]
    warn = ("#3b2f12", "#f2d58a") if dark else ("#fdf3d6", "#5c4300")
    bad = ("#42201c", "#f5b5ab") if dark else ("#fbe6e2", "#7d1f12")
    link = OPTIONS[f"theme.{'dark' if dark else 'light'}.linkColor"]
    tones = (
        f"--link: {link};"
        f"--quiet: {quiet}; --line: {line}; --panel: {panel}; --warn-bg: {warn[0]};"
        f"--warn: {warn[1]}; --bad-bg: {bad[0]}; --bad: {bad[1]};"
    )
    return f"<style>:root {{{colours}{tones}}}{_SHEET}{EFFECTS}{SHARES}</style>"


_SHEET = """
[data-testid="stHeader"] { background: transparent; pointer-events: none; height: 2.2rem; }
[data-testid="stHeader"] * { pointer-events: auto; }
[data-testid="stMainBlockContainer"] { padding: 0.9rem 1.6rem 3rem; max-width: 1180px; }
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.7rem; }
[data-testid="stHtml"] { overflow-wrap: anywhere; }
h1 { padding: 0 0 0.35rem !important; letter-spacing: -0.01em; }
h2, h3 { padding: 0.4rem 0 0.3rem !important; }
[data-testid="stHtml"] :is(h2, h3, p, ul, dl) { margin: 0; }
[data-testid="stHtml"] h2 { font-size: 1.15rem; }
[data-testid="stHtml"] h3 { font-size: 1rem; }
[data-testid="stHtml"] :is(p, ul) + :is(p, ul) { margin-top: 0.35rem; }
[data-testid="stHtml"] ul { padding-left: 1.1rem; }
[data-testid="stHtml"] li { margin: 0.1rem 0; }
[data-testid="stHtml"] a { color: var(--link); }
[data-testid="stPageLink-NavLink"] { background: transparent !important; }
[data-testid="stPageLink-NavLink"]:hover p { text-decoration: underline; }
[data-testid="stPageLink-NavLink"]:focus-visible { outline: 2px solid var(--link); }
.st-key-panels h3 { padding: 0.5rem 0 0.1rem !important; }
.summary { display: grid; grid-template-columns: minmax(10rem, 1fr) 3fr; gap: 1.2rem; }
.counts.tall { grid-template-columns: 1fr; align-content: stretch; }
.st-key-nav { border-bottom: 1px solid var(--line); padding-bottom: 0.2rem; column-gap: 0.2rem;
  row-gap: 0; padding-right: 2.5rem; }
.st-key-nav .brand { font-weight: 700; letter-spacing: -0.02em; font-size: 1.05rem;
  padding: 0.25rem 0.6rem 0 0; }
.st-key-nav a { padding: 0.15rem 0.45rem; }
.st-key-nav a[aria-current="page"] p, .st-key-here p { font-weight: 650; }
.st-key-here a { box-shadow: inset 0 -2px 0 var(--link); border-radius: 0; }
.st-key-filters label p, .st-key-controls label p { font-size: 0.8rem; }
.st-key-filters { align-items: end; row-gap: 0.4rem; }
.banner { background: var(--warn-bg); color: var(--warn); padding: 0.35rem 0.7rem;
  border-radius: 4px; font-size: 0.93rem; }
.state { border: 1px solid var(--line); border-left: 3px solid var(--quiet); border-radius: 4px;
  padding: 0.7rem 0.9rem; max-width: 46rem; }
.state.failed { border-left-color: var(--bad); }
.state b { display: block; margin-bottom: 0.15rem; }
.quiet { color: var(--quiet); font-size: 0.9rem; }
.asof { color: var(--quiet); font-size: 0.88rem; }
.asof .bad { color: var(--bad); background: var(--bad-bg); padding: 0 0.3rem; border-radius: 3px; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
  border: 1px solid var(--line); border-radius: 4px; overflow: hidden; }
.counts > div { padding: 0.5rem 0.75rem; box-shadow: 1px 1px 0 var(--line); }
.counts b { font-size: 1.3rem; font-weight: 650; font-variant-numeric: tabular-nums;
  display: block; line-height: 1.3; }
.counts span { color: var(--quiet); font-size: 0.85rem; }
.scroll { overflow-x: auto; }
table.plain { border-collapse: collapse; min-width: min(100%, 40rem); font-size: 0.93rem;
  overflow-wrap: normal; }
table.plain th { text-align: left; font-weight: 600; color: var(--quiet); font-size: 0.83rem;
  border-bottom: 1px solid var(--line); padding: 0.25rem 0.9rem 0.25rem 0; white-space: nowrap; }
table.plain td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.9rem 0.3rem 0;
  vertical-align: top; }
table.plain td.n, table.plain th.n { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
table.plain td.d { white-space: nowrap; font-variant-numeric: tabular-nums; }
table.plain td.w { min-width: 14rem; overflow-wrap: anywhere; }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: 3px;
  padding: 0 0.35rem; font-size: 0.83rem; white-space: nowrap; margin-right: 0.25rem; }
.tag.bad { color: var(--bad); background: var(--bad-bg); border-color: transparent; }
.tag.warn { color: var(--warn); background: var(--warn-bg); border-color: transparent; }
.host { color: var(--quiet); font-size: 0.85em; }
[class*="st-key-row-"] { border-top: 1px solid var(--line); padding-top: 0.45rem; gap: 0.1rem; }
[class*="st-key-row-"] a[data-testid="stPageLink-NavLink"] { padding: 0 0.2rem 0 0; }
[class*="st-key-row-context_limit"] a p::first-letter { color: var(--context_limit); }
[class*="st-key-row-safety_trigger"] a p::first-letter { color: var(--safety_trigger); }
[class*="st-key-row-session_management"] a p::first-letter { color: var(--session_management); }
[class*="st-key-row-undetermined"] a p::first-letter { color: var(--undetermined); }
.row-title { font-weight: 600; }
.panel .text { margin: 0.2rem 0 0.5rem; }
.bars + p { margin-top: 0.5rem !important; }
.text { white-space: pre-wrap; line-height: 1.55; max-width: 46rem; }
ol.timeline { list-style: none; padding: 0; margin: 0; }
ol.timeline li { display: grid; grid-template-columns: 12rem 1fr; gap: 0 1rem;
  border-top: 1px solid var(--line); padding: 0.45rem 0; margin: 0; }
.when { font-variant-numeric: tabular-nums; font-size: 0.9rem; }
.source { font-size: 0.9rem; }
.panel { border: 1px solid var(--line); border-radius: 4px; padding: 0.75rem 0.95rem; }
.post { border-left: 2px solid var(--line); padding: 0.1rem 0 0.1rem 0.8rem; margin: 0 0 0.7rem; }
.post .panel .text { margin: 0.2rem 0 0.5rem; }
.bars + p { margin-top: 0.5rem !important; }
.text { max-height: 14rem; overflow-y: auto; font-size: 0.95rem; }
mark.ev { background: color-mix(in srgb, var(--hue) 17%, transparent); color: inherit;
  border-bottom: 2px solid var(--hue); padding: 0 1px; border-radius: 2px 2px 0 0; }
mark.ev.against { border-bottom-style: dashed; background: transparent; }
mark.context_limit { --hue: var(--context_limit); }
mark.safety_trigger { --hue: var(--safety_trigger); }
mark.session_management { --hue: var(--session_management); }
mark.other, mark.report { --hue: var(--other); }
.bars { display: grid; grid-template-columns: max-content minmax(4rem, 1fr) max-content;
  column-gap: 0.6rem; row-gap: 0.3rem; align-items: center; }
.bars i { display: block; height: 0.55rem; border-radius: 2px; background: var(--panel); }
.bars i > i { background: var(--hue); }
i.bar { display: block; width: 9rem; height: 0.55rem; border-radius: 2px; margin-top: 0.35rem;
  background: var(--panel); }
i.bar > i { display: block; height: 100%; border-radius: 2px; background: var(--quiet); }
.bars .n { font-variant-numeric: tabular-nums; text-align: right; }
.hue-context_limit { --hue: var(--context_limit); color: var(--context_limit); }
.hue-safety_trigger { --hue: var(--safety_trigger); color: var(--safety_trigger); }
.hue-session_management { --hue: var(--session_management); color: var(--session_management); }
.hue-other { --hue: var(--other); color: var(--other); }
.hue-undetermined { --hue: var(--undetermined); color: var(--undetermined); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 0.9rem; margin: 0; }
dl.facts dt { color: var(--quiet); font-size: 0.9rem; }
[data-testid="stHtml"] dl.facts { padding: 0; }
dl.facts dt, dl.facts dd { margin: 0 !important; }
dl.facts dd { overflow-wrap: anywhere; }
.prose { max-width: 46rem; line-height: 1.6; }
.prose h2 { margin: 1.1rem 0 0.3rem; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 0.7rem 0.8rem 2rem; }
  .summary { grid-template-columns: 1fr; gap: 0.6rem; }
  .counts, .counts.tall { grid-template-columns: repeat(3, 1fr); }
  .counts > div { padding: 0.4rem 0.5rem; }
  ol.timeline li { grid-template-columns: 1fr; }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: 0.35rem; }
}
"""
