"""Ids of sessions, requests, accounts and conversations: whoever has the logs finds the person."""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap

# Every one, though some name what is public: a folder of downloads, an attachment.
_UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_CUT_UUID = r"(?<![\w-])(?=\d*[a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){1,3}-?(?:\.{2,}|…)"
_CUT_AND_NAMED = r"""
(\b(?:session|conversation|resume|thread|chat|request)\b[^\w\n]{0,3}(?:id)?[^\w\n]{1,4})
(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{8}(?:\.{3}(?!\.)|…)
"""
_HEX = r"[0-9A-Fa-f](?<![0-9A-Za-z].)[0-9A-Fa-f]{31}(?![0-9A-Za-z])"
_DIGEST_BEFORE = re.compile(
    r"(?:(?:checksum|digest|hash|etag|integrity)\W{0,4}(?:of|is)?\W{0,3}"
    r"|\bmd5(?:sum)?\b[^\n]{0,80}(?:\n\W*)?)\Z",
    re.IGNORECASE,
)
_TRACE = r"(\b00-)[0-9a-f]{32}-[0-9a-f]{16}(-[0-9a-f]{2}\b)"  # W3C Trace Context

# `req_011C...`, `toolu_01A0...`
_PREFIXES = (
    "req msg msgbatch toolu srvtoolu conv session sess resp thread asst run call step batch file "
    "org user acct cus sub evt container chatcmpl cmpl ft rs fc ws item proj"
)
_PREFIXED = (
    r"(?<![A-Za-z0-9])(?:"
    + "|".join(_PREFIXES.split())
    + r")[_-](?:vrtx_|bdrk_)?(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{16,}(?![A-Za-z0-9])"
)
_PAYMENT = r"""
(?<![A-Za-z0-9])(?:cus|sub|in|pi|ch|cs|seti|acct)_
(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{14,}(?![A-Za-z0-9])
| \bGPA\.\d{4}-\d{4}-\d{4}-\d{5}
"""
# Shared and private conversations whose ids are no UUIDs.
_LINKS = r"""
( gemini\.google\.com/(?:u/\d/)?(?:app|share)/ | g\.co/gemini/share/
  | aistudio\.google\.com/(?:u/\d/)?(?:app/)?prompts/ | copilot\.microsoft\.com/(?:shares|chats)/
  | perplexity\.ai/(?:search|page)/(?:[\w.-]*-)?(?=[\w.-]{22}(?![\w.-]))
  | poe\.com/(?:s|chat)/
) (?=[\w.-]*\d)[\w.-]{9,}\w
"""

_THINGS = r"""
(?:x-)?(?:request|session|conversation|trace|correlation|feedback|account|user|device|machine|chat
|installation|org(?:anization)?|client|customer|order|invoice|ticket|case|job)
"""
_LABELLED = rf"""
\b({_THINGS}[\ _-]?(?:id|uuid|number)["'`*]*\s*(?:[:=\#]|\ is\ )\s*["'`*]*
 | \b(?:cf-ray|serial\ (?:number|no\.?))["']?\s*[:=\#]?\s*["']?
)
(?!\d{{4}}-\d\d-\d\d|claude-|gpt-)
(?: (?=[A-Za-z_-]*\d)-?[A-Za-z0-9][\w-]{{7,}} | \d{{6,}}(?![\w.]) )
"""
_LABELLED_PLAINLY = rf"""
\b({_THINGS}[\ _-](?:id|number)\ )(?!20\d{{6}}\b)
(?: \d{{8,}} | (?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{{12,}} )(?![\w.-])
"""
_LABELS = (
    *("id:", "id=", "id#", "id :", "id =", "id #", "id is ", 'id"', "id'", "id`", "id*"),
    *("number:", "number=", "number#", "number :", "number #", "number is ", "cf-ray"),
    *("serial n",),
)


def _unless_digest(found: re.Match[str]) -> str:
    word = found[0]
    if word.isdigit() or word.isalpha():
        return word
    before = found.string[max(0, found.start() - 90) : found.start()]
    return word if _DIGEST_BEFORE.search(before) else "[id]"


RULES: tuple[Rule, ...] = (
    swap(_TRACE, r"\1[id]\2", "00-", digits=1),
    swap(_UUID, "[id]", "-", digits=1),
    swap(_CUT_UUID, "[id]", "..", "…", digits=1),
    swap(_CUT_AND_NAMED, r"\1[id]", "...", "…", digits=1, flags=re.IGNORECASE),
    swap(_PREFIXED, "[id]", *(p + c for p in _PREFIXES.split() for c in "_-"), digits=1),
    swap(
        _PAYMENT,
        "[id]",
        *("cus_", "sub_", "in_", "pi_", "ch_", "cs_", "seti_", "acct_", "gpa."),
        digits=1,
    ),
    swap(_HEX, _unless_digest, digits=1),
    swap(
        _LINKS,
        r"\1[id]",
        *("google.com/", "g.co/gemini", "copilot.microsoft", "perplexity.ai/", "poe.com/"),
        digits=1,
    ),
    swap(_LABELLED, r"\1[id]", *_LABELS, digits=1, flags=re.IGNORECASE),
    swap(
        _LABELLED_PLAINLY,
        r"\1[id]",
        *(" id ", "_id ", "-id ", "number "),
        digits=4,
        flags=re.IGNORECASE,
    ),
)
