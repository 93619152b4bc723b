"""Numbers that name a person: phones, cards, accounts.

Numbers are most of the evidence (versions, dates, token counts), so each rule asks for more than a
shape: a check digit, a country's prefix, a word like "phone" before it.
"""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap

_CARD = r"\d(?<![\w.+/=-].)[\ -]?(?:\d[\ -]?){11,17}\d(?![\w-]|\.\d)"
_ISSUERS = re.compile(r"4|5[1-5]|2[2-7]|3[47]|35[2-8]|36|38|6011|62|64|65")
_LENGTHS = {"4": (13, 16, 19), "5": (16,), "2": (16,), "3": (14, 15, 16), "6": (16, 19)}
_FOUR_GROUPS = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?\Z")
_IBAN = r"(?<!\w)[A-Z]{2}\d{2}(?:\ ?[A-Z0-9]{4}){3,7}(?:\ ?[A-Z0-9]{1,3})?(?!\w)"
_SOCIAL_SECURITY = r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-]|\.\d)"

_COUNTED = r"\s*(?:tokens|bytes|lines|rows|times|users|downloads|messages|texts|items|calls)\b"
_INTERNATIONAL = rf"""
(?<![\w+./-])\+[1-9]\d{{0,2}}[\ .-]?(?:\(\d{{1,4}}\)[\ .-]?)?\d{{1,5}}(?:[\ .-]?\d{{2,5}}){{1,4}}
(?![\w-]|\.\d|{_COUNTED})
"""
# 0049 151 ...: columns of numbers with zeros in front have groups of one length.
_DIALLED_OUT = r"""
(?<![\w+./:-])(?<!\d\ )00(?:3[0-9]|4[0-9]|6[0-6]|8[1246]|9[0-58])\d?
\ (?!(\d+)(?:\ \d+)*\ 00)\d{2,4}\ \d{3,8}(?:\ \d{2,4}){0,2}(?![\w-]|\.\d|\ \d)
"""
_NORTH_AMERICAN = r"""
(?<![\w.+/=-])(?:1[\ .-])?
(?:\([2-9]\d\d\)\ ?[2-9]\d\d[\ .-]\d{4} | [2-9]\d\d-[2-9]\d\d-\d{4} | [2-9]\d\d\.[2-9]\d\d\.\d{4})
(?![\w-]|\.\d)
"""
_RUSSIAN = r"(?<![\w.+/=-])8\ ?\(\d{3}\)\ ?\d{3}-\d\d-\d\d(?![\w-])"
_LINK = r"((?:\bwa\.me/|\btel:|whatsapp\.com/send/?\?phone=))\+?\d{8,15}(?!\w)"
_NAMED = rf"""
\b((?:phone|tel|t[eé]l[eé]phone|telefon[eo]?|tel[eé]fono|t[eé]l|telef|whatsapp|sms|gsm|handy
   |тел|nomor
   |call(?:\ (?:me|us))|(?:my|contact|mobile|cell|phone)\ number
   |(?:mobile|cell|cel|celular|m[óo]vil|m[óo]bil|call|text(?:\ me)?)
    (?=[^\n\d+]{{0,20}}(?:\+|\(?0|\d+[\ -]\d)))\b
[^\n\d+]{{0,20}})
(?!(?:19|20)\d\d-\d\d|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|1[67]\d{{8,11}}\b|0{{4}})
(?<![\w(])(\+?\(?\d[\d\ ()./-]{{6,15}}\d)(?![\w-]|\.\d|{_COUNTED})
"""
_NAMED_IN_HAN = r"((?:电话|手机|電話|携帯|전화|번호)[^\n\d+]{0,8})(\+?\d[\d\ -]{7,15}\d)(?![\w-])"


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _card(found: re.Match[str]) -> str:
    digits = _digits(found[0])
    fits = _ISSUERS.match(digits) and len(digits) in _LENGTHS[digits[0]]
    rare = digits.startswith("62") and not _FOUR_GROUPS.match(found[0])
    return "[card]" if fits and not rare and luhn(digits) else found[0]


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


RULES: tuple[Rule, ...] = (
    swap(_IBAN, _iban, digits=7),
    swap(_CARD, _card, digits=7),
    swap(_SOCIAL_SECURITY, "[number]", "-", digits=7),
    swap(_LINK, r"\1[phone]", "wa.me/", "tel:", "phone=", digits=7),
    swap(_INTERNATIONAL, _phone, "+", digits=7),
    swap(_DIALLED_OUT, _phone, "00", digits=7),
    swap(_NORTH_AMERICAN, "[phone]", "-", ".", digits=7),
    swap(_RUSSIAN, "[phone]", "8 (", "8(", digits=7),
    swap(
        _NAMED,
        _named_phone,
        *("phone", "mobil", "cel", "tel", "tél", "whatsapp", "sms", "gsm", "call", "number"),
        *("handy", "móvil", "movil", "тел", "nomor", "text"),
        digits=7,
        flags=re.IGNORECASE,
    ),
    swap(_NAMED_IN_HAN, _named_phone, "电话", "手机", "電話", "携帯", "전화", "번호", digits=7),
)
