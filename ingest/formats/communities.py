"""Which product a community is about, whatever its posts name."""

from __future__ import annotations

from functools import lru_cache

from ingest.products import products_of

# Communities of one product; those of a vendor or of a trade (r/OpenAI, r/LocalLLaMA) are not here.
SUBREDDITS = {
    "claudeai": "Claude",
    "claude": "Claude",
    "claudecode": "Claude Code",
    "chatgpt": "ChatGPT",
    "chatgptpro": "ChatGPT",
    "chatgptcoding": "ChatGPT",
    "codex": "Codex",
    "geminiai": "Gemini",
    "bard": "Gemini",
    "githubcopilot": "Copilot",
    "cursor": "Cursor",
    "grok": "Grok",
    "perplexity_ai": "Perplexity",
}


def about(subreddit: str, title: str) -> tuple[str, ...]:
    """The products of a thread: its community's, and those that its title names."""
    own = SUBREDDITS.get(subreddit.lower())
    return products_of((own,) if own else (), title, "")


@lru_cache(maxsize=4_096)
def about_all(subreddit: str) -> tuple[str, ...]:
    """The products of a community, where no title is at hand."""
    return about(subreddit, "")
