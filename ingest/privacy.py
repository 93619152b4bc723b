"""Takes personal data out of a text and leaves the evidence in.

What goes: e-mail addresses, phone numbers, names in home directories, handles, keys and tokens,
session and request ids, card and account numbers, postal addresses, public addresses of machines.
What stays: model names, versions, dates, times, counts, error texts. A generic redactor takes the
date in `claude-sonnet-4-5-20250929` for a phone number and leaves `-Users-maria-` alone; ours is
measured against labelled examples and marked posts (`benchmarks/redaction.py`, docs/redaction.md).
It lowers the risk that a text names somebody; it can't rule it out: a name in plain prose stays.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files

from ingest.redaction import handles, homes, ids, keys, mail, network, numbers, places
from ingest.redaction.rule import Rules

RULES = Rules(
    (
        *keys.RULES,
        *homes.RULES,
        *mail.RULES,
        *handles.RULES,
        *ids.RULES,
        *network.RULES,
        *numbers.RULES,
        *places.RULES,
    )
)
MARKERS = (
    *("[e-mail]", "[phone]", "[user]", "[host]", "[key]", "[id]", "[card]", "[account]"),
    *("[number]", "[address]"),
)


def redact(text: str) -> str:
    """`text` with short typed markers (`MARKERS`) for what is personal.

    Redacting twice changes nothing more: the rules run until none finds anything.
    """
    while (clean := _once(text)) != text:
        text = clean
    return text


def _once(text: str) -> str:
    for rule in RULES.due(text):
        text = rule.apply(text)
    return text


@cache
def fingerprint() -> str:
    """Names today's rules: a hash of the files that hold them, comments included.

    Texts that were redacted under another fingerprint may hold what today's rules would take.
    """
    folder = files("ingest") / "redaction"
    sources = sorted((f for f in folder.iterdir() if f.name.endswith(".py")), key=lambda f: f.name)
    held = sha256()
    for source in (*sources, files("ingest") / "privacy.py"):
        lines = source.read_text(encoding="utf-8").splitlines()
        held.update("\n".join((source.name, *lines, "")).encode())
    return held.hexdigest()[:16]
