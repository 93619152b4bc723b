"""`whylost dashboard`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from domain.invocation import Invocation


def mount(app: typer.Typer) -> None:
    """Adds the command to the program's."""
    app.command()(dashboard)


def dashboard(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="On 127.0.0.1; 0 takes any that is free.")] = 8501,
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="Show the demonstration threads.")
    ] = False,
) -> None:
    """Serve the pages on this machine until interrupted: real posts once there are any."""
    from dashboard.serve import serve
    from db.opened import count_posts, demonstration_there, opened

    told: Invocation = context.obj
    with opened(told.settings) as database:
        real = count_posts(database.engine)
    awaited = "" if demonstration or real else told.settings.database
    demonstration = demonstration or (not real and demonstration_there(told.settings))
    if demonstration:  # migrates it, and refuses one that was written with another key
        with opened(told.settings, demonstration=True):
            pass
    url = told.settings.demo_database if demonstration else told.settings.database

    def ready(address: str) -> None:
        told.tell({"address": address, "demonstration": demonstration})
        shown = " It shows the demonstration: invented posts." if demonstration else ""
        told.say(f"The dashboard is at {address}{shown} Stop it with Ctrl-C.")

    with suppress(KeyboardInterrupt):  # Ctrl-C is how a reader is done: no failure
        serve(url, port, demonstration, ready, awaited=awaited if demonstration else "")
