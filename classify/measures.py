"""The commands that look at the model: evaluate it, describe it, explain it, watch it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from db.queries.report import Report
    from domain.invocation import Invocation

Demonstration = Annotated[bool, typer.Option(help="Look at the demonstration instead.")]
Gold = Annotated[Path, typer.Option(help="Labelled posts in JSON lines.")]


def mount(app: typer.Typer) -> None:
    """Adds the commands to `whylost classify`."""
    for command in (evaluate, explain):
        app.command()(command)


def evaluate(
    context: typer.Context,
    gold: Gold,
    strata: Annotated[
        Path | None,
        typer.Option(help="CSV of source, stratum, population: what the posts stand for."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder for the whole report: Markdown, HTML, JSON.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write all figures here.")] = None,
) -> None:
    """Measure the method on labelled posts, cross-validated by place and by thread."""
    told: Invocation = context.obj
    from classify.evaluate import evaluate as measure

    with told.progress("Evaluating") as progress:
        evaluation = measure(gold, redact=told.redact, strata=strata, report=progress)
    if out:
        from classify.report.evaluation import write_all

        write_all(evaluation.told, out)
        told.warn(f"The report is in {out}.")
    if json:
        from classify.report.document import write_text

        write_text(json, evaluation.to_json())
    told.say(evaluation.text)


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
        report, card = _stored(told, post, demonstration=demonstration)
        made = explaining.of_stored(report, card, load())
    told.tell(for_machines(made))
    told.say(*lines(made))


def _stored(told: Invocation, post: str, *, demonstration: bool) -> tuple[Report, dict[str, Any]]:
    """A stored post with its verdict, and the card of the model that judged it."""
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
        key = post_named(connection, post)
        shown = judges(connection)
        found = report(connection, key, shown) if shown else None
        if found is None:
            raise InputError("Nothing was judged yet.", "Run `whylost classify` first.")
        card = card_of(connection, found.verdict.model) if found.verdict else {}
    return found, card
