"""The commands of reviews: learn from them, and find those that are probably wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from classify.learn import Learnt
    from domain.invocation import Invocation


def mount(app: typer.Typer) -> None:
    """Adds the commands to `whylost classify`."""
    for command in (learn, doubts):
        app.command()(command)


def learn(
    context: typer.Context,
    use: Annotated[
        bool, typer.Option(help="Whether to judge with what was learnt, if it isn't worse.")
    ] = True,
) -> None:
    """Learn a correction of the shipped model from reviews; keep it only if it isn't worse."""
    from classify.artifact import load
    from classify.corrected import folder_of, model_of, save
    from classify.learn import learn as fit
    from db.choice import choose, chosen
    from db.engine import read, write
    from db.lessons import lessons
    from db.opened import opened

    told: Invocation = context.obj
    with opened(told.settings) as database:
        with read(database.engine) as connection:
            given, before = lessons(connection), chosen(connection)
        shipped = load()
        model, _ = model_of(told.settings, before)
        mine = model.id == shipped.id or model.correction is not None
        with told.progress("Learning") as progress:
            learnt = fit(shipped, given, progress, in_use=model.correction)
        identity = save(folder_of(told.settings), learnt.stored) if learnt.stored else None
        active = bool(identity and learnt.fine and use and mine)
        if active:
            with write(database.engine) as connection:
                choose(connection, identity, "learnt from reviews, not worse", told.now())
    _say_learnt(told, learnt, identity, active=active)
    if any(not gate.fine for gate in learnt.in_use) and not active:
        why = next(gate for gate in learnt.in_use if not gate.fine)
        told.say(
            f"The correction in use, {model.id}, does no longer pass on {why.name}: {why.why} "
            "`whylost classify use shipped` takes it off."
        )


def _say_learnt(told: Invocation, learnt: Learnt, identity: str | None, *, active: bool) -> None:
    from dataclasses import asdict

    from classify.learn import LEAST_LESSONS

    told.tell(
        {
            "model": identity,
            "lessons": learnt.lessons,
            "left_out": learnt.left_out,
            "fine": learnt.fine,
            "active": active,
            "in_use": [asdict(gate) | {"fine": gate.fine} for gate in learnt.in_use],
            "compared": [asdict(gate) | {"fine": gate.fine} for gate in learnt.gates],
        }
    )
    told.say(f"{learnt.lessons:,} reviews can be learnt from.")
    told.say(*(f"Left out: {n:,}, {why}." for why, n in sorted(learnt.left_out.items())))
    if identity is None:
        told.say(f"That is too little: {LEAST_LESSONS} are needed. Nothing changes.")
        return
    for gate in learnt.gates:
        told.say(f"On {gate.name} ({gate.posts:,} posts): {gate.why}")
        for name, one in (("log loss", gate.log_loss), ("macro F1", gate.macro_f1)):
            if one:
                told.say(
                    f"  {name} {one.before:.4f} before, {one.after:.4f} after; "
                    f"change at worst {one.bound:+.4f} (95 %)"
                )
    if active:
        told.say(f"{identity} is the model from now on: `whylost classify` judges with it.")
    elif learnt.fine:
        told.say(f"{identity} isn't worse: `whylost classify use {identity}` makes it the model.")
    else:
        told.say(f"{identity} is kept, but not used: the model stays as it is.")


def doubts(
    context: typer.Context,
    own: Annotated[
        bool, typer.Option("--own", help="Our own examples as well: takes minutes.")
    ] = False,
    top: Annotated[int, typer.Option(min=1, help="How many labels at most.")] = 50,
) -> None:
    """List labels that are probably wrong, and reviewers who disagree."""
    from dataclasses import asdict

    from classify import doubting
    from classify.artifact import load
    from db.engine import read
    from db.lessons import disputes, lessons
    from db.opened import opened

    told: Invocation = context.obj
    with opened(told.settings) as database, read(database.engine) as connection:
        given = lessons(connection)
        disputed = disputes(connection)
    found = doubting.of_reviews(load(), given.learn)
    if own:
        with told.progress("Examples") as progress:
            found += doubting.of_examples(progress)
    found = found[:top] if not own else sorted(found, key=lambda d: d.label_probability)[:top]
    told.tell({"doubts": [asdict(d) for d in found], "disputes": [asdict(d) for d in disputed]})
    told.table(
        ("label of", "is", "its probability", "rather", "that one's"),
        [(d.where, d.label, d.label_probability, d.instead, d.instead_probability) for d in found],
    )
    if not found:
        told.say("No label is in doubt.")
    for one in disputed:
        said = ", ".join(f"{who} says {what.value}" for who, what in one.decisions.items())
        told.say(f"Reviewers disagree about {one.post}, version {one.version}: {said}.")
