"""The pages about releases in a real browser: from the forest to a verdict, and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import studied
from serving import Served, serving

from db.engine import claim, open_engine, upgrade
from domain.keyed import Keyed
from trends.claims import ASSOCIATION

PLACE = "place=github%3Agoogle-gemini%2Fgemini-cli"


@pytest.fixture(scope="module")
def served_studied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard over posts among which releases are tested."""
    url = f"sqlite:///{tmp_path_factory.mktemp('studied') / 'whylost.db'}"
    made = open_engine(url)
    upgrade(made)
    claim(made, Keyed(b"a key for tests, never for data."), demonstration=False)
    studied.fill(made)
    made.dispose()
    with serving(url) as running:
        yield running


def _drawn(visit: Any, charts: int) -> None:
    """Waits until so many charts are drawn."""
    drawn = visit.page.locator("[data-testid=stVegaLiteChart] svg")
    drawn.nth(charts - 1).wait_for()


@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_a_release_fits_every_screen(
    visiting: Any, served_studied: Served, width: int, scheme: str
) -> None:
    path = "release?id=studied-doubled"
    with visiting(served_studied, width=width, scheme=scheme, path=path) as visit:
        _drawn(visit, 3)
        assert "A larger window <b>for all</b>" in visit.text  # text, never an element
        assert ASSOCIATION in visit.text
        assert "Rose" in visit.text
        for other in ("releases?show=tested", path):
            visit.open(other)
            visit.page.locator("table.effects").first.wait_for()
            wide = visit.page.evaluate(
                "[document.documentElement.scrollWidth,"
                " document.querySelector('[data-testid=stMain]').scrollWidth]"
            )
            assert max(wide) <= width, other


def test_from_the_forest_to_a_verdict_and_its_places(visiting: Any, served_studied: Served) -> None:
    with visiting(served_studied, path="releases") as visit:
        visit.page.get_by_role("radio", name="Before and after").click()
        visit.page.locator("table.forest").wait_for()
        visit.settle()
        assert "show=tested" in visit.query
        visit.page.get_by_role("combobox", name="Cause").click()
        visit.page.get_by_role("option", name="Context limit").click()
        visit.page.keyboard.press("Escape")
        visit.settle()
        assert "causes=context_limit" in visit.query
        visit.page.locator("table.forest tr:has-text('Session')").first.wait_for(state="detached")
        visit.page.get_by_role("link", name="A larger window").click()
        visit.page.wait_for_url("**/release?**")
        visit.settle()
        _drawn(visit, 3)
        assert "causes=context_limit" in visit.query
        visit.page.get_by_text("2 places in it").first.click()
        visit.page.get_by_text("hackernews:Gemini").first.wait_for()


def test_an_announcement_says_that_nothing_changed(visiting: Any, served_studied: Served) -> None:
    with visiting(served_studied, path="release?id=studied-announced") as visit:
        _drawn(visit, 3)
        visit.page.get_by_text("nothing to test").first.wait_for()
        assert "As description only" in visit.text
        assert "Rose" not in visit.text
        visit.page.get_by_role("link", name="A larger window").click()
        visit.page.wait_for_url("**/release?id=studied-doubled")
        visit.page.get_by_text("announcement said to have gone into it").wait_for()


def test_what_stands_out_is_told_beside_the_charts(visiting: Any, served_studied: Served) -> None:
    with visiting(served_studied, path=f"?{PLACE}") as visit:
        _drawn(visit, 6)
        visit.page.get_by_text("What stands out, as a table").click()
        visit.page.get_by_text("Above expectation").first.wait_for()
        step = visit.page.locator("tr:has-text('Lasting step')").first
        step.wait_for()
        assert "somewhere" not in step.inner_text()
        assert "share of all days" in step.inner_text().casefold()


def test_a_marker_leads_to_its_release(visiting: Any, served_studied: Served) -> None:
    with visiting(served_studied, path=f"?{PLACE}") as visit:
        strip = visit.page.locator("[data-testid=stVegaLiteChart]").nth(0)
        strip.locator("g.mark-symbol path").last.click()
        visit.page.wait_for_url("**/release?id=**")
        visit.settle()
        visit.page.get_by_text("The vendor says").wait_for()


def test_an_unknown_release_leads_back(visiting: Any, served_studied: Served) -> None:
    with visiting(served_studied, path="release?id=nothing") as visit:
        visit.page.get_by_text("No release with this name").wait_for()
        visit.page.get_by_role("link", name="All releases").click()
        visit.page.wait_for_url("**/releases**")


def test_faults_that_could_not_have_been_shown_say_why(
    visiting: Any, served_studied: Served
) -> None:
    with visiting(served_studied, path="releases?show=faults") as visit:
        visit.page.get_by_text("under 5 there is no rate").wait_for()
        assert "Could not have been" in visit.text
        assert "Not shown" not in visit.text
