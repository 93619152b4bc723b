"""What the shipped model keeps of real posts: no name, path, id, and never four words in a row."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from classify import artifact

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
HANDLE = re.compile(r"(?<![\w.])@([A-Za-z0-9_-]{3,})")
HOME = re.compile(r"(?:/Users/|/home/|C:\\+Users\\+|/users/)([A-Za-z0-9._-]{3,})")
HEXADECIMAL = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4,})+\b|\breq_\w+|\bmsg_\w+", re.IGNORECASE)
SPELT = re.compile(rb"[ -~]{12,}")  # so many letters and signs in a row are rare in numbers
PATH = re.compile(r"(?:/[\w.@~-]+){3,}")
# Accounts and packages everybody knows, and words that code uses after an @ sign.
PUBLIC = frozenset(
    """
    anthropic anthropics openai claude google github types import media latest app path user users
    example test author return param shared public admin runner root home username name node param
    """.split()  # noqa: SIM905 - a list of words reads better without quotes
)


def texts(shared: Path) -> list[str]:
    lines = (shared / "gold" / "dev.jsonl").read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    return [f"{r['title']}\n{r['text']}\n{r['thread_title']}\n{r['id']}" for r in rows]


def kept() -> str:
    """All text of the model: its files, which list the words of n-grams, and what arrays spell out.

    Arrays are unpacked first: packed bytes hide what they hold, and hold words by chance.
    """
    names = (artifact.WORDS, artifact.CARD)
    held = [(artifact.SHIPPED / n).read_text(encoding="utf-8") for n in names]
    for name, array in arrays().items():
        held += [name, *(run.decode("ascii") for run in SPELT.findall(array.tobytes()))]
    return "\n".join(held)


def arrays() -> dict[str, Any]:
    with np.load(artifact.SHIPPED / artifact.ARRAYS, allow_pickle=False) as file:
        return dict(file)


def test_arrays_are_numbers() -> None:
    for name, array in arrays().items():
        assert array.dtype.kind in "iuf", name


def test_what_arrays_spell_out_is_seen() -> None:
    assert SPELT.findall(np.frombuffer(b"\x00" + b"one two three four" + b"\x00", "u1").tobytes())


def test_four_words_in_a_row_never_stand_in_the_model(shared: Path) -> None:
    rows = texts(shared)
    known = {
        tuple(words[i : i + 4])
        for words in (WORD.findall(row.lower()) for row in rows)
        for i in range(len(words) - 3)
    }
    words = WORD.findall(kept().lower())
    assert {tuple(words[i : i + 4]) for i in range(len(words) - 3)} & known == set()


def test_no_n_gram_is_longer_than_two_words() -> None:
    assert max(len(gram.split()) for gram in artifact.load().text.vocabulary.index) == 2


def test_no_handle_home_id_or_path_stands_in_the_model(shared: Path) -> None:
    held = kept().lower()
    words = set(WORD.findall(held))
    for row in texts(shared):
        for pattern in (HANDLE, HOME):
            names = {name.lower().strip(".-_") for name in pattern.findall(row)} - PUBLIC
            assert not names & words
        for pattern in (HEXADECIMAL, PATH):
            assert not [part for part in pattern.findall(row) if part.lower() in held]
        assert row.rsplit("\n", 1)[1] not in held
