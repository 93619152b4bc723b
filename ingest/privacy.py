"""Takes personal data out of a text and leaves the evidence in.

What goes: e-mail addresses, phone numbers, names in home directories, handles, keys and tokens,
session and request ids, card and account numbers, public addresses of machines. What stays: model
names, versions, dates, times, counts, error texts. A generic redactor takes the date in
`claude-sonnet-4-5-20250929` for a phone number and leaves `-Users-maria-` alone; ours is measured
against labelled examples (`benchmarks/redaction.py`). It lowers the risk that a text names
somebody; it can't rule it out: a name in plain prose stays.
"""

from __future__ import annotations

from ingest.redaction import handles, homes, ids, keys, numbers
from ingest.redaction.rule import RUNS, Rule

RULES = (*keys.RULES, *homes.RULES, *handles.RULES, *ids.RULES, *numbers.RULES)


def redact(text: str) -> str:
    """`text` with short typed markers (`[e-mail]`, `[user]`, `[id]` ...) for what is personal.

    Redacting twice changes nothing more: the rules run until none finds anything.
    """
    while (clean := _once(text)) != text:
        text = clean
    return text


def _once(text: str) -> str:
    lower = text.lower()
    runs = {least for least, run in RUNS.items() if run.search(text)}
    for rule in RULES:
        if (not rule.digits or rule.digits in runs) and _triggered(rule, lower):
            text = rule.apply(text)
    return text


def _triggered(rule: Rule, lower: str) -> bool:
    for trigger in rule.triggers:
        if trigger in lower:
            return True
    return not rule.triggers
