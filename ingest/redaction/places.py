"""Postal addresses, where a street comes with a town and its code, or with a flat's number.

A street alone ("30 Rock", "24 Hour Fitness") looks like too much else.
"""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap

_STREETS = (
    "Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Terrace|Way"
    "|Crescent|Close|Square|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail"
)
_FLAT = r"(?:,?\s+(?:Apt|Apartment|Unit|Suite|Ste|Flat)\.?\s*\#?\w{1,5})"
_TOWN = r"(?:,?\s+[A-Z][\w.'-]*(?:\s+[A-Z][\w.'-]*){0,3}?)"
_CODE = r"""
,?\s+(?:[A-Z]{2}\s+\d{5}(?:-\d{4})?          # Tulsa, OK 74101
  | [A-Z]{1,2}\d[A-Z\d]?\s+\d[A-Z]{2}        # Bristol BS8 4QJ
  | [A-Z]{2,3}\s+\d{4})                      # Fremantle WA 6160
(?!\w)(?:,\s+(?:United\ (?:States|Kingdom)|USA|UK|Canada|Australia|New\ Zealand)(?!\w))?
"""
_ENGLISH = rf"""
\d(?<![\w.].)\d{{0,4}}[A-Za-z]?\s+(?:[NSEW]\.?\s+)?(?:(?:[A-Z][\w'.-]*|\d{{1,3}}(?:st|nd|rd|th))\s+){{1,3}}
(?:{_STREETS})\.?(?!\w)
(?:{_FLAT}?{_TOWN}{_CODE} | {_FLAT}(?!\w))
| \bP\.?\s?O\.?\s+Box\s+\d+(?:{_TOWN}{_CODE})?
"""
_GERMANIC = r"""
(?<![\w-])[A-ZÄÖÜ][\w-]{0,30}?(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|damm|ufer|ring
   |straat|gracht|laan|plein|kade|singel)
\s+\d{1,4}\s?[a-z]?,\s+(?:[A-Z]{1,2}-)?\d{4,5}(?:\s[A-Z]{2})?\s+[A-ZÄÖÜ][\w-]+
"""
_ROMANCE = r"""
(?<!\w)(?:\d{1,4}(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|av\.|boulevard|bd|place|allée|chemin|impasse
     |quai|cours)\s+[^\n,\d]{2,40}
   | (?:Calle|C/|Avenida|Av\.|Avda\.|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua|Travessa)
     \s+[^\n,\d]{2,40}\s+\d{1,4}\w?)
,\s+\d{4,5}(?:-\d{3})?\s+[A-ZÀ-Þ][\w-]+
"""

RULES: tuple[Rule, ...] = (
    swap(
        _ENGLISH,
        "[address]",
        *(f" {word}{end}" for word in _STREETS.lower().split("|") for end in " ,.\n"),
        "box ",
        digits=1,
    ),
    swap(
        _GERMANIC,
        "[address]",
        *("straße", "strasse", "str.", "weg ", "gasse", "platz", "allee", "damm", "ufer", "ring "),
        *("straat", "gracht", "laan", "plein", "kade", "singel"),
        digits=4,
    ),
    swap(
        _ROMANCE,
        "[address]",
        *("rue ", "avenue ", "av. ", "boulevard ", "bd ", "place ", "allée ", "chemin ", "quai "),
        *("impasse ", "cours ", "calle ", "c/ ", "avenida ", "avda. ", "plaza ", "paseo ", "via "),
        *("viale ", "piazza ", "corso ", "rua ", "travessa "),
        digits=4,
        flags=re.UNICODE,
    ),
)
