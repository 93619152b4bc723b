"""The command line. A stage is imported only when one of its commands runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classify.commands import app as classify_commands
from classify.incident_commands import app as incident_commands
from dashboard.commands import mount as mount_dashboard
from db.commands import app as export_commands
from db.review_command import app as review_commands
from db.triage_command import triage
from domain.errors import WhylostError
from ingest.commands import app as ingest_commands
from ingest.overview import app as sources_commands
from trends.agreement_command import mount as mount_agreement
from trends.commands import mount as mount_trends

if TYPE_CHECKING:
    from db.opened import Opened
    from domain.invocation import Invocation, Progress

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Why did people lose their work with an AI assistant? Public reports, by likely cause.",
    epilog="Reports are not incidence; association is not cause.",
)


@app.callback()
def _global(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(help="sqlite:///FILE or postgresql://...; else $WHYLOST_DATABASE_URL."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="The settings file; else ./whylost.toml.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for a machine.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say more on standard error.")
    ] = False,
) -> None:
    if "--help" in sys.argv or context.resilient_parsing:
        return
    import logging

    from domain.invocation import Invocation
    from domain.settings import load

    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    if not verbose:
        logging.getLogger("httpx").setLevel(logging.WARNING)
    context.obj = Invocation(
        settings=load(config, database),
        json=json,
        verbose=verbose,
        progress=_progress,
        redact=_redact,
    )


def _redact(text: str) -> str:
    from ingest.privacy import redact

    return redact(text)


@contextmanager
def _progress(title: str) -> Iterator[Progress]:
    """A bar on standard error where that is a terminal; a pipe or a log gets nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@app.command()
def run(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE ...]", help="All that are enabled.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="From when on: 36h, 7d, 2w or 2026-05-08.")
    ] = None,
) -> None:
    """Migrate, ingest, classify, refresh trends, under one lock: the line for cron."""
    from db.lock import run_lock
    from db.opened import opened
    from domain.settings import since as moment
    from ingest.commands import complain, read_sources, show

    told: Invocation = context.obj
    begin = moment(since, told.now()) if since else None
    with opened(told.settings) as database, run_lock(database.engine):
        read = read_sources(told, database, sources or [], since=begin)
        show(told, read)
        _digest(told, database)
    complain(read)


def _digest(told: Invocation, database: Opened) -> None:
    """Judges what was read, and counts it: what follows every reading."""
    from classify.commands import judge
    from trends.commands import refresh

    judge(told, database)
    refresh(told, database)


@app.command()
def demo(
    context: typer.Context,
    clear: Annotated[bool, typer.Option("--clear", help="Remove the demonstration.")] = False,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Only where no real post was read yet.")
    ] = False,
) -> None:
    """Load threads that we wrote ourselves, into a database of their own, to try whylost out."""
    from db.lock import run_lock
    from db.opened import count_posts, opened, remove_demonstration
    from ingest.demo import load_demo

    told: Invocation = context.obj
    if clear:
        gone = remove_demonstration(told.settings)
        told.say("The demonstration is gone." if gone else "There is no demonstration here.")
        return
    if if_empty:
        with opened(told.settings) as database:
            if count_posts(database.engine):
                return
        told.say("No real post was read yet: loading the demonstration threads.")
    with opened(told.settings, demonstration=True) as database, run_lock(database.engine):
        load_demo(database.engine, database.keyed, told.now())
        _digest(told, database)
    told.say("The demonstration is ready: `whylost dashboard` shows it until real posts are read.")


@app.command()
def doctor(context: typer.Context) -> None:
    """Look at settings, key, disk, database, model and sources, and say what to do."""
    from dataclasses import asdict

    from classify.check import checks as of_model
    from db.check import checks as of_database
    from domain.errors import PartlyDone
    from ingest.check import checks as of_sources
    from ingest.redact import checks as of_redaction

    told: Invocation = context.obj
    found = []
    rooms = (
        of_database(told.settings),
        of_redaction(told.settings),
        of_model(told.settings),
        of_sources(told.settings, told.now()),
    )
    for room in rooms:
        for check in room:
            found.append(check)
            mark = "ok  " if check.ok else "FAIL"
            told.say(f"{mark}  {check.name}: {check.found}. {check.fix}".rstrip())
    told.tell([asdict(check) for check in found])
    if failed := [check.name for check in found if not check.ok]:
        raise PartlyDone(f"To look at: {', '.join(failed)}.")


app.add_typer(sources_commands, name="sources")
app.add_typer(ingest_commands, name="ingest")
app.add_typer(classify_commands, name="classify")
app.add_typer(incident_commands, name="incidents")
app.add_typer(review_commands, name="review")
app.command()(triage)
mount_agreement(review_commands)
mount_trends(app)
app.add_typer(export_commands, name="export")
mount_dashboard(app)

# `whylost ingest SOURCE` is short for `whylost ingest live SOURCE`, `whylost review POST` for
# `whylost review post POST`: what is meant where none of the group's own commands is named.
_SHORT = {
    "ingest": ("live", ("import", "redact", "live", "--help")),
    "review": ("post", ("import", "post", "agreement", "--help")),
}
_HOISTED = {"--database": 2, "--config": 2, "--verbose": 1, "-v": 1, "--json": 1}
_OWN_JSON = ["classify", "evaluate"]  # its --json takes a file


def arranged(given: Sequence[str]) -> list[str]:
    """The arguments with global options in front, wherever they were written."""
    front: list[str] = []
    rest: list[str] = []
    waiting = list(given)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        name = word.split("=", 1)[0]
        if name not in _HOISTED or (name == "--json" and rest[:2] == _OWN_JSON):
            rest.append(word)
            continue
        front.append(word)
        if _HOISTED[name] == 2 and "=" not in word and waiting:
            front.append(waiting.pop(0))
    if rest and rest[0] in _SHORT:
        meant, own = _SHORT[rest[0]]
        if rest[1:2] not in [[name] for name in own]:
            rest.insert(1, meant)
    return front + rest


def main() -> None:
    """The console script: an expected failure is one line and its exit code, a bug a traceback."""
    try:
        app(arranged(sys.argv[1:]))
    except WhylostError as error:
        sys.stderr.write(f"whylost: {error}\n")
        raise SystemExit(error.exit_code) from error
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong. Python would complain
        # once more when it closes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        sys.stderr.write("whylost: stopped; what was finished is kept.\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
