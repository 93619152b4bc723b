"""Numbers that name a person or a machine: phones, cards, accounts, addresses on the network.

Numbers are most of the evidence (versions, dates, token counts), so each rule asks for more than a
shape: a check digit, a country's prefix, a word like "phone" before it.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from ingest.redaction.rule import Rule, swap

_CARD = r"(?<![\w.+/=-])(?:\d[\ -]?){12,18}\d(?![\w-]|\.\d)"
_ISSUERS = re.compile(r"4|5[1-5]|2[2-7]|3[47]|36|38|6011|64|65")
_LENGTHS = {"4": (13, 16, 19), "5": (16,), "2": (16,), "3": (14, 15), "6": (16, 19)}
_IBAN = r"(?<!\w)[A-Z]{2}\d{2}(?:\ ?[A-Z0-9]{4}){3,7}(?:\ ?[A-Z0-9]{1,3})?(?!\w)"
_SOCIAL_SECURITY = r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-]|\.\d)"

_INTERNATIONAL = r"""
(?<![\w+./-])\+[1-9]\d{0,2}[\ .-]?(?:\(\d{1,4}\)[\ .-]?)?\d{1,5}(?:[\ .-]?\d{2,5}){1,4}
(?![\w-]|\.\d|\s*(?:tokens|bytes|lines|rows))
"""
_NORTH_AMERICAN = r"""
(?<![\w.+/=-])(?:1[\ .-])?
(?:\([2-9]\d\d\)\ ?[2-9]\d\d[\ .-]\d{4} | [2-9]\d\d-[2-9]\d\d-\d{4} | [2-9]\d\d\.[2-9]\d\d\.\d{4})
(?![\w-]|\.\d)
"""
_NAMED = r"""
\b((?:phone|mobile|cell|tel|telephone|whatsapp|sms|call(?:\ (?:me|us))?|(?:my|contact)\ number)\b
[^\n\d+]{0,20})
(?!\d{4}-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|1[67]\d{8,11}\b)
(\+?\(?\d[\d\ ().-]{6,15}\d)(?![\w-]|\.\d)
"""
_IPV4 = r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)"
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:version|ver|v|release|build|driver|[a-z]+/)|==|>=|(?<!\])@)\s*:?\s*\Z", re.IGNORECASE
)
_HOST_BEFORE = re.compile(
    r"(?:://|\[user\]@|\b(?:ip|host|server|from|to|address)\W{1,3})\Z", re.IGNORECASE
)
_IPV6 = r"(?<![\w:])[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{1,4}(?![\w:])"
_MAC = (
    r"(?<![\w:-])(?=[\d:-]*[A-Fa-f])[0-9A-Fa-f]{2}([:-])"
    r"(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])"
)
_RESOLVERS = frozenset(("8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _card(found: re.Match[str]) -> str:
    digits = _digits(found[0])
    fits = _ISSUERS.match(digits) and len(digits) in _LENGTHS[digits[0]]
    return "[card]" if fits and luhn(digits) else found[0]


def luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(int(d) for d in digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(found: re.Match[str]) -> str:
    """Checks the remainder of ISO 13616 / ISO 7064 (mod 97-10)."""
    compact = found[0].replace(" ", "")
    number = "".join(str(int(c, 36)) for c in compact[4:] + compact[:4])
    return "[account]" if int(number) % 97 == 1 else found[0]


def _phone(found: re.Match[str]) -> str:
    return "[phone]" if 10 <= len(_digits(found[0])) <= 15 else found[0]


def _named_phone(found: re.Match[str]) -> str:
    return f"{found[1]}[phone]" if 8 <= len(_digits(found[2])) <= 13 else found[0]


def _ipv4(found: re.Match[str]) -> str:
    """Public addresses only. A four-part version looks the same: its parts are mostly small."""
    try:
        public = IPv4Address(found[0]).is_global and found[0] not in _RESOLVERS
    except AddressValueError:
        return found[0]
    before = found.string[max(0, found.start() - 16) : found.start()]
    if found[0].endswith(".0.0") or (_VERSION_BEFORE.search(before) and "://" not in before[-3:]):
        return found[0]
    large = sum(int(part) >= 32 for part in found[0].split("."))
    return "[address]" if _reserved_or(public, found[0]) and _hosts(large, before) else found[0]


def _reserved_or(public: bool, address: str) -> bool:
    """Documentation networks (RFC 5737) are not global, but stand for addresses that are."""
    return public or address.startswith(("192.0.2.", "198.51.100.", "203.0.113."))


def _hosts(large: int, before: str) -> bool:
    return large >= 2 or bool(_HOST_BEFORE.search(before))


def _ipv6(found: re.Match[str]) -> str:
    try:
        return "[address]" if IPv6Address(found[0]).is_global else found[0]
    except AddressValueError:
        return found[0]


RULES: tuple[Rule, ...] = (
    swap(_IBAN, _iban, digits=7),
    swap(_MAC, "[id]", ":", "-", digits=1),
    swap(_IPV6, _ipv6, ":", digits=1),
    swap(_CARD, _card, digits=7),
    swap(_IPV4, _ipv4, ".", digits=4),
    swap(_SOCIAL_SECURITY, "[number]", "-", digits=7),
    swap(_INTERNATIONAL, _phone, "+", digits=7),
    swap(_NORTH_AMERICAN, "[phone]", "-", ".", digits=7),
    swap(
        _NAMED,
        _named_phone,
        *("phone", "mobile", "cell", "tel", "whatsapp", "sms", "call", "number"),
        digits=7,
        flags=re.IGNORECASE,
    ),
)
