"""A month of Reddit, as the dumps are shaped, streamed: rate and peak memory at two sizes.

    python -m benchmarks.archive_stream [--comments N] [--small N] [--skip-all] [--postgres URL]
                                        [--folder DIR] [--json OUT]

Makes `.zst` files of N made-up comments (1,000,000 and 100,000) in the shape of Arctic Shift, one
in a hundred of them in r/ClaudeAI. Each is read by the plainest program that there can be
(decompress, parse each line), imported with `--only r/ClaudeAI`, and imported whole, every step in
a process of its own, of which the kernel tells the peak of resident memory. Memory that doesn't
follow the size shows as two equal peaks. Where other programs run beside it, the processor's
seconds tell more than the clock's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import zstandard

from benchmarks.made_up import Writer

SCRIPT = Path(sys.executable).with_name("whylost")
SEED = 20_261_123
ASKED_FOR, EVERY = "ClaudeAI", 100
OTHERS = ("lantern", "meadow", "orchards", "harbour_talk", "granite", "willowhouse")
WINDOW_LOG = 27  # 128 MB, the most that is decompressed unless told otherwise
THREAD = 40  # comments of a thread, on average
PLAIN = """
import io, sys, zstandard, msgspec
with open(sys.argv[1], "rb") as file:
    unpacker = zstandard.ZstdDecompressor(max_window_size=2**31)
    read = 0
    for line in io.BufferedReader(unpacker.stream_reader(file), 2**16):
        msgspec.json.decode(line)
        read += 1
