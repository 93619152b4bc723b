"""The doctor's questions about models: can they be loaded, and does the shipped one judge?"""

from __future__ import annotations

from collections.abc import Iterator

from domain.check import Check
from domain.errors import ModelError
from domain.settings import Settings


def checks(settings: Settings) -> Iterator[Check]:
    """The shipped model, tried on a plain sentence; then what was learnt or taken in here."""
    yield _shipped()
    yield from _stored(settings)


def _shipped() -> Check:
    from classify.artifact import load
    from classify.text import Content

    try:
        model = load()
        judged = model.judge([Content(text="Error: prompt is too long. My session is stuck.")])
    except ModelError as error:
        return Check(name="model", ok=False, found=error.what.rstrip("."), fix=error.fix)
    posts = model.card.get("trained_on", {}).get("posts", 0)
    return Check(
        name="model",
        ok=True,
        found=f"{model.id}, trained on {posts:,} posts, judges ({judged[0].decision.value})",
    )


def _stored(settings: Settings) -> Iterator[Check]:
    """One check of all models and corrections beside the database; none where there are none."""
    from classify.artifact import load
    from classify.corrected import folder_of
    from classify.corrected import load as load_correction

    folder = folder_of(settings)
    files = sorted(f for f in folder.iterdir() if f.name[0] != ".") if folder.is_dir() else []
    for file in files:
        try:
            load(file) if file.is_dir() else load_correction(folder, file.stem)
        except ModelError as error:
            yield Check(name="models", ok=False, found=error.what.rstrip("."), fix=error.fix)
            return
    if files:
        yield Check(name="models", ok=True, found=f"{len(files)} learnt or taken in")
