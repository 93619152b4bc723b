"""`whylost export`: the same filter as the pages, as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.errors import WhylostError
    from domain.invocation import Invocation

app = typer.Typer(no_args_is_help=True, help="CSV and Parquet for reviewers and researchers.")

SOMETHING_WITHDRAWN = 3  # the exit code
DIFFERS = 3  # so is this

Out = Annotated[Path, typer.Option(help="The file to write; a manifest is written beside it.")]
Day = Annotated[str | None, typer.Option(help="A UTC day such as 2026-05-08, inclusive.")]
Cause = Annotated[list[str] | None, typer.Option(help="Only this decision; may be repeated.")]
Product = Annotated[list[str] | None, typer.Option(help="Only this product; may be repeated.")]
Source = Annotated[list[str] | None, typer.Option(help="Only this source; may be repeated.")]
Language = Annotated[list[str] | None, typer.Option(help="Only this language; may be repeated.")]
Words = Annotated[str, typer.Option(help="Only posts that hold all of these words.")]
Least = Annotated[float, typer.Option(help="Least probability of the likely cause, 0 to 1.")]
Links = Annotated[bool, typer.Option(help="Whether to include the address of each post.")]
File = Annotated[
    Path | None,
    typer.Option("--file", "--csv", help="The file, where it is elsewhere or was filled in."),
]
Bom = Annotated[bool, typer.Option(help="Begin with a byte order mark, as Excel likes it.")]
Format = Annotated[
    str | None,
    typer.Option("--format", help="csv or parquet; else by the end of the file's name."),
]
Demonstration = Annotated[bool, typer.Option(help="Export the demonstration instead.")]


@app.command()
def reports(
    context: typer.Context,
    out: Out,
    first_day: Day = None,
    last_day: Day = None,
    cause: Cause = None,
    product: Product = None,
    source: Source = None,
    language: Language = None,
    words: Words = "",
    least_probability: Least = 0.0,
    links: Links = True,
    bom: Bom = False,
    as_format: Format = None,
    demonstration: Demonstration = False,
) -> None:
    """Every report with its evidence, and empty columns for a reviewer."""
    from db.export import export_reports

    wanted = {
        "first_day": first_day,
        "last_day": last_day,
        "causes": cause,
        "products": product,
        "sources": source,
        "languages": language,
        "words": words,
        "least_probability": least_probability,
    }
    _export(
        context.obj,
        export_reports,
        out,
        wanted,
        demonstration,
        as_format,
        with_links=links,
        bom=bom,
    )


@app.command()
def incidents(
    context: typer.Context,
    out: Out,
    first_day: Day = None,
    last_day: Day = None,
    cause: Cause = None,
    product: Product = None,
    source: Source = None,
    links: Links = True,
    bom: Bom = False,
    as_format: Format = None,
    demonstration: Demonstration = False,
) -> None:
    """Reports of the same failure, one line an incident."""
    from db.export import export_incidents

    wanted = {
        "first_day": first_day,
        "last_day": last_day,
        "causes": cause,
        "products": product,
        "sources": source,
    }
    _export(
        context.obj,
        export_incidents,
        out,
        wanted,
        demonstration,
        as_format,
        with_links=links,
        bom=bom,
    )


@app.command()
def daily(
    context: typer.Context,
    out: Out,
    first_day: Day = None,
    last_day: Day = None,
    cause: Cause = None,
    product: Product = None,
    source: Source = None,
    bom: Bom = False,
    as_format: Format = None,
    demonstration: Demonstration = False,
) -> None:
    """Counts by day, place, product and decision, with the posts that were judged."""
    from db.export import export_daily

    wanted = {
        "first_day": first_day,
        "last_day": last_day,
        "causes": cause,
        "products": product,
        "sources": source,
    }
    _export(context.obj, export_daily, out, wanted, demonstration, as_format, bom=bom)


@app.command()
def effects(
    context: typer.Context,
    out: Out,
    first_day: Day = None,
    last_day: Day = None,
    cause: Cause = None,
    product: Product = None,
    bom: Bom = False,
    as_format: Format = None,
    demonstration: Demonstration = False,
) -> None:
    """What was tested around releases: verdict, ratio, interval, q and counts, a row a cause."""
    from db.export import export_effects

    wanted = {
        "first_day": first_day,
        "last_day": last_day,
        "causes": cause,
        "products": product,
    }
    _export(context.obj, export_effects, out, wanted, demonstration, as_format, bom=bom)


@app.command()
def review(
    context: typer.Context,
    out: Out,
    stream: Annotated[
        str | None, typer.Option(help="What was drawn for `audit` or `uncertain`, reports or not.")
    ] = None,
    judged: Annotated[
        bool, typer.Option("--judged", help="Posts that somebody has judged, too.")
    ] = False,
    first_day: Day = None,
    last_day: Day = None,
    cause: Cause = None,
    product: Product = None,
    source: Source = None,
    language: Language = None,
    words: Words = "",
    bom: Bom = False,
    as_format: Format = None,
    demonstration: Demonstration = False,
) -> None:
    """Posts for people to judge, with nothing of what the model says: `whylost review import`."""
    from db.export import export_review
    from db.samples import Stream
    from domain.errors import InputError

    if stream is not None and stream not in list(Stream):
        raise InputError(f"There is no stream {stream}.", f"It is one of {', '.join(Stream)}.")
    wanted = {
        "streams": stream,
        "reviews": None if judged else "unreviewed",
        "first_day": first_day,
        "last_day": last_day,
        "causes": cause,
        "products": product,
        "sources": source,
        "languages": language,
        "words": words,
    }
    _export(context.obj, export_review, out, wanted, demonstration, as_format, bom=bom)


@app.command()
def withdrawn(
    context: typer.Context,
    manifest: Annotated[Path, typer.Argument(help="The FILE.manifest.json of an older export.")],
    file: File = None,
    out: Annotated[Path | None, typer.Option(help="Write the list as CSV, too.")] = None,
) -> None:
    """What an older export holds that was withdrawn since; exit code 3 where there is something."""
    from dataclasses import asdict

    from db.engine import read
    from db.export import write_withdrawn
    from db.exported import manifest_of, rows_of, table_of
    from db.opened import opened
    from db.withdrawn import withdrawn as compared

    told: Invocation = context.obj
    described = manifest_of(manifest)
    if described.what in ("daily", "effects"):
        told.tell([])
        told.say(f"An export of {described.what} holds counts, no posts: nothing to withdraw.")
        return
    table = file or table_of(described, manifest)
    with (
        opened(told.settings, demonstration=described.demonstration) as database,
        read(database.engine) as connection,
    ):
        found = compared(connection, described, rows_of(described, table))
    if out:
        write_withdrawn(out, found)
    rows = [asdict(one) for one in found]
    told.tell(rows)
    if not rows:
        told.say(f"Nothing of {table} was withdrawn.")
        return
    told.table(list(rows[0]), [tuple(row.values()) for row in rows])
    told.say(f"{len({row['row'] for row in rows}):,} rows of {table} hold what was withdrawn.")
    raise typer.Exit(SOMETHING_WITHDRAWN)


@app.command()
def verify(
    context: typer.Context,
    manifest: Annotated[Path, typer.Argument(help="The FILE.manifest.json of an older export.")],
    file: File = None,
) -> None:
    """Whether an older export still says what the database says; exit code 3 where it doesn't."""
    from dataclasses import asdict

    from db.engine import read
    from db.exported import beside, manifest_of
    from db.judges import judges
    from db.opened import opened
    from db.verify import Answer, sentences
    from db.verify import verify as compared

    told: Invocation = context.obj
    described = manifest_of(manifest)
    table = file or beside(described, manifest)
    with opened(told.settings, demonstration=described.demonstration) as database:
        with read(database.engine) as connection:
            shown = judges(connection)
        if shown is None:
            raise _nothing_judged()
        found = compared(database.engine, described, shown, table)
    told.tell(asdict(found))
    told.say(*sentences(described, found))
    if found.answer is Answer.DIFFERS:
        if found.since:
            told.say("", "Since then, by the change log:")
            told.table(
                ("subject", "what", "lines", "of these rows"),
                [(one.subject, one.what, one.lines, one.of_rows) for one in found.since],
            )
        raise typer.Exit(DIFFERS)