print(read)
"""
# What a row of Arctic Shift has beside what is read of it; sorted with the rest.
_CONSTANT: dict[str, Any] = {
    **dict.fromkeys(("all_awardings", "mod_reports", "user_reports", "treatment_tags"), ()),
    **dict.fromkeys(("awarders", "author_flair_richtext"), ()),
    **dict.fromkeys(("approved_at_utc", "approved_by", "associated_award", "banned_by"), None),
    **dict.fromkeys(("banned_at_utc", "author_flair_css_class", "author_flair_text"), None),
    **dict.fromkeys(("author_flair_background_color", "author_flair_template_id"), None),
    **dict.fromkeys(("collapsed_because_crowd_control", "comment_type", "likes"), None),
    **dict.fromkeys(("collapsed_reason", "collapsed_reason_code", "distinguished"), None),
    **dict.fromkeys(("mod_note", "mod_reason_by", "mod_reason_title", "num_reports"), None),
    **dict.fromkeys(("removal_reason", "report_reasons", "top_awarded_type"), None),
    **dict.fromkeys(("unrepliable_reason", "author_flair_text_color"), None),
    **dict.fromkeys(("archived", "author_is_blocked", "author_patreon_flair", "can_gild"), False),
    **dict.fromkeys(("author_premium", "can_mod_post", "collapsed", "is_submitter"), False),
    **dict.fromkeys(("locked", "saved", "score_hidden", "stickied"), False),
    **dict.fromkeys(("no_follow", "send_replies"), True),
    **dict.fromkeys(("controversiality", "downs", "gilded", "total_awards_received"), 0),
    "author_flair_type": "text",
    "gildings": {},
    "replies": "",
    "subreddit_type": "public",
}


def generate(path: Path, comments: int) -> dict[str, Any]:
    """Writes the file as a stream; gives its sizes in bytes."""
    dice, writer = random.Random(SEED), Writer(SEED)
    settings = zstandard.ZstdCompressionParameters(
        window_log=WINDOW_LOG, enable_ldm=True, compression_level=3
    )
    raw = 0
    with (
        path.open("wb") as file,
        zstandard.ZstdCompressor(compression_params=settings).stream_writer(file) as packer,
    ):
        for number in range(comments):
            line = json.dumps(row(number, dice, writer), separators=(",", ":"), sort_keys=True)
            raw += packer.write(line.encode() + b"\n") and len(line) + 1
    return {"comments": comments, "packed": path.stat().st_size, "unpacked": raw}


def row(number: int, dice: random.Random, writer: Writer) -> dict[str, Any]:
    """One comment: to a submission, or to an earlier comment of the same thread."""
    community = ASKED_FOR if number % EVERY == 0 else OTHERS[number % len(OTHERS)]
    lane = number % EVERY  # comments of one lane follow one another in threads
    step, at = divmod(number // EVERY, THREAD)
    link = f"t3_{_id36(step * EVERY + lane)}"
    above = number - EVERY * dice.randint(1, at) if at and dice.random() < 0.6 else None
    id36, subreddit_id = _id36(number + 36**6), f"t5_{_id36(OTHERS.index(OTHERS[lane % 6]))}"
    gone = dice.random() < 0.04
    score, created = dice.randrange(-3, 200), 1_767_225_600 + number // 100
    return _CONSTANT | {
        "_meta": {"retrieved_2nd_on": created + 129_600}
        | ({"was_deleted_later": True, "removal_type": "deleted"} if gone else {}),
        "author": writer.name(),
        "author_fullname": f"t2_{_id36(dice.randrange(36**6))}",
        "body": writer.comment(),
        "created": created,
        "created_utc": created,
        "edited": created + 90 if dice.random() < 0.05 else False,
        "id": id36,
        "link_id": link,
        "name": f"t1_{id36}",
        "parent_id": link if above is None else f"t1_{_id36(above + 36**6)}",
        "permalink": f"/r/{community}/comments/{link[3:]}/a_title_in_short_form/{id36}/",
        "retrieved_on": created + 9,
        "score": score,
        "subreddit": community,
        "subreddit_id": subreddit_id,
        "subreddit_name_prefixed": f"r/{community}",
        "ups": score,
    }


def _id36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def measured(words: list[str], home: Path) -> tuple[dict[str, Any], str]:
    """Seconds, processor seconds and peak resident memory (MB) of one process; what it said."""
    environment = os.environ | {"WHYLOST_HOME": str(home)}
    began = time.monotonic()
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
        out = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words[:3])} ended with {process.returncode}")
    return {
        "seconds": round(time.monotonic() - began, 2),
        "processor": round(usage.ru_utime + usage.ru_stime, 2),
        "peak MB": round(usage.ru_maxrss / 1024, 1),
    }, out


def imported(path: Path, url: str, home: Path, only: list[str]) -> dict[str, Any]:
    """One import by the command, into a database of its own."""
    words = [str(SCRIPT), "--json", "--database", url, "ingest", "import", str(path), *only]
    told, out = measured(words, home)
    counts = json.loads(out.splitlines()[-1])["counts"]
    return told | {name: counts[name] for name in ("new", "passed_over", "orphans", "unreadable")}


def walk(comments: int, given: argparse.Namespace, home: Path) -> dict[str, Any]:
    """All steps with a file of one size."""
    path = (given.folder or home) / f"RC_{comments}.zst"
    began = time.monotonic()
    told: dict[str, Any] = {"file": generate(path, comments)}
    size = told["file"]
    print(f"\n{comments:,} comments, {size['unpacked'] / 2**20:,.0f} MB in", end=" ")
    print(f"{size['packed'] / 2**20:,.0f} MB, made in {time.monotonic() - began:.0f} s")
    told["plain"], out = measured([sys.executable, "-c", PLAIN, str(path)], home)
    if int(out) != comments:
        raise SystemExit("the plain program read another number of lines")
    show("decompress and parse", comments, told["plain"])
    steps = {"only": ["--only", f"r/{ASKED_FOR}"], **({} if given.skip_all else {"all": []})}
    for name, only in steps.items():
        url = f"sqlite:///{home / f'{name}-{comments}.db'}"
        told[name] = imported(path, url, home, only)
        show(f"import, {name}", comments, told[name])
    if given.postgres and comments == given.small:
        told["only, postgresql"] = imported(path, given.postgres, home, steps["only"])
        show("import, only, postgresql", comments, told["only, postgresql"])
    path.unlink()
    return told


def show(name: str, comments: int, told: dict[str, Any]) -> None:
    """One line."""
    rate = comments / told["seconds"]
    print(f"  {name:25} {told['seconds']:8.1f} s {rate:10,.0f} rows/s", end="")
    print(f" {told['processor']:8.1f} s of processor   peak {told['peak MB']:6.0f} MB", end="")
    print(f"   {told['new']:,} new, {told['orphans']:,} orphans" if "new" in told else "")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--skip-all", action="store_true", help="Only the sieved imports.")
    parser.add_argument("--postgres", help="An empty database, for the smaller file.")
    parser.add_argument("--folder", type=Path, help="Where the files are made.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = {n: walk(n, given, Path(folder)) for n in (given.small, given.comments)}
    for step in told[given.small]:
        if step != "file" and step in told[given.comments]:
            peaks = [told[n][step]["peak MB"] for n in (given.small, given.comments)]
            print(f"{step}: peak memory grew by {peaks[1] - peaks[0]:+.0f} MB")
    if given.json:
        given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
