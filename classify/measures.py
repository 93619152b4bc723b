"""The commands that look at the model: evaluate it, describe it, explain it, watch it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from classify.cue_report import CueFigures
    from classify.model import Model
    from db.queries.report import Report
    from domain.invocation import Invocation

Demonstration = Annotated[bool, typer.Option(help="Look at the demonstration instead.")]
Gold = Annotated[Path, typer.Option(help="Labelled posts in JSON lines.")]


def mount(app: typer.Typer) -> None:
    """Adds the commands to `whylost classify`."""
    for command in (evaluate, card, explain, cues, drift):
        app.command()(command)


def evaluate(
    context: typer.Context,
    gold: Gold,
    strata: Annotated[
        Path | None,
        typer.Option(help="CSV of source, stratum, population: what the posts stand for."),
    ] = None,
    unlabelled: Annotated[
        Path | None,
        typer.Option(help="Posts as `predict` reads them: for the classes' shares at each source."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder for the whole report: Markdown, HTML, JSON.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write all figures here.")] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the figures for the shipped model's card.")
    ] = False,
) -> None:
    """Measure the method on labelled posts, cross-validated by place and by thread."""
    told: Invocation = context.obj
    from classify.artifact import load
    from classify.card import FIGURES, must_fit
    from classify.card import record as keep
    from classify.evaluate import evaluate as measure
    from classify.report.document import must_be_writable, write_text
    from classify.report.evaluation import write_all

    # Minutes of work follow: what would stop their result is asked before.
    must_be_writable([f for f in (out and out / "figures.json", json, record and FIGURES) if f])
    shipped = load() if record else None
    if shipped:
        must_fit(shipped)
    with told.progress("Evaluating") as progress:
        evaluation = measure(
            gold, redact=told.redact, strata=strata, unlabelled=unlabelled, report=progress
        )
    if out:
        write_all(evaluation.told, out)
        told.warn(f"The report is in {out}.")
    if json:
        write_text(json, evaluation.to_json())
    if shipped:
        keep(evaluation.told, shipped)
    told.tell(evaluation.told)
    told.say(evaluation.text)


def card(context: typer.Context) -> None:
    """Describe the model: what it learnt from, how sure it must be, how well it does, where not."""
    from classify.artifact import load
    from classify.card import lines, told_card

    told: Invocation = context.obj
    model = load()
    told.tell(told_card(model))
    told.say(*lines(model))


def explain(
    context: typer.Context,
    post: Annotated[
        str,
        typer.Argument(help="A post's key, address or id at its source; '-' reads a JSON line."),
    ],
    demonstration: Demonstration = False,
) -> None:
    """Show why a post was judged as it was: passages, weights, probabilities, thresholds."""
    from classify import explain as explaining
    from classify.artifact import load
    from classify.explanation import lines
    from classify.explanation import told as for_machines

    told: Invocation = context.obj
    if post == "-":
        made = explaining.of_line(load(), sys.stdin.buffer.readline())
    else:
        made = explaining.of_stored(*_stored(told, post, demonstration=demonstration))
    told.tell(for_machines(made))
    told.say(*lines(made))


def drift(
    context: typer.Context,
    source: Annotated[str, typer.Option(help="Only posts of this source.")] = "",
    reference_until: Annotated[
        str, typer.Option(help="The reference's last month, such as 2026-03; else the earliest.")
    ] = "",
    demonstration: Demonstration = False,
) -> None:
    """Show whether what is read, and what the model says, has changed from month to month."""
    from classify.artifact import load
    from classify.stored_drift import lines, stored_drift
    from classify.stored_drift import told as for_machines
    from db.engine import read
    from db.judges import judges
    from db.opened import opened
    from domain.errors import InputError

    if reference_until and not re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])", reference_until):
        raise InputError(f"{reference_until} is no month.", "Write it as 2026-03.")
    told: Invocation = context.obj
    with (
        opened(told.settings, demonstration=demonstration) as database,
        read(database.engine) as connection,
    ):
        shown = judges(connection)
        if shown is None:
            raise InputError("Nothing was judged yet.", "Run `whylost classify` first.")
        found, models = stored_drift(
            connection, shown, load(), source=source, until=reference_until
        )
    told.tell(for_machines(found, models))
    told.say(*lines(found, models))


def _stored(
    told: Invocation, post: str, *, demonstration: bool
) -> tuple[Report, dict[str, Any], Model]:
    """A stored post with its verdict, the card of the model that judged it, the model of today."""
    from classify.versions import current
    from db.engine import read
    from db.judges import judges
    from db.opened import opened
    from db.queries.named import card_of, post_named
    from db.queries.report import report
    from domain.errors import InputError

    with (
        opened(told.settings, demonstration=demonstration) as database,
        read(database.engine) as connection,
    ):
        model = current(told, database)
        key = post_named(connection, post)
        shown = judges(connection)
        found = report(connection, key, shown) if shown else None
        if found is None:
            raise InputError("Nothing was judged yet.", "Run `whylost classify` first.")
        card = card_of(connection, found.verdict.model) if found.verdict else {}
    return found, card, model


def cues(
    context: typer.Context,
    gold: Annotated[
        Path | None, typer.Option(help="Labelled posts in JSON lines, told apart from our own.")
    ] = None,
) -> None:
    """Show how every cue does: how often it speaks, how often it is right, what it contradicts."""
    from classify import labels
    from classify.cue_report import as_told, cue_figures
    from classify.cues.all import CUES, finder
    from classify.text import views
    from classify.train import redacted

    told: Invocation = context.obj
    sets = {"our own posts": labels.examples()}
    if gold:
        sets["labelled posts"] = [redacted(row, told.redact) for row in labels.gold(gold)]
    made = {}
    for name, rows in sets.items():
        found = [finder().find(views(row.content)) for row in rows]
        made[name] = cue_figures(CUES, rows, found)
    told.tell({name: as_told(figures) for name, figures in made.items()})
    for name, figures in made.items():
        told.say(f"{name}: {len(sets[name]):,}; first what points the wrong way, then by posts")
        told.table(_CUE_HEADS, [_cue_row(f) for f in figures])
        told.say("")
    told.say(
        "right: share of its posts in which what the cue says is so; base: of all posts (for a cue "
        "against something: of posts in which a cue speaks for it). ! right less often than that; "
        "!! where it is no accident (95 %)."
    )


_CUE_HEADS = ("cue", "speaks", "posts", "right", "base", "", "says the same as", "contradicted by")


def _cue_row(f: CueFigures) -> tuple[object, ...]:
    mark = "!!" if f.surely else "!" if f.wrong_way else ""
    return (
        f.cue,
        f"{f.direction} {f.about}",
        f.posts,
        None if f.precision is None else f"{f.precision:.2f} [{f.low:.2f}, {f.high:.2f}]",
        None if f.base is None else f"{f.base:.2f}",
        mark,
        ", ".join(f"{name} {share:.2f}" for name, share in f.overlaps[:2]),
        ", ".join(f"{name} {posts}" for name, posts in f.conflicts[:2]),
    )
