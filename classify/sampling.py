"""Which posts people are given to judge: at random for measuring, uncertain ones for learning.

The random stream is drawn by ranks of keyed hashes (sequential Poisson sampling, Ohlsson 1998;
priority sampling, Duffield, Lund and Thorup 2007): each post has one number for good, uniform in
(0, 1) and known only to who holds the key; divided by its stratum's rate it is the post's rank, and
the least ranks are drawn. So the size is exact, later drawings add to earlier ones, and nobody can
choose what is drawn. Given the ranks of all others a post is drawn if its number is below its rate
times the least rank that was not drawn: that chance is kept, and sums weighted by 1 / chance are
unbiased (Horvitz and Thompson 1952). Of several drawings the largest chance counts: the post would
have come in by any of them. That is exact where the posts to draw from stay the same, and off by
the order of one in the number drawn where they have changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, log

from classify.model import CAUSES
from db.samples import Drawable, Drawn
from domain.causes import Decision
from domain.keyed import HASH_BYTES, Keyed

# Posts are drawn at the rate (posts the model puts there) ** -BY_ANSWER * (posts of the place) **
# -BY_PLACE (power allocation, Bankier 1988). At 0 all posts would be drawn alike, and hardly one of
# a rare cause; at 1 each answer or place would give as many posts, however few it holds.
BY_ANSWER, BY_PLACE = 0.75, 0.25
# Upper bounds of the bands in which posts that the model takes for no report are drawn: what it
# misses lies mostly near its threshold.
NO_REPORT = (0.02, 0.1)
# How far uncertain posts are preferred to less uncertain ones; at 0 they are drawn alike.
SHARPNESS = 4.0
ALIKE = 0.5  # cosine of word pairs from which on two posts say the same
_LOOKED_AT = 8  # candidates whose texts are compared, for each post wanted

Numbers = Callable[[str], float]  # post -> its own number in (0, 1)


def numbers(keyed: Keyed, stream: str, seed: int) -> Numbers:
    """The posts' own numbers for a stream, by the installation's key: nobody can foresee them."""

    def number(post: str) -> float:
        digits = keyed.hash("sample", f"{stream} {seed} {post}")
        return (int(digits, 16) + 0.5) / (1 << 8 * HASH_BYTES)

    return number


@dataclass(frozen=True, slots=True)
class Drawing:
    """What to save. `drawn`: new posts, and old ones whose chance has grown.

    `strata`: of each, how many posts it holds, and how many of them are drawn now.
    """

    drawn: tuple[Drawn, ...]
    strata: Mapping[str, tuple[int, int]]


def stratum_of(post: Drawable) -> str:
    """Place (a source's own) and what the model says."""
    return f"{post.place} | {_band(post)}"


def _band(post: Drawable) -> str:
    if not post.judged:
        return "refused"
    if post.decision is not Decision.NOT_A_REPORT:
        return post.decision.value
    lower = sum(post.report_probability >= bound for bound in NO_REPORT)
    return f"{post.decision.value} {lower + 1} of {len(NO_REPORT) + 1}"


def draw_at_random(
    posts: Sequence[Drawable], before: Mapping[str, Drawn], number: Numbers, wanted: int
) -> Drawing:
    """`wanted` more posts of the audit sample, fewer where there are no more."""
    strata = {post.post: stratum_of(post) for post in posts}
    sizes = Counter(strata.values())
    answers, places = Counter(_band(p) for p in posts), Counter(p.place for p in posts)
    rate = {p.post: answers[_band(p)] ** -BY_ANSWER * places[p.place] ** -BY_PLACE for p in posts}
    rank = {post: number(post) / rate[post] for post in strata}
    order = sorted((p for p in rank if p not in before), key=lambda p: (rank[p], p))
    chosen = set(order[:wanted])
    least_left = rank[order[wanted]] if wanted < len(order) else inf
    drawn = []
    for post in posts:
        key = post.post
        chance = min(1.0, rate[key] * least_left)
        if key in chosen:
            drawn.append(
                Drawn(
                    post=key,
                    version=post.version,
                    stratum=strata[key],
                    chance=chance,
                    position=number(key),
                )
            )
        elif key in before and chance > (before[key].chance or 0.0):
            drawn.append(replace(before[key], chance=chance))
    taken = Counter(strata[key] for key in chosen)
    return Drawing(tuple(drawn), {name: (size, taken[name]) for name, size in sizes.items()})


def draw_uncertain(
    posts: Sequence[Drawable],
    number: Numbers,
    wanted: int,
    texts: Callable[[Sequence[str]], Mapping[str, str]],
) -> Drawing:
    """At most `wanted` posts from which most is to be learnt, the most wanted first.

    Uncertainty counts by entropy and margin, more where few posts of a place are of that cause; a
    random number softens the order, since the most uncertain posts are much alike (power
    acquisition, Kirsch et al. 2021). Of a thread one post is chosen, and none that says what one
    chosen before says. `texts` gives the texts of posts.
    """
    cells = {post.post: f"{post.place} | {_likely(post)}" for post in posts}
    sizes = Counter(cells.values())

    def wish(post: Drawable) -> float:
        rare = sizes[cells[post.post]] ** -0.5
        chance = -log(-log(number(post.post)))  # Gumbel: the largest are a weighted random sample
        return SHARPNESS * log(max(uncertainty(post) * rare, 1e-9)) + chance

    ordered = sorted(posts, key=lambda post: (-wish(post), post.post))
    apart = {post.thread: post for post in reversed(ordered)}
    looked_at = [p for p in ordered if apart[p.thread] is p][: _LOOKED_AT * wanted]
    chosen = _different([p.post for p in looked_at], texts, wanted)
    known = {post.post: post for post in posts}
    drawn = tuple(
        Drawn(
            post=key,
            version=known[key].version,
            stratum=cells[key],
            chance=None,
            position=float(place),
        )
        for place, key in enumerate(chosen)
    )
    taken = Counter(cells[key] for key in chosen)
    return Drawing(drawn, {name: (size, taken[name]) for name, size in sizes.items()})


def uncertainty(post: Drawable) -> float:
    """0 to 1: the mean of entropy and of one less the margin, over no report and the causes."""
    shares = [1 - post.report_probability, *(post.causes[cause] for cause in CAUSES)]
    total = sum(shares) or 1.0
    shares = sorted((share / total for share in shares), reverse=True)
    entropy = -sum(share * log(share) for share in shares if share > 0) / log(len(shares))
    return (entropy + 1 - (shares[0] - shares[1])) / 2


def _likely(post: Drawable) -> str:
    likely = max(CAUSES, key=lambda cause: post.causes[cause])
    none = 1 - post.report_probability
    return likely.value if post.causes[likely] > none else Decision.NOT_A_REPORT.value


def _different(
    keys: Sequence[str], texts: Callable[[Sequence[str]], Mapping[str, str]], wanted: int
) -> list[str]:
    """The first `wanted` of `keys` that don't say what an earlier one of them says."""
    from sklearn.feature_extraction.text import HashingVectorizer

    if not keys:
        return []
    read = texts(keys)
    pairs = HashingVectorizer(n_features=2**18, ngram_range=(2, 2), alternate_sign=False)
    rows = pairs.transform([read.get(key, "") for key in keys])
    chosen: list[int] = []
    for i in range(len(keys)):
        if len(chosen) == wanted:
            break
        if not chosen or (rows[chosen] @ rows[i].T).max() < ALIKE:
            chosen.append(i)
    return [keys[i] for i in chosen]
