"""Plain text from what sources send, with what tells a reader apart: quotes, code, headings.

Quotes keep `> `, code keeps its fences and backticks, headings their `#`: the classifier must know
an author's own words from a quoted error or another person's words. Links keep their targets.
"""

from __future__ import annotations

import re
from html import unescape

from ingest.html import to_text
from ingest.links import link

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_END = re.compile(r"[ \t\xa0]\n")
_MARKUP = re.compile(r"[<&\\!\[*_]")
_APART = re.compile(
    r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`|<!--.*?(?:-->|\Z))", re.DOTALL
)  # code and comments
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:details|summary|img|kbd|sub|sup|p|div|span|a|b|i|em|strong|center|picture|source|u|s|"
    r"table|thead|tbody|tr|td|th|ul|ol|li|hr|h[1-6]|font|video)(?:\s[^<>]{0,2000})?/?>"
)
_LINK = re.compile(
    r"(!?)\[([^\[\]\n]{0,500})\]\(<?([^()\s<>]{0,2000}(?:\([^()\s]{0,200}\))?)>?"
    r'(?:\s+"[^"\n]{0,300}")?\)'
)
_ESCAPE = re.compile(r"\\([*_~#\[\]>`|!+{}-])")
_STARS = r"\*\*(?=\S)([^*\n]{1,2000})(?<=\S)\*\*"
_STARRED = re.compile(_STARS)  # alone it is found five times as fast
_STRONG = re.compile(_STARS + r"|(?<!\w)__(?=\S)([^_\n]{1,2000})__(?!\w)")
_SPOILER = re.compile(r">!([^!\n]{1,2000})!<")


def storable(text: str) -> str:
    """`text` as every database takes it: no NUL, no lone surrogate, no terminal control, LF."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.replace("\n", " ").isprintable():
        return text
    text = _CONTROL.sub("", text)
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def tidy(text: str) -> str:
    """`storable`, without trailing spaces and with at most one empty line in a row."""
    if text.isprintable():  # one line, nothing to mend
        return text.strip()
    text = storable(text)
    if _LINE_END.search(text):
        text = "\n".join(line.rstrip(" \t\xa0") for line in text.split("\n"))
    return (_BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text).strip()


def from_html(html: str) -> str:
    """Plain text of an HTML fragment; never raises, whatever the markup is."""
    if "<" in html:
        return tidy(to_text(storable(html)))
    return tidy(unescape(html) if "&" in html else html)


def from_markdown(markdown: str) -> str:
    """Markdown without what only a renderer needs; code stays as it is."""
    if not _MARKUP.search(markdown):
        return tidy(markdown)
    parts = _APART.split(markdown)  # prose, and what stands apart from it, by turns
    for number, part in enumerate(parts):
        if number % 2 == 0:
            parts[number] = _prose(part)
        elif part.startswith("<!--"):
            parts[number] = ""
    return tidy("".join(parts))


def _prose(text: str) -> str:
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "&" in text:
        text = unescape(text)
    if "](" in text:
        text = _LINK.sub(_link, text)
    if ">!" in text:
        text = _SPOILER.sub(r"\1", text)
    if "__" in text:
        text = _STRONG.sub(lambda found: found[1] or found[2], text)
    elif "**" in text:
        text = _STARRED.sub(r"\1", text)
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def _link(found: re.Match[str]) -> str:
    image, words, target = found.groups()
    if image:
        return words
    return link(words, target)
