"""Plain text keeps what matters: code, quotes, headings, link targets."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.links import link
from ingest.text import from_html, from_markdown, storable


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("just words", "just words"),
        ("it&#x27;s a &lt;tag&gt; &amp; more", "it's a <tag> & more"),
        ("one<p>two<p>three", "one\n\ntwo\n\nthree"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<p>run <code>claude -c</code> now</p>", "run `claude -c` now"),
        ("<pre><code>  if x &lt; 1:\n    y\n</code></pre>", "```\n  if x < 1:\n    y\n```"),
        ("<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "> a\n>\n> b\n\nc"),
        ("<ul><li>one</li><li>two<ul><li>in</li></ul></li></ul>", "- one\n- two\n  - in"),
        ("<h3>What's wrong?</h3><p>All</p>", "### What's wrong?\n\nAll"),
        ("a <script>b</script><style>c</style>d", "a d"),
        ('<p>see <img alt="the error" src="x"></p>', "see the error"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a | b |"),
    ],
)
def test_html_becomes_text(html: str, plain: str) -> None:
    assert from_html(html) == plain


def test_a_link_that_hacker_news_cuts_keeps_its_target() -> None:
    address = "https:&#x2F;&#x2F;a.example&#x2F;b&#x2F;c"
    html = f'x <a href="{address}def" rel="nofollow">{address}...</a>'
    assert from_html(html) == "x https://a.example/b/cdef"


def test_discourse_names_of_the_quoted_and_words_of_linked_pages_are_left_out() -> None:
    html = (
        '<aside class="quote"><div class="title"><img alt="">some.name:</div>'
        "<blockquote><p>gone?</p></blockquote></aside><p>Yes.</p>"
        '<aside class="onebox" data-onebox-src="https://a.example/"><h3>Theirs</h3></aside>'
    )
    assert from_html(html) == "> gone?\n\nYes.\n\nhttps://a.example/"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("plain", "plain"),
        ("a\r\nb\r\n\r\n\r\n\r\nc", "a\nb\n\nc"),
        ("### Heading\n\n**bold** and __bold__", "### Heading\n\nbold and bold"),
        ("snake\\_case \\*not\\* bold", "snake_case *not* bold"),
        ("<!-- fill this in -->text", "text"),
        ("<details><summary>Log</summary>\nx</details>", "Log\nx"),
        (
            "[docs](https://a.example/x) ![shot](https://i.example)",
            "docs (https://a.example/x) shot",
        ),
        ("[https://a.example](https://a.example)", "https://a.example"),
        ("&gt; quoted\n\nown &amp; mine", "> quoted\n\nown & mine"),
        ("> quoted\n\nown", "> quoted\n\nown"),
        ("Vec<T> and <session-id>", "Vec<T> and <session-id>"),
        ("`a **b** &lt;` **c**", "`a **b** &lt;` c"),
        ("```\n**kept** [x](y) <!-- kept -->\n```", "```\n**kept** [x](y) <!-- kept -->\n```"),
        (">!hidden!<", "hidden"),
        ("C:\\Users\\x\\.claude", "C:\\Users\\x\\.claude"),
    ],
)
def test_markdown_becomes_text(markdown: str, plain: str) -> None:
    assert from_markdown(markdown) == plain


def test_links_show_their_target_once() -> None:
    assert link("docs", "https://a.example/docs") == "docs (https://a.example/docs)"
    assert link("a.example", "https://a.example/") == "https://a.example/"
    assert link("me@a.example", "mailto:me@a.example") == "mailto:me@a.example"
    assert link("above", "#above") == "above"


def test_what_databases_and_terminals_refuse_is_taken_out() -> None:
    assert storable("a\x00b\x1b[31mred\x1b[0m \ud800 \u200bx") == "abred \ufffd x"
    assert storable("a\rb\r\nc") == "a\nb\nc"


TAGS = ("<p>", "</p>", "<pre>", "</pre>", "<code>", "<blockquote>", "<a href='x'>", "<li>")
SIGNS = ("&lt;", "&#0;", "`", "```", "**", "[", "](", ")", "<!--", "-->", "<", ">", "\\", "\n")
MARKUP = st.sampled_from([*TAGS, *SIGNS, "\x00", "\ud800"])
FRAGMENTS = st.lists(MARKUP | st.text(max_size=8), max_size=20).map("".join)


@given(FRAGMENTS)
def test_no_markup_breaks_the_readers_and_all_they_give_can_be_stored(fragment: str) -> None:
    for text in (from_html(fragment), from_markdown(fragment)):
        assert "\x00" not in text
        assert "\r" not in text
        text.encode("utf-8")


@given(st.text(alphabet=st.characters(categories=["L", "N"], max_codepoint=0x2FFF), min_size=1))
def test_words_are_never_lost(words: str) -> None:
    assert words in from_html(f"<div><b>{words}</b></div>")
    assert words in from_markdown(f"# {words}")


HOSTILE = (
    ("<div>" * 20_000, "<blockquote>" * 3_000, "<!--" * 10_000, "a" + " " * 50_000 + "b"),
    ("[a](" * 10_000, "**a" * 10_000, "[" * 30_000, "<a " * 10_000, "`" * 30_000, "```" * 10_000),
    ("<li>" * 5_000, "&" * 50_000, "\n " * 30_000, "[a](" + "x" * 50_000, "<p> \n" * 10_000),
)


@pytest.mark.parametrize("text", [text for row in HOSTILE for text in row])
def test_hostile_markup_takes_no_long_time(text: str) -> None:
    began = time.process_time()  # of this process: a busy machine is no fault of ours
    from_html(text)
    from_markdown(text)
    assert time.process_time() - began < 2.0
