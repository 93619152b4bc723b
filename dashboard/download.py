"""The reports of a page as a file: streamed row by row, never whole in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from dashboard.database import address, engine
from db.engine import holds_demonstration, read
from db.export import SHEETS, stream
from db.judges import judges
from domain.errors import InputError, StoreError
from domain.filter import Filter


def download(request: Request) -> Response:
    """`/download/reports.csv?<filter>`: what `whylost export reports` writes, with `links=no`."""
    what = request.path_params["what"]
    if what not in SHEETS:
        return PlainTextResponse("There is no such export.", status_code=404)
    query = request.query_params
    try:
        wanted = Filter.from_query({name: query.getlist(name) for name in query})
        database = engine(address())
        with read(database) as connection:
            shown = judges(connection)
        if shown is None:
            return PlainTextResponse("Nothing has been judged yet.", status_code=404)
        lines = stream(database, what, wanted, shown, with_links=query.get("links", "yes") != "no")
        first = next(lines)  # so that a failure is an answer, not half a file
        marked = "demonstration-" if holds_demonstration(database) else ""
    except InputError as error:
        return PlainTextResponse(str(error), status_code=400)
    except StoreError as error:
        return PlainTextResponse(str(error), status_code=503)
    name = f"whylost-{marked}{what}-{datetime.now(UTC):%Y-%m-%d}.csv"
    return StreamingResponse(
        chain((first,), lines),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
