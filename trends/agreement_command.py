"""`whylost review agreement`: how far people agree who judged the same posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from domain.invocation import Invocation
    from trends.raters import Agreement

BLIND_ONLY = "Only blind reviews count: who saw another answer isn't independent of it."
TOO_FEW = "No two people have judged the same post blindly yet."

_Demonstration = Annotated[bool, typer.Option(help="Of the demonstration instead.")]


def mount(reviews: typer.Typer) -> None:
    """Adds the command to `whylost review`."""
    reviews.command()(agreement)


def agreement(context: typer.Context, demonstration: _Demonstration = False) -> None:
    """How far reviewers agree: Cohen's kappa of each two, Krippendorff's alpha of all."""
    from db.engine import read
    from db.opened import opened
    from trends.agreed import agreed

    told: Invocation = context.obj
    with (
        opened(told.settings, demonstration=demonstration) as database,
        read(database.engine) as connection,
    ):
        found = agreed(connection)
    told.tell(
        {
            "alpha": _numbers(found.alpha),
            "pairs": [
                {
                    "reviewers": list(pair.raters),
                    "kappa": _numbers(pair.overall),
                    "decisions": {name: _numbers(one) for name, one in pair.answers.items()},
                }
                for pair in found.pairs
            ],
        }
    )
    if not found.pairs:
        told.say(TOO_FEW, BLIND_ONLY)
        return
    told.table(
        ("reviewers", "decision", "posts", "agreed", "kappa"),
        [
            (" and ".join(pair.raters), name, one.units, share(one), interval(one))
            for pair in found.pairs
            for name, one in (("all", pair.overall), *pair.answers.items())
        ],
    )
    told.say(
        f"Krippendorff's alpha of all: {interval(found.alpha)}, {found.alpha.units:,} posts. "
        "In brackets: 95 % intervals.",
        BLIND_ONLY,
    )


def interval(one: Agreement) -> str:
    """Such as `0.61 [0.40, 0.78]`."""
    if one.value is None:
        return "undefined: one answer only"
    return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"


def share(one: Agreement) -> str:
    """The share of equal answers."""
    return "-" if one.agreed is None else f"{one.agreed:.0%}"


def _numbers(one: Agreement) -> dict[str, Any]:
    return {
        "posts": one.units,
        "agreed": one.agreed,
        "value": one.value,
        "low": one.low,
        "high": one.high,
    }
