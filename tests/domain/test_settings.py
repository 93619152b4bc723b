"""Settings: typed, complete in their complaints, and in a known order of precedence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import SettingsError
from domain.settings import SourceSettings, load, since
from ingest.sources import known

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder and no variables of ours."""
    monkeypatch.chdir(tmp_path)
    for name in ("WHYLOST_DATABASE_URL", "WHYLOST_CONFIG", "WHYLOST_HOME", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    file = folder / "whylost.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(elsewhere: Path) -> None:
    settings = load()
    assert settings.sources == {}
    assert settings.database.endswith("whylost.db")
    assert settings.demo_database.endswith("demonstration.db")


def test_command_line_before_environment_before_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(elsewhere, '[whylost]\ndatabase = "sqlite:///from-file.db"\nhome = "here"')
    assert load().database == "sqlite:///from-file.db"
    monkeypatch.setenv("WHYLOST_DATABASE_URL", "sqlite:///from-environment.db")
    assert load().database == "sqlite:///from-environment.db"
    assert load(database="sqlite:///from-line.db").database == "sqlite:///from-line.db"
    assert load().key_file == Path("here/whylost.key")


def test_a_source_can_be_pointed_elsewhere(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        elsewhere,
        """
        [whylost]
        contact = "someone@example.org"
        [sources.github]
        base = "http://127.0.0.1:9"
        search = ["a/b"]
        pace_seconds = 0
        credentials = { token = "MY_TOKEN" }
        [sources.hackernews]
        enabled = false
        """,
    )
    settings = load()
    defaults = SourceSettings(base="https://api.github.com", budget_requests=77)
    github = settings.of_source("github", defaults)
    assert (github.base, github.search, github.pace_seconds) == ("http://127.0.0.1:9", ("a/b",), 0)
    assert github.budget_requests == 77
    assert github.secret("token") is None
    monkeypatch.setenv("MY_TOKEN", "t0ken")
    assert github.secret("token") == "t0ken"
    assert not settings.of_source("hackernews", SourceSettings()).enabled
    assert settings.of_source("another", defaults) == defaults
    assert settings.contact == "someone@example.org"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[whylost", "is not TOML"),
        ("[whylost]\ncontcat = 'x'", r"\[whylost\] has no setting contcat\. Known: at_once, back"),
        ("[whylost]\ncontact = 3", r"\[whylost\] contact = 3 does not fit\. It takes a str"),
        ("[whylost]\nback_fill_days = -1", "does not fit"),
        ("[whylost]\nback_fill_days = true", "does not fit"),
        ("[sources]\ngithub = 3", "not a table"),
        ("[sources.github]\nsearch = 'a/b'", r"search = 'a/b' does not fit"),
        ("[other]\nx = 1", r"no section \[other\]"),
        ("whylost = 1", "not a table"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_the_place(
    elsewhere: Path, text: str, said: str
) -> None:
    write(elsewhere, text)
    with pytest.raises(SettingsError, match=said):
        load()


def test_a_named_file_must_be_there(elsewhere: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml is not there"):
        load(Path("nowhere.toml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", datetime(2026, 11, 16, 12, tzinfo=UTC)),
        ("36h", datetime(2026, 11, 22, 0, tzinfo=UTC)),
        ("2w", datetime(2026, 11, 9, 12, tzinfo=UTC)),
        ("2026-05-08", datetime(2026, 5, 8, tzinfo=UTC)),
    ],
)
def test_since_reads_durations_and_days(text: str, expected: datetime) -> None:
    assert since(text, NOW) == expected


# Durations that a calendar can still subtract.
_SHAPE = re.compile(r"\d{1,4}\s*[hdw]", re.ASCII)
TEXTS = st.text(max_size=12).filter(lambda t: not re.search(r"\d", t)) | st.from_regex(
    _SHAPE, fullmatch=True
)


@pytest.mark.parametrize("text", ["99999w", "yesterday", "7", "-7d", "٣d", "2026-13-01", ""])
def test_since_says_what_it_takes(text: str) -> None:
    with pytest.raises(SettingsError, match="Write 36h, 7d, 2w or 2026-05-08"):
        since(text, NOW)


@given(TEXTS)
def test_since_reads_or_complains(text: str) -> None:
    read = _SHAPE.fullmatch(text.strip())
    if read is None:
        with pytest.raises(SettingsError, match="Write 36h, 7d, 2w or 2026-05-08"):
            since(text, NOW)
    else:
        assert since(text, NOW) <= NOW


def test_the_example_file_shows_the_defaults(elsewhere: Path) -> None:
    example = load(Path(__file__).parents[2] / "whylost.example.toml")
    plain = load()
    assert replace(example, sources={}) == plain
    assert set(example.sources) == set(known())
    for name, source in known().items():
        assert example.of_source(name, source.defaults) == source.defaults, name
