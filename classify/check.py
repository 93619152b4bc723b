"""The doctor's question about the model: can it be loaded, and does it judge?"""

from __future__ import annotations

from collections.abc import Iterator

from domain.check import Check
from domain.errors import ModelError


def checks() -> Iterator[Check]:
    """One check: the shipped model, tried on a plain sentence."""
    from classify.artifact import load
    from classify.text import Content

    try:
        model = load()
        judged = model.judge([Content(text="Error: prompt is too long. My session is stuck.")])
    except ModelError as error:
        yield Check(name="model", ok=False, found=error.what.rstrip("."), fix=error.fix)
        return
    posts = model.card.get("trained_on", {}).get("posts", 0)
    yield Check(
        name="model",
        ok=True,
        found=f"{model.id}, trained on {posts:,} posts, judges ({judged[0].decision.value})",
    )
