"""A real Chromium over the real server; both are missing on some machines."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import seeded
from serving import Served, serving

from db.engine import claim, open_engine, upgrade
from domain.keyed import Keyed
from trends.run import refresh

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
LOOK_AGAIN = 800  # milliseconds
MOST_LOOKS = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _missing(what: str, how: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing under CI: {how}")
    pytest.skip(f"{what} is missing: {how}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        _missing("Chromium", "install it, for example with `apt-get install chromium`")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright", "install it with `pip install playwright`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield browser
        browser.close()


def _database(folder: Path, name: str, *, filled: bool, demonstration: bool = False) -> str:
    url = f"sqlite:///{folder / name}"
    made = open_engine(url)
    upgrade(made)
    claim(made, Keyed(b"a key for tests, never for data."), demonstration=demonstration)
    if filled:
        known = seeded.fill(made)
        refresh(made, known.now, lambda _done, _total: None)
    made.dispose()
    return url


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard over the seeded posts."""
    url = _database(tmp_path_factory.mktemp("served"), "whylost.db", filled=True)
    with serving(url) as running:
        yield running


@pytest.fixture(scope="session")
def served_demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard over invented posts that say so."""
    folder = tmp_path_factory.mktemp("demonstration")
    url = _database(folder, "demonstration.db", filled=True, demonstration=True)
    with serving(url, demonstration=True) as running:
        yield running


@pytest.fixture(scope="session")
def served_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard over a database without a post."""
    url = _database(tmp_path_factory.mktemp("empty"), "whylost.db", filled=False)
    with serving(url) as running:
        yield running


@dataclass(slots=True)
class Visit:
    """A page in a browser, and what went wrong in it."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Opens a path and waits until the script is done."""
        self.page.goto(f"{self.address}/{path}")
        self.settle()

    def settle(self) -> None:
        """Waits until the script has run and its charts are drawn."""
        self.page.wait_for_timeout(250)  # a rerun that was just asked for begins
        self.page.wait_for_function(
            "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState"
            " === 'notRunning'"
        )
        self.page.wait_for_timeout(400)

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return self.page.locator("[data-testid=stMain]").inner_text()

    @property
    def listed(self) -> list[str]:
        """The line above a list of reports, and its rows, once they change no more.

        The browser draws for a while after the script has ended; on a busy machine, for seconds.
        """
        rows = self.page.locator(".asof, [class*=st-key-row-]")
        before, now = None, rows.all_inner_texts()
        for _ in range(MOST_LOOKS):
            if now == before:
                break
            self.page.wait_for_timeout(LOOK_AGAIN)
            before, now = now, rows.all_inner_texts()
        return now

    @property
    def query(self) -> str:
        """The query string of the address."""
        return urlsplit(self.page.url).query


Visiting = Callable[..., "contextmanager[Visit]"]


@pytest.fixture
def visiting(chromium: Browser) -> Visiting:
    """Opens a window; at its end nothing may have gone wrong in it."""

    @contextmanager
    def visit(
        running: Served, *, width: int = 1280, scheme: str = "light", path: str = ""
    ) -> Iterator[Visit]:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]  # "light" or "dark"
        )
        seen = Visit(context.new_page(), running.address)
        host = urlsplit(running.address).netloc

        def asked(url: str) -> None:
            parts = urlsplit(url)
            if parts.scheme not in ("data", "blob") and parts.netloc != host:
                seen.wrong.append(f"asked another host: {url}")

        seen.page.on(
            "console",
            lambda m: (
                seen.wrong.append(f"console {m.type}: {m.text}")
                if m.type in ("error", "warning")
                else None
            ),
        )
        seen.page.on("pageerror", lambda e: seen.wrong.append(f"script: {e}"))
        seen.page.on("request", lambda request: asked(request.url))
        seen.page.on("websocket", lambda socket: asked(socket.url))
        seen.open(path)
        yield seen
        context.close()
        assert seen.wrong == []
        assert running.log == []

    return visit
