"""Keyed hashes: how authors, ids and texts are recognised again without being kept.

BLAKE2b with a secret key (RFC 7693, section 2.9) of 12 bytes: the chance that any two of 10^9 posts
share a hash is below 1e-11. Whoever has the database but not the key can't test a guessed name.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

HASH_BYTES = 12


@dataclass(frozen=True, slots=True)
class Keyed:
    """A secret key and what is done with it. Its `repr` never shows the key."""

    secret: bytes

    def __repr__(self) -> str:
        return f"Keyed({self.fingerprint()})"

    def hash(self, kind: str, value: str) -> str:
        """24 hexadecimal digits for `value`; the same value of another `kind` hashes otherwise."""
        digest = blake2b(
            value.encode("utf-8", "surrogatepass"),
            digest_size=HASH_BYTES,
            key=self.secret,
            person=kind.encode()[:16],
        )
        return digest.hexdigest()

    def fingerprint(self) -> str:
        """Eight bytes that tell two keys apart and say nothing about either."""
        return blake2b(b"whylost key", digest_size=8, key=self.secret).hexdigest()
