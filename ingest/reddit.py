"""The app as which Reddit is asked: its token, its name, and what a refusal means.

https://support.reddithelp.com/hc/en-us/articles/16160319875092. Reddit slows programs down that
don't say whose they are. A 403 in HTML comes from the guard before the service, and is about us;
one in JSON is about the community that was asked for.
"""

from __future__ import annotations

import platform
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import TypeVar

from domain.errors import Refused, Unreachable
from domain.settings import SourceSettings
from ingest.answer import PAGE, Answer
from ingest.client import Client, user_agent
from ingest.session import Session
from ingest.wires.reddit import Token

LARGEST = 100  # things of one answer, ids of one question
_UNNAMED = re.compile(r"[^A-Za-z0-9_-]")  # what no account's name holds

T = TypeVar("T")


class App:
    """Asks with a token that is renewed once where it has run out."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings
        self._session = Session(self._sign_in, lambda error: error.status == 401)

    def get(self, client: Client, where: str, of: type[T], params: Mapping[str, str | int]) -> T:
        """GETs a path as JSON of type `of`, with texts as they were written (`raw_json`)."""
        asked = {**params, "raw_json": 1}
        return self._signed(
            client, lambda headers: client.get(where, of, params=asked, headers=headers)
        )

    def post(self, client: Client, where: str, of: type[T], form: Mapping[str, str]) -> T:
        """The same by POST, for what an address has no room for."""
        address = f"{self._settings.base.rstrip('/')}/{where}?raw_json=1"
        return self._signed(
            client, lambda headers: client.post(address, of, form=form, headers=headers)
        )

    def _signed(self, client: Client, ask: Callable[[dict[str, str]], Answer[T]]) -> T:
        try:
            return self._session.ask(
                client, lambda token: ask(self._named() | {"Authorization": f"Bearer {token}"})
            )
        except Refused as error:
            if error.status != 403:
                raise
            raise _forbidden(error) from error

    def _sign_in(self, client: Client) -> str:
        """A new token. A refusal comes as 401, or as a good answer that names the error."""
        pair = f"{self._settings.secret('client_id')}:{self._settings.secret('client_secret')}"
        basic = b64encode(pair.encode()).decode()
        where = self._settings.also.get("login") or self._settings.base
        token = client.post(
            f"{where.rstrip('/')}/api/v1/access_token",
            Token,
            form={"grant_type": "client_credentials"},
            headers=self._named() | {"Authorization": f"Basic {basic}"},
        ).content
        if token is None or not token.access_token:
            word = (token.error if token else "")[:40]
            raise Refused(
                f"reddit gives no token ({word or 'it says no reason'}).",
                "Check client id and secret.",
                status=401,
                word=word,
            )
        return token.access_token

    def _named(self) -> dict[str, str]:
        """As Reddit's rules want it: platform, app, version, and whose account it is."""
        app, _, version = user_agent("").partition("/")
        name = _UNNAMED.sub("", self._settings.secret("user") or "")
        agent = f"{platform.system().lower() or 'unknown'}:{app}:{version}"
        return {"User-Agent": f"{agent} (by /u/{name})" if name else agent}


def _forbidden(error: Refused) -> Refused | Unreachable:
    if error.word == PAGE:
        return Unreachable(
            "reddit blocks this machine's network (403).",
            "Data centres often are; read from another network.",
        )
    return Refused(
        f"reddit: {error.what.rstrip('.')}: private, quarantined or closed to the app.",
        "Take it out of `search`.",
        status=403,
        word=error.word,
    )
