"""The account as which Bluesky is searched, where the settings name one.

Readers without an account are at times refused altogether: an app password (`credentials`) is the
way that Bluesky names (https://docs.bsky.app/docs/api/com-atproto-server-create-session), and the
only one that is taken.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.errors import BadAnswer, Refused, Unreachable
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.session import Session
from ingest.wires.bluesky import Found, Tokens

SEARCH = "xrpc/app.bsky.feed.searchPosts"
_EXPIRED = ("ExpiredToken", "InvalidToken")


class Account:
    """Searches with a token that is renewed where it has run out; without one if none is set."""

    def __init__(self, settings: SourceSettings) -> None:
        self._identifier = settings.secret("identifier")
        self._password = settings.secret("password")
        self._login = (settings.also.get("login") or settings.base).rstrip("/")
        self._refresh = ""  # what renews a token
        self._session = Session(
            self._sign_in, lambda error: error.status == 401 or error.word in _EXPIRED
        )

    def search(self, client: Client, params: Mapping[str, str | int]) -> Found:
        """One answer. Raises `Unreachable` where strangers aren't let in."""
        if self._identifier and self._password:
            return self._session.ask(
                client,
                lambda token: client.get(
                    f"{self._login}/{SEARCH}",
                    Found,
                    params=params,
                    headers={"Authorization": f"Bearer {token}"},
                ),
            )
        try:
            return client.get(SEARCH, Found, params=params).content or Found(posts=[])
        except Refused as error:
            if error.status not in (401, 403):
                raise
            raise Unreachable(
                f"bluesky refuses searches without an account ({error.status}).",
                "Set BLUESKY_IDENTIFIER and BLUESKY_APP_PASSWORD, or try later.",
            ) from error

    def _sign_in(self, client: Client) -> str:
        """A token: by the last answer's right to renew it, else by the app password."""
        server, renewing = f"{self._login}/xrpc/com.atproto.server", self._refresh
        self._refresh = ""
        tokens = None
        if renewing:
            headers = {"Authorization": f"Bearer {renewing}"}
            try:
                tokens = client.post(
                    f"{server}.refreshSession", Tokens, form={}, headers=headers
                ).content
            except Refused as error:
                if error.status != 401 and error.word not in _EXPIRED:
                    raise
        if tokens is None:
            asked = {"identifier": self._identifier, "password": self._password}
            tokens = client.post(f"{server}.createSession", Tokens, json=asked).content
        if tokens is None:
            raise BadAnswer("bluesky gave no session.")
        self._refresh = tokens.refresh_jwt
        return tokens.access_jwt
