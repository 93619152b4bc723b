"""The contract of the command line: names, exit codes, one line for every expected failure."""

from __future__ import annotations

import sqlite3
import time

import pytest

from ingest.sources import known
from tests.flow.conftest import Program

COMMANDS = ("run", "ingest", "sources", "classify", "trends", "releases", "export", "dashboard",
            "demo", "doctor", "review")  # fmt: skip

SOURCES = ("hackernews", "github")


def test_help_names_every_command(whylost: Program) -> None:
    ended = whylost("--help")
    assert ended.code == 0
    for command in COMMANDS:
        assert f" {command} " in ended.out
    assert not whylost.home.joinpath("whylost.db").exists()


@pytest.mark.parametrize(
    "words",
    [(c, "--help") for c in COMMANDS]
    + [("ingest", "import", "--help"), ("export", "reports", "--help")]
    + [
        ("classify", c, "--help")
        for c in ("predict", "train", "evaluate", "card", "explain", "cues", "drift")
    ]
    + [("classify", c, "--help") for c in ("draw", "audit", "learn", "doubts", "use", "compare")]
    + [("releases", c, "--help") for c in ("list", "import")],
    ids=" ".join,
)
def test_every_command_explains_itself(whylost: Program, words: tuple[str, ...]) -> None:
    ended = whylost(*words)
    assert ended.code == 0
    assert "Usage: whylost" in ended.out


@pytest.mark.parametrize(
    "words", [("bogus",), ("run", "--bogus"), ("export", "reports"), ("classify", "predict")]
)
def test_a_wrongly_written_command_is_exit_2(whylost: Program, words: tuple[str, ...]) -> None:
    assert whylost(*words).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--database", "nonsense", "sources"), "can't be read"),
        (("--config", "nowhere.toml", "run"), "nowhere.toml is not there"),
        (("run", "myspace"), "myspace"),
        (("run", "--since", "yesterday"), "neither a duration nor a date"),
        (("ingest", "import", "nowhere.csv"), "nowhere.csv"),
        (("classify", "evaluate", "--gold", "nowhere.jsonl"), "nowhere.jsonl"),
        (("classify", "evaluate", "--gold", "x", "--strata", "nowhere.csv"), "nowhere.csv"),
        (("classify", "evaluate", "--gold", "x", "--out", "/dev/null"), "/dev/null"),
        (("classify", "explain", "nothing"), "nothing"),
        (("classify", "cues", "--gold", "nowhere.jsonl"), "nowhere.jsonl"),
        (("classify", "drift"), "Nothing was judged yet"),
        (("classify", "drift", "--reference-until", "May"), "May is no month"),
        (("export", "reports", "--out", "x.csv"), "Nothing was judged yet"),
        (("export", "reports", "--out", "x.csv", "--first-day", "May"), "first_day"),
        (("releases", "import", "nowhere.csv"), "nowhere.csv"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_an_expected_failure_is_one_line(
    whylost: Program, words: tuple[str, ...], said: str
) -> None:
    if "--first-day" in words:
        assert whylost("demo").code == 0
        words = (*words, "--demonstration")
    ended = whylost(*words)
    assert ended.code == 1, ended.err
    assert ended.err.startswith("whylost: ")
    assert ended.err.count("\n") == 1
    assert said in ended.err
    assert not (whylost.home / "x.csv").exists()


def offline(whylost: Program, nowhere: str) -> None:
    """Two sources that lead nowhere; the others stay off, so that no test asks a real service."""
    whylost.home.mkdir()
    told = dict.fromkeys(known(), "enabled = false")
    told |= dict.fromkeys(SOURCES, f'base = "{nowhere}"')
    (whylost.home / "whylost.toml").write_text(
        "".join(f"[sources.{name}]\n{line}\n" for name, line in told.items()), encoding="utf-8"
    )


def test_the_doctor_finds_that_no_source_answers(whylost: Program, nowhere: str) -> None:
    offline(whylost, nowhere)
    ended = whylost("doctor", "--json")
    assert ended.code == 3
    failed = {check["name"]: check for check in ended.json() if not check["ok"]}
    assert set(failed) == set(SOURCES)
    assert all("can't be reached" in check["found"] for check in failed.values())
    assert ended.err == "whylost: To look at: github, hackernews.\n"


def test_without_a_network_each_source_says_so_within_seconds(
    whylost: Program, nowhere: str
) -> None:
    offline(whylost, nowhere)
    began = time.monotonic()
    ended = whylost("run")
    assert ended.code == 3
    assert time.monotonic() - began < 30
    for source in SOURCES:
        assert f"{source}: 0 new" in ended.out
    assert ended.out.count("can't be reached") >= 2
    assert ended.err.startswith("whylost: Not read to the end: ")


def test_a_newer_database_is_left_alone(whylost: Program) -> None:
    assert whylost("sources").code == 0
    with sqlite3.connect(whylost.home / "whylost.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    ended = whylost("sources")
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert "newer whylost" in ended.err
