from __future__ import annotations

import importlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feedsvc.errors import SourceChangedError
from feedsvc.model import Brief, Post, PostError, SourceFile, Unfinished, Withheld
from feedsvc.posts import crew, files
from feedsvc.posts.crew import BATCH, finish_posts, read_files
from feedsvc.posts.files import FileReader, Reading, Unparsed, Unread
from feedsvc.posts.parse import parse_posts
from feedsvc.posts.rules import PostRules
from feedsvc.records import PostRecord, from_microseconds, load_post, unpack_content

RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="pretty",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig",),
    id_style="permalink",
    defer=True,
)
NUMBER = 5 * BATCH + 3


# Imported by workers, which are not those who import this module.
FAULTY = f"""
import os, signal
from functools import partial
from feedsvc.posts.parse import parse_posts

def fail(posts, rules, parent, killed):
    if any(post.path == "{2 * BATCH:04}.md" for post in posts) and os.getpid() != parent:
        if killed:
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError("a mistake of ours")
    return parse_posts(posts, rules)
"""


@pytest.fixture
def reader(tmp_path: Path) -> FileReader:
    posts = tmp_path / "_posts"
    posts.mkdir()
    for number in range(NUMBER):
        (posts / f"{number:04}.md").write_text(
            f"---\ntitle: {number}\ndate: 2024-01-02\n---\n*{number}*\n", encoding="utf-8"
        )
    return FileReader(
        directory=posts,
        max_bytes=1000,
        parse=partial(parse_posts, rules=RULES),
        parse_whole=partial(parse_posts, rules=replace(RULES, defer=False)),
    )


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_WORTH_A_CREW", {"read": 1, "finish": 1})
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


def unread(known: str = "") -> list[Unread]:
    looks = {"size": 1, "mtime_ns": 1, "ctime_ns": 1, "inode": 1}
    return [Unread(SourceFile(path=f"{number:04}.md", **looks), known) for number in range(NUMBER)]


def titles(batches: Iterator[Sequence[Reading]]) -> list[str]:
    records = [each.outcome for batch in batches for each in batch]
    return [load_post(each.json).title for each in records if isinstance(each, PostRecord)]


@pytest.mark.usefixtures("_at_once")
def test_several_processes_read_what_one_reads_and_in_the_order_of_the_files(reader: FileReader) -> None:
    together = [each for batch in read_files(reader, unread()) for each in batch]
    assert together == reader.read(unread())
    assert together == [reading for each in unread() for reading in reader.read([each])]
    assert [each.file.path for each in together] == [each.file.path for each in unread()]


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("killed", [True, False])
def test_what_a_worker_that_fails_had_to_read_is_read_all_the_same(
    reader: FileReader, tmp_path: Path, killed: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "faulty.py").write_text(FAULTY, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    fail = importlib.import_module("faulty").fail
    parse = partial(fail, rules=RULES, parent=os.getpid(), killed=killed)
    with caplog.at_level(logging.WARNING):
        read = titles(read_files(replace(reader, parse=parse), unread()))
    assert read == [str(number) for number in range(NUMBER)]
    assert caplog.text.count("ended early") == killed


@pytest.mark.usefixtures("_at_once")
def test_workers_end_when_nobody_wants_the_rest(reader: FileReader) -> None:
    # More than they may do ahead: what fits into their pipes they do, and end by themselves.
    batches = read_files(reader, unread() * 20)
    next(batches)
    workers = _children_of_the_server()
    assert len(workers) == 2
    batches.close()  # type: ignore[attr-defined]
    assert not _children_of_the_server()


def _children_of_the_server() -> set[int]:
    from multiprocessing import forkserver

    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    told = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="utf-8")
    return {int(pid) for pid in told.split()}


KILLED = """
import os, sys, time
from pathlib import Path
from feedsvc.posts import crew
sys.path.insert(0, {tests!r})
import test_crew
crew._WORTH_A_CREW = dict(read=1, finish=1)
os.sched_getaffinity = lambda _: {{0, 1}}
if __name__ == "__main__":
    from functools import partial
    from feedsvc.posts.files import FileReader
    parse = partial(test_crew.parse_posts, rules=test_crew.RULES)
    reader = FileReader(directory=Path({posts!r}), max_bytes=1000, parse=parse, parse_whole=None)
    batches = crew.read_files(reader, test_crew.unread() * 20)
    next(batches)
    print(*test_crew._children_of_the_server(), flush=True)
    time.sleep(60)
"""


