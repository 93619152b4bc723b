"""Whether a reply says "it happened to me as well": another reporter of what it answers.

Such replies are short, and the model alone often takes them for no report, rightly so: out of their
thread "same here" says nothing. So this is read apart from the verdict. A reply that only agrees,
thanks, asks, advises or says "+1" doesn't corroborate, nor does one that says the contrary.
"""

from __future__ import annotations

import re

from classify.text import Voice, field

LONGEST = 300  # characters of its own words; who writes more tells a story of their own

_TROUBLE = (
    r"(?:issues?|problems?|bugs?|errors?|experiences?|behaviou?rs?|symptoms?|messages?"
    r"|things?|results?)"
)
_SAME = (
    r"(?:same|exact same|very same|identical|similar|exactly this|this exact)"
    rf" (?:\w+ )?{_TROUBLE}"
)
_MEETING = r"(?:having|getting|seeing|hitting|facing|experiencing|encountering|running into)"
_MET = (
    rf"(?:{_MEETING}|have|has|had|get|got|see|saw|hit|face|faced|experienced?|encounter(?:ed)?"
    r"|noticed?|run into|ran into)"
)
_I = r"\b(?:i|we)(?:'m| am|'ve| have|'re| are)?(?: \w+)?(?: been)?"
_HAPPEN = r"(?:happen|occur)\w*"
_TO_ME = r"(?:to|for|with) (?:me|us|mine)\b"
_TOO = r"(?:too|as well|also)\b"
_IT = r"(?:this|that|it|the same)"
_NOD = r"(?:yes|yeah|yep|yup|oh|wow)?"

_HAPPENED = "|".join(
    (
        rf"^{_NOD}[,.! ]*(?:the )?same(?: experience)?[.!;]+ ",
        rf"^{_NOD}\W*(?:me+ ?(?:too|2)|same (?:bro|bruh|man|dude|mate))\b",
        r"same (?:thing )?(?:here|for me|with me|with mine|for us)\b",
        r"same (?:thing )?on my (?:end|side|machine|account)\b",
        rf"same (?:thing )?(?:just |has |have |keeps? )?{_HAPPEN} {_TO_ME}",
        # "the same thing happened with Netscape" is about something else
        rf"same (?:thing )?(?:just |has |have |keeps? )?{_HAPPEN}\b(?! (?:with|to|for|when|in|if))",
        rf"{_I} {_MET} (?:the |this |that |a |much the |exactly the |exactly )?{_SAME}\b",
        rf"{_I} (?:noticed|{_MEETING}) {_IT}(?: {_TROUBLE})?,? {_TOO}",
        rf"^(?:also |currently |still )?{_MEETING} (?:the |this |a )?{_SAME}\b",
        rf"(?:^|[.!,] ?){_SAME}(?: here| for me| as (?:you|op|the op)|\s*[.!,]|$)",
        rf"(?:this|that|it) (?:just |also |has |keeps? )*{_HAPPEN} {_TO_ME}",
        rf"{_HAPPEN} {_TO_ME} {_TOO}",
        rf"\bwhat you(?:'re| are)? \w+ (?:just |also )?{_HAPPEN} {_TO_ME}",
        rf"\b(?:mine|ours) (?:{_TOO}|(?:does|did|is doing) {_IT}\b|(?:is|are) gone\b)",
        rf"\bcan confirm(?: {_IT}\b|[.,!]|$)",
        r"\b(?:i|we)(?:'m| am|'re| are) (?:also )?affected\b",
        rf"\baffects (?:me|us) {_TOO}",
        rf"\blost (?:mine|everything|(?:all of )?it|all my \w+) {_TOO}",
        r"(?:you'?re|you are) not alone[,.;!]? (?:i|we|same|me)\b",
        # The same in languages of which such threads hold some.
        r"\ba m[ií] (?:también|tambien|me pas[oóa])|\bme pas(?:a|ó|o) lo mismo",
        r"\bmismo problema\b|\bmesmo problema\b|\baqui também\b",
        r"\bbei mir (?:auch|genauso|dasselbe|das gleiche)",
        r"\b(?:gleiches|selbes|dasselbe|das gleiche) problem\b",
        r"\bmême (?:problème|souci|chose)\b|\bpareil (?:ici|pour moi|chez moi)",
        r"\bstesso problema\b|\banche a me\b",
        r"у меня (?:тоже|так же|та же)|та же (?:проблема|ошибка)",
        r"我也(?:是|遇到|有)|同样的问题|(?:私|うち|自分)も(?:同じ|です)|同じ(?:症状|現象|問題)",
        r"저도 (?:그래요|같은|똑같)",
    )
)
# A whole reply of such words, give or take marks and emoji.
_FILLER = (
    r"yep|yes|yeah|yup|oh|wow|lol|hey|hi|also|me|us|too|here|this|again|today|now|as well"
    r"|exactly|all day|\+1"
)
_SAID = r"same|me ?2|mine|ditto|likewise|happened|happens|happening"
_WHOLE = rf"\W*(?:(?:{_FILLER}|{_SAID})\b\W*){{1,7}}"
_ASSENT = r"\b(?:same|me ?2|mine|ditto|likewise|happen\w*|me (?:too|as well|also)|us too)\b"
# The contrary, a wish, a question, or praise: then the words above mean something else.
_NOT = "|".join(
    (
        r"\b(?:not(?! alone)|never|isn't|wasn't|hasn't|doesn't|didn't|don't|haven't|no|without"
        r"|unlike)\b"
        r"[^.!?]{0,25}(?:same|happen\w*|affected|issue|problem|mine)",
        r"\b(?:no|zero) (?:issues?|problems?) (?:here|for me|on my|so far|at all)",
        r"\b(?:works?|working|worked|runs?|running) (?:\w+ )?"
        r"(?:fine|well|great|perfectly|flawlessly|ok|okay|good)\b",
        r"\b(?:curious|wonder(?:ing)?|waiting for|interested|excited|looking forward|wish)\b",
        r"\b(?:impress(?:ed|ive)|awesome|amazing|powerful|excellent|fantastic)\b",
        r"\bfixed (?:it|this|that|for me)|\bhappy (?:with|to)\b|\b(?:love|loving) it\b",
        rf"\bif {_IT}[^.!?]{{0,30}}happen",
        r"\b(?:did|does|has|is|are|any(?:one|body)(?: else)?)\b[^.!]{0,60}\?",
    )
)
_FOUND, _ALONE = re.compile(_HAPPENED), re.compile(_WHOLE)
_ASSENTS, _OTHERWISE = re.compile(_ASSENT), re.compile(_NOT)


def corroborates(text: str) -> bool:
    """Whether a reply says, in few words, that what it answers happened to its author as well."""
    own = " ".join(" ".join(field("text", text).spoken_by(Voice.AUTHOR)).split())
    if not own or len(own) > LONGEST:
        return False
    if "?" not in own and _ALONE.fullmatch(own) and _ASSENTS.search(own):
        return True
    return bool(_FOUND.search(own)) and not _OTHERWISE.search(own)
