"""What each source's terms allow is data, and docs/export.md tells it."""

from __future__ import annotations

from pathlib import Path

from domain.nouns import Terms
from ingest.sources import known, terms_of

DOCS = Path(__file__).parents[2] / "docs" / "export.md"


def told(name: str, terms: Terms) -> str:
    """The row of a source in the table."""
    exported = "yes" if terms.export_text and terms.store_text else "no"
    kept = "as set" if terms.keep_days is None else f"at most {terms.keep_days} days"
    if not terms.store_text:
        kept = "until judged"
    train = "yes" if terms.train else "no"
    return f"| {name} | {terms.attribution} | {exported} | {kept} | {train} | {terms.written_at} |"


def test_the_documentation_tells_every_sources_terms() -> None:
    section = DOCS.read_text(encoding="utf-8").split("\n## terms")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert rows == [told(name, kind.terms) for name, kind in known().items()]


def test_every_source_names_whom_to_credit_and_who_says_so() -> None:
    for name, kind in known().items():
        assert kind.terms.attribution, name
        assert kind.terms.written_at.startswith("https://"), name
        assert terms_of(name) == kind.terms
    assert terms_of("a place of a file") is None
