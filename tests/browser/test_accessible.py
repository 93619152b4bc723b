"""Every page by the rules of axe-core: no finding that keeps somebody out."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from serving import Served

PAGES = ("", "reports", "incidents", "releases", "health", "model", "moderation", "method")
KEEPS_OUT = ("serious", "critical")


def _findings(page: Any) -> list[str]:
    """Impact, rule, what it asks for, and the elements at fault."""
    return [
        f"{found['impact']} {found['id']}: {found['help']}: "
        + "; ".join(str(node["html"])[:300] for node in found["nodes"][:4])
        for found in Axe().run(page).response["violations"]
        if found["impact"] in KEEPS_OUT
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_keeps_anybody_out(visiting: Any, served: Served, scheme: str) -> None:
    with visiting(served, scheme=scheme) as visit:
        for path in PAGES:
            visit.open(path)
            assert _findings(visit.page) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("listing", "one"),
    [("reports", "report="), ("incidents", "incident?"), ("releases", "release?")],
)
def test_nothing_in_a_list_keeps_anybody_out(
    visiting: Any, served: Served, listing: str, one: str, scheme: str
) -> None:
    """One report, one incident, one release, as their lists lead to them."""
    with visiting(served, scheme=scheme, path=listing) as visit:
        visit.page.locator(f"a[href*='{one}']").first.click()
        visit.settle()
        assert one.strip("?=") in visit.page.url
        assert _findings(visit.page) == []


def test_a_fault_is_found(visiting: Any, served: Served) -> None:
    with visiting(served, path="method") as visit:
        visit.page.evaluate("document.body.append(document.createElement('button'))")
        assert [found for found in _findings(visit.page) if "button-name" in found]
