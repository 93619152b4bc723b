"""Sheets that come back, mangled as spreadsheets do: no row vanishes, nothing is overwritten."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import seeded
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, update

from db.engine import read, write
from db.export import export_review
from db.filled import Filled, FilledSheet, read_filled
from db.returned import Ending, Taking, counted, rest, take
from db.reviews import reviews_of, save_review
from db.samples import Drawn, Stream, save_drawing
from db.tables import PlaceRow, PostRow, VerdictRow
from domain.causes import DECISION_LABELS, Cause, Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.nouns import PostState, Review

HEADS = (
    "post",
    "version",
    "text",
    "review_decision",
    "review_secondary",
    "review_note",
    "reviewer",
)
AT = datetime(2026, 11, 1, tzinfo=UTC)
HOW = Taking(now=AT)
KEY = "0a" * 12


def made(
    rows: list[dict[str, str]], *, separator: str = ",", heads: tuple[str, ...] = HEADS
) -> str:
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, heads, delimiter=separator, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return held.getvalue()


def one(**more: str) -> dict[str, str]:
    given = {"post": KEY, "version": "1", "text": 'a "quote", and\nmore; of it\tall'}
    return given | {"review_decision": "other", "reviewer": "Ada"} | more


def filled(**more: str) -> Filled:
    return read_filled(made([one(**more)]).encode(), "a.csv").rows[0]


TEXT = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), max_size=20)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


@st.composite
def mangled(draw: st.DrawFn) -> tuple[list[dict[str, str]], bytes]:
    """Rows, and a file that a spreadsheet program might have made of them."""
    spellings = [(d.value, d) for d in Decision] + [(t, d) for d, t in DECISION_LABELS.items()]
    rows = []
    for number in range(draw(st.integers(1, 6))):
        said, decision = draw(st.sampled_from(spellings))
        rows.append(
            {
                "post": f"{number:024x}",
                "version": draw(st.sampled_from(("1", "1.0", "1,0", " 1 ", "'1"))),
                "text": draw(TEXT),
                "review_decision": draw(st.sampled_from((said, said.upper(), f" {said} "))),
                "review_note": draw(TEXT),
                "reviewer": draw(st.sampled_from(("Ada", "Zoë"))),
                "meant": decision.value,
            }
        )
    kept = [
        name for name in HEADS if name not in ("text", "review_secondary") or draw(st.booleans())
    ]
    heads = tuple(draw(st.permutations(kept)))
    written = made(
        draw(st.permutations(rows)), separator=draw(st.sampled_from(",;\t")), heads=heads
    )
    first, _, others = written.partition("\r\n")
    spelt = draw(st.sampled_from((first, first.upper(), first.replace("_", " "))))
    ends = draw(st.sampled_from(("\r\n", "\n")))
    return rows, f"{spelt}{ends}{others}".encode(draw(st.sampled_from(ENCODINGS)))


@settings(max_examples=80, deadline=None)
@given(mangled())
def test_a_mangled_sheet_gives_the_same_decisions(
    sheet: tuple[list[dict[str, str]], bytes],
) -> None:
    rows, content = sheet
    found = {row.post: row for row in read_filled(content, "a.csv").rows}
    assert len(found) == len(rows)
    for row in rows:
        read_as = found[row["post"]]
        assert read_as.fault is None
        assert read_as.decision is not None
        assert read_as.decision.value == row["meant"]
        assert (read_as.version, read_as.reviewer) == (1, row["reviewer"])


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=7, max_size=9), max_size=5))
def test_whatever_is_in_the_cells_no_row_vanishes(cells: list[list[str]]) -> None:
    held = io.StringIO(newline="")
    csv.writer(held).writerows([HEADS, *cells])
    content = held.getvalue().encode("utf-8", "replace")
    sheet = read_filled(content, "a.csv")
    assert len(sheet.rows) == len(cells)


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_one_line(content: bytes) -> None:
    for given_content in (content, ",".join(HEADS).encode() + b"\n" + content):
        try:
            read_filled(given_content, "a.csv")
        except InputError as error:
            told = str(error)
        else:
            told = ""
        assert "\n" not in told


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ({"post": "1.23E+10"}, "turned the key into a number"),
        ({"post": "1,23E+23"}, "turned the key into a number"),
        ({"post": ""}, "key of the post is missing"),
        ({"post": "lantern"}, "24 digits"),
        ({"version": "01.02.2026"}, "turned the version into a date"),
        ({"version": "01-Jan"}, "turned the version into a date"),
        ({"version": "0"}, "number from 1"),
        ({"version": ""}, "version of the text is missing"),
        ({"review_decision": "contxt"}, "no such decision"),
        ({"review_decision": "", "review_note": "hm"}, "decision is missing"),
        ({"review_secondary": "weather"}, "no such cause"),
    ],
)
def test_what_is_wrong_is_named_not_guessed(cell: dict[str, str], why: str) -> None:
    fault = filled(**cell).fault
    assert fault is not None
    assert why in fault.why
    assert fault.fix


def test_lines_and_rows_are_those_of_the_file_and_of_the_spreadsheet() -> None:
    content = "sep=,\r\n" + made([one(), one(text="short"), one(post="?")])
    assert [(row.number, row.line) for row in read_filled(content.encode(), "a.csv").rows] == [
        (2, 3),
        (3, 5),
        (4, 6),
    ]


def test_apostrophes_that_guard_are_taken_away() -> None:
    row = filled(review_note="'=1+1", post=f"'{KEY}")
    assert (row.note, row.post) == ("=1+1", KEY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column post, version, review_decision"),
        (b"post,version,decision\n", "no column review_decision"),
        (b"post,version,review_decision,Post\n", "two columns post"),
        (made([one()]).encode() + b'x,1,"never closed\n', "line 4 can't be read"),
    ],
)
def test_what_is_no_sheet_is_refused_as_a_whole(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_filled(content, "a.csv")


@pytest.fixture
def posts(engine: Engine) -> list[str]:
    return [post.key for post in seeded.fill(engine, posts=40, days=4).posts]


def sheet_of(*rows: dict[str, str]) -> FilledSheet:
    return read_filled(made(list(rows)).encode(), "a.csv")


def endings(engine: Engine, *rows: dict[str, str], how: Taking = HOW) -> list[str]:
    return [ended.ending.value for ended in take(engine, sheet_of(*rows), how)]


def test_good_rows_are_taken_once_and_the_others_listed(engine: Engine, posts: list[str]) -> None:
    rows = [
        one(post=posts[0], review_secondary="Context limit", review_note="as it says"),
        one(post=posts[1], review_decision=""),
        one(post=posts[2], review_decision="???"),
        one(post="0a" * 12),
        one(post=posts[3], reviewer=""),
        one(post=posts[4]),
        one(post=posts[4], review_decision="undetermined"),
        one(post=posts[5]),
        one(post=posts[5]),
    ]
    expected = ["taken", "empty", "wrong", "wrong", "wrong", "conflict", "conflict", "taken",
                "unchanged"]  # fmt: skip
    dry = take(engine, sheet_of(*rows), HOW, dry=True)
    assert [ended.ending.value for ended in dry] == expected
    assert endings(engine, *rows) == expected
    again = take(engine, sheet_of(*rows), HOW)
    assert counted(again) == {"taken": 0, "unchanged": 3, "empty": 1, "conflict": 2, "wrong": 3}
    with read(engine) as connection:
        saved = [filed.review for filed in reviews_of(connection, posts[0])]
        assert [len(reviews_of(connection, key)) for key in posts[1:6]] == [0, 0, 0, 0, 1]
    assert [(r.secondary, r.note, r.blind) for r in saved] == [
        (Cause.CONTEXT_LIMIT, "as it says", False)
    ]


def test_what_the_same_person_decided_is_replaced_only_when_told(
    engine: Engine, posts: list[str]
) -> None:
    mine = Review(post=posts[0], version=1, decision=Decision.SAFETY_TRIGGER, secondary=None,
                  reviewer="Ada", blind=True, stream="", note="", decided_at=AT)  # fmt: skip
    with write(engine) as connection:
        save_review(connection, mine)
        save_review(connection, replace(mine, post=posts[1], reviewer="Grace"))
    rows = [one(post=posts[0]), one(post=posts[1])]
    ended = take(engine, sheet_of(*rows), HOW)
    assert [e.ending for e in ended] == [Ending.CONFLICT, Ending.TAKEN]
    assert ended[0].fault is not None
    assert "Ada decided otherwise: safety_trigger" in ended[0].fault.why
    told = replace(HOW, replace=True)
    assert endings(engine, *rows, how=told) == ["taken", "unchanged"]
    assert endings(engine, *rows, how=told) == ["unchanged", "unchanged"]
    with read(engine) as connection:
        assert [f.replaced for f in reviews_of(connection, posts[0])] == [True, False]


def test_who_saw_another_text_is_told_so(engine: Engine, posts: list[str]) -> None:
    with write(engine) as connection:
        mine = update(PostRow).where(PostRow.key == posts[0])
        connection.execute(mine.values(version=2))
        gone = update(PostRow).where(PostRow.key == posts[1])
        connection.execute(gone.values(state="deleted"))
    rows = [one(post=posts[0]), one(post=posts[1])]
    ended = take(engine, sheet_of(*rows), replace(HOW, replace=True))
    assert [e.ending for e in ended] == [Ending.CONFLICT] * 2
    assert ["edited" in e.fault.why for e in ended if e.fault] == [True, False]


def test_the_rest_can_be_mended_and_taken(sqlite_engine: Engine) -> None:
    key = seeded.fill(sqlite_engine, posts=10, days=2).posts[0].key
    sheet = sheet_of(one(post=key, review_decision="othr", review_note="=1+1"), one(post="?"))
    left = rest(sheet, take(sqlite_engine, sheet, HOW))
    assert left.decode().count("no such decision") == 1
    mended = read_filled(left.replace(b"othr", b"Other failure"), "rest.csv")
    ended = take(sqlite_engine, mended, HOW)
    assert [e.ending for e in ended] == [Ending.TAKEN, Ending.WRONG]
    assert ended[0].row.note == "=1+1"
    once_more = read_filled(rest(mended, ended), "rest.csv")
    assert [head for head in once_more.heads if head == "why"] == ["why"]
    assert len(once_more.rows) == 1


def test_blind_is_not_believed_of_a_sheet_that_shows_the_model(sqlite_engine: Engine) -> None:
    sheet = read_filled(b"post,version,review_decision,Evidence for\n", "a.csv")
    with pytest.raises(InputError, match="wasn't blind"):
        take(sqlite_engine, sheet, replace(HOW, blind=True))


def test_a_sheet_goes_out_blind_and_comes_back(engine: Engine, tmp_path: Path) -> None:
    made_up = seeded.fill(engine, posts=80, days=12)
    out = tmp_path / "sheet.csv"
    unreviewed = Filter(reviews=("unreviewed",))
    manifest = export_review(engine, unreviewed, seeded.JUDGES, out, bom=True)
    with out.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == manifest["rows"] > 20
    assert not {"decision", "evidence_for", "p_other", "model", "incident"} & set(rows[0])
    assert not read_filled(out.read_bytes(), "s").shows_model
    mangled_rows = [
        row | {"review_decision": "Safety trigger", "reviewer": "Ada", "version": "1,0"}
        for row in rows[::-1]
        if row["text"]
    ]
    mangled_rows[0]["post"] = "1,23E+23"
    heads = ("review_decision", "reviewer", "post", "text", "version")
    back = read_filled(made(mangled_rows, separator=";", heads=heads).encode("utf-16"), "s")
    counts = counted(take(engine, back, replace(HOW, blind=True)))
    live = {p.key for p in made_up.posts if p.state is not PostState.DELETED}
    assert counts["wrong"] == 1
    good = sum(row["post"] in live for row in mangled_rows)
    assert counts["taken"] + counts["conflict"] == len(mangled_rows) - 1
    assert counts["taken"] == good
    again = export_review(engine, unreviewed, seeded.JUDGES, out)
    assert again["rows"] == manifest["rows"] - counts["taken"]


def test_a_stream_goes_out_whole(engine: Engine, tmp_path: Path) -> None:
    made_up = seeded.fill(engine, posts=80, days=12)
    drawn = [made_up.keys(d)[0] for d in (Decision.OTHER, Decision.NOT_A_REPORT)]
    positions = [
        Drawn(post=key, version=1, stratum="all", chance=0.1, position=n)
        for n, key in enumerate(drawn)
    ]
    strata = {"all": (80, 2)}
    with write(engine) as connection:
        save_drawing(
            connection, Stream.AUDIT, positions, strata=strata, seed=1, model=seeded.MODEL, now=AT
        )
        connection.execute(
            update(VerdictRow).where(VerdictRow.post == drawn[1]).values(judged=False)
        )
    out = tmp_path / "sheet.csv"
    for reviews, left in ((("unreviewed",), drawn), (("unreviewed",), drawn[1:]), ((), drawn)):
        export_review(engine, Filter(streams=("audit",), reviews=reviews), seeded.JUDGES, out)
        with out.open(newline="", encoding="utf-8") as file:
            assert {row["post"] for row in csv.DictReader(file)} == set(left)
        taken = take(engine, sheet_of(one(post=drawn[0])), HOW)
        assert taken[0].ending in (Ending.TAKEN, Ending.UNCHANGED)


def test_texts_that_may_not_be_passed_on_are_left_out(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    seeded.fill(sqlite_engine, posts=40, days=4)
    with write(sqlite_engine) as connection:
        connection.execute(update(PlaceRow).values(export_text=False))
    out = tmp_path / "sheet.csv"
    export_review(sqlite_engine, Filter(), seeded.JUDGES, out)
    with out.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert row["title"] == row["text"] == row["thread_title"] == ""
            assert "don't allow" in row["text_withheld"]
