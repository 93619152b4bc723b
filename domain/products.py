"""The products that whylost knows, and the words by which a text names them."""

from __future__ import annotations

from dataclasses import dataclass

# Every post counts once under ANY, whatever it names; and under UNKNOWN where it names nothing.
ANY = "*"
UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """A product as its users name it. `words` are matched whole, in any case."""

    name: str
    vendor: str
    words: tuple[str, ...]


PRODUCTS: tuple[Product, ...] = (
    Product(name="Claude Code", vendor="Anthropic", words=("claude code", "claude-code")),
    Product(
        name="Claude",
        vendor="Anthropic",
        words=("claude", "claude.ai", "claude desktop", "anthropic"),
    ),
    Product(
        name="Codex", vendor="OpenAI", words=("codex", "codex cli", "openai codex", "codex-cli")
    ),
    Product(name="ChatGPT", vendor="OpenAI", words=("chatgpt", "chat gpt", "gpt-4o", "chat-gpt")),
    Product(name="Gemini", vendor="Google", words=("gemini", "google bard", "gemini cli")),
    Product(name="Copilot", vendor="Microsoft", words=("copilot", "github copilot")),
    Product(name="Cursor", vendor="Anysphere", words=("cursor ide", "cursor ai", "cursor.sh")),
    Product(name="Grok", vendor="xAI", words=("grok",)),
    Product(name="Perplexity", vendor="Perplexity", words=("perplexity",)),
)
