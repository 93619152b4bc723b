"""Tables and lines of one's own: what a mapping declares is read, what is wrong is named."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from db.engine import read
from db.tables import PlaceRow, PostProduct, PostRow, PostText
from domain.errors import InputError
from domain.keyed import Keyed
from ingest.archive import import_files
from ingest.formats.mapped import load
from ingest.formats.shape import BadCell, File, Note, Row
from ingest.source import RawPost

MAPPING = """
source = "acme"
place = "forum"
text_is = "html"
time = "%d.%m.%Y %H:%M"
zone = "Europe/Berlin"
products = ["Claude"]
delimiter = ";"

[columns]
id = "Number"
text = "Body"
written_at = "Posted"
parent = "Answers"
title = "Head"
author = "Who"
deleted = "Gone"
product = "About"
url = "Link"
"""
TABLE = """Number;Head;Body;Posted;Answers;Who;Gone;About;Link;Votes
1;Lost;"<p>All &amp; everything.</p>";02.07.2026 12:30;;alder;no;Codex;https://acme.example/1;3
3;;Same <b>here</b>.;02.07.2026 12:32;2;cedar;;;;0
2;;It came back.;02.01.2026 12:31;1;birch;false;;;1
4;Taken;Away;02.07.2026 12:33;;elm;YES;;;1
5;Late;When?;2026-07-02;;elm;;;;1
;No id;x;02.07.2026 12:33;;elm;;;;1
6;too few
"""


def mapping(folder: Path, content: str = MAPPING) -> Path:
    path = folder / "mapping.toml"
    path.write_text(content, encoding="utf-8")
    return path


def posts(path: Path, content: str | bytes) -> tuple[dict[str, RawPost], list[str]]:
    """Posts by id, and where something can't be read."""
    raw = content if isinstance(content, bytes) else content.encode()

    def again() -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(raw))  # type: ignore[arg-type] # as good as a file

    found: dict[str, RawPost] = {}
    bad: list[str] = []
    for item in load(path).read(File(name="x", stream=again(), head=raw, again=again)):
        assert isinstance(item, Row | Note)
        if isinstance(item, Note):
            bad.append(item.where)
            continue
        try:
            post = item.post()
            found[post.external_id] = post
        except ValueError as error:
            bad.append(f"{item.where} ({error})" if isinstance(error, BadCell) else item.where)
    return found, bad


def test_a_table(tmp_path: Path) -> None:
    found, bad = posts(mapping(tmp_path), TABLE)
    assert list(found) == ["acme:1", "acme:3", "acme:2", "acme:4"]
    assert bad == ["line 6 (Posted)", "line 7 (Number)", "line 8"]
    first, third, second, gone = found.values()
    assert (first.title, first.text) == ("Lost", "All & everything.")
    assert first.written_at == datetime(2026, 7, 2, 10, 30, tzinfo=UTC)  # summer in Berlin
    assert second.written_at == datetime(2026, 1, 2, 11, 31, tzinfo=UTC)  # and winter
    assert first.products == ("Claude", "Codex")
    assert (first.place, first.url) == ("acme-archive:forum", "https://acme.example/1")
    assert (third.parent, third.thread, third.depth) == ("acme:2", "acme:2", 1)
    assert (gone.deleted, gone.title, gone.text) == (True, "", "")
    assert (first.kind, third.kind) == ("post", "reply")


