"""How long a server asks us to wait, in every dialect that we have met.

Retry-After comes as seconds or as a date (RFC 9110, 10.2.3). `X-RateLimit-Reset` comes as seconds
left, as seconds since 1970, or as an ISO 8601 time, and is measured against the answer's own Date:
our clock may be wrong. Some say it in the body alone: GitHub with 403 or 429, Lemmy with 400
`rate_limit_error`, Stack Exchange with 400 `throttle_violation` and the seconds in a sentence,
Discourse with `wait_seconds`. X's `UsageCapExceeded` means the month, not the quarter of an hour.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

UNNAMED_WAIT = 60.0  # where a limit is named without a time; doubled each time it happens again
_NAMES = ("x-ratelimit", "ratelimit", "x-rate-limit")
_EPOCH = 1_000_000_000  # a reset above this is a moment, below it a number of seconds
_SPOKEN = (b"secondary rate limit", b"abuse detection", b"rate limit exceeded")
_SPOKEN_400 = (b"rate_limit_error", b"throttle_violation")
_MONTH_IS_OVER = b"usagecapexceeded"
_A_DAY = 86_400.0
_SECONDS = re.compile(rb'available in (\d{1,9}) seconds|"wait_seconds"\s*:\s*(\d{1,9})')


def wait_asked(
    status: int, headers: Mapping[str, str], body: bytes, *, now: float, times_before: int = 0
) -> float | None:
    """Seconds to wait before asking again, at least 0; None where the answer is no rate limit.

    `headers` is looked up in any case; `now` is our clock, for answers without a Date.
    `times_before` counts the limits without a named time that this host set before.
    """
    if not _is_limit(status, headers, body):
        return None
    date = _date(headers.get("date"))
    moment = date if date is not None else now
    named = _retry_after(headers.get("retry-after"), moment)
    if named is None and _nothing_left(headers):
        named = _reset(headers, moment)
    if named is None:
        named = _told(body)
    return max(named, 0.0) if named is not None else UNNAMED_WAIT * 2**times_before


def wait_before_next(headers: Mapping[str, str], *, now: float) -> float:
    """Seconds until the next request may be sent after a good answer: 0 unless it was the last."""
    if not _nothing_left(headers):
        return 0.0
    date = _date(headers.get("date"))
    return max(_reset(headers, date if date is not None else now) or 0.0, 0.0)


def _is_limit(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    match status:
        case 429:
            return True
        case 400:
            return any(words in body[:4096].lower() for words in _SPOKEN_400)
        case 403:
            hints = ("retry-after", "gh-limited-by")
            spoken = body[:4096].lower()
            return (
                any(h in headers for h in hints)
                or _nothing_left(headers)
                or any(words in spoken for words in _SPOKEN)
            )
        case 503:
            return "retry-after" in headers
        case _:
            return False


def _told(body: bytes) -> float | None:
    """What the body says of the time; a used-up month is asked about again after a day."""
    if _MONTH_IS_OVER in body[:4096].lower():
        return _A_DAY
    found = _SECONDS.search(body[:4096])
    return float(found[1] or found[2]) if found else None


def _nothing_left(headers: Mapping[str, str]) -> bool:
    left = _number(_first(headers, *(f"{name}-remaining" for name in _NAMES)))
    return left is not None and left < 1


def _reset(headers: Mapping[str, str], moment: float) -> float | None:
    told = _first(headers, *(f"{name}-reset" for name in _NAMES)).strip()
    number = _number(told)
    if number is not None:
        return number - moment + 1 if number > _EPOCH else number
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - moment + 1


def _retry_after(told: str | None, moment: float) -> float | None:
    if told is None:
        return None
    seconds = _number(told)
    if seconds is not None:
        return seconds
    at = _date(told)
    return None if at is None else at - moment


def _number(told: str) -> float | None:
    """Servers write 4, 997.0 and, when broken, nan."""
    try:
        number = float(told)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _date(told: str | None) -> float | None:
    try:
        return parsedate_to_datetime(told).timestamp() if told else None
    except (ValueError, TypeError, OverflowError):
        return None


def _first(headers: Mapping[str, str], *names: str) -> str:
    return next((headers[n] for n in names if n in headers), "")
