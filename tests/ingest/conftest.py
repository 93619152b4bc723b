"""A small world of two services for the tests of whole runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from domain.keyed import Keyed
from tests.support.world import World, named, small_world


@pytest.fixture
def world(
    tmp_path: Path, keyed: Keyed, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """Both services with sixty days of posts; no token is set."""
    monkeypatch.delenv("WHYLOST_TEST_TOKEN", raising=False)
    with small_world(tmp_path, keyed, now) as made:
        yield made


@pytest.fixture
def belonging(world: World) -> set[str]:
    """The external ids that a whole database has, before any test changes the world."""
    return named(world)
