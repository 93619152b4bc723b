"""The codebook's edge rules, each in several wordings: what a keyword count gets wrong."""

from __future__ import annotations

import pytest

from classify import artifact
from classify.model import Judgement, Model
from classify.text import Content
from domain.causes import STUDIED, Cause, Decision


@pytest.fixture(scope="module")
def model() -> Model:
    return artifact.load()


def judged(model: Model, text: str, title: str = "", kind: str = "comment") -> Judgement:
    return model.judge([Content(title=title, text=text, kind=kind)])[0]


@pytest.mark.parametrize(
    "text",
    [
        "I hit my weekly limit on Tuesday already, nothing until Sunday. Never happened before.",
        "5-hour limit reached again after twenty minutes, I pay for Max and can't work",
        "You've hit your usage limit, resets at 3pm. I sent four messages!",
        "API Error: 429 rate_limit_error, number of request tokens has exceeded your rate limit",
    ],
)
def test_a_plan_s_quota_is_no_context_limit(model: Model, text: str) -> None:
    assert judged(model, text).likely_cause is Cause.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "Servers down again, 529 overloaded_error on every request since noon",
        "API Error: 500 Internal server error all morning, status page says nothing",
        "ChatGPT is down for me, something went wrong, tried three browsers",
    ],
)
def test_an_outage_is_other(model: Model, text: str) -> None:
    assert judged(model, text).likely_cause is Cause.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "connect ECONNREFUSED 127.0.0.1:3000, the MCP server can't be reached from Claude Code",
        "Claude Code fails with connection refused behind our proxy",
        "The extension refuses to connect to the IDE since the update, error every time",
    ],
)
def test_a_refused_connection_is_no_refusal(model: Model, text: str) -> None:
    assert judged(model, text, kind="issue").likely_cause is not Cause.SAFETY_TRIGGER


@pytest.mark.parametrize(
    "text",
    [
        "It asks for permission before every bash command although I chose don't ask again. Bug.",
        "Sandbox denies writing to .git/config, operation not permitted, commit fails",
        "My PreToolUse hook blocked the edit and Claude Code kept retrying for an hour",
    ],
)
def test_a_permission_prompt_is_no_safety_trigger(model: Model, text: str) -> None:
    assert judged(model, text, kind="issue").likely_cause is not Cause.SAFETY_TRIGGER


@pytest.mark.parametrize(
    "text",
    [
        "**Bug Description** the theme is wrong **Errors** ```json [] ``` "
        "Note: Error logs were truncated.",
        "The copy button does nothing. Error logs were truncated.",
    ],
)
def test_truncated_error_logs_are_a_form_s_words(model: Model, text: str) -> None:
    made = judged(model, text, kind="issue")
    assert not [e for e in made.evidence if e.cause is Cause.CONTEXT_LIMIT]
    assert made.likely_cause is not Cause.CONTEXT_LIMIT


@pytest.mark.parametrize(
    "text",
    [
        "API Error: Claude Code is unable to respond to this request, which appears to violate our "
        "Usage Policy. Please double press esc to edit your last message or start a new session "
        "for Claude Code to assist with a different task.",
        "Got 'appears to violate our Usage Policy ... or start a new session' on a unit test. "
        "Every message afterwards gets the same.",
    ],
)
def test_a_new_session_in_a_policy_error_is_no_session_fault(model: Model, text: str) -> None:
    made = judged(model, text, kind="issue")
    assert made.likely_cause is Cause.SAFETY_TRIGGER
    assert not [e for e in made.evidence if e.cause is Cause.SESSION_MANAGEMENT]


@pytest.mark.parametrize(
    "text",
    [
        "Codex ran out of room in the model's context window. Start a new thread. "
        "To continue this session, run codex resume 0199.",
        "Error: prompt is too long: 212114 tokens > 200000 maximum. "
        "To continue this session, run `codex resume 7f`.",
    ],
)
def test_a_resume_hint_in_an_overflow_is_no_session_fault(model: Model, text: str) -> None:
    made = judged(model, text, kind="issue")
    assert made.likely_cause is Cause.CONTEXT_LIMIT
    assert not [e for e in made.evidence if e.cause is Cause.SESSION_MANAGEMENT]


@pytest.mark.parametrize(
    "text",
    [
        "It was censored! My question about the war got this: prompt is too long.",
        "They don't want me to talk about it. Error: prompt is too long: 205000 tokens > 200000",
    ],
)
def test_the_error_outranks_the_author_s_theory(model: Model, text: str) -> None:
    assert judged(model, text).likely_cause is Cause.CONTEXT_LIMIT


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Show HN: Windowpane", "We built a memory layer with guardrails. The window stays "
         "small, compaction is lossless, sessions resume anywhere. MIT licence, feedback welcome."),
        ("Show HN: Fence, guardrails for agents", "Define policies in YAML, block topics, refuse "
         "prompt injection. I built it over the summer. Happy to answer questions."),
    ],
)  # fmt: skip
def test_an_announcement_is_no_report(model: Model, title: str, text: str) -> None:
    assert judged(model, text, title, kind="story").decision is Decision.NOT_A_REPORT


@pytest.mark.parametrize(
    "text",
    [
        "Would be nice to have a search over old conversations in the sidebar.",
        "Please add folders for chats, that would be great.",
        "[FEATURE] Add support for a custom theme in the terminal.",
    ],
)
def test_a_wish_without_a_failure_is_no_report(model: Model, text: str) -> None:
    assert judged(model, text).decision is Decision.NOT_A_REPORT


