"""Sources side by side: each waits for its own hosts, so none needs to wait for another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from domain.nouns import SourceReport
from ingest.budget import Clock
from ingest.source import Source

Read = Callable[[type[Source]], SourceReport]


def together(
    sources: Sequence[type[Source]], read: Read, *, at_once: int, clock: Clock
) -> tuple[SourceReport, ...]:
    """What `read` says of each source, in their order; at most `at_once` are read at a time.

    What ends one of them (Ctrl-C, a database that fails) ends all: the others stop at their next
    request, with what they read until then kept.
    """
    if at_once <= 1 or len(sources) <= 1:
        return tuple(read(source) for source in sources)
    with ThreadPoolExecutor(at_once, thread_name_prefix="source") as pool:
        reading = [pool.submit(read, source) for source in sources]
        try:
            return tuple(future.result() for future in reading)
        except BaseException:
            clock.stop()
            for future in reading:
                future.cancel()
            raise
