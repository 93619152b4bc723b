"""The client against a real server: politeness, faults, redirects, limits."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate

import pytest

from domain.errors import (
    BadAnswer,
    BudgetSpent,
    Gone,
    Refused,
    SettingsError,
    Throttled,
    Unreachable,
)
from domain.settings import SourceSettings
from ingest import wire
from ingest.budget import Budget
from ingest.client import Client, user_agent
from ingest.reach import ENOUGH, Reach
from ingest.transport import TRIES
from tests.support.replay import Asked, QuickClock, Replay, Reply, json_reply, replaying

GOOD = json_reply([1, 2, 3], ETag='"one"', Last_Modified="Mon, 23 Nov 2026 11:00:00 GMT")
SETTINGS = SourceSettings(pace_seconds=0.0, timeout_seconds=0.2, budget_seconds=300.0)


@pytest.fixture
def server() -> Iterator[Replay]:
    with replaying(lambda _: GOOD) as made:
        yield made


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
def client(server: Replay, clock: QuickClock) -> Iterator[Client]:
    with make(server.address, clock) as made:
        yield made


def make(
    base: str, clock: QuickClock, settings: SourceSettings = SETTINGS, **limits: int
) -> Client:
    budget = Budget(
        source="trial",
        requests=limits.get("requests", 100),
        seconds=settings.budget_seconds,
        bytes=limits.get("bytes", 10_000_000),
        clock=clock,
    )
    return Client(replace(settings, base=base), budget, contact="team@example.org")


def test_an_answer_is_decoded_and_the_program_names_itself(server: Replay, client: Client) -> None:
    answer = client.get("list", list[int], params={"a": "b c"})
    assert answer.content == [1, 2, 3]
    assert (answer.etag, answer.last_modified) == ('"one"', "Mon, 23 Nov 2026 11:00:00 GMT")
    asked = server.asked[0]
    assert (asked.path, asked.params) == ("/list", {"a": "b c"})
    assert asked.headers["user-agent"].startswith("whylost/")
    assert asked.headers["user-agent"].endswith("(+team@example.org)")
    assert asked.headers["accept-encoding"] == "gzip"


def test_a_contact_cannot_break_the_header() -> None:
    assert "\n" not in user_agent("me\r\nX-Evil: 1")


def test_an_etag_is_sent_and_304_means_nothing_changed(server: Replay, client: Client) -> None:
    server.faults[0] = Reply(status=304)
    answer = client.get("list", list[int], etag='"one"', last_modified="then")
    assert answer.content is None
    assert answer.etag == '"one"'
    assert server.asked[0].headers["if-none-match"] == '"one"'
    assert server.asked[0].headers["if-modified-since"] == "then"


@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        (json_reply({}, 429, Retry_After="7"), 7.0),
        (json_reply({}, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset="20"), 20.0),
        (json_reply({"message": "You have exceeded a secondary rate limit."}, 403), 60.0),
        (Reply(status=500, headers={"Content-Type": "text/html"}, body=b"<h1>oops"), 1.0),
        (replace(GOOD, body=b"[1, 2"), 1.0),
        (replace(GOOD, promised=500), 1.0),
        (Reply(reset=True), 1.0),
        (Reply(hang=1.0), 1.0),
    ],
    ids=["429", "403 spent", "403 spoken", "500", "torn", "short", "reset", "hanging"],
)
def test_one_fault_is_outwaited(
    server: Replay, client: Client, clock: QuickClock, fault: Reply, waited: float
) -> None:
    server.faults[0] = fault
    assert client.get("list", list[int]).content == [1, 2, 3]
    assert len(server.asked) == 2
    assert sum(clock.slept) == pytest.approx(waited, rel=0.5)


def test_retry_after_as_a_date(server: Replay, client: Client, clock: QuickClock) -> None:
    told = formatdate(time.time() + 9, usegmt=True)
    server.faults[0] = Reply(status=429, headers={"Retry-After": told})
    assert client.get("list", list[int]).content == [1, 2, 3]
    assert 7 <= sum(clock.slept) <= 10


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Reply(status=502), BadAnswer),
        (replace(GOOD, body=b"[1, 2"), BadAnswer),
        (Reply(reset=True), Unreachable),
        (Reply(hang=1.0), Unreachable),
    ],
    ids=["502", "torn", "reset", "hanging"],
)
def test_tries_end(server: Replay, client: Client, fault: Reply, error: type[Exception]) -> None:
    server.answer = lambda _: fault
    with pytest.raises(error):
        client.get("list", list[int])
    assert len(server.asked) == TRIES


@pytest.mark.parametrize(
    "fault",
    [
        replace(GOOD, trickle=0.05, body=b"[" + b" " * 1_000 + b"1]"),
        Reply(trickle_head=0.05),
    ],
    ids=["body", "head"],
)
def test_a_trickle_ends_at_the_deadline(server: Replay, clock: QuickClock, fault: Reply) -> None:
    server.answer = lambda _: fault
    settings = replace(SETTINGS, timeout_seconds=0.1)
    began = time.monotonic()
    with make(server.address, clock, settings) as client, pytest.raises(Unreachable):
        client.get("list", list[int])
    assert time.monotonic() - began < 3.0  # four tries of 0.3 s


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 451])
def test_a_no_is_not_asked_again(server: Replay, client: Client, status: int) -> None:
    server.answer = lambda _: json_reply({"message": "Must be an admin"}, status)
    with pytest.raises(Refused) as caught:
        client.get("list", list[int])
    assert isinstance(caught.value, Gone) == (status in (404, 410))
    assert len(server.asked) == 1


def test_a_pause_longer_than_the_budget_is_not_begun(
    server: Replay, client: Client, clock: QuickClock
) -> None:
    server.answer = lambda _: json_reply({}, 429, Retry_After="3600")
    with pytest.raises(Throttled) as caught:
        client.get("list", list[int])
    assert caught.value.wait_seconds == 3600
    assert clock.slept == []


def test_short_pauses_without_end_are_left_too(server: Replay, client: Client) -> None:
    server.answer = lambda _: json_reply({}, 429, Retry_After="0")
    with pytest.raises(Throttled):
        client.get("list", list[int])
    assert len(server.asked) < 10


def test_after_the_last_allowed_answer_we_wait_before_asking(
    server: Replay, client: Client, clock: QuickClock
) -> None:
    server.faults[0] = json_reply([1], X_RateLimit_Remaining="0", X_RateLimit_Reset="40")
    client.get("list", list[int])
    client.get("list", list[int])
    assert sum(clock.slept) == pytest.approx(40, abs=1)


def test_the_pace_is_kept(server: Replay, clock: QuickClock) -> None:
    with make(server.address, clock, replace(SETTINGS, pace_seconds=2.0)) as client:
        for _ in range(3):
            client.get("list", list[int])
    assert sum(clock.slept) == pytest.approx(4.0, abs=0.5)


def test_requests_and_bytes_and_seconds_are_bounded(server: Replay, clock: QuickClock) -> None:
    with make(server.address, clock, requests=2) as client:
        client.get("list", list[int])
        client.get("list", list[int])
        with pytest.raises(BudgetSpent, match="2 requests"):
            client.get("list", list[int])
    with make(server.address, clock, bytes=5) as client, pytest.raises(BudgetSpent, match="MB"):
        client.get("list", list[int])
    slow = replace(SETTINGS, pace_seconds=400.0)
    with make(server.address, clock, slow) as client:
        client.get("list", list[int])
        before = len(clock.slept)
        with pytest.raises(BudgetSpent, match="seconds"):
            client.get("list", list[int])
        assert len(clock.slept) == before
    assert len(server.asked) == 4


def test_back_off_never_sleeps_past_the_budget(server: Replay, clock: QuickClock) -> None:
    server.answer = lambda _: Reply(status=500)
    with (
        make(server.address, clock, replace(SETTINGS, budget_seconds=2.0)) as client,
        pytest.raises(BadAnswer),
    ):
        client.get("list", list[int])
    assert sum(clock.slept) <= 2.0


def test_a_bomb_is_left_while_it_unpacks(clock: QuickClock) -> None:
    bomb = gzip.compress(b" " * 60_000_000)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    with (
        replaying(lambda _: Reply(headers=headers, body=bomb)) as server,
        make(server.address, clock, bytes=100_000_000) as client,
        pytest.raises(BadAnswer, match="more than 32 MB"),
    ):
        client.get("list", list[int])


def test_gzip_is_unpacked_and_damaged_gzip_is_asked_again(server: Replay, client: Client) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    server.faults[0] = Reply(headers=headers, body=b"not gzip at all")
    server.faults[1] = Reply(headers=headers, body=gzip.compress(b"[5]"))
    assert client.get("list", list[int]).content == [5]


def test_an_encoding_that_was_not_asked_for_is_left(server: Replay, client: Client) -> None:
    server.faults[0] = replace(GOOD, headers={**GOOD.headers, "Content-Encoding": "zstd"})
    with pytest.raises(BadAnswer, match="zstd"):
        client.get("list", list[int])


def test_a_page_that_is_not_json_is_not_decoded(server: Replay, client: Client) -> None:
    server.faults[0] = Reply(headers={"Content-Type": "text/html"}, body=b"[1, 2, 3]")
    with pytest.raises(BadAnswer, match="text/html"):
        client.get("list", list[int])


def test_another_shape_is_named(server: Replay, client: Client) -> None:
    with pytest.raises(BadAnswer, match="shape"):
        client.get("list", dict[str, int])
    assert len(server.asked) == 1


def moved(where: str) -> Callable[[Asked], Reply]:
    return lambda asked: (
        GOOD if asked.path == "/there" else Reply(status=301, headers={"Location": where})
    )


def test_a_redirect_on_the_same_host_keeps_what_was_asked(server: Replay, client: Client) -> None:
    server.answer = moved("/there")
    secret = {"Authorization": "Bearer made-up"}
    assert client.get("here", list[int], params={"since": "x"}, headers=secret).content
    assert server.asked[1].params == {"since": "x"}
    assert server.asked[1].headers["authorization"] == "Bearer made-up"


@pytest.mark.parametrize(
    "where",
    [
        "https://example.org/there",
        "http://10.0.0.1/there",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/there",
        "file:///etc/passwd",
        "//example.org/there",
    ],
)
def test_a_redirect_to_another_host_is_refused(server: Replay, client: Client, where: str) -> None:
    server.answer = moved(where)
    with pytest.raises(Refused, match="not a configured host"):
        client.get("here", list[int], headers={"Authorization": "Bearer made-up"})
    assert len(server.asked) == 1


def test_an_allowed_host_never_sees_credentials_of_another(clock: QuickClock) -> None:
    with (
        replaying(lambda _: GOOD) as other,
        replaying(moved(f"{other.address}/there")) as server,
        make(server.address, clock) as client,
    ):
        # `hosts` are names on HTTPS; a loopback server has neither.
        client._origins.add(("http", "127.0.0.1", int(other.address.rpartition(":")[2])))
        assert client.get("here", list[int], headers={"Authorization": "Bearer x"}).content
        assert client.get(f"{other.address}/next", list[int], headers={"Authorization": "Bearer x"})
        assert all("authorization" not in asked.headers for asked in other.asked)
        assert len(other.asked) == 2


def test_a_redirect_loop_ends(server: Replay, client: Client) -> None:
    server.answer = lambda _: Reply(status=302, headers={"Location": "/here"})
    with pytest.raises(BadAnswer, match="circles"):
        client.get("here", list[int])
    assert len(server.asked) == 6


def test_a_closed_port_is_told_at_once(server: Replay, clock: QuickClock) -> None:
    server.close()
    began = time.monotonic()
    with make(server.address, clock) as client, pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
        client.get("list", list[int])
    assert time.monotonic() - began < 1.0
    assert client.budget.requests_used == 2


def test_a_name_that_is_not_there_is_told_within_seconds(clock: QuickClock) -> None:
    began = time.monotonic()
    with (
        make("https://nowhere.invalid", clock) as client,
        pytest.raises(Unreachable, match=r"nowhere\.invalid"),
    ):
        client.get("list", list[int])
    assert time.monotonic() - began < 12.0


def test_a_resolver_that_never_answers_is_left(
    clock: QuickClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: time.sleep(1) or [])
    began = time.monotonic()
    with (
        make("https://example.org", clock) as client,
        pytest.raises(Unreachable, match="looking up"),
    ):
        client.get("list", list[int])
    assert time.monotonic() - began < 1.0


def test_a_base_that_is_no_address_is_a_setting_to_mend(clock: QuickClock) -> None:
    with pytest.raises(SettingsError, match="no address"):
        make("example.org", clock)


def test_without_a_network_further_hosts_are_not_asked(clock: QuickClock) -> None:
    reach = Reach()
    for number in range(ENOUGH):
        reach.unanswered(f"{number}.example")
    with replaying(lambda _: json_reply([1])) as server:
        budget = Budget(source="test", requests=9, seconds=300, bytes=10**6, clock=clock)
        settings = replace(SETTINGS, base=server.address)
        with (
            Client(settings, budget, reach=reach) as client,
            pytest.raises(Unreachable, match="was not asked: nothing in the network answers"),
        ):
            client.get("x", list[int])
        assert not server.asked


@pytest.mark.parametrize(
    ("fault", "served"),
    [
        (Reply(hang=1.0), True),
        (Reply(body=b'{"broken', promised=500), True),
        (Reply(body=b'{"broken'), True),
    ],
)
def test_what_costs_money_is_not_repeated(
    server: Replay, client: Client, fault: Reply, served: bool
) -> None:
    server.faults = {0: fault}
    with pytest.raises((Unreachable, BadAnswer)) as told:
        client.get("list", list[int], once=True)
    assert told.value.served is served
    assert len(server.asked) == 1


def test_what_was_certainly_not_served_is_repeated_and_told(
    server: Replay, client: Client, clock: QuickClock
) -> None:
    server.faults = {0: Reply(status=503), 1: Reply(status=429, headers={"Retry-After": "1"})}
    assert client.get("list", list[int], once=True).content == [1, 2, 3]
    server.faults = dict.fromkeys(range(3, 9), Reply(status=503))
    with pytest.raises(BadAnswer) as broken:
        client.get("list", list[int], once=True)
    assert not broken.value.served
    nobody = make("http://127.0.0.1:9", clock)
    with nobody, pytest.raises(Unreachable) as closed:
        nobody.get("list", list[int], once=True)
    assert not closed.value.served


def test_headers_in_another_alphabet_are_read_and_not_sent_back(
    server: Replay, client: Client
) -> None:
    server.faults = {0: json_reply([1], Last_Modified="29 \xc9\xe1\xed 2004", ETag='"one"')}
    answer = client.get("list", list[int])
    assert (answer.content, answer.etag) == ([1], '"one"')
    client.get("list", list[int], etag=answer.etag, last_modified=answer.last_modified)
    assert server.asked[1].headers["if-none-match"] == '"one"'
    assert "if-modified-since" not in server.asked[1].headers
