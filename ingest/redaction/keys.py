"""Keys, tokens and passwords: by the forms that vendors give them, and by what they are set to."""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap

_VENDORS = r"""
(?<![A-Za-z0-9_-])(?:
  sk-(?=[\w-]*\d)[\w-]{16,}                       # OpenAI, Anthropic, DeepSeek, OpenRouter
  | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{16,}
  | xox[abeoprs]-[\w-]{10,} | xapp-[\w-]{20,}     # Slack
  | (?:AKIA|ASIA)[A-Z0-9]{16}                     # AWS
  | AIza[\w-]{30,} | ya29\.[\w-]{20,} | GOCSPX-[\w-]{20,}  # Google
  | npm_[A-Za-z0-9]{30,} | pypi-(?=[\w-]*\d)[\w-]{30,} | hf_[A-Za-z0-9]{30,}
  | [srp]k_(?:live|test)_\w{10,} | whsec_\w{20,}  # Stripe
  | SG\.[\w-]{16,}\.[\w-]{16,}                    # SendGrid
  | (?:gsk|sbp|lin_api|figd|ntn|shpat|r8|pcsk|dop_v1|sntrys|phx)_[A-Za-z0-9_-]{20,}
  | (?:xai|pplx|tvly|nvapi|PMAK|tskey)-[A-Za-z0-9_-]{20,}
  | eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?          # JSON Web Token (RFC 7519)
  | eyJ[\w-]{40,}={0,2}
)
"""
_VENDOR_TRIGGERS = (
    *("sk-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "xapp-"),
    *("akia", "asia", "aiza", "ya29.", "gocspx-", "npm_", "pypi-", "hf_", "k_live_", "k_test_"),
    *("whsec_", "sg.", "gsk_", "sbp_", "lin_api_", "figd_", "ntn_", "shpat_", "r8_", "pcsk_"),
    *("dop_v1_", "sntrys_", "phx_", "xai-", "pplx-", "tvly-", "nvapi-", "pmak-", "tskey-", "eyj"),
)

# A value that is a name of something else: a variable, a path, a date, a placeholder.
_NOT_A_VALUE = (
    r"(?!process\.|os\.|env\.|[$<{\[*/~.]|\d{4}-\d\d-\d\d|claude-|gpt-|x{8}|sk-x{4}"
    r"|(?:[a-z_-]+/){2})"
)
_NAMED = re.compile(
    r"""
(?:(?:api|access|account|shared|private|master|encryption|session|auth|license|storage)[_-]?key
   |secret|token|signature|credential|authorization|clearance|[?&;]sig)["'`]?\s*\Z
""",
    re.VERBOSE | re.IGNORECASE,
)
_ASSIGNED = re.compile(
    r"""
[:=](?=\s*["'`]?(?:(?i:Bearer|Basic|token)\s+)?(?P<value>
"""
    + _NOT_A_VALUE
    + r"""
(?=[\w+/=.~%-]{0,99}?\d)(?=[\w+/=.~%-]{0,99}?[A-Za-z])[\w+/=.~%-]{16}))
""",
    re.VERBOSE,
)
_VALUE = re.compile(r"[\w+/=.~%-]+")
_PASSWORD = (
    r"""
((?:password|passwd|passphrase|pwd)(?:["'`]?\s*[:=]\s*["'`]?|\s+is\s+["'`]?)
 | \bsshpass\s+-p\s*["']? | \bmysql(?:dump)?\b[^\n|;]{0,80}\s-p)
"""
    + _NOT_A_VALUE
    + r"""
(?=[^\s"'`]*\d)(?=[^\s"'`]*[A-Za-z])[^\s"'`,;<>()\[\]{}]{6,}
"""
)
_ONCE = r"""
(\b(?:one-time|verification|security|sign-?in|log-?in|otp|2fa)\s+(?:code|password|pin)
(?:\ is|:|=)\s*["'`*]*)\d{4,8}(?![\w.-])
"""


def _without_assigned(text: str) -> str:
    """What stands after a colon or an equals sign is looked at first: names of keys are common."""
    parts, done = [], 0
    for found in _ASSIGNED.finditer(text):
        start = found.start("value")
        before = text[max(0, found.start() - 32) : found.start()]
        if start >= done and _NAMED.search(before) and (value := _VALUE.match(text, start)):
            parts += [text[done:start], "[key]"]
            done = value.end()
    return "".join((*parts, text[done:]))


RULES: tuple[Rule, ...] = (
    swap(
        r"(-----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----).*?(-----END|\Z)",
        r"\1[key]\2",
        "private key-----",
        flags=re.DOTALL,
    ),
    swap(r"(?<=://)[^\s/:@\"'`\[]+:[^\s/@\"'`\[]+@", "[user]:[key]@", "://"),
    swap(r"(?<=://):[^\s/@\"'`\[]+@", ":[key]@", "://:"),
    swap(_VENDORS, "[key]", *_VENDOR_TRIGGERS),
    swap(
        r"\b(bearer\s+)(?=[\w.~+/=-]*\d)[\w.~+/=-]{12,}",
        r"\1[key]",
        "bearer",
        flags=re.IGNORECASE,
    ),
    Rule(
        _without_assigned,
        (
            *("key", "secret", "token", "signature", "credential", "authorization", "clearance"),
            "sig=",
        ),
        digits=1,
    ),
    swap(
        _PASSWORD,
        r"\1[key]",
        *("passw", "passphrase", "pwd", "sshpass", "mysql"),
        digits=1,
        flags=re.IGNORECASE,
    ),
    swap(
        _ONCE,
        r"\1[key]",
        *(f"{what}{says}" for what in ("code", "password", "pin") for says in (" is", ":", "=")),
        digits=4,
        flags=re.IGNORECASE,
    ),
    swap(
        r"(hooks\.slack\.com/services/|discord(?:app)?\.com/api/webhooks/)[\w/-]{10,}",
        r"\1[key]",
        *("hooks.slack.com", "/api/webhooks/"),
    ),
    swap(r"(?<!\w)(?:AC|SK)[0-9a-f]{32}(?![\w-])", "[key]", "account", "twilio", "sid", digits=1),
    swap(r"(/bot)\d{6,}:[\w-]{20,}", r"\1[key]", "/bot", digits=4),  # Telegram
)
