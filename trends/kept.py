"""Effects as the database keeps them, and back.

What is asked for by column is a column; the rest is one JSON text. JSON knows no infinity: it is
kept as a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from math import inf, isinf, isnan
from typing import Any

from db.effects import KeptEffect
from domain.causes import Cause
from trends.clusters import Cluster
from trends.effects import Curve, ReleaseEffect, SourceEffect
from trends.sensitivity import Sensitivity
from trends.verdict import Verdict

_INFINITE: dict[float, str] = {inf: "inf", -inf: "-inf"}
_NUMBERS = {word: number for number, word in _INFINITE.items()}


def to_kept(effect: ReleaseEffect, cluster: Cluster, *, model: str, family: str) -> KeptEffect:
    """`effect` around the anchor of `cluster`; `family`: "" where it was tested in none."""
    told = plain(effect)
    told |= {
        "releases": [release.id for release in cluster.releases],
        "nearby": [release.id for release in cluster.nearby],
    }
    return KeptEffect(
        model=model,
        product=cluster.product,
        cluster=cluster.id,
        cause=effect.cause.value,
        family=family,
        verdict=effect.verdict.value,
        day=effect.day,
        preliminary=effect.preliminary,
        ratio=_finite(effect.ratio),
        low=_finite(effect.low),
        high=_finite(effect.high),
        p=effect.p,
        q=effect.q,
        q_dependent=effect.q_dependent,
        smallest_rise=_finite(effect.smallest_rise),
        smallest_fall=_finite(effect.smallest_fall),
        needed=_finite(effect.needed),
        events_before=effect.events_before,
        events_after=effect.events_after,
        posts_before=effect.posts_before,
        posts_after=effect.posts_after,
        detail=told,
    )


def effect_of(kept: KeptEffect) -> ReleaseEffect:
    """The effect that was kept."""
    told = {name: _number(value) for name, value in kept.detail.items()}
    told = {name: told[name] for name in ReleaseEffect.__dataclass_fields__}
    curve, sources, ways = told["curve"], told["sources"], told["sensitivities"]
    read = {
        "cause": Cause(told["cause"]),
        "day": date.fromisoformat(told["day"]),
        "verdict": Verdict(told["verdict"]),
        "reasons": tuple(told["reasons"]),
        "curve": Curve(**_tuples(curve)) if curve else None,
        "sources": tuple(SourceEffect(**source) for source in sources),
        "sensitivities": tuple(Sensitivity(**way) for way in ways),
    }
    return ReleaseEffect(**(told | read))


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: days and names as text, what is no number as null."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case float():
            return _INFINITE.get(value, None if isnan(value) else value)
        case list() | tuple():
            return [plain(item) for item in value]
        case Mapping():
            return {str(plain(key)): plain(item) for key, item in value.items()}
        case date():
            return value.isoformat()
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            raise TypeError(f"JSON can't hold a {type(value).__name__}")


def _number(value: Any) -> Any:
    """What `plain` made of numbers, undone."""
    match value:
        case str():
            return _NUMBERS.get(value, value)
        case dict():
            return {key: _number(item) for key, item in value.items()}
        case list():
            return [_number(item) for item in value]
        case _:
            return value


def _tuples(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}


def _finite(value: float | None) -> float | None:
    """A column holds no infinity: PostgreSQL and SQLite order it differently."""
    return None if value is None or isinf(value) else value
