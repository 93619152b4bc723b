"""The part of the style sheet that shares and small plots need."""

SHEET = """
.share, .lines { white-space: nowrap; }
.share .quiet { font-size: 0.85rem; }
.stack { display: flex; width: 11rem; height: 0.75rem; border: 1px solid var(--line);
  background: var(--panel); border-radius: 2px; margin-top: 0.3rem; }
.stack i { display: block; height: 100%; }
.stack .full { background: var(--link); }
.stack .hatched { background: repeating-linear-gradient(-45deg, var(--quiet) 0 2px,
  transparent 2px 4px); }
.plots { display: flex; flex-wrap: wrap; gap: 0.6rem 1.4rem; }
.plots figure { margin: 0; }
.plots figcaption { font-size: 0.9rem; font-weight: 600; padding-left: 1.9rem; }
.plots figcaption span { font-weight: 400; }
.hue-plain { --hue: var(--link); }
.plot { position: relative; width: 11rem; height: 11rem; margin: 0.6rem 0.6rem 1.4rem 1.9rem; }
.plot.wide { width: min(30rem, 78vw); }
.plot .box { position: absolute; inset: 0; border: 1px solid var(--line); }
.plot i { position: absolute; display: block; }
.plot .dot { width: var(--size); height: var(--size); border-radius: 50%; background: var(--hue);
  transform: translate(-50%, 50%); }
.plot .dot.square { border-radius: 0; background: var(--quiet); }
.plot .line { width: 0; border-left: 2px solid var(--hue); transform: translateX(-50%);
  opacity: 0.55; }
.plot .line.square { border-left-style: dotted; border-color: var(--quiet); }
.plot .even { inset: 0; background: linear-gradient(to bottom right, transparent calc(50% - 0.8px),
  var(--quiet) calc(50% - 0.8px) calc(50% + 0.8px), transparent calc(50% + 0.8px)); opacity: 0.6; }
.plot .at { top: 0; bottom: 0; width: 0.9rem; transform: translateX(-50%);
  background: var(--panel); border: solid var(--line); border-width: 0 1px; }
.plot span { position: absolute; font-size: 0.78rem; color: var(--quiet); white-space: nowrap; }
.plot .across { top: calc(100% + 2px); transform: translateX(-50%); }
.plot .up { right: calc(100% + 5px); transform: translateY(50%); line-height: 1; }
@media (max-width: 640px) {
  .stack { width: 6rem; }
  .plots { gap: 0.6rem; }
  .plots .plot { width: 8rem; height: 8rem; }
}
"""
