"""Which item of Hacker News answers which, and what each names: six bytes an item.

A comment names only its parent. Its story and its depth are found by walking up, whatever the order
of the file, so the whole file's links must be at hand: 40 million items take 240 MB, a file of one
year a tenth of that. Texts are never kept here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

_PAGE = 2**14  # items that share an array; ids of a file lie close together
_SEEN, _TRADE = 1, 2
_BITS = 7
_MASK = 2**_BITS - 1
MOST_NAMES = _MASK
_DEEPEST = 10_000  # steps up; more are a circle


@dataclass(frozen=True, slots=True)
class Named:
    """What an item's own words name: numbers of names from 1, 0 for none.

    `beside` counts only where the story is about the trade, see `ingest.matching`.
    """

    certain: int = 0
    beside: int = 0
    trade: bool = False  # whether these words are of the trade


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an item stands: `root` is its story, or the first ancestor that the file lacks."""

    root: int
    depth: int
    name: int  # that it or the nearest of its ancestors names; 0: none


class Links:
    """The links of one file."""

    def __init__(self) -> None:
        self._parents: dict[int, array[int]] = {}
        self._marks: dict[int, array[int]] = {}

    def put(self, number: int, parent: int, named: Named) -> None:
        """Keeps an item; `parent` 0: it answers none."""
        page, at = divmod(number, _PAGE)
        if page not in self._parents:
            self._parents[page] = array("I", bytes(4 * _PAGE))
            self._marks[page] = array("H", bytes(2 * _PAGE))
        self._parents[page][at] = parent
        self._marks[page][at] = (
            _SEEN
            | (_TRADE if named.trade else 0)
            | named.certain << 2
            | named.beside << (2 + _BITS)
        )

    def stand(self, number: int) -> Stand:
        """Walks up from an item."""
        path = list(self._up(number))
        top = path[-1]
        trade = bool(self._mark(top) & _TRADE)
        name = next(filter(None, (self._name(one, trade) for one in path)), 0)
        return Stand(root=top, depth=len(path) - 1, name=name)

    def _up(self, number: int) -> Iterator[int]:
        for _ in range(_DEEPEST):
            yield number
            page, at = divmod(number, _PAGE)
            parents = self._parents.get(page)
            if parents is None or not parents[at]:
                return
            number = parents[at]

    def _mark(self, number: int) -> int:
        page, at = divmod(number, _PAGE)
        marks = self._marks.get(page)
        return marks[at] if marks else 0

    def _name(self, number: int, trade: bool) -> int:
        mark = self._mark(number)
        beside = mark >> (2 + _BITS)
        return beside if trade and beside else mark >> 2 & _MASK
