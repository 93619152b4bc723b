"""The reports of a page as a file: streamed row by row, never whole in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from dashboard.database import address, engine
from db.engine import holds_demonstration, read
from db.export import stream, stream_parquet
from db.judges import judges
from db.sheets import SHEETS
from domain.errors import InputError, StoreError
from domain.filter import Filter

_STREAMS: dict[str, Any] = {"csv": stream, "parquet": stream_parquet}
_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def download(request: Request) -> Response:
    """`/download/reports.csv?<filter>`, or `.parquet`: what `whylost export` writes; `links=no`."""
    what = request.path_params["what"]
    form = request.path_params["form"]
    if what not in SHEETS or form not in _TYPES:
        return PlainTextResponse("There is no such export.", status_code=404)
    query = request.query_params
    try:
        wanted = Filter.from_query({name: query.getlist(name) for name in query})
        database = engine(address())
        with read(database) as connection:
            shown = judges(connection)
        if shown is None:
            return PlainTextResponse("Nothing has been judged yet.", status_code=404)
        made: Iterator[str | bytes] = _STREAMS[form](
            database, what, wanted, shown, with_links=query.get("links", "yes") != "no"
        )
        first = next(made)  # so that a failure is an answer, not half a file
        marked = "demonstration-" if holds_demonstration(database) else ""
    except InputError as error:
        return PlainTextResponse(str(error), status_code=400)
    except StoreError as error:
        return PlainTextResponse(str(error), status_code=503)
    name = f"whylost-{marked}{what}-{datetime.now(UTC):%Y-%m-%d}.{form}"
    return StreamingResponse(
        chain((first,), made),
        media_type=_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
