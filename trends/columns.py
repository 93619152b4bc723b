"""The catalogue's columns as options of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from domain.nouns import Release

Product = Annotated[str, typer.Option(help="The product that changed, if known.")]
Deployed = Annotated[
    str | None, typer.Option(help="The day on which the product changed for its users.")
]
Effect = Annotated[str | None, typer.Option(help="What the vendor claims, in your own words.")]
Affects = Annotated[str | None, typer.Option(help="The product or model as the source words it.")]
ContainedIn = Annotated[
    list[str] | None,
    typer.Option(help="The id of a release said to contain it; may be repeated."),
]
Confidence = Annotated[str, typer.Option(help="How sure the date is: high, medium or low.")]
Note = Annotated[str | None, typer.Option(help="What else there is to know, such as doubts.")]


def given(**options: str | list[str] | None) -> dict[str, str]:
    """The columns that were given, as text; several ids stand in one cell."""
    return {
        name: value if isinstance(value, str) else " ".join(value)
        for name, value in options.items()
        if value is not None
    }


def summary(release: Release) -> str:
    """One line about an entry of the timeline: what it is, and whether anything can be tested."""
    deployed = (
        f"deployed {release.deployed} in {release.product}"
        if release.deployed
        else "no deployment known, so nothing to test"
    )
    return (
        f"{release.id}: {release.kind}, announced {release.announced}, {deployed}: {release.title}"
    )
