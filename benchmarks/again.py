"""Posts imported, and imported again: shuffled, renamed, re-compressed, one in a hundred changed.

    python -m benchmarks.again [FILE ...] [--posts N] [--postgres URL] [--json OUT]

Without files: N made-up posts (10,000), a fifth of them issues, the rest comments with their trees.
Files may be tables of issues or reviews (.csv) and lines of posts or of threads (.ndjson, .zst).
The second import reads other bytes, so the ledger of files doesn't help: each post is compared.

Prints for both imports, on SQLite and, where an empty database is named, on PostgreSQL: the seconds
of the run itself, as it is kept in the database; those of the whole command with the program's
start; and the processor's seconds without the start, which tell most where other programs run.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard

from benchmarks.archive_stream import SCRIPT, measured
from benchmarks.made_up import Writer

SEED = 20_261_123
EVERY = 100  # one post in so many is changed
TEXTS = ("body", "text", "selftext", "content")
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def made_up(posts: int, folder: Path) -> list[Path]:
    """A table of issues and lines of comments, with their submissions."""
    writer, dice = Writer(SEED), random.Random(SEED)
    issues, openers = posts // 5, posts // 50
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["html_url", "title", "body", "created_at", "author", "is_pull_request"])
    for number in range(1, issues + 1):
        address = f"https://github.com/meadow/lantern/issues/{number}"
        at = (BEGAN + timedelta(minutes=number)).isoformat()
        rows.writerow([address, writer.title(), writer.issue(), at, writer.name(), "False"])
    submissions: list[dict[str, Any]] = [
        {"id": f"s{n}", "title": writer.title(), "selftext": writer.issue(), "num_comments": 9}
        for n in range(openers)
    ]
    comments: list[dict[str, Any]] = []
    for number in range(posts - issues - openers):
        opener = number % openers
        above = dice.randrange(-1, number // openers) if number >= openers else -1
        parent = f"t3_s{opener}" if above < 0 else f"t1_c{above * openers + opener}"
        told: dict[str, Any] = {"id": f"c{number}", "link_id": f"t3_s{opener}", "parent_id": parent}
        comments.append(told | {"body": writer.comment()})
    for number, row in enumerate([*submissions, *comments]):
        row |= {"created_utc": int(BEGAN.timestamp()) + number, "author": writer.name()}
        row |= {"subreddit": "ClaudeAI", "edited": False, "score": number % 9}
    files = {"issues.csv": table.getvalue(), "RS.ndjson": lines(submissions)}
    files["RC.ndjson"] = lines(comments)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    return [folder / name for name in files]


def lines(rows: list[Any]) -> str:
    """JSON, one value a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def altered(path: Path, folder: Path, dice: random.Random) -> tuple[Path, int]:
    """The file's posts in another order, one in `EVERY` changed; and how many are changed."""
    packed = path.read_bytes()
    if path.suffix == ".zst":
        packed = zstandard.ZstdDecompressor().stream_reader(packed).read()
    content = packed.decode("utf-8-sig")
    if path.suffix == ".csv":
        changed, text = altered_table(content, dice)
    else:
        rows = [json.loads(line) for line in content.splitlines() if line.strip()]
        texts = [one for row in rows for one in posts_in(row)]
        changed = marked(texts)
        dice.shuffle(rows)
        text = lines(rows)
    made = folder / f"other-{path.name}.gz"
    made.write_bytes(gzip.compress(text.encode()))
    return made, changed


def altered_table(content: str, dice: random.Random) -> tuple[int, str]:
    """The same for a table."""
    csv.field_size_limit(10**9)
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    changed = marked(rows)
    names = list(rows[0])
    dice.shuffle(rows)
    table = io.StringIO()
    writer = csv.DictWriter(table, names)
    writer.writeheader()
    writer.writerows(rows)
    return changed, table.getvalue()


def marked(posts: list[Any]) -> int:
    """Changes every hundredth post that has a text and is no pull request; gives how many."""
    able = [p for p in posts if text_of(p) and p.get("is_pull_request", "").lower() != "true"]
    for post in able[::EVERY]:
        post[text_of(post)] += " It happened again today."
    return len(able[::EVERY])


def text_of(post: Any) -> str:
    """The name of the field that holds the text; "" where there is none, or a deleted one."""
    found = next((name for name in TEXTS if post.get(name)), "")
    return "" if found and post[found].startswith("[") else found


def posts_in(row: Any) -> Iterator[Any]:
    """The posts of a line: itself, and the comments of a thread that lie in it."""
    match row:
        case {"kind": _, "data": {"children": children}}:
            for child in children:
                yield from posts_in(child)
        case {"kind": "t1" | "t3", "data": data}:
            yield data
            yield from posts_in(data.get("replies") or {})
        case {"comments": comments, "postId": _}:
            yield row
            yield from comments
        case list():
            for one in row:
                yield from posts_in(one)
        case {"text": _} | {"body": _} | {"selftext": _}:
            yield row


def imported(url: str, files: list[Path], home: Path) -> dict[str, Any]:
    """What one command did: seconds of the run, the command and the processor, and counts."""
    words = [str(SCRIPT), "--json", "--database", url, "ingest", "import", *map(str, files)]
    used, out = measured(words, home)
    told = json.loads(out.splitlines()[-1])
    started, finished = (datetime.fromisoformat(told[k]) for k in ("started_at", "finished_at"))
    return {
        "run": round((finished - started).total_seconds(), 3),
        "command": used["seconds"],
        "processor": used["processor"],
        **told["counts"],
    }


def both(
    url: str, files: list[Path], again: list[Path], home: Path, changed: int
) -> dict[str, Any]:
    """Imports both and compares. Ends the program where anything but the changed ones changed."""
    nothing = [empty(home)]
    imported(url, nothing, home)  # the tables are made before anything is timed
    start = imported(url, nothing, home)["processor"]
    first, second = imported(url, files, home), imported(url, again, home)
    for one in (first, second):
        one["processor"] = round(one["processor"] - start, 2)
    ratios = {of: round(second[of] / first[of], 3) for of in ("run", "command", "processor")}
    print(f"\n{url.partition(':')[0]}: {first['new']:,} posts, {changed} changed")
    for name, one in (("first", first), ("again", second)):
        print(f"  {name}  run {one['run']:7.2f} s   command {one['command']:7.2f} s", end="")
        print(f"   processor {one['processor']:7.2f} s   {one['new']:,} new", end="")
        print(f", {one['changed']:,} changed, {one['unchanged']:,} known")
    print("  ratio", ", ".join(f"{name} {ratio}" for name, ratio in ratios.items()))
    if second["changed"] != changed or second["new"]:
        raise SystemExit("other posts changed than those that were changed")
    return {"first": first, "again": second, "changed on purpose": changed, "ratio": ratios}


def empty(home: Path) -> Path:
    """A table without a row."""
    path = home / "empty.csv"
    path.write_text("html_url,title,body,created_at,author,is_pull_request\n", encoding="utf-8")
    return path


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--postgres")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        files = given.files or made_up(given.posts, home)
        dice = random.Random(SEED)
        others = [altered(path, home, dice) for path in files]
        again = [path for path, _ in others][::-1]
        changed = sum(count for _, count in others)
        for url in [f"sqlite:///{home / 'whylost.db'}", given.postgres]:
            if url:
                told[url.partition(":")[0]] = both(url, files, again, home, changed)
    if given.json:
        given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
