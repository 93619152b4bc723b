"""An answer of a service without what is personal in it: what is left can be kept and replayed.

Nothing is kept unless it is known to be structure: keys, tags, truth values, small counts, words of
a fixed set such as `open` or `comment`. All other strings, numbers and times get stand-ins.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from html import escape, unescape
from typing import Any

import msgspec

from ingest.standins import LONGEST_NAME, MOST_COUNTED, StandIns, is_epoch

# Keys whose value is a word of a fixed set.
_WORDS = frozenset(
    (
        *("type", "$type", "kind", "state", "state_reason", "visibility", "language", "lang"),
        *("languages", "langs", "rel", "user_type", "content_license", "removed_by_category"),
        *("error", "error_name", "error_type", "indicator", "impact", "archetype", "encoding"),
        *("media_type", "mime_type", "mimeType", "author_association", "active_lock_reason"),
    )
)
_WORD = re.compile(r"[A-Za-z$][A-Za-z0-9_.#:/+-]{0,50}(?: [A-Z0-9][A-Z0-9.-]{0,8}){0,2}")
_LITERALS = frozenset(("", "true", "false", "null", "none", "None", "en", "und"))
_ID = re.compile(
    r"(?:^|_)(?:ids?|uid|guid|uuid|key|number|no|parent|kids|parts|poll|stream|items|name)$"
    r"|[a-z](?:Id|ID|Ids|IDs)$",
)
_TIME = re.compile(
    r"(?:^|_|[a-z](?=[A-Z]))(?:time|date|created|updated|published|edited|modified|at|utc|on|"
    r"indexed|sort|at_i|reset)(?=$|_|[A-Z])|(?:At|Date|Time)$",
)
_KEY = re.compile(r"[A-Za-z_$@#:][\w:.$@#+-]{0,60}", re.ASCII)
_PARTS = re.compile(
    r"(<!--.*?(?:-->|\Z)|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>|<!\[CDATA\[|\]\]>|<[!?/]?\w[^<>]*>)",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<([!?/]?)([\w:.-]+)")
_END = re.compile(r"</([\w:.-]+)\s*>")
_EMPTY = re.compile(r"<([\w:.-]+)(?:\s[^<>]*)?/>")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_PLAIN_ATTRIBUTES = frozenset(("version", "encoding", "type", "rel", "xml:lang", "isPermaLink"))
# Tags of pages; those of a feed are known by being closed.
_HTML = frozenset(
    (
        *("a", "abbr", "article", "aside", "b", "big", "blockquote", "body", "br", "center"),
        *("code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption", "figure"),
        *("font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr"),
        *("html", "i", "iframe", "img", "ins", "kbd", "li", "link", "main", "mark", "meta"),
        *("nav", "object", "ol", "p", "picture", "pre", "q", "s", "script", "section", "small"),
        *("source", "span", "strike", "strong", "style", "sub", "summary", "sup", "svg", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "time", "title", "tr", "tt", "u", "ul", "var"),
        *("video",),
    )
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});")
_HARMLESS = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|#x27|#39|#x2F|#47|#34|#38);")

# Headers that say how to read on and when to ask again.
_HEADERS = frozenset(
    (
        *("content-type", "date", "retry-after", "last-modified", "cache-control", "expires"),
        *(
            "x-poll-interval",
            "gh-limited-by",
            "discourse-rate-limit-error-code",
        ),
    )
)

Json = Any


def scrubbed(body: bytes, content_type: str, stand_ins: StandIns) -> bytes:
    """The body without what is personal; JSON stays JSON, markup stays markup."""
    text = body.decode("utf-8", "replace")
    if "json" in content_type.lower() or text.lstrip()[:1] in ("{", "["):
        try:
            told = msgspec.json.decode(body, type=object)
        except msgspec.DecodeError:
            return stand_ins.text(text).encode()
        return msgspec.json.format(msgspec.json.encode(scrubbed_json(told, stand_ins)), indent=1)
    return scrubbed_markup(text, stand_ins, known=_HTML | _closed(text)).encode()


def scrubbed_json(told: Json, stand_ins: StandIns) -> Json:
    """A decoded JSON document. A key that is also a value, such as a name, is no structure."""
    values = {text.lower() for text in _replaced(told, "", stand_ins)}
    return _json(told, "", stand_ins, values)


def _json(told: Json, key: str, stand_ins: StandIns, values: set[str]) -> Json:
    match told:
        case dict():
            return {
                _key(name, stand_ins, values): _json(value, name, stand_ins, values)
                for name, value in told.items()
            }
        case list():
            return [_json(value, key, stand_ins, values) for value in told]
        case str():
            return _string(told, key, stand_ins)
        case bool() | None:
            return told
        case _:
            return _number(told, key, stand_ins)


def _replaced(told: Json, key: str, stand_ins: StandIns) -> Iterator[str]:
    """The strings of a document that get stand-ins."""
    match told:
        case dict():
            for name, value in told.items():
                yield from _replaced(value, name, stand_ins)
        case list():
            for value in told:
                yield from _replaced(value, key, stand_ins)
        case str() if _string(told, key, stand_ins) != told:
            yield told


def _key(name: str, stand_ins: StandIns, values: set[str]) -> str:
    if _KEY.fullmatch(name) and name.lower() not in values:
        return name
    return name if name in ("+1", "-1") else stand_ins.string(name)


def _string(value: str, key: str, stand_ins: StandIns) -> str:
    if value in _LITERALS or (key in _WORDS and _WORD.fullmatch(value)):
        return value
    if value.isascii() and value.isdecimal():
        if is_epoch(int(value)) and _TIME.search(key):
            return str(int(stand_ins.seconds(int(value))))
        return stand_ins.name(value) if _ID.search(key) or len(value) > 4 else value
    if "<" in value or _ENTITY.search(value):
        return scrubbed_markup(value, stand_ins)
    return stand_ins.string(value)


def _number(value: float, key: str, stand_ins: StandIns) -> float:
    if is_epoch(value) and not _ID.search(key):
        return stand_ins.seconds(value)
    if isinstance(value, float):
        return round(value) * 1.0 if abs(value) <= MOST_COUNTED else 0.0
    if abs(value) > MOST_COUNTED or _ID.search(key):
        return stand_ins.number(abs(value))
    return value


def scrubbed_markup(text: str, stand_ins: StandIns, known: Collection[str] = _HTML) -> str:
    """HTML or XML, however broken: tags `known` stay, what stands between and in them doesn't."""
    made: list[str] = []
    for number, part in enumerate(_PARTS.split(text)):
        if number % 2 == 0:
            made.append(_between(part, stand_ins))
        elif part in ("<![CDATA[", "]]>"):
            made.append(part)
        elif not part.startswith(("<!--", "<!D", "<!d")):
            made.append(_tag(part, stand_ins, known))
    return "".join(made)


