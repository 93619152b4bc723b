"""Keys, tokens and passwords: by the forms that vendors give them, and by what they are set to."""

from __future__ import annotations

import re

from ingest.redaction.rule import Rule, swap

_VENDORS = r"""
(?<![A-Za-z0-9_-])(?:
  sk-(?=[\w-]*\d)[\w-]{16,}                       # OpenAI, Anthropic
  | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{16,}
  | xox[abeoprs]-[\w-]{10,} | xapp-[\w-]{20,}     # Slack
  | (?:AKIA|ASIA)[A-Z0-9]{16}                     # AWS
  | AIza[\w-]{30,} | ya29\.[\w-]{20,} | GOCSPX-[\w-]{20,}  # Google
  | npm_[A-Za-z0-9]{30,} | pypi-(?=[\w-]*\d)[\w-]{30,} | hf_[A-Za-z0-9]{30,}
  | [srp]k_(?:live|test)_\w{10,} | whsec_\w{20,}  # Stripe
  | SG\.[\w-]{16,}\.[\w-]{16,}                    # SendGrid
  | (?:gsk|sbp)_[A-Za-z0-9]{20,} | (?:xai|pplx|tvly)-[A-Za-z0-9]{20,}
  | eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?          # JSON Web Token (RFC 7519)
  | eyJ[\w-]{40,}={0,2}
)
"""
_VENDOR_TRIGGERS = (
    *("sk-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "xapp-"),
    *("akia", "asia", "aiza", "ya29.", "gocspx-", "npm_", "pypi-", "hf_", "k_live_", "k_test_"),
    *("whsec_", "sg.", "gsk_", "sbp_", "xai-", "pplx-", "tvly-", "eyj"),
)

# A value that is a name of something else: a variable, a path, a date, a placeholder.
_NOT_A_VALUE = r"(?!process\.|os\.|env\.|[$<{\[*/~.]|\d{4}-\d\d-\d\d|claude-|gpt-)"
_ASSIGNED = (
    r"""
((?:api[_-]?key|access[_-]?key|secret|token|signature|credential|authorization)
["'`]?\s*[:=]\s*["'`]?(?:(?:Bearer|Basic|token)\s+)?)
"""
    + _NOT_A_VALUE
    + r"""
(?=[\w+/=.~-]*\d)(?=[\w+/=.~-]*[A-Za-z])[\w+/=.~-]{16,}
"""
)
_PASSWORD = (
    r"""
((?:password|passwd|passphrase|pwd)["'`]?\s*[:=]\s*["'`]?)
"""
    + _NOT_A_VALUE
    + r"""
(?=[^\s"'`]*\d)(?=[^\s"'`]*[A-Za-z])[^\s"'`,;<>()\[\]{}]{6,}
"""
)

RULES: tuple[Rule, ...] = (
    swap(
        r"(-----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----).*?(-----END|\Z)",
        r"\1[key]\2",
        "private key-----",
        flags=re.DOTALL,
    ),
    swap(r"\b([a-z][\w+.-]*://)[^\s/:@\"'`\[]+:[^\s/@\"'`\[]+@", r"\1[user]:[key]@", "://"),
    swap(_VENDORS, "[key]", *_VENDOR_TRIGGERS),
    swap(
        r"\b(bearer\s+)(?=[\w.~+/=-]*\d)[\w.~+/=-]{12,}",
        r"\1[key]",
        "bearer",
        flags=re.IGNORECASE,
    ),
    swap(
        _ASSIGNED,
        r"\1[key]",
        *("key", "secret", "token", "signature", "credential", "authorization"),
        flags=re.IGNORECASE,
    ),
    swap(_PASSWORD, r"\1[key]", "passw", "passphrase", "pwd", flags=re.IGNORECASE),
    swap(
        r"(hooks\.slack\.com/services/|discord(?:app)?\.com/api/webhooks/)[\w/-]{10,}",
        r"\1[key]",
        *("hooks.slack.com", "/api/webhooks/"),
    ),
)
