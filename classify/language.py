"""Which language a post is written in: a cheap test for English, a trained one for the rest."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Any

UNKNOWN = "und"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ENGLISH = frozenset(
    """
    a about after again all and any are as at be because been but by can can't did do does
    doesn't don't for from get had has have how i i'm if in into is it it's its just like me
    my no not now of on or out same so than that the their them then there they this to too
    up was we were what when where which who why will with without would you your
    """.split()  # noqa: SIM905 - a list of words reads better without ninety quotes
)
_FEW_WORDS = 4
_LOOKED_AT = 80
_PLAINLY_ENGLISH = 0.16
_FOREIGN_SCRIPT = 0.3
_SURE = 0.8


def language(low: str) -> str:
    """ISO 639-1 code of a folded text, "und" where it can't be told.

    Text of fewer than four words in Latin script counts as English: error messages and titles are.
    """
    words = [found.group() for found in islice(_WORD.finditer(low[:2000]), _LOOKED_AT)]
    if not words:
        return UNKNOWN
    letters = "".join(words)
    foreign = 0.0 if letters.isascii() else sum(c > "\u024f" for c in letters) / len(letters)
    if foreign <= _FOREIGN_SCRIPT:
        common = sum(w in _ENGLISH for w in words)
        if len(words) < _FEW_WORDS or common / len(words) >= _PLAINLY_ENGLISH:
            return "en"
    code, sure = _identifier().classify(" ".join(words))
    if code == "en" or (sure < _SURE and foreign <= _FOREIGN_SCRIPT):
        return "en"  # slang, typing errors, lists of technical words
    return str(code)


@cache
def _identifier() -> Any:
    """py3langid's model, loaded when the first text needs it (half a second)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
