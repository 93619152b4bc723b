"""What status pages answer. Every word in them is open: vendors invent new ones."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Component(msgspec.Struct):
    """A part of the service."""

    name: str


class Update(msgspec.Struct):
    """One telling of an incident; edited in place."""

    id: str
    status: str
    created_at: Moment
    body: str | None = None
    updated_at: Moment | None = None
    affected_components: list[Component] | None = None


class Incident(msgspec.Struct):
    """An entry of the page. Times other than the first may be null or missing."""

    id: str
    name: str
    created_at: Moment
    status: str = ""
    impact: str | None = None
    updated_at: Moment | None = None
    started_at: Moment | None = None
    resolved_at: Moment | None = None
    shortlink: str | None = None
    incident_updates: list[Update] = []
    components: list[Component] = []


class Incidents(msgspec.Struct):
    """`/api/v2/incidents.json`; entries are decoded one by one. Absent where there are none."""

    incidents: list[msgspec.Raw] = []


class Lasting(msgspec.Struct):
    """An incident that Instatus calls active."""

    name: str
    started: Moment
    status: str = ""
    impact: str = ""
    url: str = ""


class Summary(msgspec.Struct, rename="camel"):
    """Instatus' `/v3/summary.json`; `activeIncidents` is absent while all is well."""

    active_incidents: list[msgspec.Raw] = []
