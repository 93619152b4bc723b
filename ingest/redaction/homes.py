r"""Names in home directories, in every spelling that tools print.

`/home/x`, `/Users/x`, `C:\Users\x`, doubled backslashes of JSON, `%2FUsers%2Fx`, WSL and Git Bash
paths, and the folder names that Claude Code makes of paths (`-Users-x-project`). A name that was
found in a path is taken out of the rest of the text too: listings and prompts repeat it.
"""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule
from ingest.redaction.words import ORDINARY

_SEP = r"(?:\\{1,4}|/{1,2}|%5[Cc]|%2[Ff])"
_DRIVE = r"(?:[A-Za-z](?::|%3[Aa])|/(?:mnt/)?[A-Za-z])"
_WSL = r"wsl(?:\.localhost|\$)" + _SEP + r"+[^\s\\/%]+"
_NAME = (
    r"\w(?:[\w.~+-]*[\w~])?"
    r"(?:(?:%20|\\\ )[\w.-]*\w){0,2}"  # an escaped space inside the name
    r"(?:(?:\ [A-Z][\w.-]*){1,2}(?=[\\/]))?"  # a bare one only where the path goes on
)
_PATH = re.compile(
    rf"""
    (?P<root>
      {_SEP}Users{_SEP}
      | {_DRIVE}{_SEP}[Uu][Ss][Ee][Rr][Ss]{_SEP}
      | (?:(?<![\w.)\]}}-])|(?<=/var)|(?<=/usr)|(?<=/export)|(?<=/data)|(?<=/mnt))/home/
      | (?:wsl|ssh-remote|dev-container)(?:\+|%2[Bb])[\w.-]+/home/
      | %2[Ff]home%2[Ff]
      | (?i:{_WSL}{_SEP}home{_SEP})
      | Documents\ and\ Settings\\{{1,4}}
    )
    (?P<name>{_NAME})
    """,
    re.VERBOSE,
)
# In a folder name made of a path the parts can't be told apart: the first word is taken.
_SLUG = re.compile(r"(?P<root>-Users-|(?<![A-Za-z0-9-])-home-)(?P<name>[^\W_]\w*)")
_LISTING = re.compile(
    r"(?P<root>(?<!\S)[-dlbcps][rwxsStT-]{9}[.+@]?\s+\d+\s+)"
    r"(?P<name>(?!root\s)[A-Za-z_][\w.-]*)(?=\s+[\w.-]+\s+[\d.,]+)"
)
_WEB = re.compile(r"(?:https?://|www\.)[^\s\"'<>()]*\Z", re.IGNORECASE)

_LEAST = 4  # letters of a name that is looked for outside paths


def _without_homes(text: str) -> str:
    names: set[str] = set()

    def mark(found: re.Match[str]) -> str:
        before = found.string[max(0, found.start() - 200) : found.start()]
        if "home" in found["root"] and _WEB.search(before):
            return found[0]
        names.add(found["name"])
        return found["root"] + "[user]"

    text = _PATH.sub(mark, text)
    text = _SLUG.sub(mark, text)
    text = _LISTING.sub(mark, text)
    return _without(text, names)


def _without(text: str, names: set[str]) -> str:
    rare = [n for n in names if len(n) >= _LEAST and n.lower() not in ORDINARY]
    if not rare:
        return text
    longest_first = "|".join(re.escape(n) for n in sorted(rare, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{longest_first})(?!\w)", "[user]", text)


RULES: tuple[Rule, ...] = (
    Rule(
        _without_homes,
        (
            *(
                "users/",
                "users\\",
                "users%2f",
                "users%5c",
                "-users-",
                "/home/",
                "-home-",
                "%2fhome",
            ),
            *("\\home\\", "rwx", "rw-", "documents and settings\\"),
        ),
    ),
)
