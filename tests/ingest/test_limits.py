"""Every way in which a server says "later"."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.limits import UNNAMED_WAIT, wait_asked, wait_before_next

NOW = 1_700_000_000.0
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"  # the same moment
SECONDARY = b'{"message":"You have exceeded a secondary rate limit. Please wait a few minutes"}'
ABUSE = b'{"message":"You have triggered an abuse detection mechanism."}'


def asked(
    status: int, headers: dict[str, str], body: bytes = b"{}", before: int = 0
) -> float | None:
    return wait_asked(status, httpx.Headers(headers), body, now=NOW, times_before=before)


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, {"Retry-After": "7"}, b"", 7.0),
        (429, {"Retry-After": "Tue, 14 Nov 2023 22:13:28 GMT", "Date": DATE}, b"", 8.0),
        (429, {"Retry-After": "Tue, 14 Nov 2023 22:13:28 GMT"}, b"", 8.0),
        (429, {"Retry-After": "Tue, 14 Nov 2023 22:00:00 GMT", "Date": DATE}, b"", 0.0),
        (429, {"Retry-After": "soon"}, b"", UNNAMED_WAIT),
        (429, {"Retry-After": "nan"}, b"", UNNAMED_WAIT),
        (429, {"Retry-After": "-3"}, b"", 0.0),
        (429, {}, b"", UNNAMED_WAIT),
        (429, {"gh-limited-by": "search-elapsed-time-shared-grouped"}, SECONDARY, UNNAMED_WAIT),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000100"}, b"", 101.0),
        (403, {"Retry-After": "2", "X-RateLimit-Remaining": "4000"}, b"", 2.0),
        (403, {"X-RateLimit-Remaining": "55"}, SECONDARY, UNNAMED_WAIT),
        (403, {"X-RateLimit-Remaining": "55"}, ABUSE, UNNAMED_WAIT),
        (403, {"gh-limited-by": "x"}, b"", UNNAMED_WAIT),
        (429, {"X-RateLimit-Remaining": "0.0", "X-RateLimit-Reset": "3"}, b"", 3.0),
        (
            429,
            {
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": "2023-11-14T22:13:15.000Z",
                "Date": DATE,
            },
            b"",
            0.0,
        ),
        (503, {"Retry-After": "120"}, b"", 120.0),
    ],
)
def test_each_dialect(status: int, headers: dict[str, str], body: bytes, seconds: float) -> None:
    assert asked(status, headers, body) == seconds


@pytest.mark.parametrize(
    ("status", "headers"),
    [(200, {"X-RateLimit-Remaining": "0"}), (403, {}), (404, {"Retry-After": "3"}), (503, {})],
)
def test_what_is_no_limit(status: int, headers: dict[str, str]) -> None:
    assert asked(status, headers) is None


def test_a_limit_without_a_time_is_waited_for_longer_each_time() -> None:
    waits = [asked(429, {}, SECONDARY, before) for before in range(3)]
    assert waits == [UNNAMED_WAIT, 2 * UNNAMED_WAIT, 4 * UNNAMED_WAIT]


def test_the_answers_date_counts_and_not_our_clock() -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000010", "Date": DATE}
    assert wait_asked(403, httpx.Headers(headers), b"", now=NOW - 9_000) == 11.0


def test_the_last_allowed_answer_holds_the_next_request_back() -> None:
    last = httpx.Headers({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000030"})
    assert wait_before_next(last, now=NOW) == 31.0
    assert wait_before_next(httpx.Headers({"X-RateLimit-Remaining": "1"}), now=NOW) == 0.0


@given(
    status=st.sampled_from([400, 403, 429, 500, 503]),
    retry=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=40),
    left=st.one_of(st.text("0123456789.-einfa", max_size=8), st.integers().map(str)),
    reset=st.one_of(st.text("0123456789.-:TZ+", max_size=30), st.integers().map(str)),
    body=st.binary(max_size=200),
)
def test_no_header_breaks_it(status: int, retry: str, left: str, reset: str, body: bytes) -> None:
    headers = {"retry-after": retry, "x-ratelimit-remaining": left, "x-ratelimit-reset": reset}
    seconds = wait_asked(status, headers, body, now=NOW)
    assert seconds is None or seconds >= 0


def test_x_writes_the_names_of_its_headers_in_its_own_way() -> None:
    left = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1700000100", "Date": DATE}
    assert asked(429, left) == 101.0
    assert wait_before_next(httpx.Headers(left), now=NOW) == 101.0
