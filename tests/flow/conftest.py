"""The program as a user runs it: the console script, a folder of its own, a config file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.keyed import Keyed
from tests.support.world import World, small_world

SCRIPT = Path(sys.executable).with_name("whylost")


@dataclass(kw_only=True)
class Program:
    """whylost in a folder of its own; `__call__` runs it to its end."""

    home: Path
    settings: dict[str, Any] = field(default_factory=dict)
    database: str = ""

    def environment(self) -> dict[str, str]:
        """What the program sees of ours: nothing of the user's own settings."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WHYLOST_")}
        kept.pop("GITHUB_TOKEN", None)
        named = {"WHYLOST_HOME": str(self.home), "COLUMNS": "100"}
        return kept | named | ({"WHYLOST_DATABASE_URL": self.database} if self.database else {})

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """Starts the program and gives it back running."""
        self.home.mkdir(exist_ok=True)
        return subprocess.Popen(
            [str(SCRIPT), *words],
            cwd=self.home,
            env=self.environment(),
            text=True,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    def __call__(self, *words: str, given: str | None = None) -> Ended:
        options = {"stdin": subprocess.PIPE} if given is not None else {}
        with self.start(*words, **options) as process:
            out, err = process.communicate(given, timeout=120)
        return Ended(code=process.returncode, out=out, err=err)

    def sources(self, world: World, **more: Any) -> None:
        """Points the sources at the loopback servers of `world`, at full speed."""
        lines = ["[whylost]", "back_fill_days = 60"]
        for name, source in world.settings.sources.items():
            if not source.get("enabled", True):
                lines += [f"[sources.{name}]", "enabled = false"]
                continue
            told = {
                "search": list(source["search"]),
                "base": source["base"],
                "pace_seconds": 0,
                "timeout_seconds": 2,
                "budget_requests": 2000,
                **more,
            }
            lines.append(f"[sources.{name}]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in told.items()]
            also = source.get("also", {})
            lines += [f"also.{role} = {json.dumps(address)}" for role, address in also.items()]
        self.home.mkdir(exist_ok=True)
        (self.home / "whylost.toml").write_text("\n".join(lines), encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What a command left."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.out)


@pytest.fixture
def whylost(tmp_path: Path) -> Program:
    """The program with an SQLite file in a folder whose name has a space."""
    return Program(home=tmp_path / "a home")


@pytest.fixture
def whylost_on(tmp_path: Path, database_url: str) -> Program:
    """The program, once on each kind of database."""
    return Program(home=tmp_path / "home", database=database_url)


@pytest.fixture
def live_world(tmp_path: Path, keyed: Keyed) -> Iterator[World]:
    """Two services whose sixty days of posts end now, as the program's own clock sees it."""
    with small_world(tmp_path, keyed, datetime.now(UTC)) as world:
        yield world


@pytest.fixture
def nowhere() -> str:
    """An address at which nothing listens."""
    return "http://127.0.0.1:9"
