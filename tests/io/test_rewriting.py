"""A file is replaced whole, or stays as it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from feedsvc.posts import rewriting
from feedsvc.posts.rewriting import NotReplacedError, replace_source


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    (tmp_path / "posts" / "sub").mkdir(parents=True)
    (tmp_path / "posts" / "sub" / "a.md").write_bytes(b"old\r\n")
    return tmp_path / "posts"


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*"))


def test_a_file_gets_its_new_bytes_and_keeps_its_mode(posts: Path) -> None:
    path = posts / "sub" / "a.md"
    path.chmod(0o640)
    before = path.stat()
    replace_source(posts, "sub/a.md", b"old\r\n", b"new\r\n")
    after = path.stat()
    assert path.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
    assert names(posts) == ["a.md", "sub"]


def test_a_file_that_holds_other_bytes_is_left_alone(posts: Path) -> None:
    for other in (b"old", b"old\r\nmore", b"new"):
        (posts / "sub" / "a.md").write_bytes(other)
        with pytest.raises(NotReplacedError, match="changed meanwhile"):
            replace_source(posts, "sub/a.md", b"old\r\n", b"mended")
        assert (posts / "sub" / "a.md").read_bytes() == other
    assert names(posts) == ["a.md", "sub"]


def test_a_file_that_is_saved_while_the_new_one_is_written_is_left_alone(
    posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write = posts / "sub" / "a.md", rewriting._write

    def write_slowly(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        # An editor that saves the same bytes anew, as many do.
        (posts / "saved").write_bytes(b"old\r\n")
        (posts / "saved").rename(path)

    monkeypatch.setattr(rewriting, "_write", write_slowly)
    with pytest.raises(NotReplacedError, match="changed meanwhile"):
        replace_source(posts, "sub/a.md", b"old\r\n", b"mended")
    assert path.read_bytes() == b"old\r\n"
    assert names(posts) == ["a.md", "sub"]


def test_no_link_is_written_through(posts: Path) -> None:
    outside = posts.parent / "outside"
    outside.mkdir()
    (outside / "a.md").write_bytes(b"old")
    (posts / "link.md").symlink_to(outside / "a.md")
    (posts / "folder").symlink_to(outside)
    (posts / "inside.md").symlink_to("sub/a.md")
    for path in ("link.md", "folder/a.md", "inside.md"):
        with pytest.raises(NotReplacedError, match="link"):
            replace_source(posts, path, b"old", b"mended")
    assert (outside / "a.md").read_bytes() == b"old"
    assert (posts / "sub" / "a.md").read_bytes() == b"old\r\n"
    assert (posts / "link.md").is_symlink()
    assert names(outside) == ["a.md"]


def test_what_is_no_file_is_left_alone(posts: Path) -> None:
    os.mkfifo(posts / "pipe.md")
    with pytest.raises(NotReplacedError):
        replace_source(posts, "pipe.md", b"", b"mended")
    with pytest.raises(FileNotFoundError):
        replace_source(posts, "gone.md", b"", b"mended")
    with pytest.raises(NotReplacedError):
        replace_source(posts, "gone/a.md", b"", b"mended")


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_else(posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_source(posts, "sub/a.md", b"old\r\n", b"new")
    assert (posts / "sub" / "a.md").read_bytes() == b"old\r\n"
    assert names(posts) == ["a.md", "sub"]