def test_workers_do_not_outlive_a_build_that_is_killed(reader: FileReader, tmp_path: Path) -> None:
    script = tmp_path / "build.py"
    script.write_text(KILLED.format(tests=str(Path(__file__).parent), posts=str(reader.directory)), encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as build:
        assert build.stdout
        workers = [int(pid) for pid in build.stdout.readline().split()]
        assert len(workers) == 2
        build.kill()
    end = time.monotonic() + 20
    while any(_runs(pid) for pid in workers):
        assert time.monotonic() < end, "a worker lives on"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.usefixtures("_at_once")
def test_several_processes_finish_posts_as_one_does(reader: FileReader) -> None:
    records = [each.outcome for batch in read_files(reader, unread()) for each in batch]
    unfinished = [_unfinished(each) for each in records if isinstance(each, PostRecord)]
    finished = [each for batch in finish_posts(reader, unfinished) for each in batch]
    assert finished == reader.finish(unfinished)
    (reader.directory / unfinished[100].path).write_text("changed", encoding="utf-8")
    with pytest.raises(SourceChangedError, match=r"0100\.md"):
        list(finish_posts(reader, unfinished))


def _unfinished(record: PostRecord) -> Unfinished:
    return Unfinished(record.path, record.digest, from_microseconds(record.published), brief=not record.json)


def test_what_became_of_a_file_does_not_depend_on_those_that_are_read_with_it(reader: FileReader) -> None:
    for number, text in ((3, "---\ntitle: 'a' b\n---\n"), (4, "x" * 1001), (5, "---\npublished: false\n---\n")):
        (reader.directory / f"{number:04}.md").write_text(text, encoding="utf-8")
    (reader.directory / "0006.md").unlink()
    asked = unread()[:10]
    known = reader.read(asked[7:8])[0].digest
    asked[7] = asked[7]._replace(known=known)
    together = reader.read(asked)
    assert together == [reading for each in asked for reading in reader.read([each])]
    assert [each.file for each in together] == [each.file for each in asked]
    kinds = [type(each.outcome).__name__ for each in together[2:9]]
    assert kinds == ["PostRecord", "PostError", "PostError", "Withheld", "NoneType", "str", "PostRecord"]


@pytest.mark.parametrize(("held", "at_once"), [(10_000, [16, 4]), (100, [3] * 6 + [2]), (1, [1] * 20)])
def test_few_files_are_held_at_a_time_however_many_are_read(
    reader: FileReader, monkeypatch: pytest.MonkeyPatch, held: int, at_once: list[int]
) -> None:
    monkeypatch.setattr(files, "_MOST_HELD", held)
    opened = []

    def parse(posts: Sequence[Unparsed]) -> list[Post | Brief | PostError | Withheld]:
        opened.append(len(posts))
        return parse_posts(posts, RULES)

    replace(reader, parse=parse).read(unread()[10:30])
    assert opened == at_once


def test_known_bytes_are_not_parsed_again(reader: FileReader) -> None:
    (first,) = reader.read(unread()[:1])
    assert isinstance(first.outcome, PostRecord)
    (again,) = reader.read([Unread(first.file, first.digest)])
    assert (again.outcome, again.digest) == ("same", first.digest)


@pytest.mark.parametrize("brief", [False, True])
def test_an_unfinished_post_is_finished_of_the_bytes_that_were_read_and_no_others(
    reader: FileReader, brief: bool
) -> None:
    if brief:
        reader = replace(reader, parse=partial(parse_posts, rules=RULES, brief_until=datetime(2024, 1, 2, tzinfo=UTC)))
    path = reader.directory / "0007.md"
    path.write_text("---\ntitle: 7 # odd\ndate: 2024-01-02\n---\n*7*\n", encoding="utf-8")
    record = reader.read([unread()[7]])[0].outcome
    assert isinstance(record, PostRecord)
    assert (record.json == b"", record.warnings == "") == (brief, brief)
    unfinished = _unfinished(record)
    (finished,) = reader.finish([unfinished])
    whole = load_post(finished.json, content=unpack_content(finished.html))
    assert (whole.pending, whole.title, whole.content, whole.summary) == (False, "7", "<p><em>7</em></p>", "7")
    # It is told once.
    assert ("what follows #" in finished.warnings) is brief
    path.write_text("changed", encoding="utf-8")
    with pytest.raises(SourceChangedError, match=r"0007\.md: changes again and again"):
        reader.finish([unfinished])
    path.unlink()
    with pytest.raises(SourceChangedError):
        reader.finish([unfinished])
