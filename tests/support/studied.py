"""A database in which releases are tested: two products over a year, invented numbers of posts.

One release stands where context reports double, others where nothing changes; there is an
announcement, and a spike. The catalogue that comes with the program is tested beside them.
"""

from __future__ import annotations

from datetime import date, timedelta

import daily
from daily import DailyPlace, level
from sqlalchemy import Engine

from db.engine import write
from domain.causes import Cause
from trends.run import refresh

DOUBLED = date(2026, 4, 14)
SPIKE = date(2026, 7, 7)
LAST = daily.FIRST + timedelta(days=daily.DAYS - 1)


def context(rate: float) -> daily.Rate:
    """Doubles around `DOUBLED` for good, and is five times as high for three days from `SPIKE`."""

    def told(day: date) -> float:
        high = 5.0 if 0 <= (day - SPIKE).days < 3 else 1.0
        return rate * high * (2.0 if day >= DOUBLED else 1.0)

    return told


PLACES = tuple(
    DailyPlace(
        name=name,
        product=product,
        posts=posts,
        rates=(
            (Cause.CONTEXT_LIMIT, context(0.03) if product == "Gemini" else level(0.03)),
            (Cause.SESSION_MANAGEMENT, level(0.02)),
            (Cause.SAFETY_TRIGGER, level(0.0004)),
            (Cause.OTHER, level(0.1)),
        ),
    )
    for name, product, posts in (
        ("github:google-gemini/gemini-cli", "Gemini", 60.0),
        ("hackernews:Gemini", "Gemini", 30.0),
        ("github:openai/codex", "Codex", 60.0),
    )
)


def fill(engine: Engine) -> None:
    """Fills an empty, migrated database, and tests what it holds."""
    daily.fill(engine, PLACES)
    with write(engine) as connection:
        daily.release(
            connection,
            "studied-doubled",
            deployed=DOUBLED,
            product="Gemini",
            contained_in="",
            title="A larger window <b>for all</b>",
            claimed_effect="Fewer conversations end early",
        )
        daily.release(
            connection,
            "studied-late",
            deployed=LAST - timedelta(days=20),
            product="Gemini",
            kind="session_feature",
        )
        daily.release(
            connection,
            "studied-announced",
            deployed=None,
            announced=DOUBLED - timedelta(days=60),
            product="unknown",
            kind="safety_training_research",
            vendor="Google",
            contained_in="studied-doubled",
            title="Reasons, not rules",
        )
    refresh(engine, daily.NOW, lambda _done, _total: None)
