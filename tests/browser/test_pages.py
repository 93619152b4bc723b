"""Every page in a real browser: no error, no other host, no sideways scrolling."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import seeded
from serving import Served

from domain.causes import Decision

PAGES = {
    "": "independent threads",
    "reports": "newest first",
    "incidents": "latest begun first",
    "releases": "announcement",
    "health": "Known gaps",
    "model": "Quality by cause",
    "moderation": "never used as negatives",
    "method": "Reports are not incidence",
}
HOSTILE = [f"ff{number:022x}" for number in range(len(seeded.HOSTILE))]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_quietly(visiting: Any, served: Served, width: int, scheme: str) -> None:
    with visiting(served, width=width, scheme=scheme) as visit:
        for path, words in PAGES.items():
            visit.open(path)
            assert words in visit.text, path
            wide = visit.page.evaluate(
                "[document.documentElement.scrollWidth,"
                " document.querySelector('[data-testid=stMain]').scrollWidth]"
            )
            assert max(wide) <= width, path
        assert visit.page.title() == "Method - whylost"


def test_charts_are_drawn_and_have_a_table(visiting: Any, served: Served) -> None:
    with visiting(served, path="?place=github%3Aopenai%2Fcodex") as visit:
        drawn = visit.page.locator("[data-testid=stVegaLiteChart]")
        drawn.nth(5).locator("svg").wait_for()
        assert drawn.count() == 6  # the releases and five decisions
        points = drawn.nth(1).locator("g.mark-symbol path")
        assert points.count() > 5
        visit.page.get_by_text("The same numbers as a table").click()
        visit.settle()
        assert "Judged posts" in visit.text
        assert "missing, not zero" in visit.text


def test_a_point_leads_to_the_posts_behind_it(visiting: Any, served: Served) -> None:
    with visiting(served, path="?place=github%3Aopenai%2Fcodex") as visit:
        chart = visit.page.locator("[data-testid=stVegaLiteChart]").nth(1)
        point = chart.locator("g.mark-symbol path").last
        point.hover()
        tooltip = visit.page.locator("#vg-tooltip-element")
        tooltip.get_by_text("Judged posts", exact=True).wait_for()
        point.click()
        visit.page.wait_for_url("**/reports?**")
        visit.settle()
        assert "places=github%3Aopenai%2Fcodex" in visit.query
        assert "causes=context_limit" in visit.query


def test_a_release_names_itself(visiting: Any, served: Served) -> None:
    with visiting(served) as visit:
        strip = visit.page.locator("[data-testid=stVegaLiteChart]").nth(0)
        strip.locator("g.mark-symbol path").first.hover()
        told = visit.page.locator("#vg-tooltip-element")
        told.get_by_text("Announced").wait_for()
        assert "Vendor" in told.inner_text()


def test_the_filter_is_in_the_address(visiting: Any, served: Served) -> None:
    with visiting(served, path="reports") as visit:
        everything = visit.listed
        words = visit.page.get_by_label("Words")
        words.fill("résume POLICY")
        words.press("Enter")
        visit.settle()
        assert "words=" in visit.query
        assert "No report matches." in visit.text
        visit.page.go_back()
        visit.settle()
        assert "words=" not in visit.query
        assert visit.listed == everything
        words = visit.page.get_by_label("Words")
        words.fill("usage policy")
        words.press("Enter")
        visit.settle()
        shown, address = visit.listed, visit.page.url
        assert len(shown) > 3
        assert all("usage policy" in row for row in shown[1:])
    with visiting(served, path=address.split("/", 3)[3]) as elsewhere:
        assert elsewhere.listed == shown
        elsewhere.page.get_by_role("link", name="Overview").click()
        elsewhere.settle()
        assert "words=usage+policy" in elsewhere.query.replace("%20", "+")


def test_a_choice_from_a_list_narrows_the_reports(visiting: Any, served: Served) -> None:
    with visiting(served, path="reports") as visit:
        visit.page.get_by_role("combobox", name="Cause").click()
        visit.page.get_by_role("option").filter(has_text="Session management").click()
        visit.page.keyboard.press("Escape")
        visit.settle()
        assert visit.query == "causes=session_management"
        rows = visit.page.locator("[class*=st-key-row-]")
        assert rows.count() > 5
        assert visit.page.locator("[class*=st-key-row-session_management]").count() == rows.count()


def test_one_opens_a_report_from_the_list_and_comes_back(visiting: Any, served: Served) -> None:
    with visiting(served, path="reports?causes=session_management") as visit:
        listed = visit.listed
        visit.page.locator("[class*=st-key-row-] a").first.click()
        visit.settle()
        assert "report=" in visit.query
        assert "causes=session_management" in visit.query
        for heading in ("Verdict", "Evidence", "What the account states"):
            assert heading in visit.text
        assert visit.page.locator("mark.ev.for.session_management").count() >= 1
        assert visit.page.locator("mark.ev.against").count() >= 1
        visit.page.go_back()
        visit.settle()
        assert visit.listed == listed


def test_pages_of_the_list_follow_one_another(visiting: Any, served: Served) -> None:
    with visiting(served, path="reports") as visit:
        first = visit.page.locator("[class*=st-key-row-]").count()
        visit.page.get_by_role("button", name="Older").click()
        visit.settle()
        assert first == 25
        assert "after=" in visit.query
        visit.page.get_by_role("button", name="Newest").click()
        visit.settle()
        assert "after=" not in visit.query


@pytest.mark.parametrize("key", HOSTILE)
def test_hostile_texts_stay_text(visiting: Any, served: Served, key: str) -> None:
    with visiting(served, path=f"report?report={key}") as visit:
        assert "my history is gone" in visit.text
        assert visit.page.title() == "Report - whylost"
        main = visit.page.locator("[data-testid=stMain]")
        assert main.locator("img").count() == 0
        assert main.locator("script").count() == 0
        assert not set("\u202e\u202c\x1b") & set(visit.text)
        original = main.get_by_role("link", name="Open the original")
        assert original.get_attribute("href") == f"https://example.org/hostile/{HOSTILE.index(key)}"
        assert "example.org" in original.inner_text()
        assert "noopener" in str(original.get_attribute("rel"))


def test_the_download_is_the_list(visiting: Any, served: Served, tmp_path: Path) -> None:
    with visiting(served, path="reports?causes=undetermined") as visit:
        with visit.page.expect_download() as waiting:
            visit.page.get_by_role("link", name="CSV", exact=True).click()
        waiting.value.save_as(tmp_path / "r.csv")
        with (tmp_path / "r.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert {row["decision"] for row in rows} == {Decision.UNDETERMINED.value}
        assert f"{len(rows)} reports" in visit.text
        assert any(row["permalink"] for row in rows)


def test_a_broken_filter_says_what_to_do(visiting: Any, served: Served) -> None:
    with visiting(served, path="reports?causes=witchcraft") as visit:
        assert "The filter causes=witchcraft can't be read" in visit.text
        visit.page.get_by_role("button", name="Clear the filter").click()
        visit.settle()
        assert "newest first" in visit.text


def test_demonstration_data_is_marked_on_every_page(
    visiting: Any, served_demonstration: Served
) -> None:
    with visiting(served_demonstration) as visit:
        for path in PAGES:
            visit.open(path)
            assert "These threads were invented" in visit.text, path


def test_an_empty_database_says_what_to_do_next(visiting: Any, served_empty: Served) -> None:
    with visiting(served_empty) as visit:
        for path in ("", "reports", "health"):
            visit.open(path)
            assert "There are no posts yet." in visit.text, path
            assert "whylost run" in visit.text
