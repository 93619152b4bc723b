"""What one run may spend at one source, and the clock that it is measured with."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from domain.errors import BudgetSpent


class Clock:
    """The machine's time. Tests hand in one whose sleep costs nothing."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def monotonic(self) -> float:
        """Seconds from an arbitrary point, never going back."""
        return time.monotonic()

    def time(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Waits, unless it is stopped."""
        self._stopped.wait(seconds)

    def stop(self) -> None:
        """Ends all waiting, now and from now on."""
        self._stopped.set()

    def stopped(self) -> bool:
        """Whether the run is to end."""
        return self._stopped.is_set()


@dataclass(kw_only=True, slots=True)
class Budget:
    """A run's limits at one source, and what it used of them. Nothing waits past `seconds`."""

    source: str
    requests: int
    seconds: float
    bytes: int
    dollars: float = 0.0
    clock: Clock = field(default_factory=Clock)
    requests_used: int = 0
    bytes_used: int = 0
    dollars_used: float = 0.0
    began: float = field(init=False)
    _until: int | None = None  # requests at which the work at hand must stop

    def __post_init__(self) -> None:
        self.began = self.clock.monotonic()

    def seconds_used(self) -> float:
        """Since the budget was made."""
        return self.clock.monotonic() - self.began

    def seconds_left(self) -> float:
        """At least 0."""
        return max(self.seconds - self.seconds_used(), 0.0)

    def bytes_left(self) -> int:
        """At least 0."""
        return max(self.bytes - self.bytes_used, 0)

    def requests_left(self) -> int:
        """At least 0."""
        return max(self.requests - self.requests_used, 0)

    @contextmanager
    def part(self, requests: int) -> Iterator[None]:
        """Within the `with` no more than so many requests may be sent."""
        self._until = self.requests_used + requests
        try:
            yield
        finally:
            self._until = None

    def spend(self, dollars: float) -> None:
        """Sets money aside before a request that may cost so much, or raises `BudgetSpent`."""
        if self.dollars_used + dollars > self.dollars + 1e-9:
            raise self._spent(f"{self.dollars:.2f} dollars")
        self.dollars_used += dollars

    def give_back(self, dollars: float) -> None:
        """Returns what an answer turned out not to cost."""
        self.dollars_used = max(self.dollars_used - dollars, 0.0)

    def take_request(self) -> None:
        """Counts one request that is about to be sent, or raises `BudgetSpent`."""
        if self.clock.stopped():
            raise BudgetSpent(f"{self.source}: the run was stopped.", "The next run goes on.")
        if self.requests_used >= self.requests:
            raise self._spent(f"{self.requests} requests")
        if self._until is not None and self.requests_used >= self._until:
            raise self._spent("requests for this part of the work")
        if self.bytes_used >= self.bytes:
            raise self._spent(f"{self.bytes // 1_000_000} MB")
        if self.seconds_left() <= 0:
            raise self._spent(f"{self.seconds:.0f} seconds")
        self.requests_used += 1

    def wait(self, seconds: float) -> None:
        """Sleeps, or raises `BudgetSpent` at once where that would end after the budget."""
        if seconds <= 0:
            return
        if seconds > self.seconds_left():
            raise self._spent(f"{self.seconds:.0f} seconds")
        self.clock.sleep(seconds)

    def _spent(self, what: str) -> BudgetSpent:
        return BudgetSpent(
            f"{self.source}: this run's {what} are used up.", "The next run goes on."
        )
