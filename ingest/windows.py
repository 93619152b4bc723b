"""Walking through time in windows that are narrow enough for what a service gives at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

DAY = 86_400
WIDEST = 32 * DAY

T = TypeVar("T")


def walk(
    start: int,
    end: int,
    read: Callable[[int, int], tuple[T, bool] | None],
    *,
    newest_first: bool = False,
) -> Iterator[tuple[int, int, T]]:
    """`(since, until, what was read)` for adjoining half-open windows that fill [start, end).

    Times are whole seconds. `read` gives what a window holds and whether there was little in it, or
    None where it holds too much: then the window is halved, down to one second, of which `read`
    must make do. Where there is little the next windows are wider.
    """
    width = DAY
    while start < end:
        if newest_first:
            since, until = max(start, end - width), end
        else:
            since, until = start, min(start + width, end)
        got = read(since, until)
        if got is None:
            width = max((until - since) // 2, 1)
            continue
        found, little = got
        yield since, until, found
        if newest_first:
            end = since
        else:
            start = until
        if little:
            width = min(width * 2, WIDEST)


def in_turn(streams: Iterable[Iterator[T]]) -> Iterator[T]:
    """One item of each stream after the other, so that none uses up the budget before the rest."""
    waiting = deque(streams)
    while waiting:
        stream = waiting.popleft()
        for item in islice(stream, 1):
            yield item
            waiting.append(stream)
