"""Which app a file of reviews is about: the tables don't say, the reviews do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ingest.formats.shape import File, moment
from ingest.products import products_of
from ingest.source import RawPost
from ingest.text import tidy

# The stores' own ids, so that a live source of the same store would give the same ids to reviews.
PLAY = {
    "ChatGPT": "com.openai.chatgpt",
    "Claude": "com.anthropic.claude",
    "Gemini": "com.google.android.apps.bard",
    "Copilot": "com.microsoft.copilot",
    "Perplexity": "ai.perplexity.app.android",
    "Grok": "ai.x.grok",
}
APP_STORE = {
    "ChatGPT": "6448311069",
    "Claude": "6473753684",
    "Gemini": "6477489729",
    "Copilot": "6472538445",
    "Perplexity": "1668000334",
    "Grok": "6670324846",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """An app of a store; `products` is empty where the reviews name none."""

    id: str
    products: tuple[str, ...]


def named_most(head: bytes, ids: dict[str, str]) -> App:
    """The app of `ids` whose product most lines of the file's beginning name."""
    named: Counter[str] = Counter()
    for line in head.decode("utf-8", "replace").splitlines():
        named.update(name for name in products_of((), "", line) if name in ids)
    if not named:
        return App(id="unknown", products=())
    product = named.most_common(1)[0][0]
    return App(id=ids[product], products=(product,))


def review(
    file: File, store: str, app: App, *, number: str, title: str, text: str, at: str
) -> RawPost:
    """A review is a thread of its own; stores show neither authors that last nor answers."""
    key, written = f"{store}:{app.id}/{number}", moment(at)
    return RawPost(
        place=file.place(store, app.id),
        thread=key,
        thread_title=tidy(title),
        thread_opened_at=written,
        external_id=key,
        parent=None,
        kind="review",
        author=None,
        title=tidy(title),
        text=tidy(text),
        written_at=written,
        products=app.products,
    )
