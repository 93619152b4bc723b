"""The commands of models side by side: which one judges, and what another would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from classify.compare import Comparison
    from classify.model import Model
    from db.handles import Connection
    from db.opened import Opened
    from domain.invocation import Invocation


def mount(app: typer.Typer) -> None:
    """Adds the commands to `whylost classify`."""
    for command in (use, compare):
        app.command()(command)


def current(told: Invocation, database: Opened) -> Model:
    """The model that judges here: the chosen one, else the program's own."""
    from classify.corrected import model_of
    from db.choice import chosen
    from db.engine import read

    with read(database.engine) as connection:
        choice = chosen(connection)
    model, note = model_of(told.settings, choice)
    if note:
        told.warn(f"whylost: {note}")
    return model


def use(
    context: typer.Context,
    model: Annotated[
        str,
        typer.Argument(help="`shipped`, the id of a correction or model, or a model's folder."),
    ],
    why: Annotated[str, typer.Option(help="For the log of changes.")] = "",
) -> None:
    """Choose the model that judges from now on; what is shown changes once it has judged."""
    from classify.corrected import named
    from db.choice import choose
    from db.engine import write
    from db.opened import opened

    told: Invocation = context.obj
    with opened(told.settings) as database:
        identity = named(told.settings, model)
        with write(database.engine) as connection:
            changed = choose(connection, identity, why, told.now())
    told.tell({"model": identity or "shipped", "changed": changed})
    who = identity or "The program's own model"
    told.say(
        f"{who} judges from the next `whylost classify` on."
        if changed
        else f"{who} was the choice already."
    )


def compare(
    context: typer.Context,
    first: Annotated[
        str | None, typer.Argument(help="A model that judged posts here; none: list them.")
    ] = None,
    second: Annotated[str | None, typer.Argument(help="Another one.")] = None,
    with_: Annotated[
        Path | None,
        typer.Option("--with", help="A model's folder: judge a sample as if it were used."),
    ] = None,
    posts: Annotated[int, typer.Option(min=1, help="How many posts to try --with on.")] = 1_000,
    seed: Annotated[int, typer.Option(help="Of that sample.")] = 0,
    top: Annotated[int, typer.Option(min=0, help="How many changes to list.")] = 20,
) -> None:
    """Say what changes between two models on stored posts; nothing is stored."""
    from classify.compare import compare as beside
    from classify.trial import trial
    from db.engine import read
    from db.judges import judges
    from db.opened import opened
    from db.queries.compared import pairs
    from domain.errors import InputError

    told: Invocation = context.obj
    with opened(told.settings) as database, read(database.engine) as connection:
        shown = judges(connection)
        if shown is None:
            raise InputError("Nothing was judged yet.", "Run `whylost classify` first.")
        if with_ is not None:
            tried = trial(connection, shown, database.keyed, with_, posts=posts, seed=seed)
            made = beside(tried.pairs, largest=top)
            names, of = (shown.current, tried.model), tried.population
        elif first and second:
            _known(connection, first, second)
            made = beside(pairs(connection, first, second), largest=top)
            names, of = (first, second), None
        else:
            _list(told, connection, shown.current)
            return
    _say(told, made, names, of)


def _known(connection: Connection, *asked: str) -> None:
    from db.queries.compared import models
    from domain.errors import InputError

    known = [model for model, _ in models(connection)]
    for model in asked:
        if model not in known:
            raise InputError(
                f"No model {model} has judged posts here.", f"Known: {', '.join(known)}."
            )


def _list(told: Invocation, connection: Connection, current_id: str) -> None:
    from db.queries.compared import models

    found = models(connection)
    told.tell([{"model": m, "verdicts": n, "shown": m == current_id} for m, n in found])
    told.table(("model", "verdicts", "shown"), [(m, n, m == current_id) for m, n in found])
    told.say("Name two of them, or a folder with --with.")


def _say(
    told: Invocation, made: Comparison, names: tuple[str, str], population: int | None
) -> None:
    from classify.compare import told as plain
    from domain.causes import Decision

    share = made.share_changed
    told.tell({"models": list(names), "posts_in_all": population, **plain(made)})
    told.say(f"Rows: {names[0]}; columns: {names[1]}.")
    heads = [d.value for d in Decision]
    told.table(
        ("", *heads),
        [(a.value, *(made.table.get((a, b), 0) for b in Decision)) for a in Decision],
    )
    sampled = "" if population is None else f", a random sample of {population:,}"
    told.say(
        f"{made.changed:,} of {made.posts:,} posts{sampled} are decided otherwise: "
        f"{100 * share.value:.2f} % [{100 * share.low:.2f}, {100 * share.high:.2f}]."
        if made.posts
        else "There is no post that both have judged."
    )
    told.table(
        ("source", "posts", "changed"), [(s.source, s.posts, s.changed) for s in made.sources]
    )
    told.table(
        ("decision", *names, "gained", "lost", "mean change a day", "largest on"),
        [_row(one) for one in made.decisions],
    )
    told.table(
        ("post", "place", "day", names[0], names[1], "shift"),
        [
            (
                c.post,
                c.place,
                str(c.day),
                c.first.decision.value,
                c.second.decision.value,
                round(c.shift, 3),
            )
            for c in made.largest
        ],
    )


def _row(one: Any) -> tuple[object, ...]:
    day = one.largest_day and f"{one.largest_day} ({one.first_on_it} to {one.second_on_it})"
    change = round(one.mean_change, 3)
    return one.decision.value, one.first, one.second, one.gained, one.lost, change, day
