"""Where options may stand, and what is short for what."""

from __future__ import annotations

import pytest

from whylost import arranged


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("run github", "run github"),
        ("run --database URL github", "--database URL run github"),
        ("run --config=x.toml", "--config=x.toml run"),
        ("sources --json -v", "--json -v sources"),
        ("ingest", "ingest live"),
        ("ingest github --since 7d", "ingest live github --since 7d"),
        ("ingest --since 7d", "ingest live --since 7d"),
        ("--json ingest --back-to 2026-01-01", "--json ingest live --back-to 2026-01-01"),
        ("ingest import a.csv --json", "--json ingest import a.csv"),
        ("ingest --help", "ingest --help"),
        ("review", "review post"),
        ("review KEY --as Ada", "review post KEY --as Ada"),
        ("review import a.csv --json", "--json review import a.csv"),
        ("review agreement --json", "--json review agreement"),
        (
            "classify evaluate --gold a --json out --database URL",
            "--database URL classify evaluate --gold a --json out",
        ),
        ("ingest import -- --database", "ingest import -- --database"),
        ("run --database", "--database run"),
        ("", ""),
    ],
)
def test_global_options_may_stand_anywhere(given: str, expected: str) -> None:
    assert arranged(given.split()) == expected.split()
