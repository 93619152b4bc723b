"""What a model is, what it learnt from, how sure it must be and where it fails, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.model.quality import output
from dashboard.tables import Shown, table
from dashboard.text import plain
from domain.causes import Cause

_OUTPUTS = (*(cause.value for cause in Cause), "report")


def told(card: Mapping[str, Any]) -> str:
    """The card; a model that brings none says so."""
    if "thresholds" not in card:
        return '<p class="quiet">This model came without a card.</p>'
    return f'{_learnt(card)}{_sure(card)}{_fails(card)}<p class="quiet">{_made(card)}</p>'


def _learnt(card: Mapping[str, Any]) -> str:
    of = card.get("trained_on", {})
    by_place = _counts(of.get("by_place", {}))
    by_label = _counts(of.get("by_label", {}))
    return (
        f'<dl class="facts"><dt>Learnt from</dt><dd>{of.get("posts", 0):,} posts</dd>'
        f"<dt>By place</dt><dd>{by_place} (own: written for this purpose)</dd>"
        f"<dt>By label</dt><dd>{by_label}</dd>"
        f"<dt>Left out</dt><dd>{plain(of.get('left_out', ''))}</dd></dl>"
    )


def _counts(told: Mapping[str, int]) -> str:
    return ", ".join(f"{plain(name.replace('_', ' '))} {n:,}" for name, n in told.items())


def _sure(card: Mapping[str, Any]) -> str:
    rows: list[Sequence[Shown]] = []
    for name in _OUTPUTS:
        least = card["thresholds"].get(name)
        used = card.get("calibration", {}).get(name, {})
        if least is None:
            continue
        from_ = f"{least:.3f}" if least <= 1 else "never: not sure enough"
        losses = used.get("log_loss", {})
        before, after = losses.get("as it is"), losses.get(used.get("method"))
        gain = f"{before:.3f} to {after:.3f}" if before is not None and after is not None else None
        rows.append((output(name), from_, used.get("method"), gain))
    heads = ("", "Decided from", "Calibrated by", "Log loss on held-out posts")
    return table(heads, rows, caption="Thresholds and calibration") + _aim(card)


def _aim(card: Mapping[str, Any]) -> str:
    aimed = card.get("decisions", {}).get("precision_aimed_at")
    if aimed is None:
        return ""
    other = card["decisions"].get("precision_aimed_at_for_other", aimed)
    return (
        f'<p class="quiet">Thresholds aim at a precision of {aimed:.2f} (other failures '
        f"{other:.2f}) on posts held out.</p>"
    )


def _fails(card: Mapping[str, Any]) -> str:
    fails = "".join(f"<li>{plain(one)}</li>" for one in card.get("where_it_fails", []))
    return f'<div class="prose"><h3>Where it fails</h3><ul>{fails}</ul></div>' if fails else ""


def _made(card: Mapping[str, Any]) -> str:
    inputs = "; ".join(
        f"{plain(name)} <code>{plain(digest[:12])}</code>"
        for name, digest in card.get("inputs", {}).items()
    )
    return f"Inputs by the beginning of their SHA-256: {inputs}." if inputs else ""
