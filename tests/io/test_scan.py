from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedsvc.errors import ScanError
from feedsvc.model import PostError, SourceFile
from feedsvc.posts.scan import read_source, scan_posts

PATTERNS = ("**/*.md", "**/*.html")
OUTSIDE = "this link leads outside the posts directory"
LIMIT = 1_000


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    root = tmp_path / "posts"
    root.mkdir()
    return root


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def paths(root: Path, *patterns: str) -> list[str]:
    return sorted(file.path for file in scan_posts(root, patterns or PATTERNS).files)


def errors(root: Path) -> dict[str, str]:
    return {error.path: error.reason for error in scan_posts(root, PATTERNS).errors}


def test_files_are_listed_as_they_stand(posts: Path) -> None:
    for name in ("b.md", "a/z.md", "a.md", "a/b/c.html", "note.txt", "한글 이름.md"):
        write(posts / name)
    result = scan_posts(posts, PATTERNS)
    files = {file.path: file for file in result.files}
    assert sorted(files) == ["a.md", "a/b/c.html", "a/z.md", "b.md", "한글 이름.md"]
    status = (posts / "a" / "z.md").stat()
    assert files["a/z.md"] == SourceFile(
        path="a/z.md",
        size=1,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
    )
    assert result.errors == ()


def test_hidden_names_are_left_out(posts: Path) -> None:
    for name in (".hidden.md", ".git/x.md", "a/.#a.md", "a/b.md"):
        write(posts / name)
    (posts / ".#lock.md").symlink_to("nobody@nowhere.1234")
    assert paths(posts) == ["a/b.md"]
    assert errors(posts) == {}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**/*.md", ["1.md", "a/2.md", "a/b/3.md"]),
        ("*.md", ["1.md"]),
        ("./*.md", ["1.md"]),
        ("a/*.md", ["a/2.md"]),
        ("a/**", ["a/2.md", "a/b/3.md", "a/b/x.txt"]),
        ("**/b/*", ["a/b/3.md", "a/b/x.txt"]),
        ("**/?.md", ["1.md", "a/2.md", "a/b/3.md"]),
        ("**/[12].md", ["1.md", "a/2.md"]),
        ("**/[!1-2].md", ["a/b/3.md"]),
        ("a[!x]2.md", []),
        ("[z-a].md", []),
        ("1+.md", []),
        ("**/*.MD", []),
    ],
)
def test_patterns_choose_files(posts: Path, pattern: str, found: list[str]) -> None:
    for name in ("1.md", "a/2.md", "a/b/3.md", "a/b/x.txt"):
        write(posts / name)
    assert paths(posts, pattern) == found


def test_no_pattern_chooses_nothing(posts: Path) -> None:
    write(posts / "a.md")
    assert not scan_posts(posts, ()).files


def test_a_directory_called_like_a_post_is_a_directory(posts: Path) -> None:
    write(posts / "a.md" / "b.md")
    assert paths(posts) == ["a.md/b.md"]


def test_a_link_to_a_file_inside_is_followed(posts: Path) -> None:
    write(posts / "a" / "b.md", "text")
    (posts / "link.md").symlink_to("a/b.md")
    (posts / "link.txt").symlink_to("a/b.md")
    result = scan_posts(posts, PATTERNS)
    target, link = sorted(result.files)
    assert (target.path, link.path) == ("a/b.md", "link.md")
    assert target.inode == link.inode
    assert read_source(posts, link, LIMIT) == b"text"


def test_a_link_to_a_directory_inside_is_not_followed(posts: Path) -> None:
    write(posts / "a" / "b.md")
    (posts / "again").symlink_to("a")
    (posts / "a" / "loop").symlink_to("..")
    assert paths(posts) == ["a/b.md"]
    assert errors(posts) == {}


def test_links_that_lead_outside_are_errors(posts: Path, tmp_path: Path) -> None:
    write(tmp_path / "posts-of-others" / "secret.md")
    (posts / "out.md").symlink_to("../posts-of-others/secret.md")
    (posts / "dir").symlink_to(tmp_path / "posts-of-others")
    (posts / "image.png").symlink_to("../posts-of-others/secret.md")
    (posts / "gone.md").symlink_to("nowhere.md")
    (posts / "self.md").symlink_to("self.md")
    assert paths(posts) == []
    assert errors(posts) == {
        "out.md": OUTSIDE,
        "dir": OUTSIDE,
        "gone.md": "this link leads nowhere",
        "self.md": "this link leads nowhere",
    }


def test_the_posts_directory_may_be_a_link_itself(posts: Path, tmp_path: Path) -> None:
    write(posts / "a.md")
    (posts / "b.md").symlink_to("a.md")
    link = tmp_path / "link"
    link.symlink_to(posts)
    assert paths(link) == ["a.md", "b.md"]


