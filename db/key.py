"""The key file: made at the first run, mode 0600, outside the database."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from domain.errors import StoreError
from domain.keyed import Keyed

KEY_BYTES = 32


def load(path: Path) -> Keyed:
    """The key in `path`, made there if the file is missing.

    Raises `StoreError` where the file can't be read, is damaged, or others may read it.
    """
    try:
        made = _make(path)
        secret = made or bytes.fromhex(path.read_text(encoding="ascii").strip())
        if not made and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise StoreError(f"Others can read the key file {path}.", f"Run: chmod 600 '{path}'.")
    except (ValueError, UnicodeDecodeError) as error:
        raise StoreError(f"The key file {path} is damaged.", "Restore it from a backup.") from error
    except OSError as error:
        raise StoreError(f"The key file {path} can't be read: {error.strerror}.") from error
    if len(secret) != KEY_BYTES:
        raise StoreError(f"The key file {path} is damaged.", "Restore it from a backup.")
    return Keyed(secret)


def _make(path: Path) -> bytes | None:
    """Writes a new key, or returns None where the file is there already.

    The file appears whole under its name: two first runs at once agree on one key.
    """
    if path.exists():
        return None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return None
    finally:
        draft.unlink()
    return secret
