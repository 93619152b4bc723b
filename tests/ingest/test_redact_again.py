"""Stored texts under today's rules: rewritten in place, once, and gone from the files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select

import ingest.redact
from db import judges, ruleset, texts, verdicts
from db.engine import open_engine, read, write
from db.incidents import save_incidents
from db.judges import Judges
from db.lock import run_lock
from db.posts import save_places, save_posts, save_threads
from db.ruleset import Position
from db.tables import (
    ChangeLog,
    EvidenceRow,
    FactRow,
    IncidentMember,
    Meta,
    PostRow,
    PostText,
    RunRow,
    ThreadRow,
    VerdictRow,
)
from db.withdraw import purge
from domain.causes import Cause, Decision
from domain.keyed import Keyed
from domain.nouns import Evidence, Fact, Frame, Incident, Place, Post, Span, Thread, Verdict
from domain.settings import Settings, load
from ingest.privacy import fingerprint
from ingest.redact import checks, note_rules, redact_again, would_change

SCRIPT = Path(sys.executable).with_name("whylost")
WRITTEN = datetime(2026, 5, 8, 12, tzinfo=UTC)
PLACE = Place(name="github:a/b", source="github", frame=Frame.ALL_POSTS)
MODELS = ("model-1", "model-2")
OLD = "My history in /Users/marisol/dev is gone, marisol says."
NEW = "My history in /Users/[user]/dev is gone, [user] says."
REDACTED = ChangeLog.what == "redacted"
PLAIN = "It forgot everything after /compact in 2.0.64."


def post(keyed: Keyed, name: str, text: str, *, thread: str = "1", title: str = "") -> Post:
    return Post(
        key=keyed.hash("post", name),
        thread=keyed.hash("thread", thread),
        parent=None,
        place=PLACE.name,
        kind="issue",
        author=None,
        title=title,
        text=text,
        raw_hash=keyed.hash("raw", text),
        written_at=WRITTEN,
    )


def save(engine: Engine, keyed: Keyed, posts: list[Post], titles: dict[str, str]) -> None:
    """Keeps posts as an older program did: by no rules at all."""
    threads = [
        Thread(key=keyed.hash("thread", name), place=PLACE.name, title=title, opened_at=WRITTEN)
        for name, title in titles.items()
    ]
    with write(engine) as connection:
        save_places(connection, [PLACE])
        save_threads(connection, threads, WRITTEN)
        save_posts(connection, posts, WRITTEN, keyed)


def judge(engine: Engine, keys: list[str], version: int = 1) -> None:
    """Verdicts of two models, with a passage and a fact each."""
    span = Span(field="text", start=0, end=2)
    with write(engine) as connection:
        for model in MODELS:
            judges.know(connection, model, {}, WRITTEN)
            made = [
                Verdict(
                    post=key,
                    version=version,
                    model=model,
                    report_probability=0.9,
                    causes=dict.fromkeys(Cause, 0.1),
                    likely_cause=Cause.SESSION_MANAGEMENT,
                    decision=Decision.SESSION_MANAGEMENT,
                    abstained_because=None,
                    language="en",
                    evidence=(Evidence(span=span, cause=None, direction="for", cue="cue"),),
                    facts=(Fact(name="lost", value="/Users/marisol/dev", span=span),),
                )
                for key in keys
            ]
            verdicts.save_verdicts(connection, made, dict.fromkeys(keys, WRITTEN.date()))
            incident = Incident(key=keys[0], members=tuple(keys))
            save_incidents(connection, model, keys, [incident])
        judges.show(connection, Judges.only(MODELS[1]), WRITTEN)


def count(engine: Engine, table: type, *conditions: object) -> int:
    with read(engine) as connection:
        query = select(func.count()).select_from(table).where(*conditions)
        return connection.scalar(query) or 0


def told(engine: Engine) -> str | None:
    with read(engine) as connection:
        return ruleset.rules(connection)


@pytest.fixture
def stored(engine: Engine, keyed: Keyed) -> dict[str, str]:
    """Two posts in a thread of their own each; the first holds a name. Gives keys by name."""
    posts = [post(keyed, "named", OLD), post(keyed, "plain", PLAIN, thread="2")]
    save(engine, keyed, posts, {"1": "History gone", "2": "Forgot"})
    keys = {"named": posts[0].key, "plain": posts[1].key}
    judge(engine, list(keys.values()))
    return keys


def test_what_changes_is_rewritten_in_place_and_waits_to_be_judged(
    engine: Engine, stored: dict[str, str], now: datetime
) -> None:
    with read(engine) as connection:
        before = connection.execute(select(PostText.post, PostText.version, PostText.raw_hash))
        hashes = sorted(before.all())
    report = redact_again(engine, now=now)
    assert report.outcome == "done"
    assert report.counts == {
        "read": 4,
        "texts_changed": 1,
        "titles_changed": 0,
        "verdicts_gone": 1,
    }
    with read(engine) as connection:
        after = connection.execute(select(PostText.post, PostText.version, PostText.raw_hash))
        assert sorted(after.all()) == hashes
        kept = dict(connection.execute(select(PostText.post, PostText.text)).all())
        lines = connection.execute(
            select(ChangeLog.subject, ChangeLog.key, ChangeLog.after).where(REDACTED)
        ).all()
        states = set(connection.scalars(select(PostRow.state)))
        waiting = verdicts.count_unjudged(connection, Judges.only(MODELS[1]))
        judged = connection.execute(select(VerdictRow.post, VerdictRow.model)).all()
    assert kept == {stored["named"]: NEW, stored["plain"]: PLAIN}
    assert lines == [("post", stored["named"], {"version": 1, "verdicts": 1})]
    assert states == {"live"}
    assert waiting == 1
    assert sorted(judged) == sorted(
        [(stored["named"], MODELS[0]), *((stored["plain"], model) for model in MODELS)]
    )
    for table in (EvidenceRow, FactRow):
        assert count(engine, table, table.post == stored["named"]) == 0
    assert count(engine, IncidentMember, IncidentMember.post == stored["named"]) == 1
    for table in (EvidenceRow, FactRow, IncidentMember):
        assert count(engine, table, table.post == stored["plain"]) == 2
    assert told(engine) == fingerprint()


@pytest.mark.usefixtures("stored")
def test_the_run_is_noted_and_the_next_one_has_nothing_to_do(
    engine: Engine, now: datetime, canonical_dump: Callable[[Engine], object]
) -> None:
    redact_again(engine, now=now)
    before = canonical_dump(engine)
    report = redact_again(engine, now=now)
    assert report.counts == dict.fromkeys(report.counts, 0)
    assert canonical_dump(engine) == before
    with read(engine) as connection:
        runs = connection.execute(select(RunRow.stage, RunRow.outcome, RunRow.counts)).all()
    assert [(stage, outcome) for stage, outcome, _ in runs] == [("redact", "done")] * 2
    assert runs[0].counts["texts_changed"] == 1


@pytest.mark.usefixtures("stored")
def test_without_again_it_counts_and_writes_nothing(
    engine: Engine, now: datetime, canonical_dump: Callable[[Engine], object]
) -> None:
    before = canonical_dump(engine)
    found = would_change(engine)
    assert (found.texts, found.titles) == (1, 0)
    assert canonical_dump(engine) == before
    assert redact_again(engine, now=now).counts["texts_changed"] == found.texts


def test_a_title_takes_the_verdicts_of_its_thread_along(
    engine: Engine, keyed: Keyed, now: datetime
) -> None:
    posts = [post(keyed, str(n), PLAIN, thread="12"[n // 2]) for n in range(4)]
    save(engine, keyed, posts, {"1": "ENOENT /home/tkowalski/x", "2": "Forgot"})
    judge(engine, [p.key for p in posts])
    report = redact_again(engine, now=now)
    assert (report.counts["titles_changed"], report.counts["verdicts_gone"]) == (1, 2)
    with read(engine) as connection:
        titles = set(connection.scalars(select(ThreadRow.title)))
        mine = select(VerdictRow.post).where(VerdictRow.model == MODELS[1])
        judged = set(connection.scalars(mine))
        lines = select(ChangeLog.subject, ChangeLog.key).where(REDACTED)
        logged = connection.execute(lines).all()
    assert titles == {"ENOENT /home/[user]/x", "Forgot"}
    assert judged == {posts[2].key, posts[3].key}
    assert logged == [("thread", keyed.hash("thread", "1"))]


def test_a_superseded_text_keeps_its_verdict_without_passages(
    engine: Engine, keyed: Keyed, now: datetime
) -> None:
    first = post(keyed, "1", OLD)
    save(engine, keyed, [first], {"1": "Gone"})
    judge(engine, [first.key])
    second = replace(first, text=PLAIN, raw_hash=keyed.hash("raw", "second"))
    save(engine, keyed, [second], {"1": "Gone"})
    judge(engine, [first.key], version=2)
    report = redact_again(engine, now=now)
    assert (report.counts["texts_changed"], report.counts["verdicts_gone"]) == (1, 0)
    assert count(engine, VerdictRow) == 4
    for table in (EvidenceRow, FactRow):
        assert count(engine, table, table.version == 1) == 0
        assert count(engine, table, table.version == 2) == 2


def test_a_purged_text_stays_purged(
    engine: Engine, keyed: Keyed, stored: dict[str, str], now: datetime
) -> None:
    with write(engine) as connection:
        purge(connection, [stored["named"]], "deleted at its source", now, keyed)
    assert redact_again(engine, now=now).counts["texts_changed"] == 0
    with write(engine) as connection:  # it was read before it was purged
        late = texts.Text(post=stored["named"], version=1, title="", text=NEW)
        at = Position(rules=fingerprint())
        assert texts.save(connection, [late], at, now) == texts.Rewritten()
        title = texts.Title(thread=keyed.hash("thread", "1"), title="a title")
        assert texts.save(connection, [title], at, now) == texts.Rewritten()
    with read(engine) as connection:
        kept = connection.scalar(select(PostText.text).where(PostText.post == stored["named"]))
        titles = set(connection.scalars(select(ThreadRow.title)))
    assert kept is None
    assert titles == {"", "Forgot"}


class Stopped(Exception):
    """Stands for a process that ends here."""


def many(engine: Engine, keyed: Keyed, number: int, text: str = OLD) -> None:
    posts = [
        post(keyed, str(n), f"{n}. {text}", title=f"{n} at /home/ada_k{n}/") for n in range(number)
    ]
    save(engine, keyed, posts, {"1": "Lost in /Users/marisol/dev"})


@pytest.mark.parametrize("stop_at", [1, 5, 8])
def test_stopped_anywhere_it_goes_on_there(
    sqlite_engine: Engine,
    keyed: Keyed,
    now: datetime,
    stop_at: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ingest.redact, "BLOCK", 4)
    many(sqlite_engine, keyed, 20)

    def stop(done: int, _total: int | None) -> None:
        if done >= stop_at:
            raise Stopped

    with pytest.raises(Stopped):
        redact_again(sqlite_engine, now=now, report=stop)
    assert told(sqlite_engine) == ruleset.UNKNOWN
    done = count(sqlite_engine, PostText, PostText.text.contains("[user]"))
    report = redact_again(sqlite_engine, now=now)
    assert report.counts["texts_changed"] == 20 - done
    assert report.counts["read"] < 21
    assert count(sqlite_engine, PostText, PostText.text.contains("marisol")) == 0
    assert count(sqlite_engine, PostText, PostText.title.contains("ada_k")) == 0
    assert count(sqlite_engine, Meta, Meta.name == "redaction_position") == 0
    assert told(sqlite_engine) == fingerprint()


def test_a_position_under_other_rules_is_none(
    sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    many(sqlite_engine, keyed, 3)
    with write(sqlite_engine) as connection:
        at = Position(rules="others", thread="z", post="z")
        texts.save(connection, [], at, now)
    assert redact_again(sqlite_engine, now=now).counts["texts_changed"] == 3


def test_which_rules_the_texts_passed_through(
    sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    ruleset.note_rules(sqlite_engine, "before the first post")
    assert told(sqlite_engine) is None
    ruleset.note_rules(sqlite_engine, "first")
    many(sqlite_engine, keyed, 2)
    assert told(sqlite_engine) == "first"
    ruleset.note_rules(sqlite_engine, "first")
    assert told(sqlite_engine) == "first"
    ruleset.note_rules(sqlite_engine, "second")
    assert told(sqlite_engine) == ruleset.MIXED
    redact_again(sqlite_engine, now=now)
    note_rules(sqlite_engine)
    assert told(sqlite_engine) == fingerprint()


def test_posts_by_other_rules_send_a_stopped_rewriting_back(
    sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    many(sqlite_engine, keyed, 2)
    with write(sqlite_engine) as connection:
        texts.save(connection, [], Position(rules="first", post="z"), now)
    ruleset.note_rules(sqlite_engine, "first")
    with read(sqlite_engine) as connection:
        assert ruleset.position(connection, "first").post == "z"
    ruleset.note_rules(sqlite_engine, "second")
    with read(sqlite_engine) as connection:
        assert ruleset.position(connection, "first").post == ""


def test_an_old_database_says_so(sqlite_engine: Engine, keyed: Keyed) -> None:
    many(sqlite_engine, keyed, 1)
    note_rules(sqlite_engine)
    assert told(sqlite_engine) == ruleset.UNKNOWN


def settings_for(url: str) -> Settings:
    return load(None, url)


def test_the_doctor_knows(
    sqlite_engine: Engine, sqlite_url: str, keyed: Keyed, now: datetime
) -> None:
    settings = settings_for(sqlite_url)
    (check,) = checks(settings)
    assert check.ok
    many(sqlite_engine, keyed, 1)
    (check,) = checks(settings)
    assert not check.ok
    assert check.fix == "Run `whylost ingest redact --again`."
    redact_again(sqlite_engine, now=now)
    (check,) = checks(settings)
    assert check.ok


def test_the_doctor_asks_nothing_of_an_empty_file(tmp_path: Path) -> None:
    assert list(checks(settings_for(f"sqlite:///{tmp_path / 'none.db'}"))) == []


SECRETS = (b"marisol", b"ada_k", b"0f9d5c1e-3a77-4b1d-9c55-7a1f0d2e6b48", b"tkowalski")


def in_files(folder: Path) -> set[bytes]:
    """Which of the secrets still stand in a file."""
    contents = [file.read_bytes() for file in folder.iterdir() if file.is_file()]
    return {secret for secret in SECRETS for content in contents if secret in content}


def test_old_text_is_gone_from_the_files(
    sqlite_engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    """Short texts, texts over many pages, titles, facts."""
    long = f"{OLD} {SECRETS[2].decode()} " + "and so on, line after line; " * 2_000
    posts = [post(keyed, str(n), f"{n}. {long if n % 5 == 0 else OLD}") for n in range(60)]
    posts[7] = replace(posts[7], title="in /home/ada_k/x")
    save(sqlite_engine, keyed, posts, {"1": "-rw-r--r-- 1 tkowalski staff 12 Dec  1 09:14 a"})
    judge(sqlite_engine, [p.key for p in posts])
    assert in_files(tmp_path) == set(SECRETS)
    report = redact_again(sqlite_engine, now=now)
    assert report.counts["texts_changed"] == 60
    assert in_files(tmp_path) == set()


def test_a_reader_in_the_way_is_told_and_the_next_run_cleans_up(
    sqlite_url: str,
    sqlite_engine: Engine,
    keyed: Keyed,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many(sqlite_engine, keyed, 5)
    monkeypatch.setattr("db.erase._PATIENCE_MILLISECONDS", 50)
    writer = open_engine(sqlite_url)
    with read(sqlite_engine) as reader:
        assert reader.scalar(select(func.count()).select_from(PostText)) == 5
        report = redact_again(writer, now=now)
        assert report.outcome == "partly"
        assert "Another program" in report.message
    report = redact_again(writer, now=now)
    assert (report.outcome, report.counts["texts_changed"]) == ("done", 0)
    assert in_files(tmp_path) == set()
    assert told(writer) == fingerprint()
    writer.dispose()


def whylost(home: Path, url: str, *words: str) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WHYLOST_")}
    return subprocess.Popen(
        [str(SCRIPT), "--database", url, *words],
        env=environment | {"WHYLOST_HOME": str(home)},
        cwd=home,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the key that the databases of these tests were made with."""
    folder = tmp_path / "home"
    folder.mkdir()
    key = folder / "whylost.key"
    key.write_text(f"{b'a key for tests, never for data.'.hex()}\n", encoding="ascii")
    key.chmod(0o600)
    return folder