@pytest.mark.parametrize(
    "text",
    [
        "Every model made in that country is censored, and every model made here has guardrails.",
        "Open weights will be uncensored by the weekend, somebody always does it.",
        "The government wants the lab to drop its safety policy. They refused, good for them.",
    ],
)
def test_an_opinion_on_censorship_is_not_decided_as_a_safety_trigger(
    model: Model, text: str
) -> None:
    assert judged(model, text).decision is not Decision.SAFETY_TRIGGER


@pytest.mark.parametrize(
    "text",
    [
        "> the session was lost and my history is gone\n\nCan you say which version that was?",
        "> Prompt is too long\n\nThat line comes from the API.",
        "> it refused to answer and violates our usage policy\n\nSource?",
    ],
)
def test_quoted_words_are_no_evidence(model: Model, text: str) -> None:
    made = judged(model, text)
    assert not [e for e in made.evidence if e.cause in STUDIED]


@pytest.mark.parametrize(
    "text",
    [
        "Image was too large. Double press esc to go back and try again with a smaller image.",
        "PDF too large, every message after it fails with the same error",
    ],
)
def test_a_file_size_check_is_no_context_limit(model: Model, text: str) -> None:
    assert judged(model, text, kind="issue").likely_cause is not Cause.CONTEXT_LIMIT


def test_the_case_that_the_project_began_with(model: Model) -> None:
    text = (
        "Four hours of joint research on organised crime, and when the trail led to Iran it first "
        "became evasive, then stopped answering. This morning the session is gone, deleted without "
        "a warning. Support says it must have been me."
    )
    made = judged(model, text)
    facts = {(f.name, f.value) for f in made.facts}
    assert made.decision not in (Decision.NOT_A_REPORT, Decision.CONTEXT_LIMIT, Decision.OTHER)
    assert ("lost", "four hours") in facts
    assert {"conversation_gone", "evasive", "unresponsive"} <= {
        v for n, v in facts if n == "symptom"
    }
    causes = {e.cause for e in made.evidence if e.direction == "for"}
    assert {Cause.SAFETY_TRIGGER, Cause.SESSION_MANAGEMENT} <= causes


@pytest.mark.parametrize(
    "text",
    [
        "I can't create an account, it never sends the code to my phone number.",
        "Not able to register, the verification code doesn't arrive. Tried three times.",
        "It won't let me sign up, it says my country is not supported.",
    ],
)
def test_trouble_with_an_account_s_creation_is_other(model: Model, text: str) -> None:
    assert judged(model, text, kind="review").likely_cause is Cause.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "It can't answer anything after September 2021, useless for news.",
        "Can not answer maths questions, every result is wrong.",
        "Doesn't have enough information on my town, the other app knows more.",
    ],
)
def test_what_it_is_not_able_to_do_is_no_refusal(model: Model, text: str) -> None:
    assert judged(model, text, kind="review").likely_cause is not Cause.SAFETY_TRIGGER


@pytest.mark.parametrize(
    "text",
    [
        'Expected answer of the next model: "Sorry, I can\'t help with that."',
        "Coming soon to every shop: a mug with the title 'I'm sorry, I cannot comply'.",
    ],
)
def test_a_refusal_made_up_in_jest_is_not_decided(model: Model, text: str) -> None:
    made = model.judge([Content(text=text, kind="comment", thread_title="Which model to run?")])[0]
    assert made.decision is not Decision.SAFETY_TRIGGER


@pytest.mark.parametrize(
    "text",
    [
        "The lag I had in long chat sessions is gone, great update.",
        "The app has all my history from the website, very handy!",
        "Pulled up all my previous threads at once. Love it.",
    ],
)
def test_history_that_is_there_is_no_loss(model: Model, text: str) -> None:
    assert judged(model, text, kind="review").decision is not Decision.SESSION_MANAGEMENT


@pytest.mark.parametrize(
    "text",
    [
        "The maximum context length of that model is 128K, less than the other one's.",
        "I don't even remember when I first subscribed to the plan.",
        "Context size and the limit of input tokens are different things.",
    ],
)
def test_a_window_that_is_only_explained_is_no_report(model: Model, text: str) -> None:
    assert judged(model, text).decision is not Decision.CONTEXT_LIMIT


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("The history tab gives an error every time, works on the web, not in the app.",
         Cause.SESSION_MANAGEMENT),
        ("I can't access my previous chats, it says to try again later.",
         Cause.SESSION_MANAGEMENT),
        ("I dictated for two minutes and the recording was deleted before it became text.",
         Cause.SESSION_MANAGEMENT),
        ("Instead of an answer it started lecturing me about respect.", Cause.SAFETY_TRIGGER),
        ("It says it isn't programmed to answer that. I asked about gardening.",
         Cause.SAFETY_TRIGGER),
        ("Way too many restrictions for my stories, the villain must be nice.",
         Cause.SAFETY_TRIGGER),
        ("It compacts every five minutes now and I can't get anything done.",
         Cause.CONTEXT_LIMIT),
        ("Beyond 200k tokens it goes dumb and loops, I had to restart the session.",
         Cause.CONTEXT_LIMIT),
    ],
)  # fmt: skip
def test_accounts_in_plain_words_have_their_cause(model: Model, text: str, cause: Cause) -> None:
    assert judged(model, text).likely_cause is cause
