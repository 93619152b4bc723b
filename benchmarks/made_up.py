"""Posts that nobody wrote, as long and as varied as real ones, the same for the same seed.

Lengths follow log-normal distributions that fit what is posted: a comment on Reddit has a median of
110 characters and a mean of 220, an issue 1,200 and 2,000. Texts hold what costs time: markup,
quotes, code, paths with a user's name, ids, addresses.
"""

from __future__ import annotations

import math
import random

_TEXT = """
the a of and to in it that was for on with my this not but have you are after again all  session
context window history chat prompt answer model token limit compact resume project  file folder
update version release morning yesterday hours work lost gone forgot refused  stopped crashed
empty blank error message button page browser desktop terminal account plan  subscription
support team nobody somebody anyone everything nothing something really just  still even only
then when where while because since until before during without about from  into over under
between long short large small new old same other first last next every each  opened closed
wrote read asked told tried waited restarted logged saved copied pasted deleted  Claude ChatGPT
Codex Gemini Copilot Cursor lantern harbour meadow orchard granite willow
"""
_WORDS = _TEXT.split()
_SPECIAL = (
    "`{word}.{word}()`",
    "**{word} {word}**",
    "/Users/{name}/projects/{word}/src/{word}.py:{number}",
    "C:\\Users\\{name}\\{word}",
    "https://{word}.example/{word}/{number}",
    "[{word}](https://{word}.example/{number})",
    "session {hex}-{hex4}-4{hex3}-9{hex3}-{hex12}",
    "{name}@{word}.example",
    "claude-opus-4-20250514",
    "v{small}.{small}.{number}",
    "2026-0{digit}-1{digit} 1{digit}:2{digit}:3{digit}",
)
_COMMENT, _ISSUE = (math.log(110), 1.15), (math.log(1_200), 1.0)
_LEAST, _MOST = 3, 10_000  # characters; Reddit takes no more


class Writer:
    """Writes texts from one seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def comment(self) -> str:
        """As long as comments on Reddit and Hacker News are."""
        return self._text(*_COMMENT)

    def issue(self) -> str:
        """As long as issues on GitHub are."""
        return self._text(*_ISSUE)

    def title(self) -> str:
        """A line."""
        return " ".join(self._dice.choices(_WORDS, k=self._dice.randint(4, 12))).capitalize()

    def name(self) -> str:
        """One of some thousand users."""
        return f"{self._dice.choice(_WORDS).lower()}_{self._dice.randrange(5_000)}"

    def _text(self, mean: float, deviation: float) -> str:
        wanted = min(max(int(self._dice.lognormvariate(mean, deviation)), _LEAST), _MOST)
        parts: list[str] = []
        length = 0
        while length < wanted:
            part = self._paragraph(wanted - length)
            parts.append(part)
            length += len(part) + 2
        return "\n\n".join(parts)

    def _paragraph(self, room: int) -> str:
        kind = self._dice.random()
        words = self._dice.choices(_WORDS, k=max(1, min(room // 5, self._dice.randint(8, 60))))
        if room > 60 and kind < 0.35:
            words.insert(len(words) // 2, self._special())
        text = " ".join(words)
        if kind < 0.05:
            return f"> {text}"
        if kind < 0.1 and room > 200:
            return f"```\n{text}\nError: {self._special()}\n```"
        return f"{text[:1].upper()}{text[1:]}."

    def _special(self) -> str:
        dice = self._dice
        return dice.choice(_SPECIAL).format(
            word=dice.choice(_WORDS).lower(),
            name=self.name(),
            number=dice.randrange(10, 9_999),
            small=dice.randrange(9),
            digit=dice.randrange(1, 9),
            hex=f"{dice.getrandbits(32):08x}",
            hex3=f"{dice.getrandbits(12):03x}",
            hex4=f"{dice.getrandbits(16):04x}",
            hex12=f"{dice.getrandbits(48):012x}",
        )
