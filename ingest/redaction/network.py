"""Addresses of machines: public IPv4 and IPv6 addresses, hardware addresses.

Private and loopback addresses stay, and the public resolvers that everybody uses.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from ingest.redaction.rule import Rule, swap

_IPV4 = r"\d(?<![\w.-].)\d{0,2}\.(?:\d{1,3}\.){2}\d{1,3}(?![\w-]|\.\d)"
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:version|ver|v|release|build|driver|[a-z]+/)|==|>=|(?<!\])@)\s*:?\s*\Z", re.IGNORECASE
)
_HOST_BEFORE = re.compile(
    r"(?:://|\[user\]@|\b(?:ip|host|server|from|to|address)(?:\W{1,3}|\s+is\s+))\Z", re.IGNORECASE
)
_IPV6 = r"[23](?<![\w:].)[0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{1,4}(?![\w:])"
_MAC = r"[0-9A-Fa-f](?<![\w:-].)[0-9A-Fa-f]([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])"
_RESOLVERS = frozenset(("8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"))


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
    return "[host]" if _reserved_or(public, found[0]) and _hosts(large, before) else found[0]


def _reserved_or(public: bool, address: str) -> bool:
    """Documentation networks (RFC 5737) are not global, but stand for addresses that are."""
    return public or address.startswith(("192.0.2.", "198.51.100.", "203.0.113."))


def _hosts(large: int, before: str) -> bool:
    return large >= 2 or bool(_HOST_BEFORE.search(before))


def _ipv6(found: re.Match[str]) -> str:
    try:
        return "[host]" if IPv6Address(found[0]).is_global else found[0]
    except AddressValueError:
        return found[0]


def _mac(found: re.Match[str]) -> str:
    return found[0] if found[0].translate(_NO_LETTERS) == found[0] else "[id]"


_NO_LETTERS = str.maketrans("", "", "abcdefABCDEF")

RULES: tuple[Rule, ...] = (
    swap(_MAC, _mac, ":", "-", digits=1),
    swap(_IPV6, _ipv6, ":", digits=1),
    swap(_IPV4, _ipv4, ".", digits=4),
)
