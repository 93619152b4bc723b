"""The strata table of a labelled collection's README as the CSV that `--strata` reads.

python -m benchmarks.strata ../shared/gold/README.md strata.csv
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from classify.strata import COLUMNS

# | source | stratum | population | drawn | here |
_ROW = re.compile(r"^\|\s*(\w+)\s*\|\s*(\w+)\s*\|\s*([\d,]+)\s*\|", re.MULTILINE)


def converted(readme: str) -> str:
    """The CSV; the table's first three columns are source, stratum and population."""
    found = [(s, k, n.replace(",", "")) for s, k, n in _ROW.findall(readme)]
    return "".join(f"{','.join(row)}\n" for row in [COLUMNS, *found])


def main() -> None:
    """Reads one file, writes another."""
    source, sink = map(Path, sys.argv[1:3])
    sink.write_text(converted(source.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{sink}: {sink.read_text(encoding='utf-8').count(chr(10)) - 1} strata")


if __name__ == "__main__":
    main()
