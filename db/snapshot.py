"""What an export says apart from texts that may be withdrawn, as one hash.

It is the SHA-256 of the CSV lines, heads first, of the columns that stay: on both databases the
same, whatever the format of the file and whether it has links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from db.cells import joined


class Snapshot:
    """The hash of rows that are given batch by batch, each with all `columns` of the sheet.

    `stay`: the columns that count, by name; those of a sheet that don't go.
    """

    def __init__(self, columns: Sequence[str], stay: Sequence[str]) -> None:
        self.columns = tuple(stay)
        self._at = [columns.index(name) for name in stay]
        self._digest = sha256(joined([self.columns]).encode())

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """The next rows, as cells."""
        self._digest.update(joined(self.only(row) for row in rows).encode())

    def only(self, row: Sequence[str]) -> list[str]:
        """The cells of `row` that count."""
        return [row[at] for at in self._at]

    @property
    def sha256(self) -> str:
        """The hash of what was added so far."""
        return self._digest.hexdigest()
