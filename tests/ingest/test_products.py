"""Which products a post is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.products import PRODUCTS
from ingest.products import products_of


@pytest.mark.parametrize(
    ("default", "text", "expected"),
    [
        ((), "nothing named", ()),
        ((), "Claude Code lost my chat", ("Claude Code",)),
        ((), "Claude Code forgets, Claude doesn't.", ("Claude Code", "Claude")),
        ((), "is claude codex or not", ("Claude", "Codex")),
        ((), "ChatGPT's memory is gone", ("ChatGPT",)),
        ((), "gpt-4o-mini refused", ("ChatGPT",)),
        ((), "claude-opus-4-1 refused", ("Claude",)),
        ((), "Claude Code with claude-opus-4-1", ("Claude Code",)),
        ((), "in ~/.claude/projects of Claude Code", ("Claude Code",)),
        ((), "npm i -g @anthropic-ai/claude-code", ("Claude Code",)),
        ((), "github.com/openai/codex", ("Codex",)),
        ((), "anthropics and copilots and precursor aims", ()),
        ((), "I moved from Claude to Codex to Gemini.", ("Claude", "Codex", "Gemini")),
        (("Claude Code",), "Claude edits the wrong file", ("Claude Code",)),
        (("Claude Code",), "the chat on claude.ai is gone too", ("Claude Code", "Claude")),
        (("Claude Code",), "ChatGPT does it right", ("Claude Code", "ChatGPT")),
        (("ChatGPT",), "great app", ("ChatGPT",)),
    ],
)
def test_products(default: tuple[str, ...], text: str, expected: tuple[str, ...]) -> None:
    assert products_of(default, "", text) == expected


def test_a_title_names_products_too() -> None:
    assert products_of((), "Codex lost it", "all of it") == ("Codex",)


@given(st.lists(st.sampled_from([p.name for p in PRODUCTS]), unique=True).map(tuple), st.text())
def test_the_places_own_products_come_first_and_none_comes_twice(
    default: tuple[str, ...], text: str
) -> None:
    found = products_of(default, "", text)
    assert found[: len(default)] == default
    assert len(set(found)) == len(found)
