"""What came back: decoded, or the reason why not in a line that a person can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx
import msgspec

from domain.errors import BadAnswer, Gone, Refused
from ingest.transport import is_json

_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*?\brel\s*=\s*"?next"?', re.IGNORECASE)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer(Generic[T]):
    """A decoded answer; `content` is None where nothing changed since the given ETag (304)."""

    content: T | None
    etag: str = ""
    last_modified: str = ""
    next_page: str = ""  # the address of `Link: rel="next"`, as it was sent; "" at the end


def answered(answer: httpx.Response, content: T) -> Answer[T]:
    """`content` with what the headers tell of it."""
    return Answer(
        content=content,
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        next_page=_next_page(answer),
    )


class _Complaint(msgspec.Struct):
    """The names that services give to what is wrong."""

    error: object = None
    error_name: object = None
    error_type: object = None
    reason: object = None
    title: object = None
    message: object = None


PAGE = "a page"  # the word for an answer in HTML: a guard before the service spoke, not the service
_GONE = ("NotFound", "Record not found", "couldnt_find_post", "couldnt_find_comment")


def refused(answer: httpx.Response) -> Refused:
    """The error for an answer of 4xx; `Gone` where the thing asked for is not there."""
    where = f"{answer.request.url.host}{answer.request.url.path}"
    status, word = answer.status_code, _word(answer)
    match status:
        case 401:
            what, fix = f"{where} wants other credentials (401).", "Check the variable's value."
        case 402:
            what, fix = f"{where} wants to be paid (402).", "Its owner's credits are used up."
        case 403:
            what = f"{where} is forbidden to us (403)."
            fix = "Check address and credentials."
        case 404 | 410:
            what, fix = f"{where} is not there ({status}).", "Check `search` in whylost.toml."
        case 451:
            what, fix = f"{where} is closed for legal reasons (451).", ""
        case _:
            told = f"{status}, {word}" if word else str(status)
            what, fix = f"{where} refused the request ({told}).", "Please report this."
    kind = Gone if status in (404, 410) or word in _GONE else Refused
    return kind(what, fix, status=status, word=word)


def _word(answer: httpx.Response) -> str:
    """The service's own name for the reason, cut to what fits a line; "" where it gives none."""
    if "html" in answer.headers.get("content-type", ""):
        return PAGE
    try:
        told = msgspec.json.decode(answer.content, type=_Complaint)
    except msgspec.DecodeError:
        return ""
    said = (told.error_name, told.error_type, told.error, told.reason, told.title, told.message)
    for word in said:
        if isinstance(word, str) and word:
            return "".join(c for c in word[:80] if c.isprintable())
    return ""


def decoded(answer: httpx.Response, of: type[T]) -> T:
    """The body as JSON of type `of`. Raises `BadAnswer` where it is something else."""
    kind = answer.headers.get("content-type", "")
    host = answer.request.url.host
    if kind and not is_json(kind):  # without a Content-Type the body decides (RFC 9110, 8.3)
        raise BadAnswer(
            f"{host} answered with {kind.partition(';')[0][:40]}, not JSON.",
            "The next run tries again.",
        )
    try:
        return msgspec.json.decode(answer.content, type=of)
    except msgspec.DecodeError as error:
        raise BadAnswer(f"{host} answered in another shape: {error}.") from error


def _next_page(answer: httpx.Response) -> str:
    found = _NEXT.search(answer.headers.get("link", ""))
    return found[1] if found else ""
