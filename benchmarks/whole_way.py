"""The whole way on real files: import, import again, classify, trends, export; with equal results?

    python -m benchmarks.whole_way FILE ... [--postgres URL] [--json OUT]

Runs the console script as a user would, on an SQLite file and, where an empty database is named,
on PostgreSQL; prints seconds and peak memory of each command, posts by source and decision, and
whether both databases export the same.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

SCRIPT = Path(sys.executable).with_name("whylost")
SHEETS = ("reports", "incidents", "daily")


def measured(words: list[str], home: Path) -> dict[str, Any]:
    """Seconds and peak resident memory (MB) of one command, and what it said."""
    environment = os.environ | {"WHYLOST_HOME": str(home)}
    began = time.monotonic()
    with subprocess.Popen(
        [str(SCRIPT), *words], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        out = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{' '.join(words[:4])} ended with {process.returncode}")
    return {"seconds": round(time.monotonic() - began, 2), "out": out}


def peak_megabytes() -> float:
    """The largest peak of any command so far; the kernel keeps no more than that of children."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def walk(url: str, files: list[str], home: Path) -> dict[str, Any]:
    """All commands on one database."""
    steps: dict[str, Any] = {}
    commands = {
        "import": ["ingest", "import", *files],
        "import again": ["ingest", "import", *files],
        "classify": ["classify"],
        "trends": ["trends"],
        **{f"export {s}": ["export", s, "--out", str(sheet(home, url, s))] for s in SHEETS},
    }
    for name, words in commands.items():
        steps[name] = measured(["--database", url, *words], home)
        steps[name]["peak MB so far"] = round(peak_megabytes())
        print(f"{name:16} {steps[name]['seconds']:8.2f} s   peak so far {peak_megabytes():6.0f} MB")
    print(steps["classify"].pop("out").strip())
    return steps


def sheet(home: Path, url: str, name: str) -> Path:
    """Where a sheet of one database is written."""
    return home / f"{url.partition(':')[0]}-{name}.csv"


def decisions(path: Path) -> dict[str, dict[str, int]]:
    """Reports by source and decision."""
    counted: dict[str, Counter[str]] = {}
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            counted.setdefault(row["source"], Counter())[row["decision"]] += 1
    return {source: dict(sorted(found.items())) for source, found in sorted(counted.items())}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--postgres")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        urls = [f"sqlite:///{home / 'whylost.db'}", *([given.postgres] if given.postgres else [])]
        told: dict[str, Any] = {}
        for url in urls:
            print(f"\n{url.partition(':')[0]}")
            told[url.partition(":")[0]] = walk(url, given.files, home)
        told["reports"] = decisions(sheet(home, urls[0], "reports"))
        print("\nreports by source and decision")
        for source, found in told["reports"].items():
            print(f"  {source:12}", ", ".join(f"{n:,} {name}" for name, n in found.items()))
        if given.postgres:
            told["equal"] = all(
                filecmp.cmp(sheet(home, urls[0], s), sheet(home, urls[1], s), shallow=False)
                for s in SHEETS
            )
            print("\nboth databases export the same:", "yes" if told["equal"] else "NO")
        if given.json:
            given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
