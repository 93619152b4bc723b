"""The two handles that stages pass around, so that they need not import SQLAlchemy for a type."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

__all__ = ["Connection", "Engine"]
