"""The server: on this machine only, one clear line for a taken port, headers on every answer."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest
import seeded
from serving import serving
from sqlalchemy import Engine

from dashboard.serve import serve
from dashboard.shell import routes
from domain.errors import InputError


def test_a_taken_port_is_named(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} is taken by another program"):
            serve(sqlite_url, port, False)


def test_the_server_answers_on_this_machine_only(sqlite_engine: Engine) -> None:
    seeded.fill(sqlite_engine, posts=30)
    with serving(str(sqlite_engine.url)) as running:
        answer = httpx.get(running.address)
        assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "<title>whylost</title>" in answer.text
        # A name that another site points at this machine.
        assert httpx.get(running.address, headers={"Host": "evil.example"}).status_code == 400
        port = int(running.address.rsplit(":", 1)[1])
        with socket.socket() as outside:  # any address but the one that it is bound to
            assert outside.connect_ex(("127.0.0.2", port)) != 0


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/download/everything.csv", 404),
        ("/download/reports.xls", 404),
        ("/download/effects.csv", 200),
        ("/download/reports.parquet", 200),
        ("/download/reports.csv?causes=witchcraft", 400),
        ("/download/daily.csv?words=gone", 400),
    ],
)
def test_a_download_is_answered_or_refused(sqlite_engine: Engine, path: str, code: int) -> None:
    seeded.fill(sqlite_engine, posts=10)
    with serving(str(sqlite_engine.url)) as running:
        assert httpx.get(running.address + path).status_code == code
        assert running.log == []


def test_a_download_without_links_has_none(sqlite_engine: Engine) -> None:
    seeded.fill(sqlite_engine, posts=600)
    with serving(str(sqlite_engine.url)) as running:
        answer = httpx.get(running.address + "/download/reports.csv")
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "https://example.org/" in answer.text
        bare = httpx.get(running.address + "/download/reports.csv?links=no")
        assert "https://example.org/" not in bare.text
        assert bare.text.count("\r\n") == answer.text.count("\r\n") > 100


def test_every_view_has_its_address() -> None:
    views = Path(__file__).parents[2] / "dashboard" / "views"
    names = {f"/{path.stem}" for path in views.glob("[!_]*.py")}
    assert {route.path for route in routes()} == names | {"/", "/favicon.png"}
