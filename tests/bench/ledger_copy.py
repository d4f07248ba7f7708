"""What a copy of the ledger in a store costs: whole, after one edit, and back on another machine.

python tests/bench/ledger_copy.py [ENTRIES …]
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TypeVar

from feedsvc.ledger import open_ledger
from feedsvc.objects.address import open_objects
from feedsvc.remote.ledgercopy import Cutter, mark_of, send_pieces
from feedsvc.remote.ledgerrestore import take_over

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    outcome = work()
    return outcome, 1000 * (time.perf_counter() - started)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fill(path: Path, entries: int) -> None:
    with closing(open_ledger(path)) as ledger:
        rows = (
            (f"https://example.org/news/2024/01/{n % 28:02}/post-{n}/", f"2024-01-{n % 28:02}-post-{n}.md",
             digest(f"a{n}"), digest(f"b{n}"), 1_700_000_000_000_000 + n, None)
            for n in range(entries)
        )  # fmt: skip
        ledger.database.write("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)
        ledger.site_id("https://example.org/")
        ledger.touch()
        ledger.commit()


def edit(path: Path, number: int) -> None:
    with closing(open_ledger(path)) as ledger:
        new = digest(secrets.token_hex(8)), digest(secrets.token_hex(8)), f"%-post-{number}.md"
        ledger.database.execute("UPDATE entries SET digest=?, body_digest=? WHERE path LIKE ?", new)
        ledger.touch()
        ledger.commit()


def measure(entries: int, folder: Path) -> None:
    path, objects, cutter = folder / "ledger.sqlite3", open_objects("memory:"), Cutter()
    fill(path, entries)
    cut, cut_ms = timed(lambda: cutter.cut(path, mark_of(path)))
    sent, send_ms = timed(lambda: send_pieces(objects, cut, ()))
    print(f"{entries} entries, {path.stat().st_size} bytes: cut {cut_ms:.0f} ms, {sent} bytes sent in {send_ms:.0f} ms")
    edits = []
    for number in range(9):
        edit(path, 777 + number)
        known, mark = cut.copy.pieces, mark_of(path)
        cut, cut_ms = timed(lambda: cutter.cut(path, mark))  # noqa: B023 (done at once)
        edits.append((*timed(lambda: send_pieces(objects, cut, known)), cut_ms))  # noqa: B023 (done at once)
    sent, send_ms, cut_ms = (median(each) for each in zip(*edits, strict=True))
    print(f"  one edit: {sent:.0f} bytes, cut {cut_ms:.1f} ms, sent in {send_ms:.1f} ms (median of 9)")
    _, cold_ms = timed(lambda: Cutter().cut(path, mark))
    print(f"  the same in a process that cuts for the first time: cut {cold_ms:.0f} ms")
    _, restore_ms = timed(lambda: take_over(objects, cut.copy, folder / "there" / "ledger.sqlite3"))
    print(f"  restored in {restore_ms:.0f} ms")


if __name__ == "__main__":
    for argument in sys.argv[1:] or ("2171", "100000"):
        with tempfile.TemporaryDirectory() as made:
            measure(int(argument), Path(made))