def _export(
    told: Invocation,
    export: Callable[..., dict[str, Any]],
    out: Path,
    wanted: Mapping[str, object],
    demonstration: bool,
    as_format: str | None,
    **options: bool,
) -> None:
    from db.engine import read
    from db.judges import judges
    from db.opened import opened
    from domain.errors import InputError
    from domain.filter import Filter

    parquet = _is_parquet(as_format, out)
    if parquet and options["bom"]:
        raise InputError("A Parquet file has no byte order mark.", "Leave --bom out.")
    query = {
        name: [str(v) for v in value] if isinstance(value, list) else [str(value)]
        for name, value in wanted.items()
        if value
    }
    with opened(told.settings, demonstration=demonstration) as database:
        with read(database.engine) as connection:
            shown = judges(connection)
        if shown is None:
            raise _nothing_judged()
        manifest = export(
            database.engine, Filter.from_query(query), shown, out, parquet=parquet, **options
        )
    told.tell(manifest)
    told.say(f"{out}: {manifest['rows']:,} lines.")


def _is_parquet(as_format: str | None, out: Path) -> bool:
    from domain.errors import InputError

    if as_format not in (None, "csv", "parquet"):
        raise InputError(f"There is no format {as_format!r}.", "It is csv or parquet.")
    return (as_format or out.suffix.lower().removeprefix(".")) == "parquet"


def _nothing_judged() -> WhylostError:
    from domain.errors import InputError

    return InputError("Nothing was judged yet.", "Run `whylost classify` first.")
