"""Whether this machine reaches anything: asking every host takes long where nothing answers."""

from __future__ import annotations

import threading

ENOUGH = 6  # hosts that don't answer, and none that does, before the network counts as missing


class Reach:
    """What all sources of a run know of the network. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent: set[str] = set()
        self._answered = False

    def answered(self) -> None:
        """Some host gave an answer, whatever it was."""
        self._answered = True

    def unanswered(self, host: str) -> None:
        """Nothing answered there."""
        with self._lock:
            self._silent.add(host)

    def offline(self) -> bool:
        """Whether asking further hosts is a waste of time."""
        return not self._answered and len(self._silent) >= ENOUGH
