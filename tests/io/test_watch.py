"""The watcher over real directories: what it tells of what people and programs do to them."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from watchfiles._rust_notify import WatchfilesRustInternalError

from feedsvc.errors import WatchError
from feedsvc.posts.places import Places
from feedsvc.watch import Watcher, describe_watching, notifier
from feedsvc.watch.tree import Tree
from feedsvc.watch.writers import is_being_written

DEADLINE_SECONDS = 20.0
PATTERNS = ("**/*.md",)


@dataclass
class Told:
    """What a watcher told, in order."""

    sets: list[frozenset[str] | None] = field(default_factory=list)

    def __call__(self, changed: frozenset[str] | None) -> None:
        self.sets.append(changed)

    @property
    def paths(self) -> set[str]:
        return {path for changed in self.sets for path in changed or ()}

    def wait_for(self, *paths: str) -> None:
        wait_until(lambda: self.paths.issuperset(paths))

    def wait_for_everything(self) -> None:
        wait_until(lambda: None in self.sets)


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    directory = tmp_path / "_posts"
    directory.mkdir()
    return directory


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watch(posts: Path, told: Told) -> Iterator[Callable[..., Watcher]]:
    """Start a watcher and wait until it watches; it is stopped after the test, and its thread with it."""
    started = []

    def start(directory: Path = posts, **options: Any) -> Watcher:
        watcher = Watcher(directory, PATTERNS, told, **options)
        watcher.start()
        watcher.wait_ready()
        started.append(watcher)
        return watcher

    yield start
    for watcher in started:
        watcher.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "watch"]


def replace(path: Path, text: str) -> None:
    """Save as careful editors do."""
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def test_a_post_that_is_saved_by_a_rename_is_told_and_its_draft_is_not(
    watch: Callable[..., Watcher], told: Told, posts: Path
) -> None:
    assert watch().wait_ready()
    replace(posts / "바다.md", "---\n---\n")
    told.wait_for("바다.md")
    assert told.sets == [frozenset(("바다.md",))]


def test_directories_without_posts_are_not_watched(posts: Path) -> None:
    for name in ("news/_posts/2024", "assets", "public/feeds", "_site/_posts", "node_modules/a", ".git/refs"):
        (posts / name).mkdir(parents=True)
    places = Places(("**/_posts/**/*.md",), ("public/",))
    with closing(Tree(posts, places, threading.Event())) as tree:
        assert tree.watched == {"news", "news/_posts", "news/_posts/2024", "assets"}


def test_a_post_that_is_removed_or_renamed_is_told_by_each_name(
    watch: Callable[..., Watcher], told: Told, posts: Path
) -> None:
    for name in ("a.md", "b.md"):
        (posts / name).write_text("x", encoding="utf-8")
    watch()
    (posts / "a.md").unlink()
    (posts / "b.md").rename(posts / "c.md")
    told.wait_for("a.md", "b.md", "c.md")


def test_a_file_that_is_still_being_written_is_told_when_its_writer_is_done(
    watch: Callable[..., Watcher], told: Told, posts: Path
) -> None:
    post, other = posts / "slow.md", posts / "other.md"
    post.write_text("whole", encoding="utf-8")
    watch()
    with post.open("w", encoding="utf-8") as half:
        replace(other, "x")
        told.wait_for("other.md")
        time.sleep(0.3)
        assert "slow.md" not in told.paths
        half.write("whole again")
    told.wait_for("slow.md")


def test_a_file_that_its_writer_never_closes_is_told_in_the_end(
    watch: Callable[..., Watcher], told: Told, posts: Path
) -> None:
    watch()
    with (posts / "log.md").open("w", encoding="utf-8"):
        told.wait_for("log.md")


def test_only_a_file_that_is_open_for_writing_is_being_written(tmp_path: Path) -> None:
    file = tmp_path / "post.md"
    file.write_text("x", encoding="utf-8")
    with file.open("r", encoding="utf-8"):
        assert not is_being_written(str(file))
    with file.open("a", encoding="utf-8"):
        assert is_being_written(str(file))
    assert not is_being_written(str(file))
    assert not is_being_written(str(tmp_path))
    assert not is_being_written(str(tmp_path / "nothing"))
    os.mkfifo(tmp_path / "pipe")
    assert not is_being_written(str(tmp_path / "pipe"))


def test_a_directory_that_is_renamed_is_told_by_both_names_and_watched_under_the_new_one(
    watch: Callable[..., Watcher], told: Told, posts: Path
) -> None:
    (posts / "old" / "deep").mkdir(parents=True)
    watch()
    (posts / "old").rename(posts / "new")
    told.wait_for("old", "new")
    replace(posts / "new" / "deep" / "a.md", "x")
    told.wait_for("new/deep/a.md")


def test_a_directory_that_is_moved_in_or_out_is_told(
    watch: Callable[..., Watcher], told: Told, posts: Path, tmp_path: Path
) -> None:
    (posts / "leaves").mkdir()
    (tmp_path / "comes").mkdir()
    (tmp_path / "comes" / "a.md").write_text("x", encoding="utf-8")
    watch()
    (tmp_path / "comes").rename(posts / "comes")
    (posts / "leaves").rename(tmp_path / "left")
    told.wait_for("comes", "leaves")
    replace(posts / "comes" / "b.md", "x")
    told.wait_for("comes/b.md")


def test_directories_that_are_made_one_in_another_are_watched_to_the_last(
    watch: Callable[..., Watcher], told: Told, posts: Path
) -> None:
    watch()
    (posts / "a" / "b" / "c").mkdir(parents=True)
    told.wait_for("a")
    replace(posts / "a" / "b" / "c" / "d.md", "x")
    wait_until(lambda: bool({"a/b/c/d.md"} & told.paths))


def test_more_changes_than_the_kernel_can_have_kept_are_everything(
    watch: Callable[..., Watcher], told: Told, posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.watch.tree.queue_length", lambda: 1600)
    watch()
    for number in range(300):
        (posts / f"{number}.md").write_text("x", encoding="utf-8")
    told.wait_for_everything()
    assert len(told.sets) <= 3


def test_a_burst_is_told_at_once_and_not_in_pieces(watch: Callable[..., Watcher], told: Told, posts: Path) -> None:
    watch()
    names = [f"{number}.md" for number in range(60)]
    for name in names[:30]:
        (posts / name).write_text("x", encoding="utf-8")
    time.sleep(0.1)  # as git does between directories; a lone save would have been told by now
    for name in names[30:]:
        (posts / name).write_text("x", encoding="utf-8")
    told.wait_for(*names)
    assert told.sets == [frozenset(names)]


def test_a_posts_directory_that_is_deleted_and_made_again_is_watched_again(
    watch: Callable[..., Watcher], told: Told, posts: Path
) -> None:
    (posts / "a.md").write_text("x", encoding="utf-8")
    watch()
    shutil.rmtree(posts)
    time.sleep(0.2)
    posts.mkdir()
    told.wait_for_everything()
    replace(posts / "b.md", "x")
    told.wait_for("b.md")


def test_a_posts_directory_that_another_one_takes_the_place_of_is_watched_again(
    watch: Callable[..., Watcher], told: Told, posts: Path, tmp_path: Path
) -> None:
    watch()
    (tmp_path / "next").mkdir()
    posts.rename(tmp_path / "before")
    (tmp_path / "next").rename(posts)
    told.wait_for_everything()
    replace(posts / "b.md", "x")
    told.wait_for("b.md")


def test_a_link_to_the_posts_directory_is_followed_to_where_it_leads_next(
    watch: Callable[..., Watcher], told: Told, posts: Path, tmp_path: Path
) -> None:
    (tmp_path / "release2").mkdir()
    link = tmp_path / "current"
    link.symlink_to(posts)
    watch(link)
    replace(posts / "a.md", "x")
    told.wait_for("a.md")
    (tmp_path / "link").symlink_to(tmp_path / "release2")
    (tmp_path / "link").replace(link)
    told.wait_for_everything()
    replace(tmp_path / "release2" / "b.md", "x")
    told.wait_for("b.md")


def test_a_posts_directory_that_is_not_there_yet_is_watched_when_it_is(
    watch: Callable[..., Watcher], told: Told, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    watcher = watch(later)
    assert not watcher.wait_ready()
    assert describe_watching([watcher]) == ("waiting", "")
    later.mkdir()
    told.wait_for_everything()
    assert describe_watching([watcher]) == ("on", "")
    replace(later / "a.md", "x")
    told.wait_for("a.md")


def test_a_link_inside_is_not_followed_out_of_the_posts_directory(
    watch: Callable[..., Watcher], told: Told, posts: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (posts / "out").symlink_to(tmp_path / "outside")
    watch()
    replace(tmp_path / "outside" / "a.md", "x")
    replace(posts / "b.md", "x")
    told.wait_for("b.md")
    assert told.sets == [frozenset(("b.md",))]


def test_a_name_that_is_not_utf_8_does_not_end_the_watching(
    watch: Callable[..., Watcher], told: Told, posts: Path
) -> None:
    watch()
    (posts / os.fsdecode(b"\xff.md")).write_text("x", encoding="utf-8")
    told.wait_for_everything()
    replace(posts / "b.md", "x")
    told.wait_for("b.md")


def test_a_network_file_system_is_left_to_the_schedule_and_that_is_said_once(
    watch: Callable[..., Watcher], told: Told, posts: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 1 0:1 / {posts} rw - nfs4 host:/posts rw\n", encoding="utf-8")
    assert not watch(mounts=mounts).wait_ready()
    replace(posts / "a.md", "x")
    (said,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert said.startswith(f"{posts}: it is not watched, so what changes is found at the times of [schedule] only: ")
    assert f"mounted at {posts} (nfs4)" in said
    assert said.endswith("set [schedule] watch = false to hear no more of it")
    assert not told.sets


@pytest.mark.parametrize(
    ("error", "names"),
    [
        (OSError('OS file watch limit reached. about ["/srv"] (Error { kind: MaxFilesWatch })'), "max_user_watches"),
        (WatchfilesRustInternalError("Too many open files (os error 24)"), "max_user_instances"),
        (OSError("Function not implemented"), "Function not implemented"),
    ],
)
def test_a_limit_of_inotify_is_told_with_what_to_do(
    watch: Callable[..., Watcher],
    posts: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    names: str,
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(notifier, "RustNotify", refuse)
    assert not watch().wait_ready()
    (said,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert f"{posts}: it is not watched" in said
    assert names in said
    assert said.endswith("send SIGHUP")


def test_a_limit_that_is_met_when_directories_are_added_ends_the_watching(
    watch: Callable[..., Watcher], posts: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = watch()

    def refuse(*_: object) -> None:
        raise WatchError(str(posts), "no more", "mend that")

    monkeypatch.setattr("feedsvc.watch.tree.Notifier", refuse)
    (posts / "new").mkdir()
    wait_until(lambda: not watcher.wait_ready())
    assert "no more; mend that" in caplog.text
    assert describe_watching([watcher]) == ("failed", f"{posts}: no more; mend that")


def test_a_bug_ends_the_watching_only(
    watch: Callable[..., Watcher], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("feedsvc.watch.tree.Notifier", fail)
    watcher = watch()
    assert not watcher.wait_ready()
    assert "watching ended by a bug in feedsvc" in caplog.text
    assert describe_watching([watcher]) == ("failed", "a bug in feedsvc: ZeroDivisionError: ; please report it")


def test_when_it_is_stopped_nothing_more_is_told(watch: Callable[..., Watcher], told: Told, posts: Path) -> None:
    watcher = watch()
    replace(posts / "a.md", "x")
    told.wait_for("a.md")
    watcher.stop()
    replace(posts / "b.md", "x")
    time.sleep(0.2)
    assert told.sets == [frozenset(("a.md",))]