def test_a_table_in_the_database(
    tmp_path: Path, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(TABLE, encoding="utf-8")
    report = import_files(engine, keyed, [path], mapping=mapping(tmp_path), now=now)
    assert (report.counts["new"], report.counts["unreadable"]) == (4, 3)
    assert report.sources[0].message == "unreadable: line 8, line 6 (Posted), line 7 (Number)"
    with read(engine) as connection:
        depths = connection.execute(select(PostRow.kind, PostRow.depth).order_by(PostRow.depth))
        assert [tuple(r) for r in depths] == [("post", 0), ("post", 0), ("reply", 1), ("reply", 2)]
        assert len(set(connection.scalars(select(PostRow.thread)))) == 2
        assert connection.scalars(select(PlaceRow.source)).all() == ["acme"]
        assert set(connection.scalars(select(PostProduct.product))) == {"Claude", "Codex"}
        assert "Away" not in connection.scalars(select(PostText.text)).all()
    again = import_files(engine, keyed, [path], mapping=mapping(tmp_path), now=now)
    assert again.counts["unchanged"] == 6  # rows: it is in already
    other = mapping(tmp_path, MAPPING.replace('"html"', '"plain"'))
    third = import_files(engine, keyed, [path], mapping=other, now=now)
    assert third.counts["changed"] == 2  # mapped otherwise it is another import


LINES = """
source = "acme"
text_is = "markdown"
time = "milliseconds"

[columns]
id = "key"
text = "content.raw"
written_at = "at"
thread = "topic.id"
edited_at = "changed"
place = "topic.board"
author = "user.name"
"""


def test_lines(tmp_path: Path) -> None:
    rows = [
        {"key": 1, "content": {"raw": "**All**"}, "at": 1_770_000_000_000, "topic": {"id": 1}},
        {"key": 2, "content": {"raw": "x"}, "at": "1770000001500", "topic": {"id": 1}}
        | {"changed": 1_770_000_009_000, "user": {"name": "alder"}},
        {"key": 3, "content": "x", "at": 1_770_000_000_000, "topic": {"id": 3, "board": "b"}},
        {"key": 4, "content": {"raw": ["x"]}, "at": 1, "topic": None},
        {"key": 5, "at": None},
        [1],
    ]
    content = "\n".join(map(json.dumps, rows)) + "\n{broken\n"
    found, bad = posts(mapping(tmp_path, LINES), content)
    assert bad == ["line 4 (content.raw)", "line 5 (at)", "line 6", "line 7"]
    first, second, third = found.values()
    assert (first.text, first.thread, first.parent) == ("All", "acme:1", None)
    assert (second.parent, second.author) == ("acme:1", "alder")
    assert second.edited_at == datetime.fromtimestamp(1_770_000_009, UTC)
    assert (third.place, third.text) == ("acme-archive:b", "")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("source =", "sauce ="), "sauce"),
        (('id = "Number"', ""), "columns"),
        (('"Europe/Berlin"', '"Europe/Nowhere"'), "no zone is called 'Europe/Nowhere'"),
        (('["Claude"]', '["Claud"]'), "no product is called 'Claud'"),
        (('"html"', '"rtf"'), "text_is"),
        (('delimiter = ";"', 'delimiter = ";;"'), "delimiter"),
        (('"acme"', '"Ac me"'), "source"),
        (('place = "forum"', "place = forum"), "is not TOML"),
        (('title = "Head"', 'titel = "Head"'), "titel"),
    ],
)
def test_a_wrong_mapping_names_what_is_wrong(
    change: tuple[str, str], told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=told) as caught:
        load(mapping(tmp_path, MAPPING.replace(*change)))
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_of_which_nothing_can_be_read_is_no_success(
    tmp_path: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(TABLE, encoding="utf-8")
    wrong = mapping(tmp_path, MAPPING.replace("%d.%m.%Y", "%m/%d/%Y"))
    report = import_files(sqlite_engine, keyed, [path], mapping=wrong, now=now)
    assert (report.outcome, report.counts["new"]) == ("partly", 0)
    assert "Nothing in it could be read; unreadable: line 8, line 2 (Posted)" in report.message
    right = import_files(sqlite_engine, keyed, [path], mapping=mapping(tmp_path), now=now)
    assert (right.outcome, right.counts["new"]) == ("done", 4)


def test_a_missing_mapping_and_a_missing_column_are_named(
    tmp_path: Path, sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    with pytest.raises(InputError, match="can't be read"):
        load(tmp_path / "none.toml")
    path = tmp_path / "posts.csv"
    path.write_text(TABLE.replace("Posted", "Date"), encoding="utf-8")
    with pytest.raises(InputError, match="no column posted"):
        import_files(sqlite_engine, keyed, [path], mapping=mapping(tmp_path), now=now)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), lines=st.booleans())
def test_no_bytes_break_a_mapping(content: bytes, lines: bool, tmp_path: Path) -> None:
    head = b'{"key": 1}\n' if lines else TABLE.encode()
    found, _ = posts(mapping(tmp_path, LINES if lines else MAPPING), head + content)
    assert all(post.written_at.tzinfo is UTC for post in found.values())
