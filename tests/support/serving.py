"""The dashboard as its command starts it: a process of its own, over a database of the test's."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_PROGRAM = """
import sys
from dashboard.serve import serve
serve(sys.argv[1], 0, sys.argv[2] == "demonstration", lambda address: print(address, flush=True))
"""


@dataclass(slots=True)
class Served:
    """A running server: its address, and all that it has written to its log."""

    address: str
    log: list[str] = field(default_factory=list)


@contextmanager
def serving(database_url: str, *, demonstration: bool = False) -> Iterator[Served]:
    """Starts the server and stops it."""
    kind = "demonstration" if demonstration else "real"
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, database_url, kind],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    log: list[str] = []
    reader = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
    reader.start()
    try:
        address = process.stdout.readline().strip()
        assert address, f"the server did not start: {''.join(log)}"
        yield Served(address, log)
    finally:
        process.terminate()
        process.wait(timeout=30)
        reader.join(timeout=10)
        process.stdout.close()
        process.stderr.close()
