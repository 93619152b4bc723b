"""Alembic's entry: `db.engine` hands over an open connection; nothing is configured here."""

from typing import Any, Literal

from alembic import context

from db.tables import Table, UtcTime


def _render(kind: str, item: Any, _api: Any) -> str | Literal[False]:
    """A migration is frozen history: it names plain column types, never today's classes."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    compare_type=True,
    render_item=_render,
    render_as_batch=False,
)
context.run_migrations()
