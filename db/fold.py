"""Case- and accent-folding that gives the same answer on both databases.

A reader who searches "resume" finds "Résumé". SQLite calls `fold` below; PostgreSQL decomposes
(normalization form D), drops the combining marks and lowers by ICU's root rules, so that the
server's locale does not matter.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

SQLITE_NAME = "whylost_fold"  # registered on each connection by `db.engine`
_MARKS = re.compile("[\u0300-\u036f]")


def fold(value: str | None) -> str | None:
    """`value` without accents and in lower case; None stays None."""
    if value is None:
        return None
    if value.isascii():
        return value.lower()
    return _MARKS.sub("", unicodedata.normalize("NFD", value)).lower()


class folded(GenericFunction[str]):  # noqa: N801 - reads like the SQL function that it is
    """The SQL side of `fold`, of one text expression."""

    type = Text()
    inherit_cache = True


@compiles(folded, "sqlite")
def _on_sqlite(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"{SQLITE_NAME}({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _on_postgresql(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    bare = f"regexp_replace(normalize({inner}, NFD), U&'[\\0300-\\036F]', '', 'g')"
    return f'lower({bare} COLLATE "und-x-icu")'
