"""The doctor's questions about settings, key file, disk and database. Nothing is changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url

from db import key
from db.engine import head, open_engine, read, revision
from db.opened import count_posts
from db.tables import Meta
from domain.check import Check
from domain.errors import StoreError, WhylostError
from domain.settings import Settings

ENOUGH_BYTES = 500_000_000


def checks(settings: Settings) -> Iterator[Check]:
    """One check after another; a failed one doesn't stop the next."""
    yield _disk(settings)
    yield _key(settings)
    yield from _database(settings)


def _disk(settings: Settings) -> Check:
    url = make_url(settings.database)
    file = Path(url.database or "") if url.get_backend_name() == "sqlite" else settings.home
    folder = next(p for p in (file, *file.absolute().parents) if p.is_dir())
    free = shutil.disk_usage(folder).free
    return Check(
        name="disk",
        ok=free >= ENOUGH_BYTES,
        found=f"{free / 1e9:.1f} GB are free in {folder}",
        fix="" if free >= ENOUGH_BYTES else "Free some space before the next run.",
    )


def _key(settings: Settings) -> Check:
    if not settings.key_file.exists():
        return Check(name="key file", ok=True, found=f"{settings.key_file} will be made")
    try:
        keyed = key.load(settings.key_file)
    except StoreError as error:
        return Check(name="key file", ok=False, found=error.what, fix=error.fix)
    return Check(
        name="key file",
        ok=True,
        found=f"{settings.key_file}, fingerprint {keyed.fingerprint()}",
    )


def _database(settings: Settings) -> Iterator[Check]:
    where = make_url(settings.database).render_as_string(hide_password=True)
    try:
        engine = open_engine(settings.database)
        found, wanted = revision(engine), head()
        if found is None:
            yield Check(
                name="database", ok=True, found=f"{where} is empty", fix="Run `whylost run`."
            )
            return
        yield Check(name="database", ok=True, found=f"{where}, {count_posts(engine):,} posts")
        yield Check(
            name="schema",
            ok=found == wanted,
            found=f"version {found}",
            fix="" if found == wanted else f"This program wants {wanted}: run `whylost run`.",
        )
        with read(engine) as connection:
            told = connection.scalar(select(Meta.value).where(Meta.name == "key_fingerprint"))
        fits = not settings.key_file.exists() or key.load(settings.key_file).fingerprint() == told
        yield Check(
            name="key and database",
            ok=fits,
            found="belong together" if fits else f"the database wants the key {told}",
            fix="" if fits else "Copy whylost.key from the machine that made the database.",
        )
    except WhylostError as error:
        yield Check(name="database", ok=False, found=error.what, fix=error.fix)
