"""Signing in: a token that lives in memory, for one run, and is renewed where it has run out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from domain.errors import BadAnswer, Refused
from ingest.answer import Answer
from ingest.client import Client

T = TypeVar("T")


class Session:
    """Asks with a token. Nothing of it is ever written down.

    `sign_in` gives a new token. Services count how often that is tried: once it was refused it is
    not tried again in this run, and every question is refused for the same reason. `expired` tells
    the refusal of a token that has run out: then the question is asked once more with a new one.
    """

    def __init__(
        self, sign_in: Callable[[Client], str], expired: Callable[[Refused], bool]
    ) -> None:
        self._sign_in = sign_in
        self._expired = expired
        self._token = ""
        self._refusal: Refused | None = None

    def ask(self, client: Client, question: Callable[[str], Answer[T]]) -> T:
        """What `question`, given the token, is answered. Raises what the client raises."""
        try:
            answer = question(self._held(client))
        except Refused as error:
            if error is self._refusal or not self._expired(error):
                raise
            self._token = ""
            answer = question(self._held(client))
        if answer.content is None:
            raise BadAnswer("An answer said that nothing changed, which nobody asked.")
        return answer.content

    def _held(self, client: Client) -> str:
        if self._refusal:
            raise self._refusal
        if not self._token:
            try:
                self._token = self._sign_in(client)
            except Refused as error:
                self._refusal = error
                raise
        return self._token