def test_as_a_user_runs_it(
    sqlite_engine: Engine, keyed: Keyed, sqlite_url: str, home: Path
) -> None:
    many(sqlite_engine, keyed, 3)
    with run_lock(sqlite_engine):
        held = whylost(home, sqlite_url, "ingest", "redact", "--again")
        assert held.wait(60) == 75
        dry = whylost(home, sqlite_url, "ingest", "redact")
        out, _ = dry.communicate(timeout=60)
    assert (dry.returncode, out.split(" `")[0]) == (0, "3 texts and 1 titles would change.")
    done = whylost(home, sqlite_url, "ingest", "redact", "--again")
    out, _ = done.communicate(timeout=60)
    assert done.returncode == 0
    assert out.startswith("3 texts and 1 titles changed; 0 verdicts went with them.")
    assert count(sqlite_engine, PostText, PostText.text.contains("marisol")) == 0


def test_killed_in_the_middle_it_ends_like_an_undisturbed_run(
    sqlite_engine: Engine, keyed: Keyed, sqlite_url: str, home: Path, tmp_path: Path
) -> None:
    number = 2_000
    many(sqlite_engine, keyed, number, f"{OLD} " + "call +1 (415) 555-0132 at 10:02; " * 10)
    killed = whylost(home, sqlite_url, "ingest", "redact", "--again")
    began = time.monotonic()
    while not count(sqlite_engine, Meta, Meta.name == "redaction_position"):
        assert time.monotonic() - began < 60
        assert killed.poll() is None
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    left = count(sqlite_engine, PostText, PostText.text.contains("marisol"))
    assert 0 < left <= number
    assert told(sqlite_engine) == ruleset.UNKNOWN
    again = whylost(home, sqlite_url, "ingest", "redact", "--again")
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert out.startswith(f"{left:,} texts")
    sqlite_engine.dispose()
    assert in_files(tmp_path) == set()
    assert count(sqlite_engine, ChangeLog, ChangeLog.subject == "post") == number
    assert count(sqlite_engine, RunRow, RunRow.outcome == "killed") == 1


def test_meta_of_others_stays(sqlite_engine: Engine, keyed: Keyed, now: datetime) -> None:
    with write(sqlite_engine) as connection:
        connection.execute(insert(Meta), [{"name": "another", "value": "1"}])
    many(sqlite_engine, keyed, 1)
    redact_again(sqlite_engine, now=now)
    with read(sqlite_engine) as connection:
        names = set(connection.scalars(select(Meta.name)))
    assert names == {"key_fingerprint", "content", "another", "redaction_rules"}
