"""What a rule is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`apply` is called only for texts that hold one of `triggers` (compared in lower case).

    `digits` is a second condition: the text holds a run of at least seven digits, separators
    between them allowed. What `apply` puts in must not match the rule again.
    """

    apply: Callable[[str], str]
    triggers: tuple[str, ...] = ()
    digits: bool = False


def swap(
    pattern: str,
    by: str | Callable[[re.Match[str]], str],
    *triggers: str,
    digits: bool = False,
    flags: int = 0,
) -> Rule:
    """A rule that replaces what `pattern` (verbose syntax) matches."""
    compiled = re.compile(pattern, re.VERBOSE | flags)
    return Rule(lambda text: compiled.sub(by, text), triggers, digits)