def _between(text: str, stand_ins: StandIns) -> str:
    """What stands between two tags; escaped markup inside is markup, too."""
    value = text.strip()
    if "&lt;" in value:
        return escape(scrubbed_markup(unescape(value), stand_ins), quote=False)
    if value.isdecimal() and len(value) <= 4:
        return text
    if not _ENTITY.search(value) and len(value) <= LONGEST_NAME and " " not in value:
        return text.replace(value, stand_ins.string(value)) if value else text
    if moment := stand_ins.moment(value):
        return text.replace(value, moment)
    made, at = [], 0
    for found in _ENTITY.finditer(text):
        made += [stand_ins.text(text[at : found.start()])]
        made += [found[0] if _HARMLESS.fullmatch(found[0]) else "x"]
        at = found.end()
    return "".join((*made, stand_ins.text(text[at:])))


def _closed(text: str) -> set[str]:
    """The names of all elements that are closed in a feed."""
    return {*_END.findall(text), *_EMPTY.findall(text), "xml"}


def _tag(tag: str, stand_ins: StandIns, known: Collection[str]) -> str:
    found = _TAG.match(tag)
    if not found or (found[2] not in known and found[2].lower() not in known):
        return stand_ins.text(tag)
    before, name = found.groups()
    told = "".join(
        f' {attribute}="{_attribute(attribute, value.strip(chr(34) + chr(39)), stand_ins)}"'
        for attribute, value in _ATTRIBUTE.findall(tag)
    )
    end = "?>" if before == "?" else ("/>" if tag.endswith("/>") else ">")
    return f"<{before}{name}{told}{end}"


def _attribute(name: str, value: str, stand_ins: StandIns) -> str:
    if name.startswith("xmlns") or (name in _PLAIN_ATTRIBUTES and len(value) <= 40):
        return value
    return escape(stand_ins.string(unescape(value)), quote=True)


def scrubbed_headers(headers: Mapping[str, str], stand_ins: StandIns) -> dict[str, str]:
    """Those that say how to read on and when to ask again; no cookie, no credential, no trace."""
    made: dict[str, str] = {}
    for name, value in headers.items():
        low = name.lower()
        if low in ("link", "location"):
            made[low] = re.sub(r"[a-z]+://[^>\s]+", lambda at: stand_ins.url(at[0]), value)
        elif low == "etag":
            made[low] = re.sub(r"[^W/\"]+", lambda tag: stand_ins.name(tag[0]), value)
        elif low in _HEADERS or low.startswith(("x-ratelimit", "ratelimit", "x-rate-limit")):
            made[low] = value
    return made
