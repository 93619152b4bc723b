r"""Names of accounts on a machine: in home directories, prompts, listings and environments.

`/home/x`, `/Users/x`, `C:\Users\x`, doubled backslashes and escaped slashes of JSON,
`%2FUsers%2Fx`, WSL and Git Bash paths, and the folder names that Claude Code makes of paths
(`-Users-x-project`). A name that was found in one of them is taken out of the rest of the text
too: logs repeat it.
"""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule
from ingest.redaction.words import ORDINARY, SHARED_HOMES

_SEP = r"(?:\\{1,4}/?|/{1,2}|%(?:25)?5[Cc]|%(?:25)?2[Ff])"
_DRIVE = r"(?:[A-Za-z](?::|%(?:25)?3[Aa])|/(?:mnt/|cygdrive/)?[A-Za-z])"
_SERVER = r"(?<![\w\\])(?:\\{2}|\\{4})[\w.-]+\\{1,2}"
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
      | (?:(?<![\w.)\]}}-])|(?<=/var)|(?<=/usr)|(?<=/export)|(?<=/data)|(?<=/mnt))\\?/home\\?/
      | (?:wsl|ssh-remote|dev-container)(?:\+|%2[Bb])[\w.-]+/home/
      | (?:ssh|sftp|scp|rsync)://[\w.:@-]+/home/
      | %(?:25)?2[Ff]home%(?:25)?2[Ff]
      | (?i:wsl(?:\.localhost|\$){_SEP}+[^\s\\/%]+{_SEP}home{_SEP})
      | {_SERVER}[Hh]omes?\\{{1,2}}
      | /volume\d/homes/
      | Documents\ and\ Settings\\{{1,4}}
    )
    (?P<name>{_NAME})
    """,
    re.VERBOSE,
)
# In a folder name made of a path the parts can't be told apart: the first word is taken.
_SLUG = re.compile(r"(?P<root>-Users-|(?<![A-Za-z0-9-])-home-)(?P<name>[^\W_]\w*)")
_SHOWN = re.compile(
    r"""
    (?P<root>
      (?<!\S)[-dlbcps][rwxsStT-]{9}[.+@]?\s+\d+\s+                     # ls -l
      | (?<![\w.])(?:USER|LOGNAME|USERNAME|SUDO_USER)["']?\s?[=:]\s?["']?(?=[\w.-]+["']?(?:\s|,|\Z))
    )
    (?P<name>[A-Za-z_][\w.-]*)
    """,
    re.VERBOSE,
)
_PROCESS = re.compile(  # ps aux
    r"(?P<root>)(?<!\S)(?P<name>[A-Za-z_][\w.+-]*)(?=\s+\d+\s+\d+\.\d\s+\d+\.\d\s+\d+\s+\d+\s)"
)
# `name@host:~$`, `name@host dir %`, `[name@host dir]$`, Git Bash, Kali; `name@203.0.113.7`.
_PROMPT = re.compile(
    r"""
    (?<![\w.@/-])(?P<name>[\w.-]+)(?P<at>[@㉿])(?:
      (?P<host>[\w-]+)
      (?=:[~/] | \s+[~\w/.-]+\s*\]?\s?[%$\#](?:\s|\Z) | \ (?:MINGW|MSYS|UCRT|CLANG) | \)-\[)
      | (?=(?:\d{1,3}\.){3}\d)
    )
    """,
    re.VERBOSE,
)
_HOST = re.compile(r"(?<!\w)((?:COMPUTERNAME|HOSTNAME|USERDOMAIN)=)(?!localhost|\[)[\w-]+")
_WEB = re.compile(r"(?:https?://|www\.)[^\s\"'<>()]*\Z", re.IGNORECASE)

_LEAST = 4  # letters of a name that is looked for outside paths


def _without_homes(text: str) -> str:
    names: set[str] = set()

    def mark(found: re.Match[str]) -> str:
        if found["name"].lower() in SHARED_HOMES:
            return found[0]
        before = found.string[max(0, found.start() - 200) : found.start()]
        if "home" in found["root"] and _WEB.search(before):
            return found[0]
        names.add(found["name"])
        return found["root"] + "[user]"

    text = _PATH.sub(mark, text)
    text = _SLUG.sub(mark, text)
    return _without(text, names)


def _without_accounts(text: str) -> str:
    names: set[str] = set()

    def mark(found: re.Match[str]) -> str:
        if found["name"].lower() in ORDINARY:
            return found[0]
        names.add(found["name"])
        return found["root"] + "[user]"

    def prompt(found: re.Match[str]) -> str:
        names.add(found["name"])
        return f"[user]{found['at']}[host]" if found["host"] else f"[user]{found['at']}"

    text = _PROMPT.sub(prompt, text)
    text = _SHOWN.sub(mark, text)
    text = _PROCESS.sub(mark, text)
    return _without(_HOST.sub(r"\1[host]", text), names)


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
            *("users/", "users\\", "users%2f", "users%5c", "users%25", "-users-", "/home/"),
            *("/home\\/", "-home-", "%2fhome", "\\home\\", "\\homes\\", "/homes/"),
            "documents and settings\\",
        ),
    ),
    Rule(
        _without_accounts,
        (
            *("@", "㉿", "rwx", "rw-", "user=", "username", "logname", '"user"', "computername="),
            *("hostname=", "userdomain=", "sl+", "rl+", "pts/", " ss ", " ssl", " s+ "),
        ),
    ),
)
