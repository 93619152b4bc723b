"""The commands of samples: draw posts for people to judge, and what their decisions tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from classify.audit import Audit
    from db.samples import Drawable
    from domain.invocation import Invocation

_Posts = Annotated[int, typer.Option(min=1, max=100_000, help="How many.")]
_Seed = Annotated[int, typer.Option(help="Another seed, another sample; the first one stays.")]


def mount(app: typer.Typer) -> None:
    """Adds the commands to `whylost classify`."""
    for command in (draw, audit):
        app.command()(command)


def draw(
    context: typer.Context,
    posts: _Posts,
    stream: Annotated[
        str, typer.Option(help="`audit`: at random, to measure; `uncertain`: to learn from.")
    ] = "audit",
    seed: _Seed = 0,
) -> None:
    """Draw posts for people to judge; their texts are kept until they have."""
    from classify import sampling
    from db import samples, verdicts
    from db.engine import read, write
    from db.judges import judges
    from db.opened import opened
    from domain.errors import InputError

    told: Invocation = context.obj
    if stream not in tuple(samples.Stream):
        raise InputError(f"--stream can't be {stream}.", "It is audit or uncertain.")
    wanted = samples.Stream(stream)
    with opened(told.settings) as database:
        number = sampling.numbers(database.keyed, wanted, seed)
        with read(database.engine) as connection:
            shown = judges(connection)
            if shown is None:
                raise InputError("Nothing was judged yet.", "Run `whylost classify` first.")
            _same_seed(samples.seed_of(connection, wanted), wanted, seed)
            given = samples.drawable(connection, shown, wanted)

            def texts(keys: Any) -> dict[str, str]:
                return {p.post: f"{p.title}\n{p.text}" for p in verdicts.held(connection, keys)}

            if wanted is samples.Stream.AUDIT:
                before = samples.sample(connection, wanted)
                drawing = sampling.draw_at_random(given, before, number, posts)
            else:
                drawing = sampling.draw_uncertain(given, number, posts, texts)
        with write(database.engine) as connection:
            samples.save_drawing(
                connection,
                wanted,
                drawing.drawn,
                strata=drawing.strata,
                seed=seed,
                model=shown.current,
                now=told.now(),
            )
    _say_drawn(told, stream, given, drawing.strata)


def _same_seed(first: int | None, stream: str, seed: int) -> None:
    """A second seed would be a second chance: of no post could be told how likely it came in."""
    from domain.errors import InputError

    if stream == "audit" and first is not None and first != seed:
        raise InputError(
            f"The audit sample is drawn with seed {first}; a post once drawn stays drawn.",
            f"Draw more with --seed {first}.",
        )


def _say_drawn(told: Invocation, stream: str, given: list[Drawable], strata: Any) -> None:
    drawn = sum(taken for _, taken in strata.values())
    told.tell(
        {
            "stream": stream,
            "drawn": drawn,
            "from": len(given),
            "strata": {name: {"posts": n, "drawn": k} for name, (n, k) in sorted(strata.items())},
        }
    )
    told.table(
        ("stratum", "posts", "drawn"),
        [(name, n, k) for name, (n, k) in sorted(strata.items()) if k],
    )
    told.say(f"Drew {drawn:,} of {len(given):,} posts for {stream}: `whylost review` lists them.")


def audit(
    context: typer.Context,
    model: Annotated[
        str | None, typer.Option(help="Whose verdicts; else the model that is shown.")
    ] = None,
) -> None:
    """What the audit sample says of the model's errors, with intervals."""
    from classify.audited import audit_of
    from db.engine import read
    from db.judges import judges
    from db.opened import opened
    from domain.errors import InputError

    told: Invocation = context.obj
    with opened(told.settings) as database, read(database.engine) as connection:
        shown = judges(connection)
        if shown is None:
            raise InputError("Nothing was judged yet.", "Run `whylost classify` first.")
        made, notes = audit_of(connection, shown, model or shown.current)
    _say_audit(told, made, notes)


def _say_audit(told: Invocation, made: Audit | None, notes: list[str]) -> None:
    if made is None:
        told.tell({"posts": 0, "notes": notes})
        told.say(*notes)
        return
    told.tell(
        {
            "posts": made.posts,
            "effective_posts": made.effective,
            "classes": [
                {
                    "name": one.name,
                    "posts": one.posts,
                    "precision": one.precision.told(),
                    "recall": one.recall.told(),
                    "prevalence": one.prevalence.told(),
                    "claimed": one.claimed,
                }
                for one in made.classes
            ],
            "confusion": made.confusion.tolist(),
            "names": list(made.names),
            "notes": notes,
        }
    )
    told.table(
        ("decision", "posts", "precision", "recall", "% of posts", "% by model"),
        [
            (
                one.name,
                one.posts,
                str(one.precision),
                str(one.recall),
                f"{_percent(one.prevalence.value)} [{_percent(one.prevalence.low)}, "
                f"{_percent(one.prevalence.high)}]",
                _percent(one.claimed),
            )
            for one in made.classes
        ],
    )
    told.say("In brackets: 95 % intervals.", *notes)


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"
