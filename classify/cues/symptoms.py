"""What a person saw happen: a layer of its own, since one symptom fits several causes."""

from __future__ import annotations

from classify.cues.cue import Cue
from domain.causes import Symptom

CUES = (
    Cue(
        name="symptom:conversation_gone",
        about=Symptom.CONVERSATION_GONE,
        rules=(
            "$CHAT|everything|research|work|messages|project|story|it|hours|memory|memories|all .. @gone|vanish*|disappear*|dissapear*|erased|deleted|wiped|lost|missing",
            "@lost|deleted|deletes|deleting|erased|wiped|nuked|swallowed|ate|vanished|disappeared|lose|losing|loses .. my|all|our|the|everything|entire|whole|of|four|two|three|hours|every|a|an|weeks|days|it",
            "@gone .. poof|everything|all|just|again|forever",
            "no .. @trace|record .. of",
        ),
    ),
    Cue(
        name="symptom:forgot",
        about=Symptom.FORGOT,
        rules=(
            "@forg*|amnesia",
            "not|n't|no|doesn't|can't|didn't|couldn't .. longer? @remember|recall|remembers",
            "los* .. @context|track|memory|coherence|thread|plot",
            "@context|memory .. loss|lost|gone",
            "as .. if .. @never|nothing|new",
        ),
    ),
    Cue(
        name="symptom:cut_off",
        about=Symptom.CUT_OFF,
        rules=(
            "@cut|cuts|cutting .. off|me|out|short|mid*",
            "@mid-sentence|mid-answer|mid-task|midway|halfway|mid-conversation|mid-response",
            "middle|mid .. of .. a|the|my|our @sentence|answer|response|task|work|conversation|chat|session|refactor*|project",
            "@stopped|stops|ended|ends|ending|aborted|interrupted|terminated .. mid*|abruptly|halfway|in|the|generating|suddenly|my|our|while|before",
            "@abruptly|suddenly .. end*|stop*|cut|clos*",
        ),
    ),
    Cue(
        name="symptom:refused",
        about=Symptom.REFUSED,
        texts=("usage polic", "content filter", "content polic", "i can't help", "can't assist", "cannot assist"),
        rules=(
            "@$REFUSE .. to .. answer|discuss|talk|write|help|provide|give|tell|generate|create|respond|do|make|say|continue|engage|even|work",
            "@blocked|flagged|censored|filtered|moderated|refusal*|banned|prohibited",
            "won't|wouldn't|will not .. @answer|discuss|help|talk|write|tell",
        ),
    ),
    Cue(
        name="symptom:evasive",
        about=Symptom.EVASIVE,
        rules=(
            "@evasive|evade*|evading|dodg*|deflect*|sidestep*|stonewall*|cagey|gaslight*|canned|non-answer*|platitude*|vague|blamed|blames|blaming|blame",
            "act*|pretend*|behav*|carried|carry|went .. as|like|that|on .. if? .. @nothing|never|happened|first",
            "@denied|denies|deny|denying|insists|insisted|claimed|claims .. it|that|ever|having|we|never|there|no|knowing",
            "chang* .. the @subject|topic",
        ),
    ),
    Cue(
        name="symptom:unresponsive",
        about=Symptom.UNRESPONSIVE,
        rules=(
            "@stopped|stops|quit .. answering|responding|replying|working|talking|generating",
            "no|not|n't|never|without|doesn't|won't .. @response|respond|reply|responding|answer|answers|answering|replies|responds",
            "@unresponsive|frozen|froze|freez*|hangs|hung|hanging|stuck|spinner|spinning|endless*|silence|silent|nothing",
            "nothing @happens|happened",
        ),
    ),
    Cue(
        name="symptom:logged_out",
        about=Symptom.LOGGED_OUT,
        rules=(
            "@log|logs|logged|logging|sign|signed|signs|signing|kick|kicked|kicks|boot|booted .. me|us|you|out|users .. out?",
            "session|token|login .. @expir*|invalid*",
            "@re-login|reauthenticate|re-authenticate|relogin|logout",
        ),
    ),
    Cue(
        name="symptom:cannot_resume",
        about=Symptom.CANNOT_RESUME,
        texts=("no conversation found", "session not found", "unable to load conversation", "failed to resume", "can't resume", "cannot resume"),
        rules=(
            "$NOT|unable|impossible|no|error .. to|way|be .. @resume|resumed|restore|restored|reopen|recover|recovered|continue|retrieve",
            "@resume|resuming|--resume|/resume|--continue|restore ... $NOT|empty|blank|error|wrong|broken|hang*|crash*|stuck|nothing",
        ),
    ),
    Cue(
        name="symptom:sent_back_in_time",
        about=Symptom.SENT_BACK_IN_TIME,
        rules=(
            "@back .. in|to .. time|earlier|older|previous|yesterday|hours|days|old .. state|point|version|message*?",
            "@reverted|reverts|reverting|rolled|rollback|rewound|regressed|jumped .. back? .. to|my|the|an|conversation|chat",
            "@older|earlier|previous|old .. version|state|copy|snapshot .. of .. chat|conversation|thread|session|it",
        ),
    ),
    Cue(
        name="symptom:account_closed",
        about=Symptom.ACCOUNT_CLOSED,
        rules=(
            "@account|org|organization|organisation .. has|was|is|been|got|$GONE|$NOT|my .. banned|suspended|disabled|deactivated|terminated|closed|locked|flagged|revoked|deleted",
            "@banned|suspended|deactivated|terminated|disabled|locked .. my|our|me|the|without|for|out|from|account",
            "i|i'm|i've|me|we|got|been|was @banned|suspended|deactivated",
        ),
    ),
)
