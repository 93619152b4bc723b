"""What X sells: answers to a search or a lookup, each paid for post by post.

https://docs.x.com/x-api/getting-started/pricing. A request is sent once, since it may have been
served; the most that it may cost is saved as spent before it is sent.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from copy import deepcopy
from datetime import date

from domain.errors import BadAnswer, BudgetSpent, Refused, SourceError
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.purse import Prices, Purse, Use
from ingest.source import Page
from ingest.wires.x import Found

PRICES = Prices(
    post=5,
    user=10,
    written_at="https://docs.x.com/x-api/getting-started/pricing",
    read_on=date(2026, 11, 23),
)
LEAST, LARGEST = 10, 100  # posts of one answer
SEARCH, LOOKUP = "2/tweets/search/recent", "2/tweets"
FIELDS = (
    "created_at,conversation_id,author_id,referenced_tweets,lang,note_tweet,"
    "edit_history_tweet_ids,entities"
)

Paid = Generator[Page, None, Found]  # pages to be saved before the answer, then the answer


class PaidApi:
    """Asks for posts, each answer from the purse of the place that it is for."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings

    def search(self, client: Client, mine: Purse, use: Use, params: Mapping[str, str]) -> Paid:
        """As many posts at once as there is money for."""
        size = min(mine.most(client.budget, use) // PRICES.post, LARGEST)
        asked: dict[str, str | int] = {**params, "tweet.fields": FIELDS}
        asked["max_results"] = max(size, LEAST)
        return self._paid(client, mine, use, max(size, LEAST), SEARCH, asked)

    def lookup(self, client: Client, mine: Purse, numbers: Sequence[str]) -> Paid:
        """Posts by their ids."""
        asked: dict[str, str | int] = {"ids": ",".join(numbers), "tweet.fields": FIELDS}
        return self._paid(client, mine, Use.CHECKING, len(numbers), LOOKUP, asked)

    def _paid(
        self,
        client: Client,
        mine: Purse,
        use: Use,
        most: int,
        where: str,
        params: Mapping[str, str | int],
    ) -> Paid:
        """The answer, once what it may cost is saved as spent; what it didn't is given back."""
        cost = most * PRICES.post
        mine.take(client.budget, use, cost)
        try:
            yield Page(cursor=deepcopy(mine.state))
        except GeneratorExit:  # the run ends here: nothing was asked
            mine.give_back(client.budget, use, cost)
            raise
        before = client.budget.requests_used
        headers = {"Authorization": f"Bearer {self._settings.secret('bearer')}"}
        try:
            found = client.get(where, Found, params=params, headers=headers, once=True).content
        except SourceError as error:
            if not error.served or client.budget.requests_used == before:
                mine.give_back(client.budget, use, cost)
                yield Page(cursor=deepcopy(mine.state))
            if isinstance(error, Refused) and error.status == 402:
                raise BudgetSpent(
                    "x: the account's credits are used up (402).", "Its owner may buy more."
                ) from error
            raise
        if found is None:
            raise BadAnswer("x answered that nothing changed, which nobody asked.")
        mine.give_back(client.budget, use, cost - price(found))
        return found


def price(found: Found) -> int:
    """What an answer cost, in mills."""
    posts = len(found.data) + len(found.includes.tweets)
    return posts * PRICES.post + len(found.includes.users) * PRICES.user
