"""Which replies say that it happened to their authors as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.corroborate import LONGEST, corroborates


@pytest.mark.parametrize(
    "text",
    [
        "Same here",
        "same here!!",
        "SAME HERE 😭",
        "Same. I tried to resume it and the list was empty.",
        "Me too",
        "me too :(",
        "Mine too.",
        "Mine as well, since this morning.",
        "mine is gone as well",
        "Yep, ditto",
        "Same thing happened to me yesterday",
        "This happened to me as well.",
        "That just happened to me.",
        "It has happened to us too, twice.",
        "I have the exact same problem.",
        "I'm currently experiencing the same issue on Windows.",
        "We are seeing the same behaviour with the desktop app.",
        "Getting the same error, but on mobile.",
        "I noticed this too, it started last night",
        "Same problem, I get a 500 every time.",
        "Can confirm, lost everything after the update.",
        "I can confirm this, 2.0.5 on Linux.",
        "I'm affected too.",
        "Lost all my chats too",
        "You're not alone, same on my end",
        "It’s the same for me",
        "> My history vanished\n\nSame for me.",
        "Bei mir auch, seit gestern.",
        "A mí también me pasó",
        "Moi aussi, même problème",
        "у меня тоже пропало",
        "我也遇到了",
        "私も同じです",
    ],
)
def test_it_happened_to_its_author(text: str) -> None:
    assert corroborates(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+1",
        "+1 for this feature",
        "This.",
        "I agree.",
        "Thanks, that helped me too!",
        "Have you tried /compact?",
        "Same question here?",
        "Did this happen to anyone else?",
        "Has anybody else the same issue?",
        "Not the same here, works fine for me.",
        "Same model here and it works perfectly",
        "This never happened to me.",
        "I don't have this problem.",
        "No issues here",
        "The same thing happened with Netscape in 1998",
        "Is it the same for Pro users?",
        "If this happens to me I will cancel.",
        "Same here, I am impressed by it.",
        "Me too, I am curious how it compares.",
        "They use the same model under the hood.",
        "You can set the same limit in the settings.",
        "Sorry to hear that.",
        "> Same here\n\nWhich version do you use?",
        "```\nsame here\n```",
    ],
)
def test_it_comments_only(text: str) -> None:
    assert not corroborates(text)


def test_who_writes_much_tells_a_story_of_their_own() -> None:
    assert not corroborates("Same here. " + "And then something else came up. " * 20)


@given(st.text(alphabet=st.sampled_from("same here+1 too.!?me 'n\n>`"), max_size=LONGEST + 50))
def test_any_reply_is_answered(text: str) -> None:
    assert corroborates(text) in (True, False)
