"""Money for reading one place: never more than the settings allow, whatever happens to a run.

What a request may cost at most is set aside before it is sent, and saved with the place's cursor:
a run that is killed has spent it. What the answer didn't cost is given back. Each place has an
equal part of the month and of the run, so that no place needs to know what another one spent.

Half of it is for reading, of which half may go into threads: what is new comes first. The other
half is kept for asking whether posts are still there, which the terms of a service may make a duty;
that may use what reading leaves, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from domain.errors import BudgetSpent, SourceError
from domain.settings import SourceSettings
from ingest.budget import Budget

MILLS = 1_000  # of a dollar: prices are whole numbers of them


class Use(StrEnum):
    """What money is for."""

    READING = "reading"
    THREADS = "threads"
    CHECKING = "checking"


# Together they may have one in so many: reading with threads a half, threads a quarter.
_PARTS = (((Use.READING, Use.THREADS), 2), ((Use.THREADS,), 4))


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """What a service asks for each thing that an answer holds, in mills."""

    post: int
    user: int
    written_at: str
    read_on: date


@dataclass(kw_only=True, slots=True)
class Purse:
    """The money of a place. `state` is its cursor; what the month cost is kept there, in mills."""

    place: str
    state: dict[str, Any]
    month: str  # 2026-11
    month_part: int
    run_part: int
    used: dict[Use, int] = field(default_factory=dict)  # in this run

    def __post_init__(self) -> None:
        if self._money().get("month") != self.month:
            self.state["money"] = {"month": self.month} | {str(use): 0 for use in Use}

    def most(self, budget: Budget, use: Use) -> int:
        """How many mills may be set aside now."""
        money = self._money()
        left: list[int] = [
            self.month_part - sum(money.get(one, 0) for one in Use),
            int((budget.dollars - budget.dollars_used) * MILLS + 1e-6),
        ]
        for uses, part in _PARTS:
            if use in uses:
                left += [
                    self.month_part // part - sum(money.get(one, 0) for one in uses),
                    self.run_part // part - sum(self.used.get(one, 0) for one in uses),
                ]
        return max(min(left), 0)

    def take(self, budget: Budget, use: Use, mills: int) -> None:
        """Sets money aside: save `state` before it is spent. Raises `SourceError`.

        `BudgetSpent` where there is none for anybody.
        """
        if self.month_part <= 0 or self.run_part <= 0:
            raise BudgetSpent(
                f"{budget.source} may spend no money.",
                "Set budget_dollars and budget_dollars_month, or leave it disabled.",
            )
        if mills > self.most(budget, use):
            raise SourceError(
                f"{self.place}: its part of the money for {use} is used up{_SO[use]}.",
                "Raise budget_dollars and budget_dollars_month, or read fewer places.",
            )
        budget.spend(mills / MILLS)
        self._book(use, mills)

    def give_back(self, budget: Budget, use: Use, mills: int) -> None:
        """Returns what was not spent; less than nothing where more was."""
        budget.give_back(mills / MILLS)
        self._book(use, -mills)

    def _book(self, use: Use, mills: int) -> None:
        money = self._money()
        money[use] = money.get(use, 0) + mills
        self.used[use] = self.used.get(use, 0) + mills

    def _money(self) -> dict[str, Any]:
        money: dict[str, Any] = self.state.get("money", {})
        return money


_SO = {
    Use.READING: ", so posts are missing",
    Use.THREADS: "",
    Use.CHECKING: ", so posts that were deleted there may still be here",
}


def purse(
    settings: SourceSettings, place: str, places: int, state: dict[str, Any], month: str
) -> Purse:
    """The purse of one of so many places."""
    return Purse(
        place=place,
        state=state,
        month=month,
        month_part=int(settings.budget_dollars_month * MILLS) // max(places, 1),
        run_part=int(settings.budget_dollars * MILLS) // max(places, 1),
    )
