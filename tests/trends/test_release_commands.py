"""`whylost releases`: what people do to the timeline, and one clear line where it can't be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from db.engine import read
from db.queries.releases import release
from db.tables import ChangeLog
from domain.errors import InputError
from domain.invocation import Invocation
from domain.keyed import Keyed
from domain.settings import Settings
from trends.catalogue import import_releases
from trends.release_commands import releases

Run = Callable[..., Result]
WHY = "anthropic-2026-05-08-teaching-claude-why-reasons-principles"
ADD = {
    "--announced": "2026-11-20",
    "--vendor": "Anthropic",
    "--kind": "context_feature",
    "--title": "A larger window",
    "--source-url": "https://vendor.example/window",
}


@pytest.fixture
def run(sqlite_engine: Engine, keyed: Keyed, tmp_path: Path, now: datetime) -> Run:
    """`whylost releases` on a database with the program's own catalogue."""
    key = tmp_path / "whylost.key"
    key.write_text(keyed.secret.hex())
    key.chmod(0o600)
    import_releases(sqlite_engine, None, now)
    database = sqlite_engine.url.render_as_string(hide_password=False)

    def call(*words: str, as_json: bool = False) -> Result:
        told = Invocation(
            settings=Settings(home=tmp_path, database=database),
            json=as_json,
            verbose=False,
            progress=lambda _title: nullcontext(lambda _done, _total: None),
            redact=str,
        )
        return CliRunner().invoke(releases, words, obj=told)

    return call


def words(**changes: str | None) -> list[str]:
    """The options of `add` with some changed, or left out (None)."""
    told: dict[str, str | None] = {
        **ADD,
        **{f"--{n.replace('_', '-')}": v for n, v in changes.items()},
    }
    return [word for name, value in told.items() if value is not None for word in (name, value)]


def test_a_release_is_added_with_all_that_is_told(run: Run, sqlite_engine: Engine) -> None:
    made = run(
        "add",
        *words(product="Claude", deployed="2026-11-21", effect="Fewer limits", note="seen by us"),
        as_json=True,
    )
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["id"] == "anthropic-2026-11-20-a-larger-window"
    with read(sqlite_engine) as connection:
        held = release(connection, told["id"])
    assert held is not None
    assert (str(held.deployed), held.claimed_effect, held.confidence, held.note) == (
        "2026-11-21",
        "Fewer limits",
        "medium",
        "seen by us",
    )
    listed = run("list", "--product", "Claude").stdout
    assert "A larger window" in listed.splitlines()[1]


def test_an_announcement_is_added_and_linked(run: Run, sqlite_engine: Engine) -> None:
    made = run(
        "add",
        *words(kind="safety_training_research", id="mine"),
        *("--contained-in", WHY, "--contained-in", "anthropic-2026-07-24-claude-opus-5-released"),
    )
    assert made.stdout == (
        "mine: safety_training_research, announced 2026-11-20, no deployment known, so nothing to "
        "test: A larger window\n"
    )
    with read(sqlite_engine) as connection:
        held = release(connection, "mine")
    assert held is not None
    assert held.contained_in == f"{WHY} anthropic-2026-07-24-claude-opus-5-released"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"announced": "soon"}, "Announced 'soon' is not a day like 2026-05-08."),
        ({"announced": ""}, "Announced '' is not a day like 2026-05-08."),
        ({"vendor": " "}, "Vendor is empty."),
        ({"title": ""}, "Title is empty."),
        ({"kind": "party"}, "Kind 'party' is none of safety_training_research, "),
        ({"product": "Clippy"}, "Product 'Clippy' is none of Claude Code, "),
        ({"deployed": "2026-11-21"}, "A day of deployment needs the product that changed."),
        ({"source_url": "ftp://x"}, "Source_url 'ftp://x' is not a web address."),
        ({"confidence": "sure"}, "Confidence 'sure' is none of high, medium, low."),
        ({"date_precision": "year"}, "Date_precision 'year' is none of day, month."),
        ({"id": "No Id"}, "Id 'No Id' is not small letters, digits, hyphens or dots."),
        ({"id": WHY}, f"{WHY} is on the timeline already. `whylost releases import` changes"),
        ({"contained_in": "none"}, "contained_in names none, which is no release."),
        ({"contained_in": "No Id"}, "Contained_in 'No' is not the id of another release."),
        (
            {"product": "Claude", "deployed": "2026-11-21", "kind": "safety_training_research"},
            "Research deploys nothing: name in contained_in what contains it.",
        ),
    ],
)
def test_what_can_not_be_added_is_one_line_and_adds_nothing(
    run: Run, sqlite_engine: Engine, changes: dict[str, str], says: str
) -> None:
    ended = run("add", *words(**changes))
    assert isinstance(ended.exception, InputError)
    assert says in str(ended.exception)
    assert "\n" not in str(ended.exception)
    with read(sqlite_engine) as connection:
        assert connection.execute(select(ChangeLog)).all() == []


def test_a_needed_option_is_asked_for(run: Run) -> None:
    assert run("add", *words(title=None)).exit_code == 2


def test_a_retired_release_is_listed_only_where_it_is_asked_for_and_can_come_back(
    run: Run, sqlite_engine: Engine
) -> None:
    ended = run("retire", WHY[:30], "--because", "Announced\n twice")
    assert ended.stdout == f"{WHY}: retired: Announced twice\n"
    assert WHY not in run("list").stdout
    shown = run("list", "--retired").stdout
    assert shown.splitlines()[0].split()[-1] == "retired"
    assert next(line for line in shown.splitlines() if WHY in line).endswith("Announced twice")
    assert run("retire", WHY, "--restore").stdout == f"{WHY}: stands again\n"
    assert WHY in run("list").stdout
    with read(sqlite_engine) as connection:
        found = connection.execute(select(ChangeLog.key, ChangeLog.what)).all()
    assert [tuple(line) for line in found] == [(WHY, "retired"), (WHY, "restored")]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (("nothing", "--because", "x"), "'nothing' names no release."),
        (("anthropic", "--because", "x"), "'anthropic' names "),
        (("", "--because", "x"), "'' names no release."),
        ((WHY,), "There is no reason. Write --because"),
        ((WHY, "--because", " "), "There is no reason."),
        ((WHY, "--restore"), f"{WHY} is not retired."),
        ((WHY, "--restore", "--because", "x"), "--restore takes no reason."),
    ],
)
def test_what_can_not_be_retired_is_one_line(run: Run, told: tuple[str, ...], says: str) -> None:
    ended = run("retire", *told)
    assert isinstance(ended.exception, InputError)
    assert says in str(ended.exception)


def test_what_is_retired_is_not_retired_again(run: Run) -> None:
    run("retire", WHY, "--because", "Announced twice")
    ended = run("retire", WHY, "--because", "Another reason")
    assert str(ended.exception) == f"{WHY} is retired already: Announced twice."


def test_the_beginning_of_an_id_that_is_whole_names_that_one(run: Run) -> None:
    version = "anthropic-claude-code-2.1.6"
    ended = run("retire", version, "--because", "Never shipped")
    assert ended.stdout == f"{version}: retired: Never shipped\n"
