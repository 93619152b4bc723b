"""`whylost classify` and its parts."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classify.learning import mount as mount_learning
from classify.measures import mount as mount_measures
from classify.people import mount as mount_people
from classify.versions import current
from classify.versions import mount as mount_versions

if TYPE_CHECKING:
    from db.opened import Opened
    from domain.invocation import Invocation
    from domain.nouns import RunReport

app = typer.Typer(
    invoke_without_command=True,
    help="Judge the posts that this model hasn't judged yet; or predict, train, evaluate.",
)


@app.callback()
def classify(
    context: typer.Context,
    again: Annotated[bool, typer.Option(help="Judge every post again.")] = False,
) -> None:
    """Judge stored posts."""
    if context.invoked_subcommand:
        return
    from db.lock import run_lock
    from db.opened import opened

    told: Invocation = context.obj
    with opened(told.settings) as database, run_lock(database.engine):
        report = judge(told, database, again=again)
    told.tell(report.counts)


def judge(told: Invocation, database: Opened, *, again: bool = False) -> RunReport:
    """Judges what waits, as a run of its own; call under the run lock."""
    from classify.run import classify as run
    from db.runs import record

    now = told.now()
    model = partial(current, told, database)
    with told.progress("Judging posts") as progress:
        report = record(
            database.engine,
            "classify",
            now,
            lambda: run(
                database.engine, model(), database.keyed, again=again, now=now, report=progress
            ),
        )
    counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in report.counts.items())
    told.say(f"classify: {counts}", *filter(None, [report.message]))
    return report


@app.command()
def predict(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="'-' is standard input.")],
    sink: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="'-' is standard output.")],
    skip_bad: Annotated[
        bool, typer.Option(help="Answer a broken line with its error instead of stopping.")
    ] = False,
) -> None:
    """Judge posts from a file or a pipe: one line in, one line out, in the same order."""
    from classify.artifact import load
    from classify.predict import predict_stream
    from domain.errors import InputError

    with ExitStack() as stack:
        try:
            lines = (
                sys.stdin.buffer if str(source) == "-" else stack.enter_context(source.open("rb"))
            )
            out = sys.stdout.buffer if str(sink) == "-" else stack.enter_context(sink.open("wb"))
        except OSError as error:
            raise InputError(f"{error.filename} can't be opened: {error.strerror}.") from error
        report = predict_stream(load(), lines, out, skip_bad=skip_bad)
    if report.bad:
        sys.stderr.write(f"whylost: {report.bad:,} of {report.lines:,} lines can't be read.\n")


@app.command()
def train(
    context: typer.Context,
    labels: Annotated[
        list[Path] | None, typer.Option(help="Labelled posts in JSON lines; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder for the model.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look at our own examples.")] = False,
) -> None:
    """Fit the model on our own posts and labelled ones (else those beside the checkout)."""
    from classify.artifact import SHIPPED
    from classify.train import labels_beside
    from classify.train import train as fit
    from classify.validate import problems
    from domain.errors import InputError

    told: Invocation = context.obj
    if found := problems():
        raise InputError(f"{found[0]} ({len(found)} in all).", "Mend classify/data/examples.")
    if check:
        told.say("Our own examples are fine.")
        return
    model = fit(out or SHIPPED, labels or labels_beside(), redact=told.redact)
    told.tell(dict(model.card))
    told.say(f"Model {model.id} is in {out or SHIPPED}.")


mount_measures(app)
mount_people(app)
mount_learning(app)
mount_versions(app)
