"""The strip of releases above the charts: a row a vendor, a mark a release."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.addresses import address
from dashboard.axes import AXIS_WIDTH, Frame, Spec, drawn_at, finished, told
from db.cells import neutral
from domain.filter import Filter
from domain.nouns import Release


def strip(releases: Sequence[Release], around: Frame, wanted: Filter | None = None) -> Spec | None:
    """The releases in the frame, a row a vendor; each names itself when it is pointed at, and leads
    to its page."""
    rows = [
        _release_row(release, wanted or Filter()) for release in releases if around.holds(release)
    ]
    if not rows:
        return None
    vendors = len({row["vendor"] for row in rows})
    axis = {
        "minExtent": AXIS_WIDTH,
        "maxExtent": AXIS_WIDTH,
        "labelLimit": AXIS_WIDTH + 8,
        "ticks": False,
        "domain": False,
    }
    drawn = {
        "data": {"values": rows},
        "mark": {
            "type": "point",
            "size": 58,
            "strokeWidth": 1.4,
            "color": around.ink("textColor"),
            "cursor": "pointer",
        },
        "encoding": {
            "x": around.whole(axis=None),
            "y": {"field": "vendor", "type": "nominal", "title": None, "axis": axis},
            "shape": {
                "field": "is",
                "type": "nominal",
                "scale": {
                    "domain": ["deployed", "announced"],
                    "range": ["triangle-down", "circle"],
                },
                "legend": None,
            },
            "href": {"field": "page"},
            "tooltip": [
                told("title", "Release"),
                told("vendor", "Vendor"),
                told("product", "Product"),
                told("kind", "Kind"),
                told("announced", "Announced"),
                told("deployed", "Deployed"),
            ],
        },
    }
    return finished(drawn, around, 17 * vendors + 4)


def _release_row(release: Release, wanted: Filter) -> dict[str, str]:
    precise = release.date_precision == "day"
    vague = f"{release.announced:%Y-%m} (the day is not known)"
    return {
        "day": drawn_at(release).isoformat(),
        "vendor": neutral(release.vendor),
        "title": neutral(release.title),
        "kind": release.kind.replace("_", " "),
        "announced": release.announced.isoformat() if precise else vague,
        "deployed": release.deployed.isoformat() if release.deployed else "not known",
        "product": neutral(release.product if release.deployed else release.affects),
        "page": address("release", wanted, id=release.id),
        "is": "deployed" if release.deployed else "announced",
    }
