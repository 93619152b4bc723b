"""Signs of every other failure: quota, outage, billing, speed, quality, interface, set-up, tools."""

from __future__ import annotations

from classify.cues.cue import Cue
from domain.causes import Cause

_ABOUT = Cause.OTHER

CUES = (
    Cue(
        name="usage_quota",
        about=_ABOUT,
        texts=(
            "5-hour limit",
            "5 hour limit",
            "weekly limit",
            "usage limit",
            "limit reached · resets",
            "limit reached ∙ resets",
            "/extra-usage",
            "rate_limit_error",
            "you've hit your limit",
            "out of credits",
        ),
        rules=(
            "weekly|daily|hourly|5-hour|5h|opus|message|usage|rate|image|upload @limit|limits|limiting|cap|caps|quota",
            "@limit|limits|quota .. reset*|resets",
            "hit|reach*|burn*|exhaust* .. my|the|limits|limit|usage|quota|credits @usage|quota|credits|limits",
        ),
    ),
    Cue(
        name="outage",
        about=_ABOUT,
        texts=(
            "overloaded_error",
            "529",
            "internal server error",
            "502 bad gateway",
            "503 ",
            "504 ",
            "api error: 500",
            "api_error",
            "status page",
            "service unavailable",
            "connection error",
            "network error",
            "etimedout",
            "econnreset",
            "enotfound",
            "request timed out",
            "fetch failed",
            "something went wrong",
            "an error occurred",
            "at capacity",
        ),
        rules=(
            "@server|servers|service|api|site|website|claude|chatgpt|openai|anthropic|app|it .. is|are|'s|was|been .. down|overloaded|offline|unreachable|outage",
            "@outage*|downtime|overloaded|disconnect*",
            "@connection .. fail*|lost|error*|drop*|refused|reset|timeout|problem*|issue*",
            "keeps|keep .. @timing .. out",
        ),
    ),
    Cue(
        name="billing",
        about=_ABOUT,
        rules=(
            "@charged|refund*|billing|invoice|payment|overcharged|unsubscribe|scam|paywall|double-charged",
            "cancel* .. my|the .. @subscription|plan|membership",
            "paid|paying|pay|upgraded .. for|to|but .. @plus|pro|max|premium|subscription ... not|still|n't|no|free",
        ),
    ),
    Cue(
        name="slow_or_hung",
        about=_ABOUT,
        rules=(
            "@slow|slower|sluggish|laggy|lag|lags|unresponsive|unusable|freez*|frozen|froze|hangs|hang|hung|stuck|crash*|overheat*|cpu|flicker*",
            "takes|took|taking .. forever|ages|minutes|hours|long @forever|ages|minutes|hours|long",
            "memory @leak|usage|consumption",
            "doesn't|won't|not|isn't|never|n't .. @respond|load|open|work|working|start|launch|install|responding|loading|opening",
        ),
    ),
    Cue(
        name="answer_quality",
        about=_ABOUT,
        rules=(
            "@hallucinat*|inaccurate|incorrect|misinformation|fabricat*|nonsense|gibberish|outdated|lies|lied|lying|lazy|dumber|stupid*|dumb",
            "wrong|false|incorrect|bad|useless|terrible @answer*|information|info|code|response*|results|advice",
            "@makes .. things|stuff|mistakes|up|errors",
            "ignor*|disregard*|violat*|follow* .. my|the|claude.md|its|explicit|instructions|rules @instruction*|claude.md|rules|agents.md",
            "quality|performance .. @degrad*|drop*|worse|declin*|regress*|nerf*",
            "gotten|getting|got|become|became .. @worse|dumber|stupid*|lazy|lazier",
            "knowledge .. @cutoff|cut-off|2021|2023",
        ),
    ),
    Cue(
        name="wrong_edits",
        about=_ABOUT,
        rules=(
            "@delet*|overwr*|wiped|broke|corrupt*|destroy*|remov* .. my|the|a|all|entire|our|production .. file|files|code|folder|directory|repo|database|db|tables|branch|tests|config|changes|commits",
            "file .. has .. been .. unexpectedly .. @modified",
            "@edit .. tool",
            "without .. @asking|permission|approval|consent|confirmation|warning",
            "@force .. push*",
        ),
    ),
    Cue(
        name="tools_and_interface",
        about=_ABOUT,
        rules=(
            "@mcp|plugin*|hook|hooks|slash|subagent*|lsp|marketplace|skills|statusline|oauth ... $NOT|$FAIL",
            "@scroll*|cursor|keyboard|font|theme|color|colour|button|ui|layout|dark|clipboard|paste|copy|render*|voice|microphone|mic|screen|icon|dropdown|tab|rendering|terminal ... $NOT|$FAIL|flicker*|missing|wrong",
            "@install*|npm|homebrew|update|auto-update|autoupdate|wsl|node_modules|winget ... $FAIL|not|n't|error*",
            "@login|log|sign|signin|signup|register .. in|up .. not|n't|error|fail*|problem|issue|can't|loop",
            "can't|cannot|unable|couldn't|won't|not|n't .. able? .. to|let? .. me? .. @login|log|sign|register",
            "tool .. @not .. found|available|work*",
            "@enoent|typeerror|referenceerror|eaddrinuse|exit|traceback|stacktrace|segfault|oom",
        ),
    ),
)
