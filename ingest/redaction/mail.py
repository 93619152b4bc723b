"""E-mail addresses, plain, URL-encoded, or spelt out against collectors.

Every address goes, a vendor's support address or a placeholder as well: to tell a role from a
person isn't worth an error.
"""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap

_HOST = r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}"
_EMAIL = rf"""
(?<![\w.%+-])[\w%+][\w.%+-]*(?:\[bot\])?(?:@|%40)
(?!v?\d+\.\d+\.|\dx\.)   # package@18.3.0-beta.rc, logo@2x.png
{_HOST}
"""
_FEDIVERSE = rf"(?<![\w@])@[\w.-]+@{_HOST}"
_AT = r"\s?[\[({]\s?at\s?[\])}]\s?"
_DOT = r"\s?(?:[\[({]\s?dot\s?[\])}]|\.)\s?"
_SPELT_OUT = rf"""
(?<![\w.+-])[\w+][\w.+-]*{_AT}[\w-]+(?:{_DOT}[\w-]+)*{_DOT}[a-z]{{2,}}
| (?<![\w.+-])[\w+][\w.+-]*\ at\ (?:gmail|outlook|hotmail|yahoo|proton(?:mail)?|icloud)
  \s?(?:\ dot\ |\.)\s?[a-z]{{2,3}}(?!\w)
"""
_SHOUTED = r"(?<![\w.+-])[^\W_][\w.+-]{0,63}?_AT_[^\W_][\w.-]{0,63}?_DOT_[A-Za-z]{2,}(?!\w)"

RULES: tuple[Rule, ...] = (
    swap(_FEDIVERSE, "[user]", "@"),
    swap(_EMAIL, "[e-mail]", "@", "%40"),
    swap(
        _SPELT_OUT,
        "[e-mail]",
        *("(at", "( at", "[at", "[ at", "{at", " at gmail", " at outlook", " at hotmail"),
        *(" at yahoo", " at proton", " at icloud"),
        flags=re.IGNORECASE,
    ),
    swap(_SHOUTED, "[e-mail]", "_at_"),
)
