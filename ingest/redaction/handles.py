"""E-mail addresses, @handles, and links to people's profiles.

An @ before a word is a handle only in prose: in code it is a decorator, before a path it is how
people name a file to an assistant, and before a product's name it is evidence.
"""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap
from ingest.redaction.words import NOBODY

_HOST = r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}"
_EMAIL = rf"""
(?<![\w.%+-])[\w%+][\w.%+-]*@
(?!v?\d+\.\d+\.|\dx\.)   # package@18.3.0-beta.rc, logo@2x.png
{_HOST}
"""
_SPELT_OUT = r"""
(?<![\w.+-])[\w+][\w.+-]*\s?(?:[\[(]\s?at\s?[\])])\s?
[\w-]+(?:\s?(?:[\[(]\s?dot\s?[\])]|\.)\s?[\w-]+)*\s?(?:[\[(]\s?dot\s?[\])]|\.)\s?[a-z]{2,}
| (?<![\w.+-])[\w+][\w.+-]*\ at\ (?:gmail|outlook|hotmail|yahoo|proton(?:mail)?|icloud)
  \s?(?:\ dot\ |\.)\s?[a-z]{2,3}(?!\w)
"""
_FEDIVERSE = rf"(?<![\w@])@[\w.-]+@{_HOST}"
_PROMPT = r"""
(?<![\w.@/-])[\w.-]+@(?:(?P<host>[\w-]+)(?=:[~/]|\s+[~\w/.-]+\s*[%$\#]\s)|(?=(?:\d{1,3}\.){3}\d))
"""

_HANDLE = re.compile(
    r"""
    (?<![\w@/.`$+\\"'=\[-])@(?P<name>[^\W\d][\w-]*)
    (?![\w/(@\\]|[.-]\w)
    (?![\ \t]*\n[\ \t]*(?:@|def\ |class\ |async\ def|export\ |public\ |private\ |static\ ))
    """,
    re.VERBOSE,
)
_CODE = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`)", re.DOTALL)

_PROFILES = r"""
( (?<![\w.-])(?:www\.|mobile\.)?(?:twitter|x|instagram|facebook|threads)\.(?:com|net)/
    (?!i/|home\b|search\b|intent\b|share\b|hashtag\b|explore\b)
  | linkedin\.com/in/ | (?<![\w.])t\.me/ | reddit\.com/u(?:ser)?/ | ycombinator\.com/user\?id=
  | bsky\.app/profile/ | (?:medium|youtube|tiktok|threads)\.(?:com|net)/(?=@)
) @?\w[\w.%-]*\w
"""
_REDDIT_USER = r"(?<![\w/.])(/?u/)(?=[\w-]*[A-Za-z])[\w-]{3,20}(?![\w/-])"


def _without_handles(text: str) -> str:
    parts = _CODE.split(text)  # prose and code by turns
    for number in range(0, len(parts), 2):
        if "@" in parts[number]:
            parts[number] = _HANDLE.sub(_handle, parts[number])
    return "".join(parts)


def _handle(found: re.Match[str]) -> str:
    name = found["name"].lower()
    return found[0] if name in NOBODY or name.startswith("agent-") else "[user]"


RULES: tuple[Rule, ...] = (
    swap(
        _PROFILES,
        r"\1[user]",
        *("twitter.com", "x.com/", "instagram.com", "facebook.com", "threads.", "linkedin.com/in/"),
        *("t.me/", "reddit.com/u", "ycombinator.com/user", "bsky.app/", "/@"),
        flags=re.IGNORECASE,
    ),
    swap(_FEDIVERSE, "[user]", "@"),
    swap(_EMAIL, "[e-mail]", "@"),
    swap(
        _SPELT_OUT,
        "[e-mail]",
        *("(at", "( at", "[at", "[ at", " at gmail", " at outlook", " at hotmail", " at yahoo"),
        *(" at proton", " at icloud"),
        flags=re.IGNORECASE,
    ),
    swap(_PROMPT, lambda found: "[user]@[host]" if found["host"] else "[user]@", "@"),
    Rule(_without_handles, ("@",)),
    swap(_REDDIT_USER, r"\1[user]", "u/"),
)
