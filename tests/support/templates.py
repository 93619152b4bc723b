"""Databases that are filled once and copied for every test that begins with them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url

from db.engine import claim, open_engine, upgrade
from domain.keyed import Keyed

Fill = Callable[[Engine], object]


@dataclass(kw_only=True)
class Templates:
    """Filled databases by name, on both kinds, for one process of tests."""

    folder: Path
    keyed: Keyed
    made: dict[tuple[str, str], URL] = field(default_factory=dict)

    def lay(self, url: str, name: str, fill: Fill) -> None:
        """Makes the empty database at `url` a copy of the template called `name`.

        The first time the template is made: migrated, claimed and filled.
        """
        wanted = make_url(url)
        kind = wanted.get_backend_name()
        template = self.made.get((kind, name))
        if template is None:
            template = self.made[kind, name] = self._make(wanted, name, fill)
        if kind == "sqlite":
            shutil.copy(_path(template), _path(wanted))
            return
        with _server(wanted) as connection:
            connection.execute(text(f'DROP DATABASE "{wanted.database}"'))
            connection.execute(
                text(f'CREATE DATABASE "{wanted.database}" TEMPLATE "{template.database}"')
            )
            make_quick(connection, str(wanted.database))

    def _make(self, like: URL, name: str, fill: Fill) -> URL:
        if like.get_backend_name() == "sqlite":
            template = like.set(database=str(self.folder / f"{name}.db"))
        else:
            template = like.set(database=f"whylost_template_{secrets.token_hex(6)}")
            with _server(like) as connection:
                connection.execute(text(f'CREATE DATABASE "{template.database}"'))
        engine = open_engine(template.render_as_string(hide_password=False))
        upgrade(engine)
        claim(engine, self.keyed)
        fill(engine)
        engine.dispose()
        return template

    def drop(self) -> None:
        """Removes what lies on a server."""
        for (kind, _), template in self.made.items():
            if kind != "sqlite":
                with _server(template) as connection:
                    connection.execute(text(f'DROP DATABASE "{template.database}" WITH (FORCE)'))


def make_quick(connection: Connection, database: str) -> None:
    """Commits don't wait for the disk: no test pulls the plug of the server."""
    connection.execute(text(f'ALTER DATABASE "{database}" SET synchronous_commit = off'))


def _path(url: URL) -> Path:
    return Path(str(url.database))


@contextmanager
def _server(of: URL) -> Iterator[Connection]:
    """A connection beside the databases that are made and dropped."""
    url = of.set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
