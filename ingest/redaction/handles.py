"""@handles, names on Reddit and Discord, and links to people's profiles.

An @ before a word is a handle only in prose: in code it is a decorator, before a path it is how
people name a file to an assistant, and before a product's name it is evidence.
"""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap
from ingest.redaction.words import NOBODY

_HANDLE = re.compile(
    r"""
    (?<![\w@/.`$+\\"'=\[-])@(?P<name>[^\W\d][\w-]*(?:\.bsky\.social)?)
    (?![\w/(@\\]|[.-]\w)
    (?![\ \t]*\n[\ \t]*(?:@|def\ |class\ |async\ def|export\ |public\ |private\ |static\ ))
    """,
    re.VERBOSE,
)
_CODE = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`)", re.DOTALL)

_END = r"""(?=[\s)\]>"'`,;|?]|/(?:[\s)\]>"'`,;|]|\Z)|\.(?!\w)|\Z)"""
_PROFILES = r"""
(?P<site> (?<![\w.-])(?:www\.|mobile\.)?(?:twitter|x|instagram|facebook|threads)\.(?:com|net)/
    (?!(?:i|home|search|intent|share|hashtag|explore|privacy|tos|login|signup)\b)
  | linkedin\.com/in/ | (?<![\w.])t\.me/ | reddit\.com/u(?:ser)?/ | ycombinator\.com/user\?id=
  | bsky\.app/profile/ | (?<![\w.])dev\.to/(?!(?:t|about|search|tags)\b)
  | (?:medium|youtube|tiktok|threads|substack)\.(?:com|net)/(?=@)
) (?P<name>@?\w[\w.%-]*\w)
"""
# A repository's address stays: it says what was worked on. An address that ends with the name
# is a person's, or an organisation's: these can't be told apart.
_OWNERS = rf"""
(?P<site>(?<![\w.-])(?:www\.)?git(?:hub|lab)\.com/)
(?!(?:features|login|settings|marketplace|pricing|about|orgs|topics|search|explore|notifications|new
   |sponsors|copilot|issues|pulls|users|apps|enterprise|security|trending|codespaces|join)\b)
(?P<name>\w[\w-]*){_END}
"""
# `https://any.server/@name`, as Mastodon and its kin write it; a package has a scope instead.
_SERVERS = rf"""
(?P<site>://(?!unpkg\.|jsr\.|esm\.|cdn\.)[\w-]+(?:\.[\w-]+)*\.[a-z]{{2,}}/)
(?P<name>@\w[\w.-]*\w)(?:{_END}|(?=/\d))
"""
_REDDIT_USER = r"(?<![\w/.])/?u/(?=[\w-]*[A-Za-z])(?:[\w-]{3,20}|_\w)(?![\w/-])"
_DISCORD = r"""
(\bdiscord\b[^\w\n]{1,4}(?:(?:is|name|id|tag|user|handle)[^\w\n]{1,3}){0,2})
[\w.]{2,32}\#\d{4}(?!\d)
"""


def _without_handles(text: str) -> str:
    parts = _CODE.split(text)  # prose and code by turns
    for number in range(0, len(parts), 2):
        if "@" in parts[number]:
            parts[number] = _HANDLE.sub(_handle, parts[number])
    return "".join(parts)


def _handle(found: re.Match[str]) -> str:
    name = found["name"].lower()
    return found[0] if name in NOBODY or name.startswith("agent-") else "[user]"


def _profile(found: re.Match[str]) -> str:
    return found[0] if found["name"].lower().lstrip("@") in NOBODY else found["site"] + "[user]"


RULES: tuple[Rule, ...] = (
    swap(
        _PROFILES,
        _profile,
        *("twitter.com", "x.com/", "instagram.com", "facebook.com", "threads.", "linkedin.com/in/"),
        *("t.me/", "reddit.com/u", "ycombinator.com/user", "bsky.app/", "/@", "dev.to/"),
        flags=re.IGNORECASE,
    ),
    swap(_OWNERS, _profile, "github.com/", "gitlab.com/", flags=re.IGNORECASE),
    swap(r"(stackoverflow\.com/users/)\d+(?:/[\w-]+)?", r"\1[user]", "flow.com/users/"),
    swap(_SERVERS, _profile, "/@", flags=re.IGNORECASE),
    Rule(_without_handles, ("@",)),
    swap(_REDDIT_USER, "[user]", "u/"),
    swap(_DISCORD, r"\1[user]", "discord", digits=4, flags=re.IGNORECASE),
)