def test_what_is_no_regular_file_is_never_opened(posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(posts / "pipe.md")
    os.mkfifo(posts / "pipe")
    monkeypatch.chdir(posts)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.html")
        assert errors(posts) == dict.fromkeys(["pipe.md", "socket.html"], "this is not a regular file")


def test_names_no_document_can_carry_are_errors(posts: Path) -> None:
    write(posts / "a\nb\x1b.md")
    Path(os.fsdecode(os.fsencode(posts) + b"/\xb0\xa1.md")).touch()
    assert paths(posts) == []
    reason = "the file's name is not UTF-8, or holds control characters"
    assert errors(posts) == {"\\xb0\\xa1.md": reason, "a\\x0ab\\x1b.md": reason}


def test_a_missing_directory_is_said_to_be(posts: Path) -> None:
    with pytest.raises(ScanError, match=r"gone: there is no such directory; set \[posts\] dir, or check that its disk"):
        scan_posts(posts / "gone", PATTERNS)


def test_a_file_is_no_posts_directory(posts: Path) -> None:
    with pytest.raises(ScanError, match="this is not a directory"):
        scan_posts(write(posts / "a.md"), PATTERNS)


def failing_scandir(directory: Path, code: int) -> Callable[[int], Iterator[os.DirEntry[str]]]:
    real = os.scandir

    def scandir(descriptor: int) -> Iterator[os.DirEntry[str]]:
        if os.path.samestat(os.fstat(descriptor), directory.stat()):
            raise OSError(code, os.strerror(code))
        return real(descriptor)

    return scandir


@pytest.mark.parametrize(("code", "said"), [(errno.EACCES, "may not be listed"), (errno.EIO, "input/output error")])
@pytest.mark.parametrize("below", ["", "a"])
def test_a_directory_that_cannot_be_listed_stops_the_scan(
    posts: Path, monkeypatch: pytest.MonkeyPatch, below: str, code: int, said: str
) -> None:
    write(posts / "a" / "b.md")
    monkeypatch.setattr(os, "scandir", failing_scandir(posts / below, code))
    with pytest.raises(ScanError, match=said):
        scan_posts(posts, PATTERNS)


@pytest.mark.parametrize("code", [errno.ENOENT, errno.ENOTDIR])
def test_a_directory_below_that_vanished_is_passed_over(
    posts: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    write(posts / "a" / "b.md")
    write(posts / "c.md")
    monkeypatch.setattr(os, "scandir", failing_scandir(posts / "a", code))
    assert paths(posts) == ["c.md"]


def test_a_posts_directory_that_vanishes_at_once_stops_the_scan(posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "scandir", failing_scandir(posts, errno.ENOENT))
    with pytest.raises(ScanError, match="there is no such directory"):
        scan_posts(posts, PATTERNS)


@pytest.mark.parametrize("again", [False, True])
def test_a_posts_directory_that_is_taken_away_in_mid_scan_stops_it(
    posts: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    write(posts / "a" / "b.md")
    real, whole = os.scandir, posts.stat()

    def scandir(descriptor: int) -> Iterator[os.DirEntry[str]]:
        if not os.path.samestat(os.fstat(descriptor), whole):
            posts.rename(posts.with_name("moved"))
            if again:
                posts.mkdir()
        return real(descriptor)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(ScanError, match="the posts directory was taken away while it was listed"):
        scan_posts(posts, PATTERNS)


class FakeEntry:
    """A directory entry whose file cannot be looked at."""

    def __init__(self, code: int) -> None:
        self.name, self.path, self._code = "a.md", "a.md", code

    def is_file(self, *, follow_symlinks: bool) -> bool:
        return True

    def stat(self, *, follow_symlinks: bool) -> os.stat_result:
        raise OSError(self._code, os.strerror(self._code))


class FakeListing(list[FakeEntry]):
    def __enter__(self) -> FakeListing:
        return self

    def __exit__(self, *args: object) -> None:
        return None


@pytest.mark.parametrize(
    ("code", "found"),
    [(errno.ENOENT, {}), (errno.EIO, {"a.md": "the file cannot be looked at (input/output error)"})],
)
def test_a_file_that_vanishes_or_fails_in_mid_scan_costs_one_post(
    posts: Path, monkeypatch: pytest.MonkeyPatch, code: int, found: dict[str, str]
) -> None:
    monkeypatch.setattr(os, "scandir", lambda path: FakeListing([FakeEntry(code)]))
    assert errors(posts) == found


def only_file(posts: Path) -> SourceFile:
    (file,) = scan_posts(posts, PATTERNS).files
    return file


@pytest.mark.parametrize("name", ["a.md", "sub/dir/a.md"])
def test_a_file_is_read_whole(posts: Path, name: str) -> None:
    write(posts / name, "x" * LIMIT)
    assert read_source(posts, only_file(posts), LIMIT) == b"x" * LIMIT


@pytest.mark.parametrize("name", ["a.md", "sub/a.md"])
def test_a_file_that_vanished_is_none(posts: Path, name: str) -> None:
    write(posts / name)
    file = only_file(posts)
    shutil.rmtree(posts / "sub") if "/" in name else (posts / name).unlink()
    assert read_source(posts, file, LIMIT) is None


def test_a_directory_that_became_a_file_holds_no_post(posts: Path) -> None:
    write(posts / "sub" / "a.md")
    file = only_file(posts)
    shutil.rmtree(posts / "sub")
    write(posts / "sub")
    assert read_source(posts, file, LIMIT) is None


def test_a_file_too_large_is_refused_unread(posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(posts / "a.md", "x" * 2_000)
    monkeypatch.setattr(os, "read", lambda *args: pytest.fail("it was read"))
    answer = read_source(posts, only_file(posts), LIMIT)
    assert isinstance(answer, PostError)
    assert str(answer) == (
        "a.md: the file has 2,000 bytes or more, and at most 1,000 are read; shorten it, or raise [posts] max_bytes"
    )


def test_a_file_that_grows_while_it_is_read_is_read_no_further_than_allowed(
    posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(posts / "a.md")
    asked: list[int] = []

    def endless(descriptor: int, size: int) -> bytes:
        asked.append(size)
        return b"y" * min(size, 300)

    monkeypatch.setattr(os, "read", endless)
    answer = read_source(posts, only_file(posts), LIMIT)
    assert isinstance(answer, PostError)
    assert "1,001 bytes or more" in answer.reason
    assert asked == [2, 999, 699, 399, 99]


@pytest.mark.parametrize("name", ["a.md", "sub/a.md"])
def test_a_link_swapped_in_between_is_not_followed_outside(posts: Path, tmp_path: Path, name: str) -> None:
    write(tmp_path / "secret" / "a.md", "secret")
    write(posts / name)
    file = only_file(posts)
    swapped = posts / name.split("/")[0]
    shutil.rmtree(swapped) if swapped.is_dir() else swapped.unlink()
    swapped.symlink_to(tmp_path / "secret" if "/" in name else tmp_path / "secret" / "a.md")
    answer = read_source(posts, file, LIMIT)
    assert isinstance(answer, PostError)
    assert answer.reason == OUTSIDE


def test_a_link_that_leads_nowhere_by_now_is_none(posts: Path) -> None:
    write(posts / "b.md")
    (posts / "a.md").symlink_to("b.md")
    file = min(scan_posts(posts, PATTERNS).files)
    (posts / "b.md").unlink()
    assert read_source(posts, file, LIMIT) is None


def test_a_pipe_swapped_in_between_does_not_block(posts: Path) -> None:
    path = write(posts / "a.md")
    file = only_file(posts)
    path.unlink()
    os.mkfifo(path)
    answer = read_source(posts, file, LIMIT)
    assert isinstance(answer, PostError)
    assert answer.reason == "this is not a regular file"


@pytest.mark.parametrize(
    ("code", "said"),
    [(errno.EACCES, "the file may not be read; give"), (errno.EIO, "the file cannot be read (input/output error)")],
)
@pytest.mark.parametrize("call", ["open", "read"])
def test_a_file_that_cannot_be_read_is_one_error(
    posts: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, said: str
) -> None:
    write(posts / "a.md")
    file = only_file(posts)

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, refuse)
    answer = read_source(posts, file, LIMIT)
    assert isinstance(answer, PostError)
    assert said in str(answer)


def test_no_descriptor_is_left_open(posts: Path) -> None:
    write(posts / "sub" / "a.md", "x" * 2_000)
    file = only_file(posts)
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for limit in (LIMIT, 5_000):
        read_source(posts, file, limit)
        read_source(posts, file._replace(path="sub/gone.md"), limit)
    after = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    assert after == before


@pytest.mark.parametrize(
    ("within", "found"),
    [
        (["a.md"], ["a.md"]),
        (["sub"], ["sub/b.md", "sub/deep/c.md"]),
        (["sub/deep", "sub", "a.md"], ["a.md", "sub/b.md", "sub/deep/c.md"]),
        (["sub/deep/c.md", "gone.md", "gone/gone.md", "a.md/x.md"], ["sub/deep/c.md"]),
        ([".hidden/d.md", "link/b.md", "../outside.md", "", "/", "x.txt"], []),
        (["alias.md"], ["alias.md"]),
        ([], []),
    ],
)
def test_only_what_is_asked_for_is_looked_at(posts: Path, within: list[str], found: list[str]) -> None:
    for name in ("a.md", "sub/b.md", "sub/deep/c.md", ".hidden/d.md", "x.txt"):
        write(posts / name)
    write(posts.parent / "outside.md")
    (posts / "link").symlink_to("sub")
    (posts / "alias.md").symlink_to("a.md")
    everything = {file.path: file for file in scan_posts(posts, PATTERNS).files}
    scan = scan_posts(posts, PATTERNS, within)
    assert sorted(file.path for file in scan.files) == found
    assert all(everything[file.path] == file for file in scan.files)
    assert scan.errors == ()
