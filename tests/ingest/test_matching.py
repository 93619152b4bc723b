"""Which words name a product, and which only look like it."""

from __future__ import annotations

import pytest

from ingest.matching import names, narrowest_first


@pytest.mark.parametrize(
    ("query", "words", "around"),
    [
        ("Claude", "Claude lost my chat", ""),
        ("Claude", "see https://claude.ai/chat", ""),
        ("Claude", "claude-opus-4 again", ""),
        ("Claude", "Claude Shannon would have liked Claude", ""),
        ("Claude Code", "my claude-code session", ""),
        ("Claude Code", "Claude\nCode", ""),
        ("ChatGPT", "(ChatGPT)", ""),
        ("Codex", "Codex CLI forgot it", ""),
        ("Codex", "codex just stops", "OpenAI ships a new agent"),
    ],
)
def test_it_is_meant(query: str, words: str, around: str) -> None:
    assert names(query, words, around)


@pytest.mark.parametrize(
    ("query", "words", "around"),
    [
        ("Claude", "the clause in the contract", ""),
        ("Claude", "Claudette said", ""),
        ("Claude", "Jean-Claude and Claude Monet", ""),
        ("Claude Code", "Claude wrote code", ""),
        ("Codex", "the Voynich codex", "A manuscript is digitised"),
        ("Codex", "", "Codex and the agents"),
    ],
)
def test_it_is_not(query: str, words: str, around: str) -> None:
    assert not names(query, words, around)


def test_the_narrower_query_comes_first() -> None:
    assert narrowest_first(("Claude", "ChatGPT", "Claude Code")) == [
        "Claude Code",
        "Claude",
        "ChatGPT",
    ]
