"""The part of the style sheet that verdicts, ratios and their tables need.

On a phone a table becomes a list of cards: each cell in a line of its own, after its column's name.
"""

SHEET = """
[data-testid="stHtml"] h1 { font-size: 1.5rem; font-weight: 650; margin: 0; line-height: 1.3; }
.beside { display: grid; grid-template-columns: 1fr 1.3fr; gap: 0.8rem; }
[data-testid="stHtml"] .beside + p { margin-top: 0.35rem; }
.beside ul { list-style: none; padding: 0 !important; }
.state.caution { max-width: none; border-left-color: var(--link); }
.state.caution b { display: inline; }
details > summary { cursor: pointer; color: var(--link); }
details > summary:focus-visible { outline: 2px solid var(--link); }
details[open] > summary { margin-bottom: 0.35rem; }
.verdict { font-weight: 600; white-space: nowrap; }
.verdict.rose { color: var(--bad); }
.verdict.fell { color: var(--link); }
.verdict:is(.unclear, .too_few, .history_too_short, .incomplete_days, .already_moving) {
  color: var(--quiet); font-weight: 500; }
table.effects { border-collapse: collapse; width: 100%; font-size: 0.93rem; }
table.effects thead th { text-align: left; font-weight: 600; color: var(--quiet);
  font-size: 0.83rem; vertical-align: bottom; white-space: nowrap; }
table.effects :is(th, td) { padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; font-variant-numeric: tabular-nums; }
table.effects tbody th { text-align: left; font-weight: 500; }
table.effects td.ratio { width: 15rem; }
table.effects.forest tbody :is(th[scope=row], td.q, td.both) { white-space: nowrap; }
table.effects.forest td.drawn { width: 34%; padding-top: 0; padding-bottom: 0; }
table.effects.forest .whisker { height: 2rem; }
table.effects.forest td.ratio { width: auto; white-space: nowrap; }
table.effects.places td.ratio { width: 32%; }
table.effects tr.release th { padding-top: 0.8rem; font-weight: 600; }
table.effects tr.release .when { font-weight: 400; color: var(--quiet); margin-right: 0.4rem; }
.whisker { display: block; position: relative; height: 1rem; min-width: 8rem; }
.whisker i { position: absolute; display: block; }
.whisker .zone { top: 0; bottom: 0; background: var(--line); opacity: 0.45; }
.whisker .one { left: 50%; top: 0; bottom: 0; border-left: 1px solid var(--quiet); }
.whisker .span { top: calc(50% - 1px); height: 2px; background: var(--hue, var(--quiet)); }
.whisker .dot { width: 8px; height: 8px; margin-left: -4px; top: calc(50% - 4px);
  border-radius: 50%; background: var(--hue, var(--quiet)); }
.whisker :is(.left, .right)::before, .whisker .right::after { position: absolute; top: -8px;
  font-style: normal; font-size: 0.8rem; line-height: 18px; color: var(--hue); }
.whisker .left::before { content: "◂"; left: -3px; }
.whisker .right::after { content: "▸"; right: -3px; }
.ticks { display: block; position: relative; height: 1.05rem; min-width: 8rem; font-weight: 400; }
.ticks i { position: absolute; transform: translateX(-50%); font-style: normal; }
.ticks i:first-child { transform: none; }
.ticks i:last-child { transform: translateX(-100%); }
ul.ways { list-style: none; padding: 0 !important; }
ul.ways li { display: grid; grid-template-columns: 1.1rem 1fr; margin: 0.3rem 0; }
ul.ways .disagrees .sign { color: var(--bad); font-weight: 700; }
[data-testid="stHtml"] h4 { font-size: 0.95rem; font-weight: 600; margin: 0; padding: 0; }
[data-testid="stHtml"] h4 + p { margin: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
[class*="st-key-cause-"] { gap: 0.5rem; border-top: 1px solid var(--line); padding-top: 0.6rem; }
@media (max-width: 640px) {
  .beside { grid-template-columns: 1fr; }
  table.effects, table.effects tbody { display: block; }
  table.effects thead { display: none; }
  table.effects tr { display: grid; grid-template-columns: 5.2rem 1fr; gap: 0 0.5rem;
    padding: 0.45rem 0; border-bottom: 1px solid var(--line); }
  table.effects :is(td, th), table.effects td.ratio { border: 0; padding: 0.08rem 0;
    width: auto !important; grid-column: 1 / -1; }
  table.effects td { display: grid; grid-template-columns: subgrid; }
  table.effects td::before { content: attr(data-is); color: var(--quiet); font-size: 0.85rem; }
  table.effects td > * { grid-column: 2; }
  table.effects.forest tr { grid-template-columns: 1fr max-content; }
  table.effects.forest :is(th, td.is, td.ratio, td.q) { grid-column: auto; }
  table.effects.forest tbody td.both { white-space: normal; }
  table.effects.forest td { display: block; padding: 0.08rem 0; }
  table.effects.forest td::before { content: none; }
  table.effects.forest td > div { display: inline; }
  table.effects.forest td.q::before { content: "q "; }
  table.effects.forest :is(td.is, td.q) { text-align: right; }
  table.effects.forest td.drawn, table.effects.forest td.both { grid-column: 1 / -1; }
  table.effects.forest td.both::before { content: "Reporters before, after: "; }
  table.effects.forest tr.unsaid :is(td.drawn, td.ratio, td.q) { display: none; }
  table.effects tr.unsaid .whisker { display: none; }
  table.effects tr.release { border-bottom: 0; padding-bottom: 0; display: block; }
  table.effects tr.release th { display: block; }
}
"""
