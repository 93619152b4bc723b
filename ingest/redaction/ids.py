"""Ids of sessions, requests, accounts and conversations: whoever has the logs finds the person."""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap

_UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_CUT_UUID = r"(?<![\w-])(?=\d*[a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){1,3}-?(?:\.{2,}|…)"
_HEX = r"(?<![0-9A-Za-z])(?=[A-Fa-f]*\d)(?=\d*[A-Fa-f])[0-9A-Fa-f]{32}(?![0-9A-Za-z])"

# `req_011C...`: the prefix says what it was, the rest goes.
_PREFIXES = (
    "req msg msgbatch toolu srvtoolu conv session sess resp thread asst run call step batch file "
    "org user acct cus sub evt container chatcmpl cmpl ft rs fc ws item proj"
)
_PREFIXED = (
    r"(?<![A-Za-z0-9])((?:"
    + "|".join(_PREFIXES.split())
    + r")[_-](?:vrtx_|bdrk_)?)(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{16,}(?![A-Za-z0-9])"
)

_LABELLED = r"""
\b((?:x-)?(?:request|session|conversation|trace|correlation|feedback|account|user|device|chat
   |installation|org(?:anization)?|client|order|invoice|ticket|case)[\ _-]?(?:id|uuid|number)
   ["'`*]*\s*(?:[:=\#]|\ is\ )\s*["'`*]*
 | \bcf-ray["']?\s*[:=]\s*["']?)
(?!\d{4}-\d\d-\d\d|claude-|gpt-)(?=[A-Za-z_-]*\d)[A-Za-z0-9][\w-]{7,}
"""

_LABELS = (
    *("id:", "id=", "id#", "id :", "id =", "id #", "id is ", 'id"', "id'", "id`", "id*"),
    *("number:", "number=", "number#", "number :", "number #", "number is ", "cf-ray"),
)

RULES: tuple[Rule, ...] = (
    swap(_UUID, "[id]", "-", digits=1),
    swap(_CUT_UUID, "[id]", "..", "…"),
    swap(_HEX, "[id]", digits=1),
    swap(_PREFIXED, r"\1[id]", "_", "-", digits=1),
    swap(_LABELLED, r"\1[id]", *_LABELS, digits=1, flags=re.IGNORECASE),
)
