"""What a rule is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# Digits in a row that a rule can ask for, and how such a run is found.
RUNS = {n: re.compile(r"\d" + r"(?:[ .()/-]{0,2}\d)" * (n - 1)) for n in (1, 4, 7)}


@dataclass(frozen=True, slots=True)
class Rule:
    """`apply` is called only for texts that hold one of `triggers` (compared in lower case).

    `digits` is a second condition: the text holds a run of so many digits (of `RUNS`), separators
    between them allowed. What `apply` puts in must not match the rule again.
    """

    apply: Callable[[str], str]
    triggers: tuple[str, ...] = ()
    digits: int = 0


def swap(
    pattern: str,
    by: str | Callable[[re.Match[str]], str],
    *triggers: str,
    digits: int = 0,
    flags: int = 0,
) -> Rule:
    """A rule that replaces what `pattern` (verbose syntax) matches."""
    compiled = re.compile(pattern, re.VERBOSE | flags)
    return Rule(lambda text: compiled.sub(by, text), triggers, digits)
