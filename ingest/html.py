"""An HTML tree as plain text: what a browser would show, in the marks of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.links import link

_MANY_BREAKS = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r" *\n(?: (?! ))?")  # two spaces and more are a nested list's
_NESTED_ITEM = re.compile(r"\n+ *- ")
_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")
_BLOCKS = frozenset(
    (
        *("div", "section", "article", "aside", "details", "summary", "tr", "dl", "dt", "dd"),
        *("figure", "figcaption", "header", "footer"),
    )
)
_PARAGRAPHS = frozenset(("p", "ul", "ol", "table"))
_HEADINGS = {f"h{n}": "#" * n + " " for n in range(1, 7)}
_UNSEEN = frozenset(
    ("script", "style", "svg", "head", "title", "template", "noscript", "iframe", "object")
)
# Discourse: the name and picture above a quote, the measures below a picture, category badges.
_UNSEEN_CLASSES = ("title", "meta", "quote-controls", "badge-wrapper")
MOST_DEPTH = 200  # of nested elements; what lies deeper is read as plain text


@dataclass(slots=True)
class _Frame:
    """An open element whose text is still being gathered."""

    tag: str
    node: LexborNode
    children: Iterator[LexborNode]
    parts: list[str] = field(default_factory=list)


def to_text(html: str) -> str:
    """Plain text of `html`; blank lines and trailing spaces are the caller's to tidy."""
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    stack = [_Frame("body", body, body.iter(include_text=True))]
    preformatted = 0
    while True:
        frame = stack[-1]
        child = next(frame.children, None)
        if child is None:
            stack.pop()
            preformatted -= frame.tag == "pre"
            text = _closed(frame, bool(preformatted))
            if not stack:
                return text
            stack[-1].parts.append(text)
            continue
        tag = child.tag or ""
        if tag == "-text":
            frame.parts.append(_words(child.text_content or "", bool(preformatted)))
        elif (address := _embedded(child, tag)) is not None:
            frame.parts.append(f"\n{address}\n")
        elif not _hidden(child, tag):
            if len(stack) > MOST_DEPTH:
                frame.parts.append(child.text() or "")
            else:
                preformatted += tag == "pre"
                stack.append(_Frame(tag, child, child.iter(include_text=True)))


def _words(text: str, preformatted: bool) -> str:
    return text if preformatted else _SPACES.sub(" ", text)


def _hidden(node: LexborNode, tag: str) -> bool:
    if tag in _UNSEEN or tag.startswith(("-", "_", "!")):
        return True
    classes = node.attributes.get("class")
    return bool(classes) and any(c in _UNSEEN_CLASSES for c in (classes or "").split())


def _embedded(node: LexborNode, tag: str) -> str | None:
    """The address of a page that a forum shows a piece of: its words aren't the author's."""
    if tag != "aside" or "onebox" not in (node.attributes.get("class") or ""):
        return None
    return node.attributes.get("data-onebox-src")


def _closed(frame: _Frame, preformatted: bool) -> str:
    """The text of an element whose children are all read."""
    text = "".join(frame.parts)
    match frame.tag:
        case "br":
            return "\n"
        case "hr":
            return "\n\n---\n\n"
        case "img":
            return frame.node.attributes.get("alt") or ""
        case "pre":
            code = text.strip("\n")
            return f"\n\n```\n{code}\n```\n\n" if code.strip() else ""
        case "code" | "kbd" | "tt" if text.strip() and not preformatted and "\n" not in text:
            return f"`{text.strip()}`"
        case "a":
            return _link(frame.node, text)
        case "blockquote":
            lines = _block(text).splitlines()
            return "\n\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"
        case "li":
            return "\n- " + _NESTED_ITEM.sub("\n  - ", _block(text))
        case "td" | "th":
            return text.strip() + " | "
        case tag if tag in _HEADINGS:
            return f"\n\n{_HEADINGS[tag]}{_block(text)}\n\n"
        case tag if tag in _PARAGRAPHS:
            return f"\n\n{_block(text)}\n\n"
        case tag if tag in _BLOCKS:
            return f"\n{_block(text)}\n"
        case _:
            return text


def _block(text: str) -> str:
    """A block's text: spaces around its line breaks and at its ends mean nothing."""
    if "```" in text:
        return text.strip("\n ")
    return _MANY_BREAKS.sub("\n\n", _LINE_ENDS.sub("\n", text)).strip()


def _link(node: LexborNode, text: str) -> str:
    target = node.attributes.get("href") or ""
    classes = node.attributes.get("class") or ""
    if "mention" in classes or "lightbox" in classes or not target.startswith(("http", "mailto:")):
        return text
    return link(text, target)
