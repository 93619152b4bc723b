"""Stand-ins for what is personal in an answer: of the same shape, the same for the same value.

A number becomes another one of as many digits, a name other letters, a text a row of `x`, a time
one of some hours earlier. All depend on the secret key: without it no guessed name can be tried.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from string import ascii_lowercase, ascii_uppercase, digits
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from domain.keyed import Keyed

LONGEST_NAME = 100  # what is longer is a text, spaces or not
MOST_COUNTED = 99_999  # a larger number is an id, or a time
_HEX = re.compile(r"[0-9a-f-]{16,}")
_PREFIX = re.compile(r"t[1-6]_|did:(?:plc|web):|(?:app\.bsky|com\.atproto)\.[\w.]+\Z")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_MAIL_DATE = re.compile(r"\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d \S+")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_EPOCH = (1_000_000_000, 2_200_000_000)  # seconds since 1970 of the years 2001 to 2039
_ANCHOR = re.compile(r"(issuecomment-|post_|comment-|c)?(\d+)")
_PATH_WORDS = frozenset(
    (
        *("api", "rest", "v1", "v2", "v3", "v4", "2.3", "repos", "repositories", "issues"),
        *("pull", "comments", "item", "items", "users", "user", "posts", "post", "questions"),
        *("answers", "statuses", "status", "tags", "timelines", "tag", "r", "c", "t", "u"),
        *("p", "xrpc", "rss", "customerreviews", "json", "xml", "feed", "feeds", "reviews"),
        *(
            "search",
            "search_by_date",
            "web",
            "profile",
        ),
    )
)


class StandIns:
    """Stand-ins under one key. Addresses keep their host where it is one of `hosts`' domains."""

    def __init__(self, keyed: Keyed, hosts: Collection[str] = ()) -> None:
        self._keyed = keyed
        self._domains = {_domain(host) for host in hosts}
        seconds = 3_600 + int(keyed.hash("stand-in", "clock"), 16) % 72_000
        self._earlier = timedelta(seconds=seconds)

    def text(self, text: str) -> str:
        """A row of `x` for letters and `0` for digits; spaces and punctuation stay."""
        return "".join(_blank(c) for c in text)

    def string(self, value: str) -> str:
        """A stand-in for a string of which nothing more is known."""
        if _URL.fullmatch(value):
            return self.url(value)
        if moment := self.moment(value):
            return moment
        if len(value) > LONGEST_NAME or any(c.isspace() for c in value):
            return self.text(value)
        return self.name(value)

    def name(self, value: str) -> str:
        """Other letters and digits in the same places."""
        if value.isdecimal() and value.isascii():
            return self._digits(value)
        found = _PREFIX.match(value)
        kept = found[0] if found else ""
        lower = "abcdef" if _HEX.fullmatch(value) else ascii_lowercase
        stream = self._stream(value)
        changed = (_changed(c, next(stream), lower) for c in value[len(kept) :])
        return kept + "".join(changed)

    def number(self, value: int) -> int:
        """Another number of as many digits; 0 and what is below means nothing personal."""
        return int(self._digits(str(value))) if value > 0 else value

    def seconds(self, value: float) -> float:
        """A time in seconds or milliseconds since 1970, some hours earlier."""
        scale = 1_000 if value > _EPOCH[1] else 1
        return type(value)(value - self._earlier.total_seconds() * scale)

    def moment(self, value: str) -> str:
        """A time some hours earlier in the same spelling; "" for what is no time."""
        try:
            if found := _ISO.fullmatch(value):
                day, between, minutes, seconds, fraction, zone = (
                    part or "" for part in found.groups()
                )
                at = datetime.fromisoformat(f"{day} {minutes}{seconds or ':00'}") - self._earlier
                clock = "%H:%M:%S" if seconds else "%H:%M"
                return f"{at:%Y-%m-%d}{between}{at.strftime(clock)}{self._fraction(fraction)}{zone}"
            if _MAIL_DATE.fullmatch(value):
                zone = value.rpartition(" ")[2]
                at = parsedate_to_datetime(value) - self._earlier
                return f"{format_datetime(at).rpartition(' ')[0]} {zone}"
        except (ValueError, OverflowError):
            return ""
        return ""

    def _fraction(self, told: str) -> str:
        """A millionth of a second is as good as a name."""
        return told if set(told) <= {".", "0"} else "." + self._digits(told[1:])

    def url(self, value: str) -> str:
        """An address with its structure: what it says of people and posts is replaced."""
        try:
            parts = urlsplit(value)
            host = parts.hostname or ""
        except ValueError:
            return self.text(value)
        if parts.scheme == "at":
            return "at://" + "/".join(self.name(part) for part in value[5:].split("/"))
        known = bool(host) and _domain(host) in self._domains
        query = [(self._path_word(name), self._part(told)) for name, told in parse_qsl(parts.query)]
        made = SplitResult(
            scheme=parts.scheme,
            netloc=host if known else "example.org",
            path="/".join(self._path_word(part) for part in parts.path.split("/")),
            query=urlencode(query),
            fragment=self._anchor(parts.fragment),
        )
        return made.geturl()

    def _path_word(self, part: str) -> str:
        stem, dot, ending = part.rpartition(".")
        if part in _PATH_WORDS or not part:
            return part
        if dot and ending in _PATH_WORDS | {"png", "jpg", "html", "atom"}:
            return f"{self._path_word(stem)}.{ending}"
        return quote(self._part(part), safe="~:@!$&'()*+,;=-._")

    def _part(self, part: str) -> str:
        return self.name(part) if part else part

    def _anchor(self, fragment: str) -> str:
        found = _ANCHOR.fullmatch(fragment)
        return (found[1] or "") + self._digits(found[2]) if found else self._part(fragment)

    def _digits(self, value: str) -> str:
        stream = self._stream(value)
        first = digits[1 + next(stream) % 9] if value[0] != "0" else "0"
        return first + "".join(digits[next(stream) % 10] for _ in value[1:])

    def _stream(self, value: str) -> _Stream:
        return _Stream(self._keyed.hash("stand-in", value))


class _Stream:
    """Bytes without an end that depend on a hash."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._turn = 0
        self._left: list[int] = []

    def __next__(self) -> int:
        if not self._left:
            self._turn += 1
            self._left = list(blake2b(self._seed, salt=self._turn.to_bytes(16, "big")).digest())
        return self._left.pop()


def is_epoch(value: float) -> bool:
    """Whether a number may be a time in seconds or milliseconds since 1970."""
    return any(_EPOCH[0] * scale <= value < _EPOCH[1] * scale for scale in (1, 1_000))


def _blank(c: str) -> str:
    if c.isdecimal():
        return "0"
    if c.isalpha() or not c.isascii():
        return "X" if c.isupper() else "x"
    return c


def _changed(c: str, byte: int, lower: str) -> str:
    if c in digits:
        return digits[byte % 10]
    if c in ascii_uppercase:
        return ascii_uppercase[byte % 26]
    if c.isalpha() or not c.isascii():
        return lower[byte % len(lower)]
    return c


def _domain(host: str) -> str:
    """The last two names of a host: those of a service's hosts are the same."""
    return ".".join(host.lower().split(":")[0].split(".")[-2:])
