"""Signs that a post tells of a failure, or that it tells of none."""

from __future__ import annotations

from classify.cues.cue import Cue

CUES = (
    Cue(
        name="report:bug_title",
        about=None,
        titles_only=True,
        texts=("[bug]", "bug report", "bug:", "issue with", "problem with"),
        rules=(
            "@fails|failed|failing|broken|crash*|error|errors|wrong|not|doesn't|can't|cannot|won't|stuck|hang*|lost|missing|regression|freez*|slow|unable|incorrect*|ignor*|never|disappear*|down|worst|useless|terrible",
        ),
    ),
    Cue(
        name="report:happened_to_me",
        about=None,
        rules=(
            "i|i'm|i've|me|my|we|our|mine ... @lost|losing|stuck|can't|couldn't|cannot|unable|stopped|failed|banned|crashed|broke|gone|flagged|refused|disappeared|deleted|blocked|charged|wasted|logged|locked|ignored|forgot|hit|wiped|vanished|suspended",
            "it|claude|chatgpt|app|codex|gpt|session|chat .. @just|suddenly|keeps|kept|won't|doesn't|didn't|refuses|refused|stopped|stops|failed|fails|crashed|crashes|forgot|forgets|deleted|lost|froze|freezes|ignores|ignored",
            "@happened|happens|happening .. to|me|again|today|yesterday|twice|every|three",
            "same .. @here|issue|problem|thing|error|experience",
            "@yesterday|today|tonight|morning|afternoon|week|ago|hours|just|overnight ... lost|stopped|gone|failed|crash*|error|refused|can't|deleted|broke|disappear*|stuck",
            "please .. @fix|solve|resolve|help|restore",
            "fix .. @this|it|asap|please",
            "this .. is .. @frustrating|annoying|unacceptable|ridiculous|infuriating|unusable|disappointing|absurd|useless",
        ),
    ),
    Cue(
        name="report:failure_words",
        about=None,
        rules=(
            "@frustrat*|annoy*|unacceptable|ridiculous|infuriat*|unusable|disappoint*|useless|terrible|awful|horrible|worst|garbage|trash|pathetic|waste|wtf|fed",
            "@error|errors|bug|bugs|buggy|glitch*|broken|crash*|issue|issues|problem|problems|failure|fails|failed|regression",
            "doesn't|does|not|isn't|won't|didn't|stopped|no .. longer? @work|working|respond*|load*",
        ),
    ),
    Cue(
        name="report:expected_actual",
        about=None,
        rules=(
            "@expected|actual|observed|current .. behavior|behaviour|result",
            "steps .. to .. @reproduce",
            "@repro|reproducible|reproduce|workaround|regression",
        ),
    ),
    Cue(
        name="none:show_hn",
        about=None,
        direction="against",
        texts=("show hn", "launch hn", "re: show hn", "tell hn:", "introducing", "open-sourced", "we just launched", "i built", "we built", "i made", "github.com/"),
        rules=(
            "i|we|i've|we've .. @built|made|wrote|created|released|launched|open-sourced|shipped|building .. a|an|this|it|the|my",
            "hi|hey|hello @hn",
            "@feedback .. welcome|appreciated|would",
            "would|i'd|we'd .. love|appreciate .. @feedback|thoughts",
            "@mit|apache .. license*|licence*|licensed",
            "author|maker|founder|creator|co-founder .. here @here",
        ),
    ),
    Cue(
        name="none:feature_request",
        about=None,
        direction="against",
        titles_only=True,
        texts=("[feature]", "[feature request]", "feature request", "feat:", "proposal", "suggestion", "enhancement", "rfc", "request:", "fix:", "docs:", "[docs]", "[doc]", "chore", "wish", "idea"),
        rules=("@add|allow|support|enable|expose|show|display|implement|provide|introduce|include|improve|make",),
    ),
    Cue(
        name="none:wish",
        about=None,
        direction="against",
        rules=(
            "@wish|hope|hoping ... could|would|had|there|add|was|you|they|it|for|to",
            "would .. be .. @nice|great|helpful|useful|amazing|cool|awesome|good|perfect|ideal|better",
            "please .. @add|allow|support|consider|make|bring|implement|include",
            "@should .. be|have|support|allow|provide",
            "i|i'd|would|we .. @suggest|propose|like|love .. to|if|that|a|it",
        ),
    ),
    Cue(
        name="none:praise",
        about=None,
        direction="against",
        rules=(
            "@love|amazing|awesome|excellent|fantastic|incredible|wonderful|brilliant|perfect|superb|recommend|impressive|impressed|phenomenal|best|great|helpful|nice|good|thank*|outstanding|exceptional",
            "works|working|worked|runs .. @great|perfectly|well|fine|flawlessly|better|for",
            "5|five @stars|star",
            "no @issues|problems|complaints|trouble",
            "highly @recommend*",
        ),
    ),
    Cue(
        name="none:advice",
        about=None,
        direction="against",
        rules=(
            "@you|u .. can|could|should|need|have|might|must|want|just|may|don't",
            "@try|use|check|make|switch|set|run|start|put|ask|tell .. sure|it|using|to|with|your|the|a|out|this|/compact|/clear|codex|claude",
            "your @context|prompt|prompts|setup|workflow|window|code|account|instructions",
            "@recommend|suggest|advice|tip|tips|trick|workflow|guide|tutorial",
            "if .. @you|your",
            "that's|this|it's .. @because|why|how|expected|normal|designed",
            "have .. you .. @tried",
        ),
    ),
    Cue(
        name="none:question",
        about=None,
        direction="against",
        rules=(
            "how|what|which|where|why|who|anyone|does|is|can|do|has|could|would|should ... @$ASK",
            "@anyone|anybody|curious|wondering",
            "@vs|versus|compared|comparison|alternative|alternatives|benchmark*|better than",
        ),
    ),
    Cue(
        name="none:news",
        about=None,
        direction="against",
        rules=(
            "@announce*|acquire*|acquisition|ipo|valuation|investor*|lawsuit|court|regulat*|government|president|ceo|billion|funding|policy|societ*|paper|arxiv|research*|study",
            "@changelog|release|released|notes|version .. notes|now|today|available",
        ),
    ),
)
